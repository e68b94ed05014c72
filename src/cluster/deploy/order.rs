//! The order in which objects are applied (fluxcd/pkg: `ssa/sort.go`, `ssa/utils/is.go`).

use seatrial_model::ObjectId;

/// What is applied, and waited for, before the next may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What others cannot be stored without: CRDs, Namespaces, ClusterRoles.
    Definitions,
    /// Kinds that end in `Class`.
    Classes,
    /// Everything else.
    Rest,
}

impl Stage {
    pub(crate) const ALL: [Stage; 3] = [Stage::Definitions, Stage::Classes, Stage::Rest];
}

/// The stage of an object.
pub(crate) fn stage(id: &ObjectId) -> Stage {
    match (id.group.as_str(), id.kind.as_str()) {
        ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("", "Namespace")
        | ("rbac.authorization.k8s.io", "ClusterRole") => Stage::Definitions,
        (_, kind) if kind.ends_with("Class") => Stage::Classes,
        _ => Stage::Rest,
    }
}

/// Kinds that come first, in this order.
const FIRST: [&str; 23] = [
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
    "ClusterClass",
    "RuntimeClass",
    "PriorityClass",
    "StorageClass",
    "VolumeSnapshotClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRoleBinding",
    "ResourceQuota",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "LimitRange",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last: webhooks would judge the objects before what serves them runs.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts objects of one stage.
pub(crate) fn key(id: &ObjectId) -> (usize, &str, &str, Option<&str>, &str) {
    let position = |kinds: &[&str]| kinds.iter().position(|kind| *kind == id.kind);
    let after_first = FIRST.len();
    let index = position(&FIRST).or_else(|| position(&LAST).map(|i| after_first + 1 + i)).unwrap_or(after_first);
    (index, &id.group, &id.kind, id.namespace.as_deref(), &id.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group: &str, kind: &str, name: &str) -> ObjectId {
        ObjectId::new(group, kind, Some("shop"), name)
    }

    #[test]
    fn what_others_need_comes_first_and_webhooks_last() {
        let mut objects = [
            id("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "w"),
            id("batch", "Job", "migrate"),
            id("apps", "Deployment", "web"),
            id("", "Service", "web"),
            id("", "ConfigMap", "b"),
            id("", "ConfigMap", "a"),
            id("acme.io", "Widget", "w"),
            id("", "ServiceAccount", "web"),
        ];
        objects.sort_by(|a, b| key(a).cmp(&key(b)));
        let kinds: Vec<String> = objects.iter().map(|o| format!("{}/{}", o.kind, o.name)).collect();
        assert_eq!(
            kinds,
            [
                "ServiceAccount/web",
                "ConfigMap/a",
                "ConfigMap/b",
                "Service/web",
                "Deployment/web",
                "Widget/w",
                "Job/migrate",
                "ValidatingWebhookConfiguration/w"
            ]
        );
    }

    #[test]
    fn a_stage_holds_what_later_stages_cannot_do_without() {
        assert_eq!(stage(&id("", "Namespace", "shop")), Stage::Definitions);
        assert_eq!(stage(&id("rbac.authorization.k8s.io", "ClusterRole", "r")), Stage::Definitions);
        assert_eq!(stage(&id("storage.k8s.io", "StorageClass", "fast")), Stage::Classes);
        assert_eq!(stage(&id("acme.io", "Namespace", "x")), Stage::Rest);
        assert_eq!(stage(&id("apps", "Deployment", "web")), Stage::Rest);
    }
}
