//! Runs tests one after another.

use seatrial_model::{Evidence, TestOutcome, TestResult};
use tokio::time::Instant;

use crate::{Context, Probe, Test, http, problems, rollout};

/// How a test ended.
pub(crate) struct Ended {
    pub(crate) outcome: TestOutcome,
    pub(crate) message: String,
    pub(crate) attempts: u32,
    pub(crate) evidence: Vec<Evidence>,
}

impl Ended {
    pub(crate) fn passed(attempts: u32) -> Ended {
        Ended { outcome: TestOutcome::Passed, message: String::new(), attempts, evidence: Vec::new() }
    }

    pub(crate) fn failed(message: String, attempts: u32) -> Ended {
        Ended { outcome: TestOutcome::Failed, message, attempts, evidence: Vec::new() }
    }

    pub(crate) fn broken(message: String, attempts: u32) -> Ended {
        Ended { outcome: TestOutcome::Broken, message, attempts, evidence: Vec::new() }
    }
}

/// Runs tests one after another; results in their order. `location` of the results is filled in by the caller. A test that cannot be run is
/// broken, and the next one is run all the same.
pub async fn run(tests: &[Test], context: &Context) -> Vec<TestResult> {
    let mut results = Vec::with_capacity(tests.len());
    for test in tests {
        let begun = Instant::now();
        let wrong = problems(test);
        let ended = if wrong.is_empty() {
            match &test.probe {
                Probe::Http(http) => http::probe(http, context).await,
                Probe::Rollout(rollout) => rollout::probe(rollout, context).await,
            }
        } else {
            Ended::failed(wrong.join(", and "), 0)
        };
        let masker = context.cluster.masker();
        results.push(TestResult {
            name: test.name.clone(),
            kind: test.probe.kind().to_owned(),
            outcome: ended.outcome,
            message: masker.mask(&ended.message).into_owned(),
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempts: ended.attempts,
            evidence: ended.evidence,
            location: None,
            cases: Vec::new(),
            artifacts: Vec::new(),
        });
    }
    results
}
