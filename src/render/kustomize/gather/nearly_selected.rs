//! What a target nearly selects that selects nothing.

use seatrial_model::{Finding, Node, nearest_of_few};

use crate::gather::accumulator::Accumulator;
use crate::objects::nearest::{object, point_at};
use crate::objects::resource::Resource;

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
        let near = nearest_of_few(kind, kinds);
        return near.into_iter().fold(finding, |f, near| {
            at_field(f, target, "kind").with_help(format!("did you mean the kind `{near}`?"))
        });
    }
    let Some(name) = name else { return finding };
    if let Some(named) = of_name.into_iter().filter_map(|at| all.get(at)).find(of_kind) {
        return finding.with_related(named.name_span(), different(target, named));
    }
    match object(name, same_kind) {
        Some(near) => point_at(at_field(finding, target, "name"), near),
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
