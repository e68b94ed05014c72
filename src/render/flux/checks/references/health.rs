//! `healthChecks` of a Kustomization that name what nothing applies: the controller waits for it until its timeout ends.

use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, group_of, nearest_of_few};

use super::{Known, name_of};
use crate::kustomizations::fields::other_cluster;
use crate::objects::flux_object::full_name;
use crate::objects::flux_object::{FluxKind, has_variable, items};
use crate::objects::ids;
use crate::objects::told::at_its_text;
use crate::release::Release;

/// What a health check names.
pub(crate) fn checked(entry: &Node) -> Option<ObjectId> {
    let field = |name: &str| entry.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    let group = field("apiVersion").map_or("", group_of);
    Some(ObjectId::new(group, field("kind")?, field("namespace"), field("name")?))
}

pub(super) fn check(kustomization: &Manifest, known: &Known<'_>, findings: &mut Vec<Finding>) {
    // Another cluster has other objects.
    if other_cluster(kustomization).is_some() {
        return;
    }
    for entry in items(kustomization, &["healthChecks"]) {
        let Some(id) = checked(entry) else { continue };
        let is_known = !has_variable(&id.name) && !id.namespace.as_deref().is_some_and(has_variable);
        if is_known && !is_there(&id, known) && !may_be_of_a_chart(&id, known) {
            findings.push(missing(&id, entry, known));
        }
    }
}

fn is_there(id: &ObjectId, known: &Known<'_>) -> bool {
    let fits = |other: &ObjectId| {
        other.kind == id.kind
            && other.group == id.group
            && (other.namespace == id.namespace || other.namespace.is_none() || id.namespace.is_none())
    };
    known.is_there(id) || known.objects.named(&id.name).any(|other| fits(&other.id))
}

/// Charts bring objects into the namespace of their release, and such as have none.
fn may_be_of_a_chart(id: &ObjectId, known: &Known<'_>) -> bool {
    let is_near = |release: &Release| {
        has_variable(&release.namespace)
            || id.namespace.as_deref().is_none_or(|namespace| namespace == release.namespace)
    };
    !is_of_flux(id) && known.releases.iter().any(is_near)
}

/// Charts do not bring what Flux's own controllers reconcile; those of flux-operator bring what that does.
fn is_of_flux(id: &ObjectId) -> bool {
    FluxKind::of(id).is_some() && id.group.ends_with(".toolkit.fluxcd.io")
}

fn missing(id: &ObjectId, entry: &Node, known: &Known<'_>) -> Finding {
    if is_of_flux(id) {
        return known.missing(id, name_of(entry), Level::Error);
    }
    let message = format!("{} `{}` is not rendered: where nobody makes it, this waits in vain", id.kind, full_name(id));
    let finding = at_its_text(ids::MISSING_REFERENCE, name_of(entry), &message).with_level(Level::Note);
    match nearest_of_few(&id.name, known.objects.names_of(&id.kind)) {
        Some(near) if known.is_complete => {
            finding.with_level(Level::Warning).with_help(format!("did you mean `{near}`?"))
        }
        _ => finding,
    }
}
