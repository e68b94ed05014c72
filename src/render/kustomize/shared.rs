//! Labels and annotations that one transformer wrote to several places of an object are one value in kustomize's memory: whoever
//! changes one of them later, changes all (kyaml: `FieldSetter`, which puts the same node everywhere and then writes into it).
//!
//! So an overlay that sets only `metadata.labels` also changes the selector that its base's `commonLabels` made. A JSON patch ends it, as it
//! makes a new object.

use std::sync::Arc;

use seatrial_model::{Node, Origin, Value};

/// Values that changed between `before` and `after` and were shared change wherever they still are what they were.
pub(crate) fn spread(before: &Node, after: &mut Node, shared: &mut [Origin]) {
    if shared.is_empty() {
        return;
    }
    let mut changes = Vec::new();
    collect(before, after, shared, &mut changes);
    for (origin, value) in changes {
        replace(after, &origin, &value);
        if let Some(known) = shared.iter_mut().find(|o| **o == origin) {
            *known = value.origin();
        }
    }
}

fn collect(before: &Node, after: &Node, shared: &[Origin], changes: &mut Vec<(Origin, Node)>) {
    if is_same_container(before, after) {
        return;
    }
    for entry in before.entries() {
        if let Some(now) = after.get(&entry.key.text) {
            collect(&entry.value, now, shared, changes);
        }
    }
    for (was, now) in before.items().iter().zip(after.items()) {
        collect(was, now, shared, changes);
    }
    let is_scalar = before.scalar_text().is_some() && after.scalar_text().is_some();
    if is_scalar && before.origin() != after.origin() && shared.contains(&before.origin()) {
        changes.push((before.origin(), after.clone()));
    }
}

/// Whether both have the very same children, so that nothing in them changed.
fn is_same_container(one: &Node, other: &Node) -> bool {
    match (one.value(), other.value()) {
        (Value::Mapping(a), Value::Mapping(b)) => a.is_same(b),
        (Value::Sequence(a), Value::Sequence(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

fn replace(node: &mut Node, origin: &Origin, value: &Node) {
    if !holds(node, origin) {
        return;
    }
    if node.scalar_text().is_some() {
        *node = value.clone();
        return;
    }
    node.entries_mut().iter_mut().for_each(|entry| replace(&mut entry.value, origin, value));
    node.items_mut().iter_mut().for_each(|item| replace(item, origin, value));
}

/// Whether a value of that origin is there, so that nothing is copied where none is.
fn holds(node: &Node, origin: &Origin) -> bool {
    if node.scalar_text().is_some() {
        return node.origin() == *origin;
    }
    node.entries().iter().any(|entry| holds(&entry.value, origin))
        || node.items().iter().any(|item| holds(item, origin))
}
