//! The shapes of Kubernetes' own kinds: what `k8s.io/kubernetes` `pkg/apis/*/validation/validation.go` refuses, as tables. Each file names
//! its source; a check that stands alone names its function.

mod claim;
mod container;
mod network;
mod others;
mod pod;
mod probe;
mod rbac;
mod scale;
mod selector;
mod service;
mod volume;
mod workload;

use seatrial_model::ObjectId;

use crate::shape::Shape;

/// The shape of a kind; `None` where nothing is known beyond its schema.
pub(crate) fn of(id: &ObjectId) -> Option<&'static Shape> {
    Some(match (&*id.group, &*id.kind) {
        ("", "Pod") => &pod::POD,
        ("", "PodTemplate") => &pod::POD_TEMPLATE,
        ("", "Service") => &service::SERVICE,
        ("", "ConfigMap") => &others::CONFIG_MAP,
        ("", "Secret") => &others::SECRET,
        ("", "PersistentVolumeClaim") => &claim::CLAIM,
        ("", "PersistentVolume") => &claim::VOLUME,
        ("", "ResourceQuota") => &others::QUOTA,
        ("", "LimitRange") => &others::LIMIT_RANGE,
        ("", "ReplicationController") => &workload::REPLICATION_CONTROLLER,
        ("apps", "Deployment") => &workload::DEPLOYMENT,
        ("apps", "ReplicaSet") => &workload::REPLICA_SET,
        ("apps", "StatefulSet") => &workload::STATEFUL_SET,
        ("apps", "DaemonSet") => &workload::DAEMON_SET,
        ("batch", "Job") => &workload::JOB,
        ("batch", "CronJob") => &workload::CRON_JOB,
        ("autoscaling", "HorizontalPodAutoscaler") => &scale::AUTOSCALER,
        ("policy", "PodDisruptionBudget") => &scale::DISRUPTION_BUDGET,
        ("networking.k8s.io", "Ingress") => &network::INGRESS,
        ("networking.k8s.io", "NetworkPolicy") => &network::POLICY,
        ("rbac.authorization.k8s.io", "Role") => &rbac::ROLE,
        ("rbac.authorization.k8s.io", "ClusterRole") => &rbac::CLUSTER_ROLE,
        ("rbac.authorization.k8s.io", "RoleBinding") => &rbac::BINDING,
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => &rbac::CLUSTER_BINDING,
        ("scheduling.k8s.io", "PriorityClass") => &others::PRIORITY,
        ("storage.k8s.io", "StorageClass") => &claim::CLASS,
        _ => return None,
    })
}
