//! The tests of one environment: what they need to know, and what became of them as results and findings.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use seatrial_deploy::{NO_ENDPOINTS, place_of_service_fault};
use seatrial_model::{
    Evidence, Finding, Manifest, ReleaseRole, ReportedFinding, Span, Stage, StageOutcome, StageResult, TestOutcome,
    TestResult, ids, locate,
};
use seatrial_smoke::{Context, Grpc, Planned, Probe, Ran, ServiceFault, Shared, Tcp, Test, Told};
use seatrial_tree::{join, parent};

use crate::config::{self, FillError, Placeholders, TestConfig, fill};
use crate::context::authority::{ChosenTest, TestSource};
use crate::context::workspace::Workspace;
use crate::judge::{Judged, elapsed_ms};
use crate::pipeline::live::{LiveContext, LiveTarget};

/// What the message of a failed test goes on with when it does not fail the change.
const TOLERATED: &str =
    "; the pull request changes or removes this test, so it ran as on the base and does not fail the run";

impl LiveContext<'_> {
    /// Runs the environment's tests; a signal stops those that run and those behind them.
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
        let planned: Vec<Planned> = self.planned(tests, judged, target, workspace);
        let name = judged.planned.name.clone();
        self.log.stage_begins(&name, Stage::Test);
        let told = |told: Told<'_>| match told {
            Told::Begins(test) => self.log.test_begins(&name, test),
            Told::Ended(result) => self.log.test(&name, &result.name, outcome_of(tests, result), &result.message),
        };
        let ran = seatrial_smoke::run(&planned, &told).await;
        let mut results = Vec::new();
        for (test, Ran { mut result, fault }) in tests.iter().zip(ran) {
            self.finish(test, &mut result, workspace);
            let place = fault.and_then(|ServiceFault { service, cause }| {
                place_of_service_fault(&judged.manifests, &service, target.preview.is_some(), &cause)
            });
            if let Some(span) = span_of(test, workspace)
                && let Some(finding) = self.test_finding(span, place, &result)
            {
                judged.findings.retain(|other| !is_noted(other, &finding));
                judged.findings.push(finding);
            }
            results.push(result);
        }
        judged.report.stages.push(test_stage(&results, elapsed_ms(started)));
        judged.report.target = Some(target.target.clone());
        judged.report.tests = results;
    }

    /// Tests with all that they need to know.
    fn planned(
        &self,
        tests: &[ChosenTest<'_>],
        judged: &Judged,
        target: &LiveTarget,
        workspace: &Workspace,
    ) -> Vec<Planned> {
        let shared = Arc::new(self.shared(judged, target, workspace));
        let plan = |chosen: &ChosenTest<'_>| {
            let config = chosen.config;
            let (probe, wrong) = match with_address(config.probe.clone(), &target.placeholders) {
                Ok(probe) => (probe, None),
                Err(error) => (config.probe.clone(), Some(error.with_way_out())),
            };
            let context = Context {
                cluster: target.cluster.clone(),
                transport: self.transport.clone(),
                namespace: target.namespace_of(&probe, &judged.manifests),
                job: job_of(chosen, judged, target, workspace),
                shared: Arc::clone(&shared),
                wrong,
            };
            let test = Test { name: config.name.value.clone(), probe, options: config.options.clone() };
            Planned { test, context, is_unaffected: chosen.is_unaffected }
        };
        tests.iter().map(plan).collect()
    }

    fn shared(&self, judged: &Judged, target: &LiveTarget, workspace: &Workspace) -> Shared {
        let session = self.session;
        let is_hook = |manifest: &&Manifest| {
            manifest.release.as_ref().is_some_and(|part| matches!(part.role, ReleaseRole::Hook(_)))
        };
        Shared {
            environment: judged.planned.name.clone(),
            url: target.target.url.clone(),
            preview: target.target.preview_namespace.clone(),
            directory: workspace.root.join(parent(&workspace.config_path)),
            variables: session.env.clone(),
            is_secret: crate::process::secrets::is_secret,
            run: format!("{:08x}", session.nonce as u32),
            collector: workspace.config.as_ref().and_then(|config| config.collector.clone()),
            artifacts: self.beside.map(Path::to_path_buf),
            is_simulated: target.target.simulated,
            manifests: judged.manifests.iter().filter(is_hook).cloned().collect(),
            cancel: self.cancel.clone(),
        }
    }

    /// What the result of a test does not know by itself: in whose words it ran, and where it stands.
    fn finish(&self, test: &ChosenTest<'_>, result: &mut TestResult, workspace: &Workspace) {
        result.message = self.session.masked(&result.message);
        for evidence in &mut result.evidence {
            evidence.text = self.session.masked(&evidence.text);
        }
        let outcome = counted(test, result.outcome);
        if outcome != result.outcome {
            result.outcome = outcome;
            result.message.push_str(TOLERATED);
        }
        result.location =
            span_of(test, workspace).map(|span| locate(&self.session.sources, &self.session.masker, span));
    }

    /// A failed test as a finding: so that it has a line, an annotation and a fingerprint. The line is that of its cause, where one is known.
    fn test_finding(
        &self,
        span: Span,
        cause: Option<(&Manifest, Span)>,
        result: &TestResult,
    ) -> Option<ReportedFinding> {
        // One that is tolerated is told as a test alone: a finding would be told a second time.
        if result.outcome != TestOutcome::Failed {
            return None;
        }
        let message = format!("test `{}`: {}", result.name, result.message);
        let finding = match cause {
            Some((manifest, at)) => {
                let finding = Finding::new(ids::TEST_FAILED, at, message).with_object(&manifest.id);
                finding.with_related(span, "the test")
            }
            None => Finding::new(ids::TEST_FAILED, span, message),
        };
        let finding = finding.with_field(result.name.as_str());
        let proven =
            |finding: Finding, proof: &Evidence| finding.with_evidence(proof.title.as_str(), proof.text.as_str());
        let finding = result.evidence.iter().fold(finding, proven);
        Some(ReportedFinding::resolve(&finding, &self.session.sources, &self.session.masker).found_by(Stage::Test))
    }
}

/// Whether a deployment only noted of a Service what a test found to be wrong with it.
fn is_noted(note: &ReportedFinding, found: &ReportedFinding) -> bool {
    let of_selector = || note.field.as_deref() == Some("/spec/selector");
    let is_there = || note.primary.location.line == found.primary.location.line;
    note.rule == NO_ENDPOINTS.as_str()
        && found.object.is_some()
        && note.object == found.object
        && (of_selector() || is_there())
}

/// What the end of a test counts as: as the base alone has it, it does not fail the change.
fn counted(test: &ChosenTest<'_>, outcome: TestOutcome) -> TestOutcome {
    let is_tolerated = test.source == TestSource::BaseAlone && outcome == TestOutcome::Failed;
    if is_tolerated { TestOutcome::Tolerated } else { outcome }
}

fn outcome_of(tests: &[ChosenTest<'_>], result: &TestResult) -> TestOutcome {
    let test = tests.iter().find(|test| test.config.name.value == result.name);
    test.map_or(result.outcome, |test| counted(test, result.outcome))
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

fn with_address(probe: Probe, placeholders: &Placeholders) -> Result<Probe, FillError> {
    let filled = |text: Option<&str>| text.map(|text| fill(text, placeholders)).transpose();
    Ok(match probe {
        Probe::Http(mut http) => {
            http.url = filled(http.url.as_deref())?;
            http.redirects =
                http.redirects.iter().map(|origin| fill(origin, placeholders)).collect::<Result<_, _>>()?;
            Probe::Http(http)
        }
        Probe::Tcp(tcp) => Probe::Tcp(Tcp { address: filled(tcp.address.as_deref())?, ..tcp }),
        Probe::Grpc(grpc) => Probe::Grpc(Grpc { address: filled(grpc.address.as_deref())?, ..grpc }),
        other @ (Probe::Rollout(_) | Probe::Job(_) | Probe::Command(_) | Probe::HelmTest(_)) => other,
    })
}

/// The Job that a test's `manifest` holds. It is the checkout's: what runs outside of the environment's namespaces is not made of it.
fn job_of(
    test: &ChosenTest<'_>,
    judged: &Judged,
    target: &LiveTarget,
    workspace: &Workspace,
) -> Option<Result<serde_json::Value, String>> {
    let Probe::Job(job) = &test.config.probe else { return None };
    let path = job.manifest.as_deref()?;
    if test.source == TestSource::BaseAlone
        || !target.holds(&test.config.probe, &judged.manifests, judged.planned.minor)
    {
        let namespace = target.namespace_of(&test.config.probe, &judged.manifests);
        return Some(Err(format!(
            "`{path}` is the pull request's, and its Job would run in `{namespace}`, outside of the environment"
        )));
    }
    Some(read_job(path, workspace))
}

fn read_job(path: &str, workspace: &Workspace) -> Result<serde_json::Value, String> {
    let at = join(parent(&workspace.config_path), path);
    let at = at.ok_or_else(|| format!("`job.manifest`: `{path}` leads out of the repository"))?;
    let file = workspace.tree.read(&at).map_err(|error| format!("`job.manifest`: {error}"))?;
    let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
    if let Some(error) = parsed.findings.first() {
        return Err(format!("`job.manifest`: `{path}` is not valid YAML: {}", error.message));
    }
    let documents: Vec<_> = parsed.documents.iter().filter(|document| document.node.get("kind").is_some()).collect();
    match documents.as_slice() {
        [one] => Ok(one.node.to_json()),
        several => Err(format!("`job.manifest`: `{path}` holds {} objects; a test needs one Job", several.len())),
    }
}

/// A test that is not run, and why.
pub(crate) fn not_run(config: &TestConfig, because: &str) -> TestResult {
    TestResult {
        name: config.name.value.clone(),
        kind: config.probe.kind().to_owned(),
        outcome: TestOutcome::Skipped,
        message: because.to_owned(),
        duration_ms: 0,
        attempts: 0,
        evidence: Vec::new(),
        location: None,
        age: None,
        cases: Vec::new(),
        artifacts: Vec::new(),
    }
}

fn test_stage(results: &[TestResult], duration_ms: u64) -> StageOutcome {
    let count = |outcome| results.iter().filter(|r| r.outcome == outcome).count();
    let (flaky, failed) = (count(TestOutcome::Flaky), count(TestOutcome::Failed));
    let passed = count(TestOutcome::Passed) + flaky;
    let broken = results.iter().find(|r| r.outcome == TestOutcome::Broken);
    let skipped = results.iter().find(|r| r.outcome == TestOutcome::Skipped);
    let unaffected = count(TestOutcome::Unaffected);
    let result = match (broken, skipped) {
        (Some(test), _) => StageResult::Broken(format!("test `{}`: {}", test.name, test.message)),
        (None, _) if failed > 0 => StageResult::Failed,
        (None, Some(test)) => StageResult::Skipped(test.message.clone()),
        (None, None) if unaffected == results.len() => {
            let waiting = if unaffected == 1 { "it waits" } else { "they wait" };
            StageResult::Skipped(format!("nothing {waiting} for changed"))
        }
        (None, None) => StageResult::Passed,
    };
    let tolerated = count(TestOutcome::Tolerated);
    let mut summary = match (failed, tolerated) {
        (0, 0) if flaky > 0 => format!("{passed} passed, {flaky} of them flaky"),
        (0, 0) => format!("{passed} passed"),
        (0, tolerated) => format!("{passed} passed, {tolerated} failed and tolerated"),
        (failed, _) => format!("{failed} of {} failed", results.len() - unaffected),
    };
    if unaffected > 0 {
        summary.push_str(&format!(", {unaffected} not run"));
    }
    StageOutcome { stage: Stage::Test, result, summary, duration_ms }
}
