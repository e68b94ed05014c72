//! What is said of a var that comes twice, whose object or field does not exist, or that changes nothing.

use seatrial_model::{Finding, Level, Node, Span};

use crate::findings::ids;
use crate::objects::nearest::object;
use crate::objects::nearest::point_at;
use crate::objects::resource::Resource;
use crate::paths::near::near_field;
use crate::vars::var::Var;

/// So many objects are shown of those that fit.
const SHOWN: usize = 3;

/// A kustomization defines a var that is there already.
pub(crate) fn defined_twice(var: &Var, first: &Var) -> Finding {
    let message = format!("the var `{}` is defined twice", var.name);
    Finding::new(ids::KUSTOMIZE, var.place, message)
        .with_field("vars")
        .with_related(first.place, "it is first defined here")
        .with_help("rename one of the two; kustomize refuses even identical ones")
}

/// Two bases bring a var of one name; `entry` names the second.
pub(crate) fn included_twice(var: &Var, first: &Var, entry: Span) -> Finding {
    if var.place != first.place {
        return defined_twice(var, first).with_related(entry, "both are included here");
    }
    let message = format!("this includes the var `{}` a second time", var.name);
    Finding::new(ids::KUSTOMIZE, entry, message)
        .with_field("vars")
        .with_related(var.place, "it is defined here")
        .with_help("kustomize includes a base with vars only once: include it in one place, or write `replacements` instead of vars")
}

/// A var could mean more than one object.
pub(crate) fn several_objects(var: &Var, found: &[&Resource]) -> Finding {
    let message = format!("{} objects match the var `{}`, but only one may", found.len(), var.name);
    let finding = Finding::new(ids::KUSTOMIZE, place(var), message).with_field("vars");
    let finding = finding.with_help("name the `namespace` of the one that is meant in `objref`");
    let shown = found.iter().take(SHOWN);
    shown.fold(finding, |f, r| f.with_related(r.name_span(), format!("`{}`", r.id().describe())))
}

/// No object is the one that a var means.
pub(crate) fn no_object(var: &Var, resources: &[Resource]) -> Finding {
    let message = match wanted(var).as_str() {
        "" => format!("the var `{}` has no `objref` that names an object", var.name),
        object => format!("there is no `{object}` for the var `{}`", var.name),
    };
    let finding = Finding::new(ids::KUSTOMIZE, place(var), message).with_field("vars");
    let of_kind = || resources.iter().filter(|r| r.id().gvk.kind == var.gvk.kind);
    let has_name = |r: &&Resource| r.any_ids().any(|id| *id.name == *var.object);
    if let Some(object) = of_kind().find(has_name) {
        return nearly(var, object, finding);
    }
    if let Some(near) = object(&var.object, of_kind()) {
        return point_at(finding, near);
    }
    match resources.iter().find(has_name) {
        Some(other) => finding.with_related(other.name_span(), format!("this is a {}", other.id().gvk.kind)),
        None => finding,
    }
}

/// An object has the kind and the name, and something else is another.
fn nearly(var: &Var, object: &Resource, mut finding: Finding) -> Finding {
    let gvk = &object.id().gvk;
    if *gvk != var.gvk {
        let keys = ["apiVersion", "version", "group"];
        let written = keys.into_iter().find_map(|key| var.reference.get(key));
        finding.primary.span = written.map_or(finding.primary.span, Node::span);
        let place = object.node().get("apiVersion").map_or(object.span, Node::span);
        return finding
            .with_related(place, format!("it is {} here", gvk.api_version()))
            .with_help(format!("write `apiVersion: {}` in `objref`", gvk.api_version()));
    }
    let written = var.reference.get("namespace").filter(|_| !object.any_ids().any(|id| var.means(id)));
    if let Some(written) = written {
        finding.primary.span = written.span();
        if object.id().is_cluster_scoped() {
            let finding = finding.with_related(object.name_span(), "this kind has no namespace");
            return finding.with_help("leave out the `namespace`");
        }
        let namespace = &object.id().namespace;
        return finding
            .with_related(object.name_span(), format!("it is in the namespace `{namespace}` here"))
            .with_help(format!("write `namespace: {namespace}` in `objref`, or leave it out"));
    }
    finding
        .with_related(object.name_span(), "this one is not among the objects of the kustomization that defines the var")
        .with_help("move the var to a kustomization that includes the object")
}

/// The object has not the field.
pub(crate) fn no_field(var: &Var, object: &Resource, segments: &[String], why: &str) -> Finding {
    let message =
        format!("`{}` of `{}` {why}, so the var `{}` has no value", var.field, object.id().describe(), var.name);
    let finding = Finding::new(ids::KUSTOMIZE, var.field_place, message)
        .with_field("vars")
        .with_related(object.name_span(), "the object")
        .with_object(&object.object_id());
    match near_field(object.node(), segments) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// The value is a number that Go does not read as kustomize asks it to.
pub(crate) fn no_number(var: &Var, value: &Node) -> Finding {
    let number = value.scalar_text().unwrap_or_default();
    let message = format!("kustomize cannot read `{number}` as a number, so the var `{}` has no value", var.name);
    Finding::new(ids::KUSTOMIZE, var.field_place, message)
        .with_field("vars")
        .with_related(value.span(), "the number")
        .with_help("write it in decimal digits, or put it in quotes")
}

/// The value is a mapping or a list, and stands for no text.
pub(crate) fn no_text(var: &Var, value: &Node) -> Finding {
    let message = format!("`{}` is {}: `$({})` is not replaced anywhere", var.field, value.describe(), var.name);
    Finding::new(ids::KUSTOMIZE, var.field_place, message)
        .with_level(Level::Warning)
        .with_field("vars")
        .with_related(value.span(), "the value")
        .with_help("a var can be a string, a number or a boolean; `replacements` can copy anything")
}

/// Nothing that vars reach names it; `stands` is where a field that they do not reach does.
pub(crate) fn unused(var: &Var, stands: Option<Span>) -> Finding {
    let message = format!("the var `{}` is never used", var.name);
    let finding = Finding::new(ids::KUSTOMIZE, var.place, message).with_level(Level::Warning).with_field("vars");
    match stands {
        Some(span) => finding
            .with_related(span, format!("`$({})` appears here, in a field that no `varReference` names", var.name))
            .with_help("name the field under `varReference` in a file of `configurations`, or write `replacements`"),
        None => finding,
    }
}

/// Where the object's name stands, or what there is of it.
fn place(var: &Var) -> Span {
    ["name", "kind"].into_iter().find_map(|key| var.reference.get(key)).map_or(var.place, Node::span)
}

/// `Service v1 shop/web`.
fn wanted(var: &Var) -> String {
    let name = if var.namespace.is_empty() { var.object.clone() } else { format!("{}/{}", var.namespace, var.object) };
    let parts = [var.gvk.kind.to_string(), var.gvk.api_version(), name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
