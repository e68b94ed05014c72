//! What stands between a well-formed object and the store: names, namespaces, validation beyond the schema, fields that may not change,
//! and what the server fills in at creation. Schema checks are in `typed`, defaults in `defaults`.

use serde_json::{Value, json};

use crate::json;
use crate::refusal::{FieldError, Refusal};
use crate::resource::Resource;
use crate::schema::pod_defaults;
use crate::selector::Selection;
use crate::world::World;
use crate::world::store::Key;

const NOT_A_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Whether new objects may be made in a namespace.
///
/// # Errors
/// 404 when it does not exist, 403 while it is being deleted.
pub(crate) fn admit_to_namespace(
    world: &World,
    resource: &Resource,
    namespace: &str,
    name: &str,
) -> Result<(), Refusal> {
    if !resource.namespaced {
        return Ok(());
    }
    let found = world.store.get(&Key::new("namespaces", "", namespace));
    let Some(found) = found else {
        let namespaces = Resource { plural: "namespaces".into(), ..Resource::default() };
        return Err(Refusal::not_found(&namespaces, namespace));
    };
    if json::text(found, "/status/phase") == "Terminating" {
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        let message = format!("namespace {namespace} is being terminated");
        let cause = json!({"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"});
        return Err(Refusal::forbidden_because(resource, name, &why, vec![cause]));
    }
    Ok(())
}

/// What the server fills in when an object is created, beyond defaults.
pub(crate) fn fill_at_creation(world: &mut World, resource: &Resource, object: &mut Value) {
    match resource.qualified_kind().as_str() {
        "Pod" => {
            pod_defaults::admit(object);
            let class = pod_defaults::quality_of_service(object);
            json::set(object, "/status", json!({"phase": "Pending", "qosClass": class}));
        }
        "Service" => allocate_addresses(world, object),
        "Job.batch" => select_own_pods(object),
        "Namespace" => {
            json::set_default(object, "/spec/finalizers", json!(["kubernetes"]));
            json::set_default(object, "/status/phase", "Active");
        }
        "ReplicaSet.apps" => json::set(object, "/status", json!({"replicas": 0})),
        "StatefulSet.apps" => json::set(object, "/status", json!({"replicas": 0, "availableReplicas": 0})),
        "DaemonSet.apps" => {
            let zero = ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"];
            zero.iter().for_each(|field| json::set(object, &format!("/status/{field}"), 0));
            count_templates(object, 1);
        }
        "Deployment.apps" => json::set(object, "/status", json!({})),
        "PersistentVolumeClaim" => json::set_default(object, "/spec/storageClassName", "default"),
        _ => {}
    }
}

/// The number of a DaemonSet's template, which it carries from a time before revisions.
pub(crate) fn count_templates(set: &mut Value, number: i64) {
    json::set(set, "/metadata/annotations/deprecated.daemonset.template.generation", number.to_string());
}

/// Cluster addresses and node ports, for services that need them.
pub(crate) fn allocate_addresses(world: &mut World, service: &mut Value) {
    let kind = json::text(service, "/spec/type").to_owned();
    if kind == "ExternalName" {
        return;
    }
    if !json::has(service, "/spec/clusterIP") {
        let number = world.next_number();
        json::set(service, "/spec/clusterIP", format!("10.96.{}.{}", number / 250 % 250, number % 250 + 2));
    }
    let address = json::text(service, "/spec/clusterIP").to_owned();
    json::set_default(service, "/spec/clusterIPs", json!([address]));
    if kind == "NodePort" || kind == "LoadBalancer" {
        for port in json::items_mut(service, "/spec/ports") {
            let number = world.next_number();
            json::set_default(port, "/nodePort", 30_000 + number % 2_768);
        }
    }
}

/// A Job selects its pods by its own identity (kubernetes: `registry/batch/job/strategy.go`).
fn select_own_pods(job: &mut Value) {
    if json::text(job, "/spec/manualSelector") == "true" || json::has(job, "/spec/selector") {
        return;
    }
    let (uid, name) = (json::text(job, "/metadata/uid").to_owned(), json::text(job, "/metadata/name").to_owned());
    json::set(job, "/spec/selector", json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}));
    for prefix in ["batch.kubernetes.io~1", ""] {
        json::set(job, &format!("/spec/template/metadata/labels/{prefix}controller-uid"), uid.as_str());
        json::set(job, &format!("/spec/template/metadata/labels/{prefix}job-name"), name.as_str());
    }
    if !json::has(job, "/metadata/labels") {
        let labels = job.pointer("/spec/template/metadata/labels").cloned().unwrap_or_default();
        json::set(job, "/metadata/labels", labels);
    }
}

/// What is wrong with an object beyond its schema.
pub(crate) fn errors(resource: &Resource, object: &Value) -> Vec<FieldError> {
    let mut errors = vec![];
    let name = json::text(object, "/metadata/name");
    if !is_subdomain(name) && resource.group != "rbac.authorization.k8s.io" {
        errors.push(FieldError::invalid("metadata.name", &name.into(), NOT_A_SUBDOMAIN));
    }
    match resource.qualified_kind().as_str() {
        "Deployment.apps" | "ReplicaSet.apps" | "StatefulSet.apps" | "DaemonSet.apps" => {
            workload_errors(object, &mut errors);
        }
        "Job.batch" => {
            pod_errors(object, "/spec/template/spec", &mut errors);
            let policy = json::text(object, "/spec/template/spec/restartPolicy");
            if !matches!(policy, "OnFailure" | "Never") {
                let detail = "supported values: \"OnFailure\", \"Never\"";
                errors.push(FieldError::unsupported("spec.template.spec.restartPolicy", policy, detail));
            }
        }
        "Pod" => pod_errors(object, "/spec", &mut errors),
        "Service" => {
            let needs_ports = !matches!(json::text(object, "/spec/type"), "ExternalName")
                && json::text(object, "/spec/clusterIP") != "None";
            if needs_ports && json::items(object, "/spec/ports").is_empty() {
                errors.push(FieldError::required("spec.ports", ""));
            }
        }
        _ => {}
    }
    errors
}

fn workload_errors(object: &Value, errors: &mut Vec<FieldError>) {
    if json::integer(object, "/spec/replicas").is_some_and(|n| n < 0) {
        let value = object.pointer("/spec/replicas").cloned().unwrap_or_default();
        errors.push(FieldError::invalid("spec.replicas", &value, "must be greater than or equal to 0"));
    }
    let labels = object.pointer("/spec/template/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    if let Some(selector) = object.pointer("/spec/selector") {
        let template = json!({"metadata": {"labels": labels}});
        if selector.as_object().is_some_and(serde_json::Map::is_empty) {
            let detail = "empty selector is invalid for deployment";
            errors.push(FieldError::invalid("spec.selector", selector, detail));
        } else if !Selection::of_object(selector).is_some_and(|selection| selection.matches(&template)) {
            let detail = "`selector` does not match template `labels`";
            errors.push(FieldError::invalid("spec.template.metadata.labels", &labels, detail));
        }
    }
    let policy = json::text(object, "/spec/template/spec/restartPolicy");
    if !matches!(policy, "Always" | "") {
        let detail = "supported values: \"Always\"";
        errors.push(FieldError::unsupported("spec.template.spec.restartPolicy", policy, detail));
    }
    pod_errors(object, "/spec/template/spec", errors);
    // The volumes of a StatefulSet's pods come from its claims, too: the server does not look at mounts there.
    if json::text(object, "/kind") == "StatefulSet" {
        errors.retain(|error| !error.is_about("volumeMounts"));
    }
}

fn pod_errors(object: &Value, spec: &str, errors: &mut Vec<FieldError>) {
    let path = spec.trim_start_matches('/').replace('/', ".");
    let containers = json::items(object, &format!("{spec}/containers"));
    if containers.is_empty() && object.pointer(spec).is_some() {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    let volumes = json::items(object, &format!("{spec}/volumes"));
    for (index, container) in containers.iter().enumerate() {
        let at = format!("{path}.containers[{index}]");
        if json::text(container, "/image").is_empty() {
            errors.push(FieldError::required(format!("{at}.image"), ""));
        }
        for (mount_index, mount) in json::items(container, "/volumeMounts").iter().enumerate() {
            let name = json::text(mount, "/name");
            if !volumes.iter().any(|volume| json::text(volume, "/name") == name) {
                errors.push(FieldError::not_found(format!("{at}.volumeMounts[{mount_index}].name"), name));
            }
        }
    }
}

/// Fields that changed though they may not.
pub(crate) fn immutable_errors(resource: &Resource, old: &Value, new: &Value) -> Vec<FieldError> {
    let fields: &[&str] = match resource.qualified_kind().as_str() {
        "Deployment.apps" | "ReplicaSet.apps" | "DaemonSet.apps" => &["/spec/selector"],
        "Job.batch" => &["/spec/completions", "/spec/selector", "/spec/template", "/spec/completionMode"],
        "RoleBinding.rbac.authorization.k8s.io" | "ClusterRoleBinding.rbac.authorization.k8s.io" => &["/roleRef"],
        "Secret" => &["/type"],
        "StorageClass.storage.k8s.io" => &["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"],
        "StatefulSet.apps" => return stateful_set_errors(old, new),
        "Service" if json::has(old, "/spec/clusterIP") => return service_errors(old, new),
        "PersistentVolumeClaim" => return claim_errors(old, new),
        "Pod" => return pod_update_errors(old, new),
        "ConfigMap" => &[],
        _ => return vec![],
    };
    let null = Value::Null;
    let at = |object: &'_ Value, field: &str| object.pointer(field).cloned().unwrap_or(null.clone());
    let changed = fields.iter().filter(|field| at(old, field) != at(new, field));
    let mut errors: Vec<FieldError> = changed
        .map(|field| {
            let path = field.trim_start_matches('/').replace('/', ".");
            let detail = if path == "roleRef" { "cannot change roleRef" } else { "field is immutable" };
            FieldError::invalid(path, &at(new, field), detail)
        })
        .collect();
    // A ConfigMap or Secret that was sealed stays as it is.
    if old.get("immutable") == Some(&Value::Bool(true)) {
        let sealed = ["data", "binaryData", "immutable"].iter().filter(|field| old.get(*field) != new.get(*field));
        errors.extend(sealed.map(|field| FieldError::forbidden(*field, "field is immutable when `immutable` is set")));
    }
    errors
}

/// What may not be done to the metadata of an object that is there: `uid` is the identity that was sent.
/// The server checks metadata twice and so tells everything twice.
pub(crate) fn metadata_errors(old: &Value, new: &Value, uid: &Value) -> Vec<FieldError> {
    let mut errors = vec![];
    if !uid.is_null() && old.pointer("/metadata/uid") != Some(uid) {
        errors.push(FieldError::invalid("metadata.uid", uid, "field is immutable"));
    }
    let had = json::items(old, "/metadata/finalizers");
    let more: Vec<String> = json::items(new, "/metadata/finalizers")
        .iter()
        .filter(|finalizer| !had.contains(finalizer))
        .map(ToString::to_string)
        .collect();
    if json::has(old, "/metadata/deletionTimestamp") && !more.is_empty() {
        let detail = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
            more.join(", ")
        );
        errors.push(FieldError::forbidden("metadata.finalizers", &detail));
    }
    errors.iter().cloned().chain(errors.iter().cloned()).collect()
}

fn service_errors(old: &Value, new: &Value) -> Vec<FieldError> {
    let (had, has) = (json::text(old, "/spec/clusterIP"), json::text(new, "/spec/clusterIP"));
    if had == has || json::text(new, "/spec/type") == "ExternalName" {
        return vec![];
    }
    vec![FieldError::invalid("spec.clusterIPs[0]", &json!([has]), "may not change once set")]
}

fn stateful_set_errors(old: &Value, new: &Value) -> Vec<FieldError> {
    const MUTABLE: [&str; 7] = [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    if without(old.get("spec"), &MUTABLE) == without(new.get("spec"), &MUTABLE) {
        return vec![];
    }
    let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
        'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    vec![FieldError::forbidden("spec", detail)]
}

fn claim_errors(old: &Value, new: &Value) -> Vec<FieldError> {
    const MUTABLE: [&str; 3] = ["resources", "volumeName", "volumeAttributesClassName"];
    if without(old.get("spec"), &MUTABLE) == without(new.get("spec"), &MUTABLE) {
        return vec![];
    }
    let detail =
        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    vec![FieldError::forbidden("spec", detail)]
}

fn pod_update_errors(old: &Value, new: &Value) -> Vec<FieldError> {
    let frozen = |pod: &Value| {
        let mut spec = without(pod.get("spec"), &["activeDeadlineSeconds", "tolerations", "nodeName"]);
        for containers in ["/containers", "/initContainers"] {
            for container in json::items_mut(&mut spec, containers) {
                json::remove(container, "/image");
            }
        }
        spec
    };
    if frozen(old) == frozen(new) {
        return vec![];
    }
    let detail = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
        `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
        `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    vec![FieldError::forbidden("spec", detail)]
}

fn without(spec: Option<&Value>, fields: &[&str]) -> Value {
    let mut spec = spec.cloned().unwrap_or_default();
    if let Some(map) = spec.as_object_mut() {
        map.retain(|key, _| !fields.contains(&key.as_str()));
    }
    spec
}

/// RFC 1123 subdomain of at most 253 characters.
fn is_subdomain(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
