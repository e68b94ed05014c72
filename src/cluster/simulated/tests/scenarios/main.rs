//! Scenarios of `testdata/scenarios`, each on two clusters: the simulated one always, a real one where `SEATRIAL_TEST_KUBECONFIG` names
//! its kubeconfig. The real one decides what is right; where the simulated one does something else the scenario says so (`differs`).
#![allow(clippy::disallowed_methods, reason = "tests take the time and read the environment")]
#![allow(clippy::expect_used, clippy::print_stderr, reason = "what is skipped is said")]

mod fields;
mod matching;
mod run;
mod scenario;
mod target;

use std::sync::Arc;

use futures::StreamExt as _;

use crate::scenario::{Scenario, Which};
use crate::target::Target;

/// Runs every scenario that is meant for a target; what went wrong, by scenario.
async fn run_all(which: Which, at_once: usize, start: impl AsyncFn() -> Target) -> Vec<String> {
    let wanted = std::env::var("SEATRIAL_SCENARIO").unwrap_or_default();
    let chosen = scenario::all().into_iter().filter(|s| s.is_for(which) && s.about.contains(&wanted));
    let chosen: Vec<Scenario> = chosen.collect();
    assert!(!chosen.is_empty(), "no scenario is about `{wanted}`");
    let runs = futures::stream::iter(chosen).map(|scenario| {
        let start = &start;
        async move {
            let target = Arc::new(start().await);
            let result = run::run(&target, &scenario).await;
            result.err().map(|why| format!("{}: {}\n{why}", scenario.file, scenario.about))
        }
    });
    runs.buffer_unordered(at_once).filter_map(async |failure| failure).collect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_hold_on_the_simulated_cluster() {
    let failures = run_all(Which::Simulated, 16, target::simulated).await;
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_hold_on_a_real_cluster() {
    let Some(real) = target::real().await else {
        eprintln!("SKIPPED: SEATRIAL_TEST_KUBECONFIG is not set, no scenario was tried on a real cluster");
        return;
    };
    let failures = run_all(Which::Real, 6, async || real.clone()).await;
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}
