//! A patch or a target without an object: what was meant, and what to write.

use seatrial_model::{Finding, Node};

use crate::findings::ids;
use crate::findings::nearest;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::{Id, Resource};

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
    if let Some(kind) = nearest::nearest(&wanted.gvk.kind, of_name.iter().map(|r| &*r.id().gvk.kind))
        && let Some(near) = of_name.iter().find(|r| *r.id().gvk.kind == *kind)
    {
        return other_kind(finding(&["kind"]), near);
    }
    let finding = finding(&["metadata", "name"]);
    let same_kind = resources.resources().iter().filter(|r| r.id().gvk.kind == wanted.gvk.kind);
    match nearest::object(&wanted.name, same_kind) {
        Some(near) => nearest::point_at(finding, near),
        None => finding,
    }
}

/// Adds to the finding about a target that selects nothing what it nearly selects.
pub(crate) fn nearly_selected(finding: Finding, target: &Node, resources: &mut Accumulator) -> Finding {
    let text = |key: &str| target.get(key).and_then(Node::as_str).filter(|t| !t.is_empty());
    let (kind, name) = (text("kind"), text("name"));
    let of_kind = |r: &&Resource| kind.is_none_or(|kind| *r.id().gvk.kind == *kind);
    let of_name = name.map(|name| resources.with_name(name, target.span()).to_vec()).unwrap_or_default();
    let all = resources.resources();
    let same_kind = all.iter().filter(of_kind);
    if let Some(kind) = kind.filter(|_| same_kind.clone().next().is_none()) {
        let kinds = all.iter().map(|r| &*r.id().gvk.kind);
        let near = nearest::nearest(kind, kinds);
        return near.into_iter().fold(finding, |f, near| {
            at_field(f, target, "kind").with_help(format!("did you mean the kind `{near}`?"))
        });
    }
    let Some(name) = name else { return finding };
    if let Some(named) = of_name.into_iter().filter_map(|at| all.get(at)).find(of_kind) {
        return finding.with_related(named.name_span(), different(target, named));
    }
    match nearest::object(name, same_kind) {
        Some(near) => nearest::point_at(at_field(finding, target, "name"), near),
        None => finding,
    }
}

/// The finding at the value of a target's field, which is the one that is probably wrong.
fn at_field(mut finding: Finding, target: &Node, field: &str) -> Finding {
    finding.primary.span = target.get(field).map_or(finding.primary.span, Node::span);
    finding
}

/// In what an object differs from the target that names it.
fn different(target: &Node, there: &Resource) -> String {
    let id = there.id();
    let fields = [("group", &id.gvk.group), ("version", &id.gvk.version), ("namespace", &id.namespace)];
    let other = fields.into_iter().find(|(key, value)| {
        target.get(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty() && *text != ***value)
    });
    match other {
        Some((key, value)) if value.is_empty() => format!("this one has no {key}"),
        Some((key, value)) => format!("the {key} of this one is `{value}`"),
        None => "this one has the name but other labels or annotations".to_owned(),
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
