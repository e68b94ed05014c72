//! Fields that the API server does not let anybody change: another value is refused, or needs the object to be made anew.
//!
//! From the validation of updates in kubernetes' `pkg/apis/*/validation`. Which field of which kind, and when, stands in one table.

use seatrial_kubernetes::amount;
use seatrial_model::Node;

use crate::{Difference, ObjectDiff};

/// A field that cannot be changed.
struct Field {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    when: When,
}

/// When a difference counts.
#[derive(Clone, Copy)]
enum When {
    /// Always.
    Always,
    /// Where both sides have a value: the server keeps what it has filled in itself.
    BothSet,
    /// Where a quantity becomes smaller.
    Smaller,
    /// Where the object was `immutable: true`.
    Sealed,
    /// Unless it is one of these fields.
    Unless(&'static [&'static str]),
}

const fn field(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> Field {
    Field { group, kind, path, when: When::Always }
}

const fn when(group: &'static str, kind: &'static str, path: &'static [&'static str], when: When) -> Field {
    Field { group, kind, path, when }
}

/// What may be changed in the spec of a StatefulSet.
const OF_STATEFUL_SETS: &[&str] = &[
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// What may be changed in the spec of a claim.
const OF_CLAIMS: &[&str] = &["resources", "volumeAttributesClassName"];

/// What may be changed in the spec of a volume: all but the source of it.
const OF_VOLUMES: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
];

const FIELDS: &[Field] = &[
    field("apps", "Deployment", &["spec", "selector"]),
    field("apps", "DaemonSet", &["spec", "selector"]),
    field("apps", "ReplicaSet", &["spec", "selector"]),
    when("apps", "StatefulSet", &["spec"], When::Unless(OF_STATEFUL_SETS)),
    field("batch", "Job", &["spec", "template"]),
    field("batch", "Job", &["spec", "selector"]),
    field("batch", "Job", &["spec", "completionMode"]),
    field("batch", "Job", &["spec", "podFailurePolicy"]),
    field("batch", "Job", &["spec", "backoffLimitPerIndex"]),
    when("", "Service", &["spec", "clusterIP"], When::BothSet),
    when("", "PersistentVolumeClaim", &["spec"], When::Unless(OF_CLAIMS)),
    when("", "PersistentVolumeClaim", &["spec", "resources", "requests", "storage"], When::Smaller),
    when("", "PersistentVolume", &["spec"], When::Unless(OF_VOLUMES)),
    when("", "ConfigMap", &["data"], When::Sealed),
    when("", "ConfigMap", &["binaryData"], When::Sealed),
    when("", "ConfigMap", &["immutable"], When::Sealed),
    when("", "Secret", &["data"], When::Sealed),
    when("", "Secret", &["stringData"], When::Sealed),
    when("", "Secret", &["immutable"], When::Sealed),
    when("", "Secret", &["type"], When::BothSet),
    field("storage.k8s.io", "StorageClass", &["provisioner"]),
    field("storage.k8s.io", "StorageClass", &["parameters"]),
    when("storage.k8s.io", "StorageClass", &["reclaimPolicy"], When::BothSet),
    when("storage.k8s.io", "StorageClass", &["volumeBindingMode"], When::BothSet),
    field("storage.k8s.io", "VolumeAttributesClass", &["driverName"]),
    field("storage.k8s.io", "VolumeAttributesClass", &["parameters"]),
    field("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    field("rbac.authorization.k8s.io", "ClusterRoleBinding", &["roleRef"]),
    field("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    field("scheduling.k8s.io", "PriorityClass", &["value"]),
    field("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"]),
    field("node.k8s.io", "RuntimeClass", &["handler"]),
    field("discovery.k8s.io", "EndpointSlice", &["addressType"]),
    field("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "scope"]),
];

/// The first difference of an object that the API server refuses.
#[must_use]
pub fn immutable(object: &ObjectDiff) -> Option<&Difference> {
    let is_sealed = object
        .before
        .as_ref()
        .is_some_and(|document| document.node.get("immutable").and_then(Node::as_bool) == Some(true));
    let fields = || FIELDS.iter().filter(|f| f.group == object.id.group && f.kind == object.id.kind);
    let is_refused = |difference: &&Difference| fields().any(|field| field.refuses(difference, is_sealed));
    // A new name is a new object: nothing is changed in place.
    object.differences.iter().filter(|_| object.was.is_none()).find(is_refused)
}

impl Field {
    fn refuses(&self, difference: &Difference, is_sealed: bool) -> bool {
        if !difference.path.starts_with(self.path) {
            return false;
        }
        let (before, after) = (difference.before.as_ref(), difference.after.as_ref());
        let values = before.and_then(Node::scalar_text).zip(after.and_then(Node::scalar_text));
        match self.when {
            When::Always => true,
            When::BothSet => before.is_some() && after.is_some(),
            When::Sealed => is_sealed,
            When::Smaller => values.and_then(|(one, other)| Some(amount(other)? < amount(one)?)).unwrap_or_default(),
            When::Unless(fields) => {
                let name = difference.path.fields().nth(self.path.len());
                name.is_some_and(|name| !fields.contains(&name))
            }
        }
    }
}
