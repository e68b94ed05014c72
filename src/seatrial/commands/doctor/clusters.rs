//! Whether the clusters answer, and whether the credentials may do what a run does there.
//!
//! What a run does is the README's list "Required permissions"; the kinds are those that the environment renders. Each is asked for with a
//! SelfSubjectAccessReview.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_api::{ApiError, Cluster, ClusterTarget, Intent};
use seatrial_helm::ids::CHANGING_VALUE;
use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::Rendered;
use seatrial_smoke::{Method, Probe};
use seatrial_transport::Transport;

use super::rung::{Mark, Rung};
use crate::cli::{ClusterOnlyArgs, SourceArgs};
use crate::config::{After, DeployConfig, EnvironmentConfig};
use crate::context::run_context::RunContext;
use crate::judge::plan::{PlanFlags, Planned};
use crate::judge::preparation::{Preparation, Selection};
use crate::pipeline::live::wanted;
use crate::pipeline::terms::preview;

/// Resources that a rung names.
const MOST_NAMED: usize = 12;

/// Each environment that is deployed.
pub(super) async fn clusters(context: &RunContext<'_>, transport: &Transport, args: &ClusterOnlyArgs) -> Vec<Rung> {
    let (workspace, session) = (&context.workspace, context.session);
    if workspace.config.is_none() {
        return vec![Rung::new(Mark::Idle, "no environment is deployed: there is no configuration")];
    }
    let source = SourceArgs { image: Vec::new(), checkout: Vec::new() };
    let names = Selection::Environments(&args.common.environment);
    let prepared = Preparation::new(workspace, session, &source, names, PlanFlags::default());
    let prepared = match prepared.and_then(|prepared| prepared.with_others(workspace, session)) {
        Ok(prepared) => prepared,
        Err(stop) => return vec![Rung::new(Mark::Wrong, stop.message().trim_start_matches("error: ").trim())],
    };
    let mut rungs = Vec::new();
    for planned in &prepared.planned {
        let name = &planned.name;
        let environment = match context.authority.deployable(&planned.name, planned.config.as_ref()) {
            Ok(environment) => environment,
            Err(because) => {
                rungs.push(Rung::new(Mark::Idle, format!("{name}: not deployed: {because}")));
                continue;
            }
        };
        let Some(target) = wanted(args.cluster.cluster.as_deref(), &environment) else {
            rungs.push(Rung::new(Mark::Idle, format!("{name}: the cluster is simulated")));
            continue;
        };
        if args.common.offline {
            rungs.push(Rung::new(Mark::Idle, format!("{name}: not asked: --offline")));
            continue;
        }
        if let Some(because) = context.foreign_access(&target) {
            rungs.push(Rung::new(Mark::Fails, format!("{name}: not asked: {because}")));
            continue;
        }
        let rendered = prepared.renderer.render(planned.subject(), &[]).0;
        rungs.extend(one(context, transport, (planned, &environment), &target, &rendered).await);
    }
    rungs
}

/// One cluster: whether it answers, and what is allowed.
async fn one(
    context: &RunContext<'_>,
    transport: &Transport,
    (planned, environment): (&Planned, &EnvironmentConfig),
    target: &ClusterTarget,
    rendered: &Rendered,
) -> Vec<Rung> {
    let (session, name) = (context.session, &planned.name);
    let cluster = match Cluster::connect(target, &session.env, transport, &session.masker).await {
        Ok(cluster) => cluster,
        Err(error) => {
            let mark = match &error {
                ApiError::Configuration(_) | ApiError::Unauthorized { .. } => Mark::Fails,
                _ => Mark::Unknown,
            };
            return vec![Rung::of_sentence(mark, &format!("{name}: {error}"))];
        }
    };
    let answers =
        format!("{name}: `{}` answers at {}, Kubernetes {}", cluster.name(), cluster.address(), cluster.version());
    let mut rungs = vec![Rung::new(Mark::Works, answers)];
    rungs.extend(cluster.notices().iter().map(|notice| Rung::new(Mark::Idle, format!("{name}: {notice}"))));
    let deploy = environment.deploy.clone().unwrap_or_default();
    let preview = match preview(&deploy, &session.placeholders(name)) {
        Ok(preview) => preview.map(|preview| preview.namespace),
        Err(error) => {
            let what = format!("{name}: it is not asked what is allowed: {}", error.with_way_out());
            rungs.push(Rung::new(Mark::Idle, what));
            return rungs;
        }
    };
    let probes = probes(context, name);
    let plan = Plan {
        deploy: &deploy,
        preview: preview.as_deref(),
        default: cluster.default_namespace(),
        minor: planned.minor,
    };
    rungs.push(allowed(&cluster, name, plan.intents(rendered, &probes)).await);
    rungs
}

/// The tests of an environment, whoever's word they are.
fn probes<'a>(context: &'a RunContext<'_>, name: &str) -> Vec<&'a Probe> {
    let tests = context.workspace.config.iter().flat_map(|config| &config.tests);
    tests.filter(|test| test.environment == name).map(|test| &test.probe).collect()
}

/// Asks for everything, and says what is missing.
async fn allowed(cluster: &Cluster, name: &str, intents: BTreeSet<Intent>) -> Rung {
    let mut missing: BTreeMap<(Option<String>, String), Vec<&'static str>> = BTreeMap::new();
    let number = intents.len();
    for intent in intents {
        match cluster.may(&intent).await {
            Ok(allowance) if allowance.is_allowed => {}
            Ok(allowance) => {
                missing.entry((allowance.namespace, allowance.resource)).or_default().push(intent.verb);
            }
            // A definition may come with the deployment.
            Err(ApiError::UnknownKind { .. }) => {}
            Err(error) => {
                let what = format!("{name}: it could not be asked what the credentials may do: {error}");
                return Rung::of_sentence(Mark::Unknown, &what);
            }
        }
    }
    if missing.is_empty() {
        return Rung::new(
            Mark::Works,
            format!("{name}: the credentials have all {number} permissions that a run needs"),
        );
    }
    let mut rung = Rung::new(Mark::Fails, format!("{name}: the credentials lack permissions that a run needs"));
    let more = missing.len().saturating_sub(MOST_NAMED);
    for ((namespace, resource), verbs) in missing.into_iter().take(MOST_NAMED) {
        let place = namespace.map_or("the cluster".to_owned(), |namespace| format!("namespace `{namespace}`"));
        rung = rung.with(format!("grant {} on `{resource}` in {place}", verbs.join(", ")));
    }
    match more {
        0 => rung,
        _ => rung.with(format!("and on {more} more resources")),
    }
}

/// What is deployed, and where.
struct Plan<'a> {
    deploy: &'a DeployConfig,
    preview: Option<&'a str>,
    default: &'a str,
    minor: Minor,
}

impl Plan<'_> {
    /// What a run does in a cluster.
    fn intents(&self, rendered: &Rendered, probes: &[&Probe]) -> BTreeSet<Intent> {
        let mut all = BTreeSet::new();
        let mut namespaces: BTreeSet<&str> = self.preview.into_iter().collect();
        let deletes = self.deploy.after == After::Restore || !self.deploy.recreate.is_empty();
        let deployed: &[&'static str] =
            if deletes { &["get", "list", "create", "patch", "delete"] } else { &["get", "list", "create", "patch"] };
        for manifest in rendered.manifests.iter().filter(|manifest| !manifest.is_sops_encrypted()) {
            let (group, kind) = (&manifest.id.group, &manifest.id.kind);
            let is_clusters = scope(self.minor, group, kind) == Some(Scope::Cluster);
            let namespace = self.preview.unwrap_or(manifest.id.namespace.as_deref().unwrap_or(self.default));
            if !is_clusters {
                namespaces.insert(namespace);
            }
            take(&mut all, (&manifest.api_version(), kind, None), Some(namespace), deployed);
        }
        if namespaces.is_empty() {
            namespaces.insert(self.default);
        }
        let is_seeded = rendered.findings.iter().any(|finding| finding.rule == CHANGING_VALUE);
        for namespace in namespaces {
            let mut take = |of: (&str, &str, Option<&'static str>), verbs: &[&'static str]| {
                take(&mut all, of, Some(namespace), verbs);
            };
            take(("v1", "Pod", None), &["get", "list"]);
            take(("v1", "Pod", Some("log")), &["get"]);
            take(("apps/v1", "ReplicaSet", None), &["get", "list"]);
            take(("v1", "Event", None), &["get", "list"]);
            take(("v1", "ConfigMap", None), &["get", "create", "patch"]);
            take(("coordination.k8s.io/v1", "Lease", None), &["get", "create", "update", "delete"]);
            if is_seeded {
                take(("v1", "Secret", None), &["get", "create"]);
            }
            for probe in probes {
                match probe {
                    Probe::Http(http) if http.service.is_some() => {
                        take(("v1", "Service", None), &["get"]);
                        take(("v1", "Service", Some("proxy")), &["get", verb(http.method.unwrap_or_default())]);
                    }
                    Probe::Tcp(_) | Probe::Grpc(_) | Probe::Command(_) => {
                        take(("v1", "Service", None), &["get"]);
                        take(("v1", "Pod", Some("portforward")), &["create"]);
                    }
                    Probe::Job(_) | Probe::HelmTest(_) => {
                        take(("batch/v1", "Job", None), &["get", "list", "create", "delete"]);
                    }
                    Probe::Http(_) | Probe::Rollout(_) => {}
                }
            }
        }
        if self.preview.is_some() {
            take(&mut all, ("v1", "Namespace", None), None, &["get", "create", "patch", "delete"]);
        }
        all
    }
}

/// The verb that a request through the API server needs on `services/proxy` (apiserver: `endpoints/request/requestinfo.go`).
fn verb(method: Method) -> &'static str {
    match method {
        Method::Get | Method::Head | Method::Options => "get",
        Method::Post => "create",
        Method::Put => "update",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

fn take(
    all: &mut BTreeSet<Intent>,
    (api_version, kind, subresource): (&str, &str, Option<&'static str>),
    namespace: Option<&str>,
    verbs: &[&'static str],
) {
    let intent = |verb: &&'static str| Intent {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        subresource,
        namespace: namespace.map(str::to_owned),
        verb,
    };
    all.extend(verbs.iter().map(intent));
}
