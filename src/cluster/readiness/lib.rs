//! Pure: an object, its pods and events → status and cause. One table row per kind. Asks no cluster, reads no clock:
//! what "lasts" is measured between time stamps that the cluster itself wrote.

mod deletion;
mod generic;
mod kinds;
mod live;
mod messages;
mod pods;
mod status;

#[cfg(test)]
mod cases;

pub use generic::status;
pub use kinds::{has_events, has_pods};
pub use live::Live;
pub use messages::refusal::told_by_admission;
pub use pods::log::told_by_log;
pub use pods::room::makes_room;
pub use pods::steady::{Steadiness, liveness_takes, past_crash};
pub use seatrial_model::Cause;
pub use status::patience::{Around, Patience};
pub use status::remedy::{Missing, Remedy};
pub use status::{State, Status};
