//! The live half of one environment: connect, deploy, test. Turns what the rooms below say into stage outcomes.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seatrial_api::{ApiError, Cluster, ClusterTarget};
use seatrial_deploy::{
    CancelToken, DeployOptions, Held, Hold, Preview, RunIdentity, Seed, Seeded, Settling, Unserved, Watched, deploy,
    deploy_seeded, may_read_preview,
};
use seatrial_helm::Chance;
use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{Change, Finding, Level, Manifest, ReportedFinding, Stage, StageOutcome, StageResult, Target};
use seatrial_rules::MISSING_OBJECT;
use seatrial_simulated::{SimulatedCluster, Specification};
use seatrial_smoke::Probe;
use seatrial_transport::Transport;
use thiserror::Error;

use crate::config::{ClusterConfig, EnvironmentConfig, Placeholders};
use crate::context::authority::stays_inside;
use crate::context::session::Session;
use crate::judge::check::with_levels;
use crate::judge::plan::Planned;
use crate::judge::preparation::Preparation;
use crate::judge::renderer::image_names;
use crate::judge::{Judged, elapsed_ms};
use crate::pipeline::terms::Terms;
use crate::process::progress::ProgressLog;

/// Why an environment is not deployed whose charts make what others could make, too.
const GUESSABLE: &str = "a chart makes values at random or of the time, and they could be guessed";

/// Why there is no seed either.
const NO_RANDOMNESS: &str = "the system gives no random bytes";

/// Images that a sentence names.
const MOST_IMAGES: usize = 10;

/// What live stages need of the run.
#[derive(Clone, Copy)]
pub(crate) struct LiveContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) transport: &'a Transport,
    /// `--cluster`.
    pub(crate) cluster_flag: Option<&'a str>,
    /// The repository that previews belong to.
    pub(crate) repository: Option<&'a str>,
    pub(crate) log: &'a ProgressLog,
    pub(crate) cancel: &'a CancelToken,
    /// Directory of the first report that is written to a file: files that tests leave are kept in it.
    pub(crate) beside: Option<&'a Path>,
}

/// A cluster that an environment is deployed to.
pub(crate) struct LiveTarget {
    pub(crate) cluster: Cluster,
    pub(crate) target: Target,
    pub(crate) preview: Option<Preview>,
    pub(crate) timeout: Duration,
    /// For how long at most it is watched whether what was deployed stays ready.
    settle: Duration,
    pub(crate) recreate: Vec<String>,
    pub(crate) placeholders: Placeholders,
    /// Lives as long as it is used.
    _running: Option<SimulatedCluster>,
    /// What the simulated cluster was told.
    simulated: Option<Specification>,
}

/// Why an environment's cluster is not reached, as a sentence.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    #[error("the simulated cluster cannot listen on loopback: {0}")]
    Simulated(std::io::Error),
    #[error("the deadline of {0} passed while connecting to the cluster")]
    Deadline(String),
    #[error("stopped by a signal while connecting to the cluster")]
    Stopped,
    #[error(transparent)]
    Cluster(#[from] ApiError),
}

/// What a deployment leaves to do.
#[derive(Default)]
pub(crate) struct Brought {
    /// What has to stay ready.
    pub(crate) settling: Option<Settling>,
    /// The target, where it is held beyond a deployment that failed.
    pub(crate) held: Option<Held>,
    /// Whether something was applied.
    pub(crate) is_touched: bool,
}

impl LiveTarget {
    /// Whether it is a cluster that others use, too, and no preview: what is deployed there stays.
    pub(crate) fn is_shared(&self) -> bool {
        self.simulated.is_none() && self.preview.is_none()
    }

    /// Whether a test stays in the namespaces that the environment is deployed to: the preview, else those in which it renders objects.
    pub(crate) fn holds(&self, probe: &Probe, manifests: &[Manifest], minor: Minor) -> bool {
        stays_inside(probe, &self.namespace_of(probe, manifests), &self.namespaces(manifests, minor))
    }

    fn namespaces(&self, manifests: &[Manifest], minor: Minor) -> Vec<String> {
        if let Some(preview) = &self.preview {
            return vec![preview.namespace.clone()];
        }
        // A cluster-scoped object may say a namespace and is in none; what is encrypted is not applied.
        let is_in_one = |manifest: &&Manifest| {
            let scope = scope(minor, &manifest.id.group, &manifest.id.kind);
            scope == Some(Scope::Namespaced) && !manifest.is_sops_encrypted()
        };
        let default = self.cluster.default_namespace();
        let namespace = |manifest: &Manifest| manifest.id.namespace.as_deref().unwrap_or(default).to_owned();
        let mut all: Vec<String> = manifests.iter().filter(is_in_one).map(namespace).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The namespace of a test that names none: the preview's; else that of the rendered object it names; else the environment's commonest; else the context's.
    pub(crate) fn namespace_of(&self, probe: &Probe, manifests: &[Manifest]) -> String {
        if let Some(preview) = &self.preview {
            return preview.namespace.clone();
        }
        let named = match probe {
            Probe::Http(http) => http.service.as_deref().map(|name| ("Service", name)),
            Probe::Tcp(tcp) => tcp.service.as_deref().map(|name| ("Service", name)),
            Probe::Grpc(grpc) => grpc.endpoint.as_deref().map(|name| ("Service", name)),
            Probe::Rollout(rollout) => rollout.workload.split_once('/'),
            Probe::Command(command) => command.service.as_deref().map(|name| ("Service", name)),
            Probe::Job(_) | Probe::HelmTest(_) => None,
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
        commonest.unwrap_or_else(|| self.cluster.default_namespace().to_owned())
    }
}

/// The real cluster that `--cluster` or the configuration wants; `None` is the simulated one.
pub(crate) fn wanted(cluster_flag: Option<&str>, environment: &EnvironmentConfig) -> Option<ClusterTarget> {
    let kubeconfig = |context| Some(ClusterTarget::Kubeconfig { file: None, context });
    match (cluster_flag, &environment.cluster) {
        (Some("simulated"), _) | (None, None) => None,
        (Some(context), _) => kubeconfig(Some(context.to_owned())),
        (None, Some(ClusterConfig::Kubeconfig(named))) => kubeconfig(named.context.clone()),
        (None, Some(ClusterConfig::InCluster)) => Some(ClusterTarget::InCluster),
    }
}

impl LiveContext<'_> {
    /// Connects to the environment's cluster, or starts the simulated one.
    ///
    /// # Errors
    /// [`ConnectError`]: why the environment cannot be reached.
    pub(crate) async fn connect(
        &self,
        environment: &EnvironmentConfig,
        terms: Terms,
    ) -> Result<LiveTarget, ConnectError> {
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
        // A plugin may take half a minute, and who stops a job waits a few seconds.
        let connected = tokio::select! {
            connected = tokio::time::timeout(terms.timeout, connecting) => connected,
            () = self.cancel.cancelled() => return Err(ConnectError::Stopped),
        };
        let Ok(connected) = connected else {
            let deploy = environment.deploy.as_ref();
            let after = deploy.and_then(|deploy| deploy.timeout.as_deref()).unwrap_or("10m");
            return Err(ConnectError::Deadline(after.to_owned()));
        };
        let cluster = connected?;
        let called = if simulated.is_some() { "simulated".to_owned() } else { cluster.name().to_owned() };
        let preview_namespace = terms.preview.as_ref().map(|p| p.namespace.clone());
        let target = Target { cluster: called, simulated: simulated.is_some(), preview_namespace, url: terms.url };
        let told = simulated.as_ref().map(|_| environment.simulated.clone().unwrap_or_default());
        // The probes of simulated pods do not fail.
        let settle = if simulated.is_some() { Duration::ZERO } else { terms.settle };
        Ok(LiveTarget {
            cluster,
            target,
            preview: terms.preview,
            timeout: terms.timeout,
            settle,
            recreate: terms.recreate,
            placeholders: terms.placeholders,
            _running: simulated,
            simulated: told,
        })
    }

    /// The real cluster that is wanted; `None` is the simulated one.
    pub(crate) fn wanted(&self, environment: &EnvironmentConfig) -> Option<ClusterTarget> {
        wanted(self.cluster_flag, environment)
    }

    /// Deploys and waits; what was done goes into the environment's report. What has to stay ready now is watched by [`LiveContext::watch`].
    pub(crate) async fn deploy(
        &self,
        judged: &mut Judged,
        live_target: &LiveTarget,
        (prepared, hold): (&Preparation, Hold),
    ) -> Brought {
        let started = Instant::now();
        self.log.stage_begins(&judged.planned.name, Stage::Deploy);
        let options = DeployOptions {
            environment: judged.planned.name.clone(),
            preview: live_target.preview.clone(),
            timeout: live_target.timeout,
            settle: live_target.settle,
            run: self.identity(),
            unserved: if live_target.simulated.is_some() { Unserved::Skipped } else { Unserved::Refused },
            hold,
            recreate: live_target.recreate.clone(),
        };
        let name = judged.planned.name.clone();
        let progress = |p: seatrial_deploy::Progress| self.log.deployment(&name, &p);
        let (cluster, cancel) = (&live_target.cluster, self.cancel);
        let planned = &judged.planned;
        let mut deployed = if judged.is_changing {
            let render = |seed: &Seed| self.rendered_with(seed, planned, prepared);
            let seeded = Seeded { fresh: &fresh_seed, render: &render };
            deploy_seeded(cluster, (&judged.manifests, seeded), &options, &progress, cancel).await
        } else {
            deploy(cluster, &judged.manifests, &options, &progress, cancel).await
        };
        if let Some(seeded) = deployed.seeded.take() {
            judged.manifests = seeded.to_vec();
        }
        let session = self.session;
        let (settling, held) = (deployed.settling.take(), deployed.held.take());
        let resolve = |f| self.resolved(f);
        let failed = deployed.findings.iter().any(|f| f.level == Level::Error);
        let result = match deployed.broken {
            None if deployed.refused.is_some() => {
                let why = deployed.refused.as_deref().unwrap_or_default();
                StageResult::Skipped(session.masked(&format!("{GUESSABLE}: {why}")))
            }
            Some(sentence) => StageResult::Broken(session.masked(&sentence)),
            None if failed => StageResult::Failed,
            None => StageResult::Passed,
        };
        let counted = Change::summary(&deployed.changes);
        let summary = if deployed.summary.is_empty() { counted } else { session.masked(&deployed.summary) };
        if live_target.simulated.is_none() && !matches!(result, StageResult::Broken(_)) {
            // What was not among the manifests was there, or is among the causes.
            judged.findings.retain(|finding| finding.rule != MISSING_OBJECT.as_str());
        }
        judged.findings.extend(deployed.findings.iter().map(resolve));
        let report = &mut judged.report;
        let outcome = StageOutcome { stage: Stage::Deploy, result, summary, duration_ms: elapsed_ms(started) };
        self.log.stage(&name, &outcome);
        report.stages.push(outcome);
        report.changes = deployed.changes;
        report.skipped.extend(deployed.skipped);
        report.vanished = deployed.vanished;
        report.target = Some(live_target.target.clone());
        let notices = live_target.cluster.notices().iter().chain(&deployed.notices);
        judged.notices.extend(notices.map(|n| session.masked(n)));
        let not_pulled = live_target.simulated.as_ref().and_then(|told| not_pulled(told, &judged.manifests));
        judged.notices.extend(not_pulled.map(|sentence| session.masked(&sentence)));
        Brought { settling, held, is_touched: deployed.is_touched }
    }

    /// Watches what was deployed until it has settled and the tests have ended.
    pub(crate) async fn watch(
        &self,
        name: &str,
        settling: Option<Settling>,
        tests: impl Future<Output = ()>,
    ) -> Option<Watched> {
        let progress = |p: seatrial_deploy::Progress| self.log.deployment(name, &p);
        Some(settling?.watch(&progress, self.cancel, tests).await)
    }

    /// Puts what did not stay ready into the environment's report: its deployment failed.
    pub(crate) fn settled(&self, judged: &mut Judged, watched: Watched) {
        let session = self.session;
        judged.notices.extend(watched.notices.iter().map(|n| session.masked(n)));
        judged.findings.extend(watched.findings.iter().map(|f| self.resolved(f)));
        let Some(stage) = judged.report.stages.iter_mut().find(|stage| stage.stage == Stage::Deploy) else { return };
        if let Some(summary) = watched.summary() {
            (stage.result, stage.summary) = (StageResult::Failed, summary);
        } else if let Some(sentence) = watched.broken {
            stage.result = StageResult::Broken(session.masked(&sentence));
        }
    }

    fn resolved(&self, finding: &Finding) -> ReportedFinding {
        ReportedFinding::resolve(finding, &self.session.sources, &self.session.masker).found_by(Stage::Deploy)
    }

    /// The objects of an environment, of which charts make what is random of a seed, and of the time that it is.
    fn rendered_with(&self, seed: &Seed, planned: &Planned, prepared: &Preparation) -> Result<Arc<[Manifest]>, String> {
        let chance = chance_of(seed);
        let render = || prepared.renderer.render_by(planned.subject(), &prepared.images, Some(chance)).0;
        let rendered = tokio::task::block_in_place(render);
        self.session.masker.add_manifests(&rendered.manifests, &self.session.sources);
        self.session.masker.learn(&self.session.sources);
        let findings = with_levels(rendered.findings, &prepared.levels);
        match findings.iter().find(|finding| finding.level == Level::Error) {
            None => Ok(rendered.manifests.into()),
            Some(error) => Err(format!("with them, rendering fails: {}", error.message)),
        }
    }

    /// Whether the environment's tests may read its preview: one that is another's is not read either.
    ///
    /// # Errors
    /// A sentence: whose it is.
    pub(crate) async fn may_read(&self, live_target: &LiveTarget) -> Result<(), String> {
        let Some(preview) = &live_target.preview else { return Ok(()) };
        let (namespace, run) = (&preview.namespace, self.identity());
        let timeout = live_target.timeout;
        may_read_preview(&live_target.cluster, namespace, &run, timeout, self.cancel).await
    }

    /// Who runs: for the Lease and the preview's labels.
    pub(crate) fn identity(&self) -> RunIdentity {
        let ci = &self.session.ci;
        let nonce = self.session.nonce;
        let variable = |name: &str| self.session.env.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let holder = match (&ci.forge, ci.run) {
            // Two jobs of a run are two runs of ours, and so are two of a matrix, which have one name.
            (Some(forge), Some((run, attempt))) => {
                let repository = forge.name();
                let job = ci.job.as_ref().map(|job| format!(" job {job}")).unwrap_or_default();
                format!("{repository} run {run}.{attempt}{job} {nonce:016x}")
            }
            _ => format!("{} process {} {nonce:016x}", variable("HOSTNAME").unwrap_or("local"), std::process::id()),
        };
        RunIdentity {
            holder,
            repository: self.repository.map(str::to_owned),
            pull_request: self.session.pull_request,
            commit: ci.pull_request.as_ref().and_then(|p| p.head.clone()).or_else(|| ci.checkout.clone()),
        }
    }
}

/// What charts make at random of a seed, and of the time that it is.
pub(crate) fn chance_of(seed: &Seed) -> Chance {
    Chance { seed: seed.bytes(), now: seatrial_api::now().as_nanosecond() }
}

/// A seed that nobody can guess.
///
/// # Errors
/// A clause: the system gives no random bytes.
pub(crate) fn fresh_seed() -> Result<Seed, String> {
    seatrial_transport::random_bytes().map(Seed::new).map_err(|_| NO_RANDOMNESS.to_owned())
}

/// Of which images nobody knows whether they can be pulled, as a sentence.
fn not_pulled(told: &Specification, manifests: &[Manifest]) -> Option<String> {
    let unknown: Vec<String> = image_names(manifests).into_iter().filter(|image| !told.knows(image)).collect();
    let shown: Vec<String> = unknown.iter().take(MOST_IMAGES).map(|image| format!("`{image}`")).collect();
    let more = match unknown.len().checked_sub(MOST_IMAGES) {
        None | Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    let way_out = "`simulated.images` does not list them, so any tag was accepted";
    (!unknown.is_empty()).then(|| format!("pulling was not simulated for {}{more}: {way_out}", shown.join(", ")))
}

async fn start_simulated(environment: &EnvironmentConfig) -> Result<SimulatedCluster, ConnectError> {
    let specification = environment.simulated.clone().unwrap_or_default();
    SimulatedCluster::start_with(specification, environment.kubernetes.unwrap_or(Minor::DEFAULT), 0)
        .await
        .map_err(ConnectError::Simulated)
}
