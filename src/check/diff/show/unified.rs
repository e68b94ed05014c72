//! The documents that differ, as a unified diff of their YAML: for who wants to read all of it.

use seatrial_model::{Entry, Masker, Node, Sources, is_secret_kind, shown_on_one_line};
use seatrial_yaml::{emit, into_kustomize_order};

use super::hunks::hunks;
use crate::{Diff, Document, ObjectDiff};

/// Lines around a difference, as `diff -u` has them.
const AROUND: usize = 3;

/// A unified diff of all documents that differ; empty where none does. Values of Secrets are not shown.
#[must_use]
pub fn unified(diff: &Diff, sources: &Sources, masker: &Masker) -> String {
    masker.learn(sources);
    diff.objects.iter().map(|object| of_object(object, sources, masker)).collect()
}

fn of_object(object: &ObjectDiff, sources: &Sources, masker: &Masker) -> String {
    let side = |document: Option<&Document>, which: &str| {
        document.map(|document| masker.mask(&emit(&printed(&document.node, object, which))).into_owned())
    };
    let (before, after) = (side(object.before.as_ref(), "before"), side(object.after.as_ref(), "after"));
    let heading = |document: Option<&Document>| match document {
        Some(document) => {
            let name = document.node.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or(&object.id.name);
            let id = seatrial_model::ObjectId { name: name.to_owned(), ..object.id.clone() };
            let file = sources.get(document.span.file);
            let place =
                file.map(|file| format!(" ({}:{})", file.shown_path(), file.line_column(document.span.start).0));
            masker.mask(&shown_on_one_line(&format!("{id}{}", place.unwrap_or_default()))).into_owned()
        }
        None => "/dev/null".to_owned(),
    };
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut told = format!("--- {}\n+++ {}\n", heading(object.before.as_ref()), heading(object.after.as_ref()));
    let hunks = hunks(&before, &after, AROUND);
    if hunks.is_empty() {
        told.push_str("# what differs is secret, and is not shown\n");
    }
    for hunk in hunks {
        told.push_str(&format!("{}\n", hunk.header()));
        for (sign, line) in hunk.lines {
            told.push_str(&format!("{sign}{}\n", shown_on_one_line(line)));
        }
    }
    told
}

/// The document in kustomize's order, with words in the place of what a Secret holds: where a value differs, another one on each side.
fn printed(node: &Node, object: &ObjectDiff, which: &str) -> Node {
    let node = into_kustomize_order(node.clone());
    if !(object.id.group.is_empty() && is_secret_kind(&object.id.kind)) {
        return node;
    }
    let differs = |key: &str| {
        object.differences.iter().any(
            |difference| matches!(difference.path.fields().collect::<Vec<_>>().as_slice(), [_, field] if *field == key),
        )
    };
    let mut hidden = node;
    for field in ["data", "stringData"] {
        let Some(data) = hidden.get(field).cloned() else { continue };
        let entries = data.entries().iter().map(|entry| {
            let is_other = differs(&entry.key.text) || object.before.is_none() || object.after.is_none();
            let text = if is_other { format!("*** ({which})") } else { "***".to_owned() };
            Entry { key: entry.key.clone(), value: Node::string(text, entry.value.span()) }
        });
        hidden.set(field, Node::mapping(entries.collect(), data.span()));
    }
    hidden
}
