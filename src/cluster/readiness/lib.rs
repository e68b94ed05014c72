//! Pure: an object, its pods and events → status and cause. One table row per kind. Asks no cluster, reads no clock:
//! what "lasts" is measured between time stamps that the cluster itself wrote.

mod api_service;
mod condition;
mod container;
mod creation;
mod cron_job;
mod custom_resource_definition;
mod daemon_set;
mod deletion;
mod deployment;
mod event;
mod eviction;
mod field;
mod flux;
mod flux_source;
mod generic;
mod helm_release;
mod helm_repository;
mod horizontal_pod_autoscaler;
mod image;
mod ingress;
mod job;
mod kinds;
mod kustomization;
mod last_words;
mod live;
mod log;
mod mending;
mod mention;
mod namespace;
mod patience;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod probe;
mod reference;
mod refusal;
mod remedy;
mod replica_set;
mod room;
mod scheduling;
mod service;
mod start;
mod stateful_set;
mod status;
mod steady;
mod trouble;
mod volume;
mod workload;

#[cfg(test)]
mod cases;

pub use generic::status;
pub use kinds::{has_events, has_pods};
pub use live::Live;
pub use log::told_by_log;
pub use patience::{Around, Patience};
pub use refusal::told_by_admission;
pub use remedy::{Missing, Remedy};
pub use room::makes_room;
pub use seatrial_model::Cause;
pub use status::{State, Status};
pub use steady::{Steadiness, liveness_takes, past_crash};
