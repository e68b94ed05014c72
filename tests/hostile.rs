//! The whole program against bad input, from outside: hostile files, configurations, clusters and forges, signals, and planted secrets.
//!
//! What must hold everywhere is in [`harness`]: no panic, an exit code of ours, an end in bounded time. Secrets are planted by
//! [`secrets`]; a value that starts with [`harness::PLANTED`] must be in no output but the manifests of `render`.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders and fakes servers")]

#[path = "hostile/api_server.rs"]
mod api_server;
#[path = "hostile/charts.rs"]
mod charts;
#[path = "hostile/clusters.rs"]
mod clusters;
#[path = "hostile/configurations.rs"]
mod configurations;
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/forges.rs"]
mod forges;
#[path = "support/git.rs"]
mod git;
#[path = "hostile/hangs.rs"]
mod hangs;
#[path = "hostile/harness.rs"]
mod harness;
#[path = "hostile/leaks.rs"]
mod leaks;
#[path = "../src/report/ci/obeyed.rs"]
mod obeyed;
#[path = "hostile/secrets.rs"]
mod secrets;
#[path = "hostile/signals.rs"]
mod signals;
#[path = "hostile/streams.rs"]
mod streams;
