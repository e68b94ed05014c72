//! The Job of a test as an object: from a manifest or an image, marked as ours, told where it runs, with the means to bring its files out. Pure.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Job;

/// Marks what a run of ours made, so that it is found again when the run was stopped.
pub(crate) const RUN: &str = "seatrial.dev/run";

/// The container that brings files out of a pod.
pub(crate) const COLLECTOR: &str = "seatrial-collector";

/// The volume for those files, where the pod has none for them.
const RESULTS: &str = "seatrial-results";

/// Its user (distroless: `nonroot`).
const NOBODY: u32 = 65532;

/// A Job whose run of ours was killed is deleted by Kubernetes after so many seconds.
const LEFT_FOR: u64 = 3600;

/// What the object is told by the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) run: &'a str,
    /// Seconds until the Job is ended.
    pub(crate) deadline: u64,
    /// `SEATRIAL_URL` and its kind.
    pub(crate) variables: &'a [(String, String)],
    pub(crate) collector: Option<&'a str>,
}

/// The Job; `manifest` is the object that `job.manifest` names.
///
/// # Errors
/// A sentence: what is wrong with the manifest or the test.
pub(crate) fn object(job: &Job, manifest: Option<Value>, given: Given<'_>) -> Result<Value, String> {
    let mut object = match manifest {
        Some(manifest) => of_manifest(manifest, given)?,
        None => of_image(job),
    };
    let labels = [("app.kubernetes.io/managed-by", "seatrial"), (RUN, given.run)];
    let metadata = at(&mut object, "metadata");
    let own_labels = at(metadata, "labels");
    labels.iter().for_each(|(key, value)| own_labels[*key] = json!(value));
    metadata["name"] = json!(given.name);
    metadata["namespace"] = json!(given.namespace);
    let spec = at(&mut object, "spec");
    default(spec, "ttlSecondsAfterFinished", json!(LEFT_FOR));
    default(spec, "activeDeadlineSeconds", json!(given.deadline));
    let template = at(spec, "template");
    at(at(template, "metadata"), "labels")[RUN] = json!(given.run);
    default(at(template, "spec"), "restartPolicy", json!("Never"));
    if let Some(shards) = job.shards {
        split(spec, shards);
    }
    let pod = at(at(at(&mut object, "spec"), "template"), "spec");
    let further = job.env.iter().map(|(name, value)| (name.clone(), value.clone()));
    let told: Vec<(String, String)> = given.variables.iter().cloned().chain(further).collect();
    for list in ["initContainers", "containers"] {
        each(pod, list, |container| tell(container, &told, job.shards));
    }
    if job.brings_files() {
        collect(pod, job, given)?;
    }
    Ok(object)
}

fn of_manifest(manifest: Value, given: Given<'_>) -> Result<Value, String> {
    let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, group) = (text("/kind"), text("/apiVersion"));
    if kind != "Job" || group != "batch/v1" {
        return Err(format!("`job.manifest` holds a {kind} of {group}; a test needs a Job of batch/v1"));
    }
    let namespace = text("/metadata/namespace");
    if !namespace.is_empty() && namespace != given.namespace {
        return Err(format!(
            "`job.manifest` names the namespace `{namespace}`, but the test runs in `{}`: leave it out",
            given.namespace
        ));
    }
    let mut manifest = manifest;
    if let Some(metadata) = manifest.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        metadata.remove("generateName");
    }
    Ok(manifest)
}

fn of_image(job: &Job) -> Value {
    let mut container = json!({ "name": "test", "image": job.image.as_deref().unwrap_or_default() });
    for (key, words) in [("command", &job.command), ("args", &job.args)] {
        if !words.is_empty() {
            container[key] = json!(words);
        }
    }
    let mut pod = json!({ "restartPolicy": "Never", "containers": [container] });
    if let Some(account) = &job.service_account {
        pod["serviceAccountName"] = json!(account);
    }
    // A test that fails is not run again in silence: `retries` says so.
    json!({ "apiVersion": "batch/v1", "kind": "Job", "spec": { "backoffLimit": 0, "template": { "spec": pod } } })
}

/// An Indexed Job: one pod for each shard. A pod that the cluster takes away is replaced; a shard whose tests fail is not run again.
fn split(spec: &mut Value, shards: u32) {
    spec["completionMode"] = json!("Indexed");
    spec["completions"] = json!(shards);
    default(spec, "parallelism", json!(shards));
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("backoffLimit");
    }
    default(spec, "backoffLimitPerIndex", json!(2));
    let rules = json!([
        { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget" }] },
        { "action": "FailIndex", "onExitCodes": { "operator": "NotIn", "values": [0] } },
    ]);
    default(spec, "podFailurePolicy", json!({ "rules": rules }));
}

/// Adds variables to a container, but for those that it has.
fn tell(container: &mut Value, told: &[(String, String)], shards: Option<u32>) {
    let index = "metadata.annotations['batch.kubernetes.io/job-completion-index']";
    let of_shards = shards.into_iter().flat_map(|shards| {
        [
            json!({ "name": "SEATRIAL_SHARD_INDEX", "valueFrom": { "fieldRef": { "fieldPath": index } } }),
            json!({ "name": "SEATRIAL_SHARD_TOTAL", "value": shards.to_string() }),
        ]
    });
    let entries = told.iter().map(|(name, value)| json!({ "name": name, "value": value })).chain(of_shards);
    let list = at(container, "env");
    if !list.is_array() {
        *list = json!([]);
    }
    let Some(own) = list.as_array_mut() else { return };
    for entry in entries {
        if !own.iter().any(|known| known.get("name") == entry.get("name")) {
            own.push(entry);
        }
    }
}

/// Adds a sidecar that prints the files when the others have ended (Kubernetes 1.29: an init container that restarts always), and the volume
/// that they share.
fn collect(pod: &mut Value, job: &Job, given: Given<'_>) -> Result<(), String> {
    let Some(image) = given.collector else {
        return Err("files are brought out of a pod by a container with Seatrial's own image: name it with `collector: REGISTRY/seatrial:VERSION` \
                    at the top of seatrial.yaml, or print the JUnit file between `-----BEGIN JUNIT-----` and `-----END JUNIT-----`"
            .to_owned());
    };
    let mut mounts: Vec<Value> = Vec::new();
    let mut arguments = vec!["collect".to_owned()];
    let patterns = job.junit.iter().map(|pattern| ("--junit", pattern));
    for (flag, pattern) in patterns.chain(job.artifacts.iter().map(|pattern| ("--artifact", pattern))) {
        arguments.extend([flag.to_owned(), pattern.clone()]);
        let directory = directory_of(pattern);
        if mounts.iter().any(|mount| is_below(&directory, mount)) {
            continue;
        }
        mounts.push(mounted(pod, &directory, mounts.len()));
    }
    let sidecar = json!({
        "name": COLLECTOR,
        "image": image,
        "args": arguments,
        "restartPolicy": "Always",
        "volumeMounts": mounts.iter().map(read_only).collect::<Vec<_>>(),
        "resources": { "requests": { "cpu": "10m", "memory": "32Mi" }, "limits": { "cpu": "500m", "memory": "256Mi" } },
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": NOBODY, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] }, "seccompProfile": { "type": "RuntimeDefault" },
        },
    });
    push(pod, "initContainers", 0, sidecar);
    Ok(())
}

/// The part of a pattern before the first component that is one: `/results/**/*.xml` → `/results`.
fn directory_of(pattern: &str) -> String {
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed =
        parts.iter().take(parts.len().saturating_sub(1)).take_while(|part| !part.contains(['*', '?', '[', '{']));
    let joined = fixed.copied().collect::<Vec<_>>().join("/");
    if joined.is_empty() { "/".to_owned() } else { joined }
}

fn is_below(directory: &str, mount: &Value) -> bool {
    mount.get("mountPath").and_then(Value::as_str).is_some_and(|path| Path::new(directory).starts_with(path))
}

/// The mount that holds a directory: one that a container has already, else a new volume in all containers.
fn mounted(pod: &mut Value, directory: &str, number: usize) -> Value {
    let containers = pod.get("containers").and_then(Value::as_array).into_iter().flatten();
    let known = containers.filter_map(|container| container.get("volumeMounts")?.as_array()).flatten();
    if let Some(mount) =
        known.filter(|mount| is_below(directory, mount)).max_by_key(|mount| mount["mountPath"].as_str().map(str::len))
    {
        return mount.clone();
    }
    let name = if number == 0 { RESULTS.to_owned() } else { format!("{RESULTS}-{number}") };
    let mount = json!({ "name": name, "mountPath": directory });
    push(pod, "volumes", usize::MAX, json!({ "name": name, "emptyDir": {} }));
    each(pod, "containers", |container| push(container, "volumeMounts", usize::MAX, mount.clone()));
    mount
}

fn read_only(mount: &Value) -> Value {
    let mut mount = mount.clone();
    mount["readOnly"] = json!(true);
    mount
}

/// The object below a key, made where there is none.
fn at<'v>(value: &'v mut Value, key: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let entry = &mut value[key];
    if entry.is_null() {
        *entry = Value::Object(Map::new());
    }
    entry
}

fn default(value: &mut Value, key: &str, default: Value) {
    if value.get(key).is_none_or(Value::is_null) {
        value[key] = default;
    }
}

fn each(value: &mut Value, list: &str, mut change: impl FnMut(&mut Value)) {
    value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(&mut change);
}

/// Puts an item into a list at a place, or at its end.
fn push(value: &mut Value, list: &str, place: usize, item: Value) {
    let entry = at(value, list);
    if !entry.is_array() {
        *entry = json!([]);
    }
    if let Some(items) = entry.as_array_mut() {
        items.insert(place.min(items.len()), item);
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        claim: String,
        job: Job,
        manifest: Option<Value>,
        collector: Option<String>,
        /// JSON pointer → value; `null` is nothing.
        #[serde(default)]
        has: std::collections::BTreeMap<String, Value>,
        refused: Option<String>,
    }

    #[test]
    fn a_job_is_what_the_table_says() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../../testdata/jobs.yaml")).expect("valid YAML");
        for case in cases {
            let variables = [("SEATRIAL_NAMESPACE".to_owned(), "shop".to_owned())];
            let given = Given {
                name: "acceptance-1",
                namespace: "shop",
                run: "1",
                deadline: 300,
                variables: &variables,
                collector: case.collector.as_deref(),
            };
            let made = object(&case.job, case.manifest, given);
            assert_eq!(made.as_ref().err(), case.refused.as_ref(), "{}", case.claim);
            let made = made.unwrap_or_default();
            for (pointer, expected) in &case.has {
                assert_eq!(
                    made.pointer(pointer).unwrap_or(&Value::Null),
                    expected,
                    "{}: {pointer}\n{made:#}",
                    case.claim
                );
            }
        }
    }
}
