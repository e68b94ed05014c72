//! What a kustomization may hold: names and types of its fields, checked against a file, which comes back clean.
//!
//! Go's JSON decoder, which kustomize uses, ignores the case of field names; so do we, and give back the canonical names.

use std::collections::BTreeMap;

use seatrial_model::{Entry, Finding, Fix, Key, Node, edits, nearest_of_few};

use crate::findings::ids;

/// Edits between a key that is written and one that can only have been meant.
const SLIP: usize = 2;

/// The type of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    String,
    Bool,
    Integer,
    Strings,
    StringMap,
    Object(&'static [Member]),
    Objects(&'static [Member]),
    /// A mapping of anything.
    Mapping,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
}

/// A field.
pub(crate) const fn member(name: &'static str, shape: Shape) -> Member {
    Member { name, shape }
}

/// Checks an object; gives it back with canonical names and without whatever does not fit.
pub(crate) fn clean(node: &Node, members: &[Member], path: &str, findings: &mut Vec<Finding>) -> Node {
    let mut kept: Vec<Entry> = Vec::new();
    let mut slips: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for entry in node.entries() {
        let Some(member) = find(members, &entry.key.text) else {
            if let Some(near) = near(&entry.key, members) {
                slips.entry(near).or_default().push(findings.len());
            }
            findings.push(unknown(&entry.key, members, path));
            continue;
        };
        let field = join(path, member.name);
        if entry.value.is_null() {
            continue;
        }
        let cleaned = clean_value(&entry.value, member.shape, &field, findings);
        if let Some(value) = cleaned {
            let key = Key { text: member.name.into(), ..entry.key.clone() };
            kept.retain(|e| e.key.text != *member.name);
            kept.push(Entry { key, value });
        }
    }
    // Of several that were to be one field none is mended.
    let is_written = |name: &str| kept.iter().any(|entry| entry.key.text == *name);
    for (_, places) in slips.iter().filter(|(near, places)| places.len() > 1 || is_written(near)) {
        places.iter().for_each(|at| findings[*at].fix = None);
    }
    let mut cleaned = node.clone();
    cleaned.set_entries(kept);
    cleaned
}

/// The member of a name, whatever its case.
pub(crate) fn find<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    let exact = members.iter().find(|m| m.name == name);
    exact.or_else(|| members.iter().find(|m| m.name.eq_ignore_ascii_case(name)))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn near<'a>(key: &Key, members: &'a [Member]) -> Option<&'a str> {
    nearest_of_few(&key.text, members.iter().map(|m| m.name))
}

/// Whether a key is so near to a name that no other one can have been meant.
fn is_only_near(key: &str, name: &str, members: &[Member]) -> bool {
    let distance = edits(key, name);
    distance <= SLIP && members.iter().filter(|member| edits(key, member.name) <= distance).count() == 1
}

fn unknown(key: &Key, members: &[Member], path: &str) -> Finding {
    let near = near(key, members);
    let fix = near.filter(|near| is_only_near(&key.text, near, members)).and_then(|near| Fix::of_key(key, near));
    let place = if path.is_empty() { "a kustomization".to_owned() } else { format!("`{path}`") };
    let mut message = format!("{place} has no field `{}`", key.text);
    if let Some(near) = near {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    Finding::new(ids::KUSTOMIZE_FIELD, key.span, message).with_field(join(path, &key.text)).with_fix(fix)
}

fn clean_value(value: &Node, shape: Shape, field: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    match shape {
        Shape::Mapping => fits(value, value.is_mapping(), "a mapping", field, findings),
        Shape::String => fits(value, value.as_str().is_some(), "a string", field, findings),
        Shape::Bool => fits(value, value.as_bool().is_some(), "`true` or `false`", field, findings),
        Shape::Integer => fits(value, value.as_i64().is_some(), "an integer", field, findings),
        Shape::Strings => clean_items(value, Shape::String, "a list of strings", field, findings),
        Shape::Objects(members) => clean_items(value, Shape::Object(members), "a list of mappings", field, findings),
        Shape::Object(members) => {
            fits(value, value.is_mapping(), "a mapping", field, findings).map(|v| clean(&v, members, field, findings))
        }
        Shape::StringMap => {
            let mut map = fits(value, value.is_mapping(), "a mapping of strings", field, findings)?;
            let entries = map.entries().iter().filter_map(|entry| {
                let field = join(field, &entry.key.text);
                let value = if entry.value.is_null() {
                    Node::string("", entry.value.origin())
                } else {
                    clean_value(&entry.value, Shape::String, &field, findings)?
                };
                Some(Entry { key: entry.key.clone(), value })
            });
            let entries = entries.collect();
            map.set_entries(entries);
            Some(map)
        }
    }
}

fn clean_items(value: &Node, item: Shape, wanted: &str, field: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    let mut list = fits(value, value.is_sequence(), wanted, field, findings)?;
    let items = list.items().iter().enumerate().filter_map(|(index, node)| {
        let field = format!("{field}[{index}]");
        if node.is_null() {
            findings.push(Finding::new(ids::KUSTOMIZE, node.span(), format!("`{field}` is empty")).with_field(field));
            return None;
        }
        clean_value(node, item, &field, findings)
    });
    let items = items.collect();
    list.set_items(items);
    Some(list)
}

fn fits(value: &Node, fits: bool, wanted: &str, field: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    if fits {
        return Some(value.clone());
    }
    let message = format!("`{field}` must be {wanted}, not {}", value.describe());
    let mut finding = Finding::new(ids::KUSTOMIZE, value.span(), message).with_field(field);
    if value.as_str().is_some() && field.starts_with("patches[") && field.ends_with(']') {
        finding = finding.with_help("write `- path: ` before the name of the file");
    }
    if value.scalar_text().is_some() && wanted == "a string" {
        finding = finding.with_help("put the value in quotes");
    }
    findings.push(finding);
    None
}
