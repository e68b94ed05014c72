//! The order in which objects are applied (fluxcd/pkg: `ssa/sort.go`, `ssa/utils/is.go`).

use std::collections::BTreeSet;

use seatrial_model::{Hook, HookEvent, Manifest, ObjectId, ReleaseRole};

/// What is applied, and waited for, before the next may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What others cannot be stored without: CRDs, Namespaces, ClusterRoles.
    Definitions,
    /// Kinds that end in `Class`.
    Classes,
    /// Hooks that Helm runs before a release, by their weight (helm: `pkg/action/hooks.go`).
    Before(i64),
    /// Everything else.
    Rest,
    /// Hooks that Helm runs behind a release, by their weight.
    Behind(i64),
}

impl Stage {
    /// The stages of objects in their order; that of everything else is always among them.
    pub(crate) fn all(objects: impl Iterator<Item = Stage>) -> Vec<Stage> {
        let stages: BTreeSet<Stage> = objects.chain([Stage::Rest]).collect();
        stages.into_iter().collect()
    }
}

/// The stage of an object.
pub(crate) fn stage(manifest: &Manifest) -> Stage {
    let id = &manifest.id;
    if let Some(hook) = hook(manifest) {
        let is = |events: [HookEvent; 2]| hook.events.iter().any(|event| events.contains(event));
        if is([HookEvent::PreInstall, HookEvent::PreUpgrade]) {
            return Stage::Before(hook.weight);
        }
        return Stage::Behind(hook.weight);
    }
    match (id.group.as_str(), id.kind.as_str()) {
        ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("", "Namespace")
        | ("rbac.authorization.k8s.io", "ClusterRole") => Stage::Definitions,
        (_, kind) if kind.ends_with("Class") => Stage::Classes,
        _ => Stage::Rest,
    }
}

/// What makes an object a hook of its release.
pub(crate) fn hook(manifest: &Manifest) -> Option<&Hook> {
    match &manifest.release.as_ref()?.role {
        ReleaseRole::Hook(hook) => Some(hook),
        ReleaseRole::Tracked { .. } | ReleaseRole::Definition { .. } => None,
    }
}

/// Why a hook is not deployed, as a clause; `None` for one that Helm runs when a release is installed or upgraded.
pub(crate) fn not_deployed(hook: &Hook) -> Option<&'static str> {
    let deployed = [HookEvent::PreInstall, HookEvent::PreUpgrade, HookEvent::PostInstall, HookEvent::PostUpgrade];
    if !hook.is_known {
        return Some("a hook with an event that Helm does not know, and passes over");
    }
    if hook.events.iter().any(|event| deployed.contains(event)) {
        return None;
    }
    Some(if hook.is_test() {
        "a test hook: a test of the kind `helm-test` runs it"
    } else {
        "a hook that runs when its release is deleted or rolled back"
    })
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
    use std::sync::Arc;

    use seatrial_model::{ReleaseName, ReleasePart, Sources};

    use super::*;

    fn id(group: &str, kind: &str, name: &str) -> ObjectId {
        ObjectId::new(group, kind, Some("shop"), name)
    }

    fn manifest(group: &str, kind: &str, name: &str) -> Manifest {
        let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        let text = format!("{{ apiVersion: {version}, kind: {kind}, metadata: {{ name: {name} }} }}");
        let parsed = seatrial_yaml::parse(&Sources::new().add("a.yaml", text), seatrial_yaml::Dialect::Kubectl);
        Manifest::from_node(parsed.documents[0].node.clone()).expect("an object")
    }

    fn of_release(name: &str, events: &[HookEvent], weight: i64) -> Manifest {
        let hook = Hook { is_known: true, events: events.to_vec(), weight, delete_policies: Vec::new() };
        let release = Arc::new(ReleaseName { name: "shop".to_owned(), namespace: "shop".to_owned() });
        let role = ReleaseRole::Hook(Arc::new(hook));
        Manifest { release: Some(ReleasePart { release, role }), ..manifest("batch", "Job", name) }
    }

    #[test]
    fn hooks_are_deployed_before_and_behind_their_release_by_weight() {
        let all = [
            of_release("notify", &[HookEvent::PostInstall], 0),
            of_release("migrate", &[HookEvent::PreUpgrade, HookEvent::PreInstall], 5),
            manifest("apps", "Deployment", "web"),
            of_release("backup", &[HookEvent::PreUpgrade], -5),
        ];
        let stages = [Stage::Before(-5), Stage::Before(5), Stage::Rest, Stage::Behind(0)];
        assert_eq!(Stage::all(all.iter().map(stage)), stages);
        assert_eq!(Stage::all(std::iter::empty()), [Stage::Rest]);
    }

    #[test]
    fn tests_and_what_deletes_or_rolls_back_are_not_deployed() {
        let why = |events: &[HookEvent]| hook(&of_release("x", events, 0)).and_then(not_deployed);
        assert_eq!(why(&[HookEvent::Test]), Some("a test hook: a test of the kind `helm-test` runs it"));
        let rolled_back = Some("a hook that runs when its release is deleted or rolled back");
        assert_eq!(why(&[HookEvent::PreDelete]), rolled_back);
        assert_eq!(why(&[HookEvent::PostRollback]), rolled_back);
        assert_eq!(why(&[HookEvent::PostInstall, HookEvent::PreDelete]), None);
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
        assert_eq!(stage(&manifest("", "Namespace", "shop")), Stage::Definitions);
        assert_eq!(stage(&manifest("rbac.authorization.k8s.io", "ClusterRole", "r")), Stage::Definitions);
        assert_eq!(stage(&manifest("storage.k8s.io", "StorageClass", "fast")), Stage::Classes);
        assert_eq!(stage(&manifest("acme.io", "Namespace", "x")), Stage::Rest);
        assert_eq!(stage(&manifest("apps", "Deployment", "web")), Stage::Rest);
    }
}
