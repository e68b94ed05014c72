//! A patch or a target without an object: what was meant, and what to write.

use seatrial_model::{Finding, Node, nearest_of_few};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::objects::id::Id;
use crate::objects::nearest::{object, point_at};
use crate::objects::resource::Resource;

/// The finding of a strategic merge patch that no object matches.
pub(crate) fn no_target(patch: &Node, wanted: &Id, resources: &mut Accumulator) -> Finding {
    let place = |path: &[&str]| patch.at(path).map_or(patch.span(), Node::span);
    let message = format!("no object matches this patch: {}", wanted.describe());
    let finding = |path: &[&str]| Finding::new(ids::PATCH_TARGET, place(path), message.clone());

    let named = |r: &&Resource| r.any_ids().any(|id| id.gvk.kind == wanted.gvk.kind && id.name == wanted.name);
    let of_name = resources.with_name(&wanted.name, patch.span()).to_vec();
    let all = resources.resources();
    let of_name: Vec<&Resource> = of_name.into_iter().filter_map(|at| all.get(at)).collect();
    let same_name: Vec<&Resource> = of_name.iter().copied().filter(named).collect();
    let same_namespace = |r: &&&Resource| r.any_ids().any(|id| id.namespace == wanted.namespace);
    if let Some(moved) = same_name.iter().find(same_namespace).filter(|r| r.id().gvk != wanted.gvk) {
        return other_version(finding(&["apiVersion"]), moved);
    }
    if let Some(elsewhere) = same_name.iter().find(|r| r.id().gvk == wanted.gvk) {
        return other_namespace(finding(&["metadata", "name"]), elsewhere);
    }
    if let Some(moved) = same_name.first() {
        return other_version(finding(&["apiVersion"]), moved);
    }
    if let Some(kind) = nearest_of_few(&wanted.gvk.kind, of_name.iter().map(|r| &*r.id().gvk.kind))
        && let Some(near) = of_name.iter().find(|r| *r.id().gvk.kind == *kind)
    {
        return other_kind(finding(&["kind"]), near);
    }
    let finding = finding(&["metadata", "name"]);
    let same_kind = resources.resources().iter().filter(|r| r.id().gvk.kind == wanted.gvk.kind);
    match object(&wanted.name, same_kind) {
        Some(near) => point_at(finding, near),
        None => finding,
    }
}

fn other_version(finding: Finding, there: &Resource) -> Finding {
    let place = there.node().get("apiVersion").map_or(there.span, Node::span);
    let gvk = &there.id().gvk;
    let api_version = gvk.api_version();
    finding
        .with_label("the base has another version")
        .with_related(place, format!("it is `{api_version}` here"))
        .with_help(format!("write `{api_version}` in the patch"))
}

fn other_kind(finding: Finding, there: &Resource) -> Finding {
    let place = there.node().get("kind").map_or(there.span, Node::span);
    finding
        .with_related(place, "this name is similar")
        .with_help(format!("did you mean the kind `{}`?", there.id().gvk.kind))
}

fn other_namespace(finding: Finding, there: &Resource) -> Finding {
    let place = there.node().at(&["metadata", "namespace"]).map_or(there.name_span(), Node::span);
    let namespace = there.original_id().namespace.to_string();
    finding
        .with_related(place, format!("it is in the namespace `{namespace}` here"))
        .with_help(format!("write `namespace: {namespace}` in the patch's metadata"))
}
