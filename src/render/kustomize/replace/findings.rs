//! What is said of a replacement whose source, object or field does not exist: what nearly is it, and what to write.

use seatrial_model::{Finding, Node, Span};

use crate::findings::ids;
use crate::objects::nearest::{object, point_at};
use crate::objects::resource::Resource;
use crate::paths::near::near_field;

/// So many objects are shown of those that fit.
const SHOWN: usize = 3;

/// Something that a replacement must have.
pub(crate) fn without(node: &Node, field: &str, what: &str) -> Finding {
    let place = node.entries().first().map_or(node.span(), |e| e.key.span);
    Finding::new(ids::KUSTOMIZE, place, format!("this replacement has {what}"))
        .with_field(format!("replacements.{field}"))
}

/// No object is the source.
pub(crate) fn no_source(source: &Node, named: &[&Resource], resources: &[Resource]) -> Finding {
    let wanted = |key| source.get(key).and_then(Node::as_str).unwrap_or_default();
    let finding =
        Finding::new(ids::KUSTOMIZE, place(source), format!("no object matches the source {}", described(source)));
    let (kind, name) = (wanted("kind"), wanted("name"));
    let has_kind = |r: &&Resource| kind.is_empty() || &*r.id().gvk.kind == kind;
    let named = || named.iter().copied().filter(|_| !name.is_empty());
    if let Some(object) = named().find(has_kind) {
        let gvk = &object.id().gvk;
        let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        let same_group = fits(wanted("group"), &gvk.group);
        if !(same_group && fits(wanted("version"), &gvk.version)) {
            let key = if same_group { "version" } else { "group" };
            let help = format!("write `group: {}` and `version: {}`, or leave both out", gvk.group, gvk.version);
            let place = object.node().get("apiVersion").map_or(object.span, Node::span);
            let mut finding = finding.with_related(place, format!("it is {} here", gvk.api_version())).with_help(help);
            finding.primary.span = source.get(key).map_or(finding.primary.span, Node::span);
            return finding;
        }
        let namespace = &object.id().namespace;
        return finding
            .with_related(object.name_span(), format!("it is in the namespace `{namespace}` here"))
            .with_help(format!("write `namespace: {namespace}`, or leave it out"));
    }
    if let Some(near) = object(name, resources.iter().filter(has_kind)).filter(|_| !name.is_empty()) {
        return point_at(finding, near);
    }
    match named().next() {
        Some(other) => {
            let text = format!("this is a {}", other.id().gvk.kind);
            let mut finding = finding.with_related(other.name_span(), text);
            finding.primary.span = source.get("kind").map_or(finding.primary.span, Node::span);
            finding
        }
        None => finding,
    }
}

/// More than one object is the source.
pub(crate) fn several_sources(source: &Node, found: &[&Resource]) -> Finding {
    let message = format!("{} objects match the source {}, but only one may", found.len(), described(source));
    let finding =
        Finding::new(ids::KUSTOMIZE, place(source), message).with_help("name its `kind`, `name` and `namespace`");
    let shown = found.iter().take(SHOWN);
    shown.fold(finding, |f, r| f.with_related(r.name_span(), format!("`{}`", r.id().describe())))
}

/// Why a field of a target cannot be set.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It does not exist.
    Absent,
    /// It is not one that can be set.
    Field(String),
    /// It is, and not to this value.
    Value {
        why: String,
        /// Where the value is written.
        value: Span,
        /// What it would take the place of.
        old: Span,
    },
}

/// A field of a target cannot be set; `place` names it.
pub(crate) fn not_filled(resource: &Resource, path: &str, place: Span, unfit: &Unfit, create: bool) -> Finding {
    let what = match unfit {
        Unfit::Absent => "does not exist".to_owned(),
        Unfit::Field(why) | Unfit::Value { why, .. } => format!("cannot be set: {why}"),
    };
    let message = format!("`{path}` of `{}` {what}", resource.id().describe());
    let finding = Finding::new(ids::KUSTOMIZE, place, message).with_object(&resource.object_id());
    let finding = match unfit {
        Unfit::Value { value, old, .. } => {
            let mut finding = finding.with_related(place, "set by `replacements` here").with_related(*old, "over this");
            finding.primary.span = *value;
            return finding;
        }
        Unfit::Field(_) => return finding.with_related(resource.name_span(), "the object"),
        Unfit::Absent => finding.with_related(resource.name_span(), "the object"),
    };
    match near_field(resource.node(), &crate::paths::dotted::split(path)) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None if !create => finding.with_help("`options: {create: true}` creates it"),
        None => finding,
    }
}

/// Where the name stands, or what there is of it.
fn place(source: &Node) -> Span {
    ["name", "kind"].into_iter().find_map(|key| source.get(key)).unwrap_or(source).span()
}

fn described(source: &Node) -> String {
    let parts = ["kind", "group", "version", "namespace", "name"].into_iter().filter_map(|key| {
        let text = source.get(key).and_then(Node::as_str).filter(|t| !t.is_empty())?;
        Some(format!("{key} `{text}`"))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "without a `kind` or a `name`".to_owned() } else { parts.join(", ") }
}
