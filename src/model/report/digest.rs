//! What a report says, as a few characters: two runs that found the same have the same digest.

use sha2::{Digest as _, Sha256};

use crate::{Report, TestOutcome};

/// Hexadecimal digits: enough to tell the reports of one repository apart.
const DIGITS: usize = 12;

impl Report {
    /// The first twelve hexadecimal digits of the SHA-256 of the report as JSON, without what differs from run to run though nothing
    /// else was found: durations, attempts, evidence of tests that passed, and the address of the run.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut told = self.clone();
        told.duration_ms = 0;
        told.run_url = None;
        for environment in &mut told.environments {
            for stage in &mut environment.stages {
                stage.duration_ms = 0;
            }
            for test in &mut environment.tests {
                test.duration_ms = 0;
                test.cases.iter_mut().for_each(|case| case.duration_ms = 0);
                if test.outcome == TestOutcome::Passed {
                    test.attempts = 0;
                    test.evidence.clear();
                }
            }
        }
        // A report is strings, numbers and lists: it has nothing that JSON cannot say.
        let json = serde_json::to_vec(&told).unwrap_or_default();
        let digest = Sha256::digest(&json);
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(DIGITS).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Report, Stage, StageOutcome, StageResult};

    fn report(objects: usize, duration_ms: u64) -> Report {
        let mut report = Report::new("run", "0.1.0");
        report.duration_ms = duration_ms;
        report.run_url = Some(format!("https://ci.example.com/{duration_ms}"));
        let stage =
            StageOutcome { stage: Stage::Render, result: StageResult::Passed, summary: String::new(), duration_ms };
        let environment = serde_json::json!({
            "name": "dev", "source": "kustomize dev", "kubernetes": "1.35", "stages": [stage], "objects": objects, "changes": [],
            "tests": [{
                "name": "acceptance", "kind": "job", "outcome": "passed", "message": "", "durationMs": duration_ms, "attempts": 1,
                "evidence": [], "cases": [{ "name": "adds", "outcome": "passed", "durationMs": duration_ms }],
            }],
            "skipped": [], "notChecked": [], "vanished": [],
        });
        report.environments.push(serde_json::from_value(environment).expect("an environment"));
        report
    }

    #[test]
    fn the_same_finding_has_the_same_digest_whenever_it_was_found() {
        let digest = report(3, 100).digest();
        assert_eq!(digest.len(), 12);
        assert!(digest.chars().all(|c| c.is_ascii_hexdigit()), "{digest}");
        assert_eq!(digest, report(3, 250).digest());
        assert_ne!(digest, report(4, 100).digest());
    }
}
