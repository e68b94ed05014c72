//! `helm-test:` the test hooks of rendered charts, run as `helm test` runs them (helm: `pkg/action/hooks.go`): in the order of their weights, and
//! not on once one has failed. Their logs are read before anything is deleted, whatever their delete policy is; all of them are deleted then.

use std::time::Duration;

use schemars::JsonSchema;
use seatrial_api::ApiError;
use seatrial_model::{CaseOutcome, Manifest, ObjectId, ReleaseRole, TestCase, group_of};
use seatrial_readiness::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Context;
use crate::outcome::ended::Ended;
use crate::outcome::patience::{Patience, seconds};
use crate::outcome::suite::{Imported, verdict};
use crate::probes::job::object::RUN;
use crate::service::evidence;
use crate::service::live::{look, why};

/// `helm-test:`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct HelmTest {
    /// The release whose tests are run; those of all releases by default.
    pub release: Option<String>,
    /// Whether a release without a test is fine.
    pub allow_no_tests: bool,
}

/// A test hook and its weight.
struct Hook<'a> {
    manifest: &'a Manifest,
    release: &'a str,
    weight: i64,
}

/// How one hook ended.
enum Outcome {
    Succeeded,
    /// Why not, as a sentence.
    Failed(String),
    /// It could not be run: a sentence.
    Broken(String),
}

/// Runs the hooks one after another.
pub(crate) async fn probe(test: &HelmTest, _name: &str, context: &Context, patience: Duration) -> Ended {
    let hooks = hooks(test, &context.shared.manifests);
    if let Some(release) = test.release.as_deref().filter(|_| hooks.is_empty() && !test.allow_no_tests) {
        return Ended::failed(format!("no release `{release}` with a test hook is rendered"), 0);
    }
    let (mut imported, mut cases) = (Imported::default(), Vec::new());
    let (mut told, mut stopped) = (Vec::new(), false);
    if hooks.is_empty() {
        imported.empty = Some("no chart renders a test hook".to_owned());
    }
    let mut clock = Patience::begin(patience);
    for hook in &hooks {
        if stopped {
            cases.push(case(hook, CaseOutcome::Skipped, "an earlier test of its release failed", Instant::now()));
            continue;
        }
        let begun = Instant::now();
        let object = object(hook.manifest, context);
        let id = id_of(&object);
        let outcome = run(&object, &id, context, &mut clock, patience).await;
        if !matches!(outcome, Outcome::Succeeded) {
            told.extend(proof(&id, context).await);
        }
        // A test is not part of what is deployed.
        let _ = context.cluster.delete(&api_version(&object), &id, None).await;
        let (how, why) = match outcome {
            Outcome::Succeeded => (CaseOutcome::Passed, String::new()),
            Outcome::Failed(why) => (CaseOutcome::Failed, why),
            Outcome::Broken(why) => return Ended { evidence: told, ..Ended::broken(why, 1) },
        };
        stopped = how == CaseOutcome::Failed;
        cases.push(case(hook, how, &why, begun));
    }
    imported.cases = cases.into_iter().collect();
    let mut ended = verdict(None, imported, test.allow_no_tests);
    let failed = ended.cases.iter().find(|case| case.outcome.is_failing());
    if let Some(message) = failed.map(|case| format!("{} `{}` failed: {}", case.class, case.name, case.message)) {
        ended.message = message;
    }
    ended.evidence = told;
    ended
}

/// The test hooks in the order in which Helm runs them (helm: `hookByWeight`, then by name).
fn hooks<'a>(test: &HelmTest, manifests: &'a [Manifest]) -> Vec<Hook<'a>> {
    let of = |manifest: &'a Manifest| {
        let part = manifest.release.as_ref()?;
        let release = part.release.name.as_str();
        let wanted = test.release.as_deref().is_none_or(|wanted| wanted == release);
        match &part.role {
            ReleaseRole::Hook(hook) if hook.is_test() && wanted => {
                Some(Hook { manifest, release, weight: hook.weight })
            }
            _ => None,
        }
    };
    let mut hooks: Vec<Hook<'a>> = manifests.iter().filter_map(of).collect();
    hooks.sort_by(|a, b| {
        (a.release, a.weight, &a.manifest.id.name, &a.manifest.id.kind).cmp(&(
            b.release,
            b.weight,
            &b.manifest.id.name,
            &b.manifest.id.kind,
        ))
    });
    hooks
}

/// The hook as it is sent: in the namespace of the preview where there is one, and marked.
fn object(manifest: &Manifest, context: &Context) -> Value {
    let mut object = manifest.node.to_json();
    let own = manifest.id.namespace.as_deref().filter(|_| context.shared.preview.is_none());
    let namespace = own.unwrap_or(&context.namespace);
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("namespace".to_owned(), json!(namespace));
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        if !labels.is_object() {
            *labels = json!({});
        }
        labels[RUN] = json!(context.shared.run);
    }
    object
}

fn id_of(object: &Value) -> ObjectId {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let group = group_of(text("/apiVersion"));
    ObjectId::new(group, text("/kind"), Some(text("/metadata/namespace")), text("/metadata/name"))
}

fn api_version(object: &Value) -> String {
    object.get("apiVersion").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Makes a hook's object and waits for its end. One that an earlier run left is deleted before, as `before-hook-creation` says, but never what is
/// not a hook.
async fn run(object: &Value, id: &ObjectId, context: &Context, clock: &mut Patience, limit: Duration) -> Outcome {
    let cluster = &context.cluster;
    let version = api_version(object);
    match cluster.get(&version, id).await {
        Ok(Some(there)) if !is_hook(&there) => {
            return Outcome::Failed(format!("{} exists and is not a test hook", id.kind_and_name()));
        }
        Ok(Some(_)) => {
            if let Err(error) = cluster.delete(&version, id, None).await {
                return Outcome::Broken(error.to_string());
            }
            while clock.pause().await {
                if let Ok(None) = cluster.get(&version, id).await {
                    break;
                }
            }
        }
        Ok(None) => {}
        Err(error) => return Outcome::Broken(error.to_string()),
    }
    match cluster.create(object).await {
        Ok(_) => {}
        Err(error @ (ApiError::Rejected { .. } | ApiError::NotFound(_) | ApiError::UnknownKind { .. })) => {
            return Outcome::Failed(format!("it was refused: {error}"));
        }
        Err(error) => return Outcome::Broken(error.to_string()),
    }
    if !matches!(id.kind.as_str(), "Pod" | "Job") {
        // Helm waits for nothing else (helm: `watchUntilReady`).
        return Outcome::Succeeded;
    }
    loop {
        let late = match look(cluster, &version, id).await {
            Ok(Some((object, status))) => match status.state {
                State::Failed => return Outcome::Failed(why(&status)),
                State::Current if has_ended(&object) => return Outcome::Succeeded,
                _ => why(&status),
            },
            Ok(None) => return Outcome::Failed("it was deleted by somebody else while it ran".to_owned()),
            Err(error) => error.to_string(),
        };
        if !clock.pause().await {
            return Outcome::Failed(format!("still running after {}: {late}", seconds(limit)));
        }
    }
}

/// A pod that is ready has not ended.
fn has_ended(object: &Value) -> bool {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    text("/kind") != Some("Pod") || text("/status/phase") == Some("Succeeded")
}

fn is_hook(object: &Value) -> bool {
    object.pointer("/metadata/annotations").is_some_and(|annotations| annotations.get("helm.sh/hook").is_some())
}

/// What its pods have to say.
async fn proof(id: &ObjectId, context: &Context) -> Vec<seatrial_model::Evidence> {
    let cluster = &context.cluster;
    let namespace = id.namespace.as_deref();
    let pods = match id.kind.as_str() {
        "Pod" => cluster.get("v1", id).await.ok().flatten().into_iter().collect(),
        "Job" => {
            let selector = format!("batch.kubernetes.io/job-name={}", id.name);
            cluster.list("v1", "Pod", namespace, Some(&selector)).await.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let mut proof = Vec::new();
    for pod in pods.iter().take(2) {
        proof.extend(evidence::of_pod(cluster, pod).await);
    }
    proof
}

fn case(hook: &Hook<'_>, outcome: CaseOutcome, message: &str, begun: Instant) -> TestCase {
    TestCase {
        suite: hook.release.to_owned(),
        class: hook.manifest.id.kind.clone(),
        name: hook.manifest.id.name.clone(),
        outcome,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        message: message.to_owned(),
        output: String::new(),
        age: None,
    }
}
