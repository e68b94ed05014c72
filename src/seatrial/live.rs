//! The live half of one environment: connect, deploy, test. Turns what the rooms below say into stage outcomes.

use std::time::{Duration, Instant};

use seatrial_api::{Cluster, ClusterTarget};
use seatrial_deploy::{CancelToken, DeployOptions, Preview, RunIdentity, deploy};
use seatrial_model::{
    Change, Evidence, Finding, Level, Manifest, ReportedFinding, Span, Stage, StageOutcome, StageResult, Target,
    TestOutcome, TestResult, ids, locate,
};
use seatrial_simulated::SimulatedCluster;
use seatrial_transport::Transport;
use seatrial_trial::{Context, Probe, Test};

use crate::config::{DeployConfig, EnvironmentConfig, Placeholders, TestConfig, fill};
use crate::judge::{Judged, elapsed_ms};
use crate::progress::ProgressLog;
use crate::session::Session;

/// How long a deployment may take when nothing else is said.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// How long a preview lives when nothing else is said.
const DEFAULT_TTL: Duration = Duration::from_secs(72 * 3600);

/// What live stages need of the run.
#[derive(Clone, Copy)]
pub(crate) struct LiveContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) transport: &'a Transport,
    /// `--cluster`.
    pub(crate) cluster_flag: Option<&'a str>,
    pub(crate) log: &'a ProgressLog,
    pub(crate) cancel: &'a CancelToken,
}

/// A cluster that an environment is deployed to.
pub(crate) struct Harbor {
    cluster: Cluster,
    target: Target,
    preview: Option<Preview>,
    timeout: Duration,
    placeholders: Placeholders,
    /// Lives as long as it is used.
    _simulated: Option<SimulatedCluster>,
}

impl LiveContext<'_> {
    /// Connects to the environment's cluster, or starts the simulated one.
    ///
    /// # Errors
    /// A sentence: why the environment cannot be reached.
    pub(crate) async fn connect(&self, name: &str, environment: &EnvironmentConfig) -> Result<Harbor, String> {
        let deploy = environment.deploy.clone().unwrap_or_default();
        let placeholders = self.session.placeholders(name);
        let preview = preview(&deploy, &placeholders)?;
        let url = deploy.url.as_deref().map(|url| fill(url, &placeholders)).transpose()?;
        let timeout = duration(deploy.timeout.as_deref(), DEFAULT_TIMEOUT)?;
        let simulated = match self.wanted(environment) {
            None => Some(start_simulated(environment).await?),
            Some(_) => None,
        };
        let target = match (&simulated, self.wanted(environment)) {
            (Some(running), _) => ClusterTarget::Url(running.url().to_owned()),
            (None, target) => target.unwrap_or(ClusterTarget::InCluster),
        };
        let session = self.session;
        let connecting = Cluster::connect(&target, &session.env, self.transport, &session.masker);
        let Ok(connected) = tokio::time::timeout(timeout, connecting).await else {
            let after = deploy.timeout.as_deref().unwrap_or("10m");
            return Err(format!("the deadline of {after} passed while connecting to the cluster"));
        };
        let cluster = connected.map_err(|e| e.to_string())?;
        let called = if simulated.is_some() { "simulated".to_owned() } else { cluster.name().to_owned() };
        let preview_namespace = preview.as_ref().map(|p| p.namespace.clone());
        let target = Target { cluster: called, simulated: simulated.is_some(), preview_namespace, url };
        Ok(Harbor { cluster, target, preview, timeout, placeholders, _simulated: simulated })
    }

    /// The real cluster that is wanted; `None` is the simulated one.
    pub(crate) fn wanted(&self, environment: &EnvironmentConfig) -> Option<ClusterTarget> {
        let kubeconfig = |context| Some(ClusterTarget::Kubeconfig { file: None, context });
        match (self.cluster_flag, &environment.cluster) {
            (Some("simulated"), _) | (None, None) => None,
            (Some(context), _) => kubeconfig(Some(context.to_owned())),
            (None, Some(cluster)) => match &cluster.kubeconfig {
                Some(named) => kubeconfig(named.context.clone()),
                None => Some(ClusterTarget::InCluster),
            },
        }
    }

    /// Deploys and waits; what was done goes into the environment's report.
    pub(crate) async fn deploy(&self, judged: &mut Judged, harbor: &Harbor) {
        let started = Instant::now();
        let options = DeployOptions {
            environment: judged.planned.name.clone(),
            preview: harbor.preview.clone(),
            timeout: harbor.timeout,
            run: self.identity(),
        };
        let name = judged.planned.name.clone();
        let progress = |p: seatrial_deploy::Progress| self.log.deployment(&name, &p);
        let deployed = deploy(&harbor.cluster, &judged.manifests, &options, &progress, self.cancel).await;
        let session = self.session;
        let resolve = |f| ReportedFinding::resolve(f, &session.sources, &session.masker).found_by(Stage::Deploy);
        let failed = deployed.findings.iter().any(|f| f.level == Level::Error);
        let result = match deployed.broken {
            Some(sentence) => StageResult::Broken(session.masked(&sentence)),
            None if failed => StageResult::Failed,
            None => StageResult::Passed,
        };
        let counted = Change::summary(&deployed.changes);
        let summary = if deployed.summary.is_empty() { counted } else { session.masked(&deployed.summary) };
        judged.findings.extend(deployed.findings.iter().map(resolve));
        let report = &mut judged.report;
        report.stages.push(StageOutcome { stage: Stage::Deploy, result, summary, duration_ms: elapsed_ms(started) });
        report.changes = deployed.changes;
        report.skipped.extend(deployed.skipped);
        report.vanished = deployed.vanished;
        report.target = Some(harbor.target.clone());
        let notices = harbor.cluster.notices().iter().chain(&deployed.notices);
        judged.notices.extend(notices.map(|n| session.masked(n)));
    }

    /// Runs the environment's tests one after another; a signal stops the one that runs and those behind it.
    pub(crate) async fn test(&self, judged: &mut Judged, harbor: &Harbor, tests: &[&TestConfig], config_path: &str) {
        let started = Instant::now();
        let mut results = Vec::new();
        for config in tests {
            let Some(probe) = config.probe() else { continue };
            let mut result = if self.cancel.is_cancelled() {
                not_run(config, &probe, "stopped by a signal")
            } else {
                tokio::select! {
                    result = self.run_test(config, probe.clone(), harbor, &judged.manifests) => result,
                    () = self.cancel.cancelled() => not_run(config, &probe, "stopped by a signal"),
                }
            };
            let span = self.test_span(config, config_path);
            result.location = span.map(|span| locate(&self.session.sources, &self.session.masker, span));
            if let (Some(span), TestOutcome::Failed) = (span, result.outcome) {
                judged.findings.push(self.test_finding(span, &result));
            }
            let word = match result.outcome {
                TestOutcome::Passed => "pass",
                TestOutcome::Failed | TestOutcome::Tolerated | TestOutcome::Broken => "fail",
                TestOutcome::Skipped => "skip",
            };
            self.log.line(&format!("{word:<6} {:<5} {} {}", judged.planned.name, result.name, result.message));
            results.push(result);
        }
        judged.report.stages.push(test_stage(&results, elapsed_ms(started)));
        judged.report.target = Some(harbor.target.clone());
        judged.report.tests = results;
    }

    async fn run_test(&self, config: &TestConfig, probe: Probe, harbor: &Harbor, manifests: &[Manifest]) -> TestResult {
        let probe = match with_address(probe.clone(), &harbor.placeholders) {
            Ok(probe) => probe,
            Err(sentence) => return TestResult { outcome: TestOutcome::Broken, ..not_run(config, &probe, &sentence) },
        };
        let context = Context {
            cluster: harbor.cluster.clone(),
            transport: self.transport.clone(),
            namespace: namespace_of(&probe, harbor, manifests),
        };
        let test = Test { name: config.name.value.clone(), probe: probe.clone() };
        let mut results = seatrial_trial::run(std::slice::from_ref(&test), &context).await;
        let Some(mut result) = results.pop() else { return not_run(config, &probe, "the test gave no result") };
        result.message = self.session.masked(&result.message);
        for evidence in &mut result.evidence {
            evidence.text = self.session.masked(&evidence.text);
        }
        result
    }

    /// The name of a test in the configuration.
    fn test_span(&self, config: &TestConfig, config_path: &str) -> Option<Span> {
        let offset = config.name.referenced.span().byte_offset().and_then(|o| usize::try_from(o).ok())?;
        let file = self.session.sources.find(config_path)?;
        Some(Span::new(file.id(), offset, offset + config.name.value.len()))
    }

    /// A failed test as a finding: so that it has a line, an annotation and a fingerprint.
    fn test_finding(&self, span: Span, result: &TestResult) -> ReportedFinding {
        let message = format!("test `{}`: {}", result.name, result.message);
        let finding = Finding::new(ids::TEST_FAILED, span, message).with_field(result.name.as_str());
        let proven =
            |finding: Finding, proof: &Evidence| finding.with_evidence(proof.title.as_str(), proof.text.as_str());
        let finding = result.evidence.iter().fold(finding, proven);
        ReportedFinding::resolve(&finding, &self.session.sources, &self.session.masker).found_by(Stage::Test)
    }

    /// Who runs: for the Lease and the preview's labels.
    pub(crate) fn identity(&self) -> RunIdentity {
        let ci = &self.session.ci;
        let host = self.session.env.get("HOSTNAME").map_or("local", String::as_str);
        let holder = match (&ci.repository, ci.run) {
            (Some(repository), Some((run, attempt))) => format!("{repository} run {run}.{attempt}"),
            _ => format!("{host} process {}", std::process::id()),
        };
        RunIdentity {
            holder,
            repository: ci.repository.clone(),
            pull_request: self.session.pull_request,
            commit: ci.pull_request.as_ref().map(|p| p.head.clone()).or_else(|| ci.checkout.clone()),
        }
    }
}

async fn start_simulated(environment: &EnvironmentConfig) -> Result<SimulatedCluster, String> {
    let specification = environment.simulated.clone().unwrap_or_default();
    SimulatedCluster::start(specification)
        .await
        .map_err(|e| format!("the simulated cluster cannot listen on loopback: {e}"))
}

/// The preview namespace of a deployment, placeholders filled in.
///
/// # Errors
/// A sentence: what is missing, or that the name is none.
pub(crate) fn preview(deploy: &DeployConfig, placeholders: &Placeholders) -> Result<Option<Preview>, String> {
    let Some(config) = &deploy.preview else { return Ok(None) };
    let namespace = fill(&config.namespace, placeholders)?;
    if !crate::config::is_dns_label(&namespace) {
        return Err(format!("`{namespace}` is no name of a namespace: lower-case letters, digits and `-`, at most 63"));
    }
    let ttl = duration(config.ttl.as_deref(), DEFAULT_TTL)?;
    Ok(Some(Preview { namespace, ttl }))
}

fn duration(text: Option<&str>, default: Duration) -> Result<Duration, String> {
    text.map_or(Ok(default), seatrial_trial::parse_duration)
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

/// The namespace of a test that names none: the preview's; else that of the rendered object it names; else the environment's commonest; else the context's.
fn namespace_of(probe: &Probe, harbor: &Harbor, manifests: &[Manifest]) -> String {
    if let Some(preview) = &harbor.preview {
        return preview.namespace.clone();
    }
    let named = match probe {
        Probe::Http(http) => http.service.as_deref().map(|name| ("Service", name)),
        Probe::Rollout(rollout) => rollout.workload.split_once('/'),
    };
    let same =
        |m: &&Manifest| named.is_some_and(|(kind, name)| m.id.kind.eq_ignore_ascii_case(kind) && m.id.name == name);
    if let Some(namespace) = manifests.iter().find(same).and_then(|m| m.id.namespace.clone()) {
        return namespace;
    }
    let mut counts = std::collections::BTreeMap::new();
    for namespace in manifests.iter().filter_map(|m| m.id.namespace.as_deref()) {
        *counts.entry(namespace).or_insert(0_usize) += 1;
    }
    let commonest = counts.into_iter().max_by_key(|(_, count)| *count).map(|(namespace, _)| namespace.to_owned());
    commonest.unwrap_or_else(|| harbor.cluster.default_namespace().to_owned())
}

fn not_run(config: &TestConfig, probe: &Probe, because: &str) -> TestResult {
    let kind = match probe {
        Probe::Http(_) => "http",
        Probe::Rollout(_) => "rollout",
    };
    TestResult {
        name: config.name.value.clone(),
        kind: kind.to_owned(),
        outcome: TestOutcome::Skipped,
        message: because.to_owned(),
        duration_ms: 0,
        attempts: 0,
        evidence: Vec::new(),
        location: None,
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
    let summary = if failed > 0 { format!("{failed} of {} failed", results.len()) } else { format!("{passed} passed") };
    StageOutcome { stage: Stage::Test, result, summary, duration_ms }
}
