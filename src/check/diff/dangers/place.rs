//! Where a danger is told: the line of the head that sets a value, the line of the base that is gone, and the field in the object.

use seatrial_model::{Finding, Manifest, Node, RuleId, Value, json_pointer};
use seatrial_rules::tell;

use crate::{Difference, ObjectDiff, Segment};

/// What is known of an object that may be there in the end.
pub(super) const ONE_NAMESPACE: &str = "only one side says its namespace, and it may be the same";

/// A finding about a value, with who set it.
pub(super) fn at_value(rule: RuleId, value: &Node, manifest: &Manifest, field: String, message: String) -> Finding {
    let finding = Finding::new(rule, value.span(), message).with_object(&manifest.id).with_field(field);
    tell(finding, Some(value), manifest)
}

/// A finding about a whole object: at the line that names it.
pub(super) fn at_name(rule: RuleId, manifest: &Manifest, message: String) -> Finding {
    let finding = Finding::new(rule, manifest.name_span(), message).with_object(&manifest.id).with_field("");
    tell(finding, manifest.node.at(&["metadata", "name"]), manifest)
}

/// A finding about an object that is gone: at the line of the base that named it.
pub(super) fn at_what_was(rule: RuleId, manifest: &Manifest, message: String) -> Finding {
    at_name(rule, manifest, message).with_label("it was here")
}

/// The JSON pointer of a difference: into the head, or into the base where the head lacks it.
pub(super) fn pointer(object: &ObjectDiff, difference: &Difference) -> String {
    let sides = [(&object.after, &difference.after), (&object.before, &difference.before)];
    let found = sides.into_iter().find_map(|(document, value)| {
        let mut way = Vec::new();
        way_to(&document.as_ref()?.node, &difference.path.0, value.as_ref()?, &mut way).then_some(way)
    });
    match found {
        Some(way) => json_pointer(way.iter().map(String::as_str)),
        None => json_pointer(difference.path.fields()),
    }
}

/// Whether a path leads to a value, and through which keys and places: an item is the one that has the value.
fn way_to(node: &Node, path: &[Segment], value: &Node, way: &mut Vec<String>) -> bool {
    let Some((segment, rest)) = path.split_first() else { return node.is_same(value) };
    match (segment, node.value()) {
        (Segment::Field(name), Value::Mapping(_)) => {
            let Some(inner) = node.get(name) else { return false };
            way.push(name.to_string());
            let is_there = way_to(inner, rest, value, way);
            if !is_there {
                way.pop();
            }
            is_there
        }
        (Segment::Item(_) | Segment::Index(_), Value::Sequence(items)) => {
            items.iter().enumerate().any(|(index, item)| {
                way.push(index.to_string());
                let is_there = way_to(item, rest, value, way);
                if !is_there {
                    way.pop();
                }
                is_there
            })
        }
        _ => false,
    }
}
