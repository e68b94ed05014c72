//! Documents → objects: lists are expanded, what is not an object becomes a finding.

use std::collections::VecDeque;

use seatrial_model::{Finding, Manifest, Node, Span, ids, nearest};
use seatrial_yaml::Document;

/// What becomes of an object with `metadata.generateName` instead of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GeneratedNames {
    /// It is to be applied, and cannot be.
    Refused,
    /// Somebody may create it.
    Taken,
}

/// The objects of a file in the order written, and what is wrong with the other documents.
pub(crate) fn from_documents(
    documents: Vec<Document>,
    generated_names: GeneratedNames,
) -> (Vec<Manifest>, Vec<Finding>) {
    let (mut objects, mut findings) = (Vec::new(), Vec::new());
    let mut pending: VecDeque<Node> = documents.into_iter().map(|document| document.node).collect();
    while let Some(node) = pending.pop_front() {
        if let Some(items) = list_items(&node) {
            for item in items.into_iter().rev() {
                pending.push_front(item);
            }
            continue;
        }
        match wrong_with(&node, generated_names) {
            Some(finding) => findings.push(finding),
            None => objects.extend(Manifest::from_node(node)),
        }
    }
    (objects, findings)
}

/// The items of a list; one without `apiVersion` and `kind` takes them from a typed list (`DeploymentList` → `Deployment`).
///
/// apimachinery: `unstructured/helpers.go` `decodeToList`: whatever has `items` is a list. We ask for a kind that ends in `List` too, so that a
/// custom object with a field of that name stays one.
fn list_items(list: &Node) -> Option<Vec<Node>> {
    let kind = list.get("kind")?;
    let item_kind = kind.as_str()?.strip_suffix("List")?;
    let items = list.get("items").filter(|items| items.is_sequence() || items.is_null())?;
    let complete = |item: &Node| {
        let mut item = item.clone();
        if !item_kind.is_empty() && item.is_mapping() && item.get("kind").is_none() && item.get("apiVersion").is_none()
        {
            if let Some(api_version) = list.get("apiVersion") {
                item.set("apiVersion", api_version.clone());
            }
            item.set("kind", Node::string(item_kind, kind.span()));
        }
        item
    };
    Some(items.items().iter().map(complete).collect())
}

/// Why a document is not an object that could be applied.
fn wrong_with(node: &Node, generated_names: GeneratedNames) -> Option<Finding> {
    if !node.is_mapping() {
        let message = format!("the document is {}, not a Kubernetes object", node.describe());
        return Some(Finding::new(ids::INVALID_OBJECT, node.span(), message));
    }
    let mut missing = Vec::new();
    for path in [&["apiVersion"][..], &["kind"], &["metadata", "name"]] {
        match node.at(path) {
            Some(value) if value.as_str().is_some_and(|text| !text.is_empty()) => {}
            Some(value) if !value.is_null() && value.as_str().is_none() => return Some(not_a_string(path, value)),
            _ => missing.push(format!("`{}`", path.join("."))),
        }
    }
    let last = missing.pop()?;
    if missing.is_empty()
        && last == "`metadata.name`"
        && let Some(generated) = node.at(&["metadata", "generateName"])
    {
        return (generated_names == GeneratedNames::Refused || generated.as_str().is_none())
            .then(|| generate_name(generated));
    }
    let list = if missing.is_empty() { last } else { format!("{} and {last}", missing.join(", ")) };
    let message = format!("the document has no {list}");
    if let Some((slip, meant)) = slip(node) {
        let finding = Finding::new(ids::INVALID_OBJECT, slip, message);
        return Some(finding.with_help(format!("did you mean `{meant}`?")));
    }
    let finding = Finding::new(ids::INVALID_OBJECT, start(node), message);
    Some(finding.with_help("A file that is not a Kubernetes object does not belong among the manifests"))
}

/// A misspelt key of which something is missing, and what was meant.
fn slip(node: &Node) -> Option<(Span, &'static str)> {
    let metadata = node.get("metadata").filter(|metadata| metadata.is_mapping());
    let looked_for = [(Some(node), "apiVersion"), (Some(node), "kind"), (Some(node), "metadata"), (metadata, "name")];
    looked_for.into_iter().find_map(|(parent, name)| {
        let parent = parent.filter(|parent| parent.get(name).is_none())?;
        let near = nearest(name, parent.entries().iter().map(|entry| &*entry.key.text))?;
        Some((parent.entry(near)?.key.span, name))
    })
}

fn not_a_string(path: &[&str], value: &Node) -> Finding {
    let path = path.join(".");
    let finding =
        Finding::new(ids::INVALID_OBJECT, value.span(), format!("`{path}` is {}, not a string", value.describe()));
    match value.scalar_text() {
        Some(text) => finding.with_help(format!("Put it in quotes: `\"{text}\"`")),
        None => finding,
    }
}

/// kubectl: `pkg/cmd/apply/apply.go`: `cannot use generate name with apply`.
fn generate_name(value: &Node) -> Finding {
    let message = "the document has `metadata.generateName` instead of `metadata.name`, so it cannot be applied";
    Finding::new(ids::INVALID_OBJECT, value.span(), message)
        .with_help("Give the object a fixed `metadata.name`: every apply would make another object")
}

/// The first key of a document: underlining all of it would say nothing.
fn start(node: &Node) -> Span {
    node.entries().first().map_or(node.span(), |entry| entry.key.span)
}
