//! The tests against what is live: rollout and http. Results as test cases with timings and evidence.
//!
//! A test that does not get what it expects asks again until its time is up; what cannot be judged, because the cluster cannot be asked, is
//! broken, not failed.

mod answer;
mod context;
mod duration;
mod expectation;
mod http;
mod patience;
mod problems;
mod redirect;
mod rollout;
mod run;
mod test;

pub use context::Context;
pub use duration::parse_duration;
pub use problems::problems;
pub use run::run;
pub use test::{Expect, Http, Probe, Reach, Rollout, Test};
