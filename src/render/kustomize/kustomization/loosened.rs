//! Files that are decoded more loosely than a kustomization, such as the configurations of plugins: a number or a boolean is taken for a
//! string where one is wanted, and most ignore unknown keys.

use seatrial_model::{Entry, Finding, Node, ScalarKind};

use crate::kustomization::shape::{Member, Shape, clean, find};

/// The configuration with the members that its plugin reads; what has the wrong type is a finding.
pub(crate) fn fit(node: &Node, members: &'static [Member], findings: &mut Vec<Finding>) -> Node {
    clean(&loosen(node, Shape::Object(members), Unknown::Dropped), members, "", findings)
}

/// The same for a strict file, whose unknown keys are findings; `field` is what names it.
pub(crate) fn fit_strictly(node: &Node, members: &'static [Member], field: &str, findings: &mut Vec<Finding>) -> Node {
    clean(&loosen(node, Shape::Object(members), Unknown::Kept), members, field, findings)
}

/// What becomes of keys that nobody reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Kept,
    Dropped,
}

fn loosen(node: &Node, shape: Shape, unknown: Unknown) -> Node {
    match shape {
        Shape::String => as_string(node),
        Shape::Object(members) if node.is_mapping() => {
            let entries = node.entries().iter().filter_map(|entry| {
                let value = match find(members, &entry.key.text) {
                    Some(member) => loosen(&entry.value, member.shape, unknown),
                    None if unknown == Unknown::Kept => entry.value.clone(),
                    None => return None,
                };
                Some(Entry { key: entry.key.clone(), value })
            });
            with_entries(node, entries.collect())
        }
        Shape::StringMap if node.is_mapping() => {
            let entries = node.entries().iter().map(|e| Entry { key: e.key.clone(), value: as_string(&e.value) });
            with_entries(node, entries.collect())
        }
        Shape::Strings if node.is_sequence() => with_items(node, node.items().iter().map(as_string).collect()),
        Shape::Objects(members) if node.is_sequence() => {
            let item = |item| loosen(item, Shape::Object(members), unknown);
            with_items(node, node.items().iter().map(item).collect())
        }
        _ => node.clone(),
    }
}

fn with_entries(node: &Node, entries: Vec<Entry>) -> Node {
    let mut node = node.clone();
    node.set_entries(entries);
    node
}

fn with_items(node: &Node, items: Vec<Node>) -> Node {
    let mut node = node.clone();
    node.set_items(items);
    node
}

/// A number or boolean as Go writes it.
fn as_string(node: &Node) -> Node {
    let text = match node.kind() {
        ScalarKind::Integer => node.as_i64().map(|n| n.to_string()),
        ScalarKind::Bool => node.as_bool().map(|b| b.to_string()),
        ScalarKind::Float => node.scalar_text().and_then(|t| t.parse::<f64>().ok()).map(|n| n.to_string()),
        _ => None,
    };
    match text {
        Some(text) if node.scalar_text().is_some() => Node::string(text, node.origin()),
        _ => node.clone(),
    }
}
