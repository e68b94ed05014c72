//! Holds the recorded cases against the controllers that wrote them: scenarios are applied to a real cluster with Flux, and what the
//! controllers say of the objects, and what readiness makes of it, must be seen in the order that the scenario tells.
//!
//! `scenarios/*.yaml` say what is applied and what must be seen; `content/` is what goes into Git and into an OCI artifact, `charts/` are
//! pushed as they are. Runs where `SEATRIAL_TEST_KUBECONFIG` names the kubeconfig of a test bed (`tests/testbed/up`); says so where it does not.
//! One scenario alone: `SEATRIAL_TEST_SCENARIO=helm-upgrade`.

#![allow(clippy::print_stderr, reason = "what is skipped is said")]
#![allow(
    clippy::disallowed_methods,
    reason = "which cluster there is stands in the environment; tests read their own data"
)]

mod bed;
mod scenario;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;

use crate::bed::Bed;
use crate::scenario::Scenario;
use crate::watch::Watch;

/// Each controller makes four attempts at once: more scenarios only wait in its queue, until their patience ends on a slow machine.
const AT_ONCE: usize = 16;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live").join(name)
}

fn skipped(because: &str) {
    eprintln!("SKIPPED: {because}, nothing was held against real controllers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_controllers_still_say_what_was_recorded() {
    let Ok(kubeconfig) = std::env::var("SEATRIAL_TEST_KUBECONFIG") else {
        return skipped("SEATRIAL_TEST_KUBECONFIG is not set");
    };
    let bed = Arc::new(Bed::connect(kubeconfig).await);
    if !bed.has_flux().await {
        return skipped("there is no Flux in the cluster");
    }
    bed.publish(&folder("content"), &folder("charts")).await;
    let only = std::env::var("SEATRIAL_TEST_SCENARIO").ok();
    let scenarios = Scenario::read_all(&folder("scenarios"), &bed, only.as_deref());
    assert!(!scenarios.is_empty(), "no scenario is called {only:?}");
    let watch = Watch::start(&bed, &scenarios);
    let runs = scenarios.iter().map(|scenario| scenario.run_and_clean_up(&bed, &watch));
    let outcomes: Vec<_> = stream::iter(runs).buffer_unordered(AT_ONCE).collect().await;
    watch.stop().await;
    let wrong: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{} of {} scenarios:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
}
