//! The table: kind → how its status is read.

use crate::{
    Live, Status, custom_resource_definition, daemon_set, deployment, job, namespace, persistent_volume_claim, pod,
    replica_set, service, stateful_set,
};

/// One kind.
pub(crate) struct Row {
    group: &'static str,
    /// Kind; the file of its cases has this name.
    pub(crate) kind: &'static str,
    /// Whether its pods show more than its own status.
    pods: Pods,
    /// Reads the status of an object that is not being deleted, whose generation was observed and that is not stalled.
    pub(crate) status: fn(Live<'_>) -> Status,
}

#[derive(PartialEq)]
enum Pods {
    Owned,
    None,
}

const fn row(group: &'static str, kind: &'static str, pods: Pods, status: fn(Live<'_>) -> Status) -> Row {
    Row { group, kind, pods, status }
}

/// Every kind with a rule of its own; the others follow the generic one.
pub(crate) const KINDS: &[Row] = &[
    row("", "Namespace", Pods::None, namespace::status),
    row("", "PersistentVolumeClaim", Pods::None, persistent_volume_claim::status),
    row("", "Pod", Pods::None, pod::status),
    row("", "Service", Pods::None, service::status),
    row("apiextensions.k8s.io", "CustomResourceDefinition", Pods::None, custom_resource_definition::status),
    row("apps", "DaemonSet", Pods::Owned, daemon_set::status),
    row("apps", "Deployment", Pods::Owned, deployment::status),
    row("apps", "ReplicaSet", Pods::Owned, replica_set::status),
    row("apps", "StatefulSet", Pods::Owned, stateful_set::status),
    row("batch", "Job", Pods::Owned, job::status),
];

/// The row of a kind.
pub(crate) fn find(group: &str, kind: &str) -> Option<&'static Row> {
    KINDS.iter().find(|row| row.group == group && row.kind == kind)
}

/// Whether readiness of this kind looks at pods: those must be fetched for [`Live::pods`].
#[must_use]
pub fn has_pods(group: &str, kind: &str) -> bool {
    find(group, kind).is_some_and(|row| row.pods == Pods::Owned)
}
