//! The tests against what is live: what asks (http, tcp, grpc, rollout), and what runs to its end (job, command, helm-test). Results with
//! timings, cases and evidence.
//!
//! A test that does not get what it expects asks again until its time is up; what cannot be judged, because the cluster cannot be asked, is
//! broken, not failed. Each kind is one file, with a folder where that is not enough: its configuration, what may be wrong with it, and what
//! it does.

mod answer;
mod collected;
mod collector;
mod command;
mod context;
mod duration;
mod ended;
mod endpoint;
mod env_text;
mod evidence;
mod expectation;
mod files;
mod forward;
mod grpc;
mod helm_test;
mod http;
mod http_attempt;
mod job;
mod job_attempt;
mod job_object;
mod live;
mod patience;
#[cfg_attr(unix, path = "platform/unix.rs")]
#[cfg_attr(not(unix), path = "platform/elsewhere.rs")]
mod platform;
mod problems;
mod process;
mod redirect;
mod rollout;
mod run;
mod service_fault;
mod slug;
mod suite;
mod tail;
mod tcp;
mod test;
mod trouble;
mod when;

pub use collector::collect;
pub use command::{Command, Words};
pub use context::{Context, Shared};
pub use duration::parse_duration;
pub use ended::ServiceFault;
pub use env_text::{EnvText, FromEnv};
pub use expectation::Expect;
pub use grpc::Grpc;
pub use helm_test::HelmTest;
pub use http::{Http, Method};
pub use job::Job;
pub use problems::problems;
pub use rollout::Rollout;
pub use run::{Planned, Ran, Told, run};
pub use tcp::Tcp;
pub use test::{Probe, Reach, Test, TestOptions};
pub use when::{ObjectPattern, PathPattern, When};
