//! What an environment says of the change: its stages, its tests and the findings that it has.

use crate::{
    EnvironmentReport, Level, Report, ReportedFinding, Stage, StageOutcome, StageResult, TestOutcome, Verdict,
};

impl Report {
    /// The verdict on the change as far as one environment goes.
    #[must_use]
    pub fn verdict_in(&self, environment: &EnvironmentReport) -> Verdict {
        let is_of_it = |f: &ReportedFinding| self.is_failing(f) && f.environments.contains(&environment.name);
        let of_findings = if self.findings.iter().any(is_of_it) { Verdict::Failed } else { Verdict::Passed };
        self.verdict_of_work(environment).max(of_findings)
    }

    /// What the stages and the tests of an environment say of the change.
    pub(super) fn verdict_of_work(&self, environment: &EnvironmentReport) -> Verdict {
        let of_stages = environment.stages.iter().map(|stage| self.verdict_of(stage, environment));
        let of_tests = environment.tests.iter().map(|test| match test.outcome {
            TestOutcome::Passed
            | TestOutcome::Flaky
            | TestOutcome::Tolerated
            | TestOutcome::Unaffected
            | TestOutcome::Skipped => Verdict::Passed,
            TestOutcome::Failed => Verdict::Failed,
            TestOutcome::Broken => Verdict::Broken,
        });
        of_stages.chain(of_tests).max().unwrap_or(Verdict::Passed)
    }

    /// Whether errors speak for a rendering or a validation that failed: perhaps all of them were there before.
    #[must_use]
    pub fn is_explained(&self, outcome: &StageOutcome, environment: &EnvironmentReport) -> bool {
        matches!(outcome.stage, Stage::Render | Stage::Validate)
            && self.findings.iter().any(|f| f.level == Level::Error && f.environments.contains(&environment.name))
    }

    /// What a stage says of the change.
    fn verdict_of(&self, outcome: &StageOutcome, environment: &EnvironmentReport) -> Verdict {
        match outcome.result {
            StageResult::Passed | StageResult::Skipped(_) => Verdict::Passed,
            StageResult::Failed if self.is_explained(outcome, environment) => Verdict::Passed,
            StageResult::Failed => Verdict::Failed,
            StageResult::Broken(_) => Verdict::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Age, Finding, Masker, Sources, Span, ids};

    fn finding(message: &str) -> ReportedFinding {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "a: 1\n".to_owned());
        ReportedFinding::resolve(
            &Finding::new(ids::INVALID_OBJECT, Span::new(file.id(), 0, 1), message),
            &sources,
            &Masker::new(),
        )
    }

    #[test]
    fn an_environment_is_judged_as_the_run_is() {
        let environment = serde_json::json!({
            "name": "dev", "source": "kustomize dev", "kubernetes": "1.35", "objects": 1, "changes": [], "tests": [], "skipped": [],
            "notChecked": [], "vanished": [],
            "stages": [{ "stage": "validate", "result": "failed", "summary": "", "durationMs": 1 }],
        });
        let mut report = Report::new("validate", "0");
        report.environments.push(serde_json::from_value(environment).expect("an environment"));
        let judged = |report: &Report| (report.verdict, report.verdict_in(&report.environments[0]));
        report.add_findings(Some("dev"), &[finding("x").aged(Age::AlreadyThere)]);
        report.decide();
        assert_eq!(judged(&report), (Verdict::Passed, Verdict::Passed), "what the base has, too, fails neither");
        report.add_findings(Some("prod"), &[finding("y")]);
        report.decide();
        assert_eq!(judged(&report), (Verdict::Failed, Verdict::Passed), "it is another environment's");
        report.add_findings(Some("dev"), &[finding("z")]);
        report.decide();
        assert_eq!(judged(&report), (Verdict::Failed, Verdict::Failed));
    }
}
