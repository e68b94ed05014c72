//! The tests of one environment: run one after another, and what became of them as results and findings.

use std::time::Instant;

use seatrial_model::{
    Evidence, Finding, Manifest, ReportedFinding, Span, Stage, StageOutcome, StageResult, TestOutcome, TestResult, ids,
    locate,
};
use seatrial_smoke::{Context, Probe, Test};

use crate::authority::{ChosenTest, TestSource};
use crate::config::{self, Placeholders, TestConfig, fill};
use crate::judge::{Judged, elapsed_ms};
use crate::live::{LiveContext, LiveTarget};
use crate::workspace::Workspace;

/// What the message of a failed test goes on with when it does not fail the change.
const TOLERATED: &str =
    "; the pull request changes or removes this test, so it ran as on the base and does not fail the run";

impl LiveContext<'_> {
    /// Runs the environment's tests one after another; a signal stops the one that runs and those behind it.
    pub(crate) async fn test(
        &self,
        judged: &mut Judged,
        target: &LiveTarget,
        tests: &[ChosenTest<'_>],
        workspace: &Workspace,
    ) {
        let started = Instant::now();
        // A deployment of nothing has not asked whose preview it is, nor has `test`.
        if let Err(sentence) = self.may_read(target).await {
            let result = StageResult::Broken(self.session.masked(&sentence));
            let (summary, duration_ms) = (String::new(), elapsed_ms(started));
            judged.report.stages.push(StageOutcome { stage: Stage::Test, result, summary, duration_ms });
            return;
        }
        let mut results = Vec::new();
        for test in tests {
            let mut result = if self.cancel.is_cancelled() {
                not_run(test.config, "stopped by a signal")
            } else {
                tokio::select! {
                    result = self.run_test(test.config, target, &judged.manifests) => result,
                    () = self.cancel.cancelled() => not_run(test.config, "stopped by a signal"),
                }
            };
            if test.source == TestSource::BaseAlone && result.outcome == TestOutcome::Failed {
                result.outcome = TestOutcome::Tolerated;
                result.message.push_str(TOLERATED);
            }
            let span = span_of(test, workspace);
            result.location = span.map(|span| locate(&self.session.sources, &self.session.masker, span));
            judged.findings.extend(span.and_then(|span| self.test_finding(span, &result)));
            let word = match result.outcome {
                TestOutcome::Passed => "pass",
                TestOutcome::Flaky => "flaky",
                TestOutcome::Failed | TestOutcome::Tolerated | TestOutcome::Broken => "fail",
                TestOutcome::Skipped => "skip",
            };
            self.log.line(&format!("{word:<6} {:<5} {} {}", judged.planned.name, result.name, result.message));
            results.push(result);
        }
        judged.report.stages.push(test_stage(&results, elapsed_ms(started)));
        judged.report.target = Some(target.target.clone());
        judged.report.tests = results;
    }

    async fn run_test(&self, config: &TestConfig, target: &LiveTarget, manifests: &[Manifest]) -> TestResult {
        let probe = match with_address(config.probe.clone(), &target.placeholders) {
            Ok(probe) => probe,
            Err(sentence) => return TestResult { outcome: TestOutcome::Broken, ..not_run(config, &sentence) },
        };
        let context = Context {
            cluster: target.cluster.clone(),
            transport: self.transport.clone(),
            namespace: target.namespace_of(&probe, manifests),
        };
        let test = Test { name: config.name.value.clone(), probe };
        let mut results = seatrial_smoke::run(std::slice::from_ref(&test), &context).await;
        let Some(mut result) = results.pop() else { return not_run(config, "the test gave no result") };
        result.message = self.session.masked(&result.message);
        for evidence in &mut result.evidence {
            evidence.text = self.session.masked(&evidence.text);
        }
        result
    }

    /// A failed test as a finding: so that it has a line, an annotation and a fingerprint.
    fn test_finding(&self, span: Span, result: &TestResult) -> Option<ReportedFinding> {
        // One that is tolerated is told as a test alone: a finding would be told a second time.
        if result.outcome != TestOutcome::Failed {
            return None;
        }
        let message = format!("test `{}`: {}", result.name, result.message);
        let finding = Finding::new(ids::TEST_FAILED, span, message).with_field(result.name.as_str());
        let proven =
            |finding: Finding, proof: &Evidence| finding.with_evidence(proof.title.as_str(), proof.text.as_str());
        let finding = result.evidence.iter().fold(finding, proven);
        Some(ReportedFinding::resolve(&finding, &self.session.sources, &self.session.masker).found_by(Stage::Test))
    }
}

/// Where a test stands in the checkout's configuration; one of the base stands where the checkout has one of that name, else at `tests`.
fn span_of(test: &ChosenTest<'_>, workspace: &Workspace) -> Option<Span> {
    let file = workspace.tree.read(&workspace.config_path).ok()?;
    let named = |config: &TestConfig| {
        let offset = config.name.referenced.span().byte_offset().and_then(|o| usize::try_from(o).ok())?;
        Some(Span::new(file.id(), offset, offset + config.name.value.len()))
    };
    if test.source == TestSource::Checkout {
        return named(test.config);
    }
    let own = workspace.config.iter().flat_map(|config| &config.tests);
    let twin = own.into_iter().find(|own| own.name.value == test.config.name.value).and_then(named);
    let tests = || config::root_of(&file).map(|root| config::place_of(&root, &["tests"]));
    twin.or_else(tests).or_else(|| Some(Span::start_of(file.id())))
}

fn with_address(probe: Probe, placeholders: &Placeholders) -> Result<Probe, String> {
    match probe {
        Probe::Http(mut http) => {
            http.url = http.url.as_deref().map(|url| fill(url, placeholders)).transpose()?;
            http.redirects =
                http.redirects.iter().map(|origin| fill(origin, placeholders)).collect::<Result<_, _>>()?;
            Ok(Probe::Http(http))
        }
        rollout @ Probe::Rollout(_) => Ok(rollout),
    }
}

fn not_run(config: &TestConfig, because: &str) -> TestResult {
    TestResult {
        name: config.name.value.clone(),
        kind: config.probe.kind().to_owned(),
        outcome: TestOutcome::Skipped,
        message: because.to_owned(),
        duration_ms: 0,
        attempts: 0,
        evidence: Vec::new(),
        location: None,
        cases: Vec::new(),
        artifacts: Vec::new(),
    }
}

fn test_stage(results: &[TestResult], duration_ms: u64) -> StageOutcome {
    let count = |outcome| results.iter().filter(|r| r.outcome == outcome).count();
    let (passed, failed) = (count(TestOutcome::Passed), count(TestOutcome::Failed));
    let broken = results.iter().find(|r| r.outcome == TestOutcome::Broken);
    let skipped = results.iter().find(|r| r.outcome == TestOutcome::Skipped);
    let result = match (broken, skipped) {
        (Some(test), _) => StageResult::Broken(format!("test `{}`: {}", test.name, test.message)),
        (None, _) if failed > 0 => StageResult::Failed,
        (None, Some(test)) => StageResult::Skipped(test.message.clone()),
        (None, None) => StageResult::Passed,
    };
    let tolerated = count(TestOutcome::Tolerated);
    let summary = match (failed, tolerated) {
        (0, 0) => format!("{passed} passed"),
        (0, tolerated) => format!("{passed} passed, {tolerated} failed and tolerated"),
        (failed, _) => format!("{failed} of {} failed", results.len()),
    };
    StageOutcome { stage: Stage::Test, result, summary, duration_ms }
}
