//! What becomes of an object that one side lacks, and of one that cannot be changed in place: what its owner says counts.
//!
//! Flux: `kustomize-controller` prunes by `spec.prune` and `spec.deletionPolicy`; helm keeps what `helm.sh/resource-policy` says.

use seatrial_model::{Action, Graph, GraphNode, Manifest, Node, NodeState, ObjectId, QuickMap, ReleaseRole, Rendered};

use crate::immutable::immutable;
use crate::pair::by_id;
use crate::{Diff, ObjectDiff, sort};

/// Decides for all objects of a comparison.
pub(crate) fn decide(comparison: &mut Diff, base: &Rendered, head: &Rendered) {
    let fates = Fates { base: Side::of(base), head: Side::of(head) };
    let (asleep, mut awake): (Vec<_>, Vec<_>) =
        std::mem::take(&mut comparison.objects).into_iter().partition(|object| fates.is_asleep(object));
    // Nothing happens to what an owner applied that reconciles no more: its objects are as they were.
    comparison.unchanged += asleep.len();
    for object in &mut awake {
        let because = match object.action {
            Action::Deleted => fates.why_it_stays(object),
            Action::Created => fates.why_it_is_not_new(object),
            Action::Configured | Action::Renamed => fates.why_nothing_happens(object),
            _ => None,
        };
        if because.is_some() {
            (object.action, object.because) = (Action::Skipped, because);
        } else if object.action == Action::Configured && fates.is_forced(object) && immutable(object).is_some() {
            object.action = Action::Recreated;
        }
    }
    comparison.objects = awake;
    sort(&mut comparison.objects);
}

/// Whether an object that has another name on the head is kept under the one that it had.
pub(crate) fn stays_under_its_old_name(object: &ObjectDiff, base: &Rendered, head: &Rendered) -> bool {
    let Some(was) = &object.was else { return true };
    let fates = Fates { base: Side::of(base), head: Side::of(head) };
    let old = ObjectDiff { id: ObjectId { name: was.clone(), ..object.id.clone() }, ..object.clone() };
    fates.why_it_stays(&old).is_some()
}

struct Fates<'a> {
    base: Side<'a>,
    head: Side<'a>,
}

/// A rendering, and how its objects are found.
struct Side<'a> {
    objects: QuickMap<&'a ObjectId, &'a Manifest>,
    graph: Option<&'a Graph>,
    nodes: QuickMap<&'a ObjectId, &'a GraphNode>,
    needs_something: bool,
}

impl<'a> Side<'a> {
    fn of(rendered: &'a Rendered) -> Side<'a> {
        let graph = rendered.graph.as_ref();
        let nodes = graph.map_or(&[][..], |graph| &graph.nodes);
        Side {
            objects: by_id(&rendered.manifests),
            graph,
            nodes: nodes.iter().map(|node| (&node.id, node)).collect(),
            needs_something: !rendered.needed.is_empty(),
        }
    }

    fn owner(&self, id: &ObjectId) -> Option<&'a ObjectId> {
        self.objects.get(id).and_then(|manifest| manifest.owner.as_ref()).map(|owner| &owner.0)
    }

    /// Why not all that an owner applies is seen, as a clause.
    fn gap(&self, owner: Option<&ObjectId>) -> Option<String> {
        let Some(node) = owner.and_then(|owner| self.nodes.get(owner)) else {
            let is_unseen = self.graph.is_none() && self.needs_something;
            return is_unseen.then(|| "not everything that it needs is here".to_owned());
        };
        match &node.state {
            NodeState::Unknown(because) | NodeState::NotFetched(because) | NodeState::NotFollowed(because) => {
                Some(format!("{}: {because}", node.id))
            }
            NodeState::Missing => Some(format!("what {} names does not exist", node.id)),
            NodeState::Rendered | NodeState::Suspended | NodeState::Leaf => None,
        }
    }
}

impl Fates<'_> {
    /// Whether an object is not rendered any more only because its owner is suspended.
    fn is_asleep(&self, object: &ObjectDiff) -> bool {
        let owner = self.base.owner(&object.id).and_then(|owner| self.head.nodes.get(owner));
        let is_suspended = owner.is_some_and(|owner| owner.lifecycle.suspended);
        object.action == Action::Deleted && is_suspended && !self.head.objects.contains_key(&object.id)
    }

    /// Why an object that is not rendered any more is not deleted; `None` where it is.
    fn why_it_stays(&self, object: &ObjectDiff) -> Option<String> {
        if let Some(still) = self.head.objects.get(&object.id) {
            let by = still.owner.as_ref().map(|owner| format!(" by {}", owner.0)).unwrap_or_default();
            return Some(format!("it is rendered once less, and still{by}"));
        }
        let owner = self.base.owner(&object.id);
        if let Some(gap) = self.head.gap(owner).filter(|_| self.base.gap(owner).is_none()) {
            return Some(format!("the change was not rendered whole, {gap}"));
        }
        let node = &object.before.as_ref()?.node;
        let kept = KEPT.iter().find(|(key, value)| annotation(node, key) == Some(value));
        if let Some((key, value)) = kept {
            return Some(format!("it stays, its annotation `{key}: {value}` says so"));
        }
        if let Some(because) = self.base.objects.get(&object.id).and_then(|manifest| why_helm_keeps(manifest)) {
            return Some(because.to_owned());
        }
        let owner = owner.filter(|owner| owner.kind == "Kustomization")?;
        match (self.head.nodes.get(owner), self.base.nodes.get(owner)) {
            (Some(now), _) if !now.lifecycle.prune => Some(format!("it stays, {owner} does not prune")),
            (None, Some(was)) => match was.lifecycle.deletion_policy.as_deref() {
                Some("Orphan") => Some(format!("it stays, the deletion policy of {owner} is `Orphan`")),
                None | Some("MirrorPrune") if !was.lifecycle.prune => Some(format!("it stays, {owner} did not prune")),
                _ => None,
            },
            _ => None,
        }
    }

    /// Why an object that the base lacks may have been there.
    fn why_it_is_not_new(&self, object: &ObjectDiff) -> Option<String> {
        let owner = self.head.owner(&object.id);
        let gap = self.base.gap(owner).filter(|_| self.head.gap(owner).is_none())?;
        Some(format!("the base was not rendered whole, {gap}"))
    }

    /// Why an object that differs is not touched.
    fn why_nothing_happens(&self, object: &ObjectDiff) -> Option<String> {
        let owner = self.head.owner(&object.id)?;
        let node = self.head.nodes.get(owner)?;
        node.lifecycle.suspended.then(|| format!("{owner} is suspended"))
    }

    /// Whether whoever applies it makes anew what cannot be changed.
    fn is_forced(&self, object: &ObjectDiff) -> bool {
        let node = object.after.as_ref().map(|document| &document.node);
        let is_annotated =
            node.is_some_and(|node| annotation(node, FORCE).is_some_and(|value| value.eq_ignore_ascii_case("enabled")));
        let owner = self.head.owner(&object.id).and_then(|owner| self.head.nodes.get(owner));
        is_annotated || owner.is_some_and(|owner| owner.lifecycle.force)
    }
}

/// Why no upgrade of a release deletes an object that the chart does not print any more.
fn why_helm_keeps(manifest: &Manifest) -> Option<&'static str> {
    match manifest.release.as_ref()?.role {
        ReleaseRole::Tracked { .. } => None,
        ReleaseRole::Hook(_) => Some("it stays, Helm does not track hooks"),
        ReleaseRole::Definition { .. } => Some("it stays, Helm never deletes what a chart has in `crds/`"),
    }
}

/// kustomize-controller: `internal/controller/kustomization_controller.go`.
const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";

/// Annotations by which an object is kept when it is not rendered any more.
const KEPT: [(&str, &str); 4] = [
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("kustomize.toolkit.fluxcd.io/ssa", "Ignore"),
    ("helm.sh/resource-policy", "keep"),
];

fn annotation<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.at(&["metadata", "annotations", key]).and_then(Node::as_str)
}
