//! The simulated cluster from outside, as kube-rs and kubectl see it.
#![allow(clippy::disallowed_methods, clippy::expect_used, reason = "tests take the time and start kubectl")]

mod bed;
mod kubectl;
mod pods;
mod refusals;
mod scope;
mod server;
mod workloads;
