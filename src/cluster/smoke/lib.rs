//! The tests against what is live: what asks (http, tcp, grpc, rollout), and what runs to its end (job, command, helm-test). Results with
//! timings, cases and evidence.
//!
//! A test that does not get what it expects asks again until its time is up; what cannot be judged, because the cluster cannot be asked, is
//! broken, not failed. Each kind is one file, with a folder where that is not enough: its configuration, what may be wrong with it, and what
//! it does.

mod context;
mod duration;
mod env_text;
mod files;
mod outcome;
#[cfg_attr(unix, path = "platform/unix.rs")]
#[cfg_attr(not(unix), path = "platform/elsewhere.rs")]
mod platform;
mod probes;
mod process;
mod run;
mod service;
mod slug;
mod test;

pub use context::{Context, Shared};
pub use duration::parse_duration;
pub use env_text::{EnvText, FromEnv};
pub use files::collector::collect;
pub use outcome::ended::ServiceFault;
pub use probes::command::{Command, Words};
pub use probes::grpc::Grpc;
pub use probes::helm_test::HelmTest;
pub use probes::http::expectation::Expect;
pub use probes::http::{Http, Method};
pub use probes::job::Job;
pub use probes::rollout::Rollout;
pub use probes::tcp::Tcp;
pub use run::{Planned, Ran, Told, run};
pub use test::problems::problems;
pub use test::when::{ObjectPattern, PathPattern, When};
pub use test::{Probe, Reach, Test, TestOptions};
