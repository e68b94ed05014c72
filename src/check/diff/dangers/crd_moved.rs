//! `crd-moved`: a definition that a chart had in `templates/` and has in `crds/` now.

use seatrial_model::{Finding, Level, Manifest, Node, ReleaseRole, RuleId, RuleInfo, Setting};

use super::place::at_name;
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "crd-moved",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a chart moves a CustomResourceDefinition from `templates/` to `crds/`, and Helm deletes it",
    page: "What lies in `crds/` is not part of a release. An upgrade to such a version of the chart deletes the definition, as the manifest of the release does not have it any more, and with it all objects of its kind; with luck it is created again, and empty (helm/helm#8163). Before the upgrade, annotate the definition in the cluster with `helm.sh/resource-policy: keep`.",
});

/// The danger.
pub(super) struct CrdMoved;

impl Danger for CrdMoved {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let definitions = transition.head.objects.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
        for after in definitions.iter().filter(|after| !is_suspended(after, transition)) {
            let Some(before) = transition.base.get(&after.id).filter(|before| is_moved(before, after)) else {
                continue;
            };
            let kind = after.node.at(&["spec", "names", "kind"]).and_then(Node::as_str).unwrap_or(&after.id.name);
            let message = format!(
                "Helm deletes {} and with it all objects of the kind `{kind}`: the chart has it in `crds/` now",
                after.id
            );
            let finding = at_name(ID, after, message)
                .with_related(before.name_span(), "it was in `templates/`")
                .with_help("annotate it with `helm.sh/resource-policy: keep` in the cluster before the upgrade");
            findings.push(finding);
        }
    }
}

/// Whether a release tracked it, and does not any more.
fn is_moved(before: &Manifest, after: &Manifest) -> bool {
    let (Some(was), Some(now)) = (&before.release, &after.release) else { return false };
    let is_deleted = was.role == ReleaseRole::Tracked { is_kept: false };
    is_deleted && was.release == now.release && matches!(now.role, ReleaseRole::Definition { .. })
}

fn is_suspended(manifest: &Manifest, transition: &Transition<'_>) -> bool {
    let node = || transition.head.rendered.graph.as_ref()?.get(&manifest.owner.as_ref()?.0);
    node().is_some_and(|node| node.lifecycle.suspended)
}
