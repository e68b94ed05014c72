//! `immutable-field`: another value for a field that the API server does not let anybody change. Which fields these are stands in `immutable.rs`.

use seatrial_model::{Action, Finding, Level, Manifest, Node, RuleId, RuleInfo, Setting};

use super::place::{at_value, pointer};
use super::transition::is_hook;
use super::{Danger, Transition};
use crate::{Difference, ObjectDiff, immutable};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "immutable-field",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a field is changed that cannot be changed in place",
    page: "The API server refuses another value for such a field (the selector of a Deployment, the claim templates of a StatefulSet, the template of a Job, `roleRef` of a binding). The whole apply fails then, and with it what is applied after it. Flux deletes the object and creates it again where `spec.force` of the Kustomization or the annotation `kustomize.toolkit.fluxcd.io/force: enabled` says so: its pods are gone for a while. Give the object a new name, so that both exist until traffic has moved, or delete it yourself when that does no harm.",
});

/// The danger.
pub(super) struct ImmutableField;

impl Danger for ImmutableField {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for object in transition.touched() {
            let Some(difference) = immutable(object) else { continue };
            let (Some(before), Some(after)) = (transition.before(object), transition.after(object)) else { continue };
            if !is_hook(after) {
                findings.push(said(object, difference, before, after));
            }
        }
    }
}

fn said(object: &ObjectDiff, difference: &Difference, before: &Manifest, after: &Manifest) -> Finding {
    let (id, path) = (&object.id, &difference.path);
    let is_recreated = object.action == Action::Recreated;
    // Whoever applies it may make it anew: `seatrial deploy` does.
    let is_up_to_whom = id.kind == "Job" && after.owner.is_none() && after.release.is_none();
    let message = match (is_recreated, is_up_to_whom) {
        (true, _) => format!("{id} is deleted and created again: `{path}` cannot be changed in place"),
        (false, true) => format!("`{path}` of {id} cannot be changed in place: `kubectl apply` is refused"),
        (false, false) => format!("the API server refuses to change `{path}` of {id}"),
    };
    let value = difference.after.as_ref().unwrap_or_else(|| nearest(&after.node, difference));
    let mut finding = at_value(ID, value, after, pointer(object, difference), message);
    finding = match (&difference.before, &difference.after) {
        (Some(was), Some(_)) => finding.with_related(was.span(), "the value on the base"),
        (Some(was), None) => finding.with_related(was.span(), "it was here, and is gone"),
        (None, _) => finding.with_related(before.name_span(), "the base does not have it"),
    };
    if is_recreated {
        return finding;
    }
    if is_up_to_whom {
        return finding.with_level(Level::Note).with_note("`seatrial deploy` makes it anew");
    }
    let owner = after.owner.as_ref().map(|owner| &owner.0).filter(|owner| owner.kind == "Kustomization");
    finding.with_help(match owner {
        Some(owner) => {
            format!("give the object a new name, delete it first, or let {owner} make it anew: `spec.force: true`")
        }
        None => "give the object a new name, or delete it first".to_owned(),
    })
}

/// What there still is of the way to a value that is gone.
fn nearest<'a>(node: &'a Node, difference: &Difference) -> &'a Node {
    let mut nearest = node;
    for field in difference.path.fields() {
        let Some(inner) = nearest.get(field) else { break };
        nearest = inner;
    }
    nearest
}
