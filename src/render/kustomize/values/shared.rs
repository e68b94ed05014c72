//! Labels and annotations that one transformer wrote to several places of an object are one value in kustomize's memory: whoever
//! changes one of them later, changes all (kyaml: `FieldSetter`, which puts the same node everywhere and then writes into it).
//!
//! So an overlay that sets only `metadata.labels` also changes the selector that its base's `commonLabels` made. A JSON patch ends it, as it
//! makes a new object.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Node, Origin, Span, Value};

use crate::values::budget::Budget;
use crate::values::size::Size;

/// The origins of values that are one in kustomize's memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(HashMap<Span, Vec<Origin>>);

/// Shared values that changed: what they came from, and what they are now.
#[derive(Debug, Default)]
pub(crate) struct Changes(HashMap<Span, Vec<(Origin, Node)>>);

impl Shared {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, origin: &Origin) -> bool {
        self.0.get(&origin.span).is_some_and(|known| known.contains(origin))
    }

    pub(crate) fn insert(&mut self, origin: Origin) {
        self.0.entry(origin.span).or_default().push(origin);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn remove(&mut self, origin: &Origin) -> Option<Origin> {
        let known = self.0.get_mut(&origin.span)?;
        let removed = known.iter().position(|o| o == origin).map(|at| known.swap_remove(at));
        if known.is_empty() {
            self.0.remove(&origin.span);
        }
        removed
    }
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that a scalar is another one now, if it was a shared one.
    pub(crate) fn note(&mut self, before: &Node, after: &Node, shared: &Shared) {
        let is_scalar = before.scalar_text().is_some() && after.scalar_text().is_some();
        if !is_scalar {
            return;
        }
        let (was, is) = (before.origin(), after.origin());
        if was == is || !shared.contains(&was) {
            return;
        }
        let known = self.0.entry(was.span).or_default();
        if known.iter().all(|(origin, _)| *origin != was) {
            known.push((was, after.clone()));
        }
    }

    /// Takes over what another one has noted after this one.
    pub(crate) fn extend(&mut self, more: Changes) {
        for (span, noted) in more.0 {
            self.0.entry(span).or_default().extend(noted);
        }
    }

    /// Changes the values wherever they still are what they were.
    pub(crate) fn spread(self, object: &mut Node, shared: &mut Shared, budget: &Budget) {
        if self.0.is_empty() {
            return;
        }
        self.replace(object, budget);
        for (origin, value) in self.0.into_values().flatten() {
            if shared.remove(&origin).is_some() {
                shared.insert(value.origin());
            }
        }
    }

    fn replace(&self, node: &mut Node, budget: &Budget) {
        if !self.holds(node) {
            return;
        }
        if let Some(value) = self.new_value(node) {
            let length = value.scalar_text().map_or(0, str::len);
            if budget.grow(Size::scalar(length), value.span()) {
                *node = value.clone();
            }
            return;
        }
        node.values_mut().for_each(|value| self.replace(value, budget));
        node.items_mut().iter_mut().for_each(|item| self.replace(item, budget));
    }

    /// Whether a value that changed is there, so nothing is copied where none is.
    fn holds(&self, node: &Node) -> bool {
        self.new_value(node).is_some()
            || node.entries().iter().any(|entry| self.holds(&entry.value))
            || node.items().iter().any(|item| self.holds(item))
    }

    fn new_value(&self, node: &Node) -> Option<&Node> {
        node.scalar_text()?;
        let changed = self.0.get(&node.span())?;
        let origin = node.origin();
        changed.iter().find(|(was, _)| *was == origin).map(|(_, value)| value)
    }
}

/// Values that changed between `before` and `after` and were shared change wherever they still are what they were.
pub(crate) fn spread(before: &Node, after: &mut Node, shared: &mut Shared, budget: &Budget) {
    if shared.is_empty() {
        return;
    }
    let mut changes = Changes::default();
    collect(before, after, shared, &mut changes);
    changes.spread(after, shared, budget);
}

fn collect(before: &Node, after: &Node, shared: &Shared, changes: &mut Changes) {
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
    changes.note(before, after, shared);
}

/// Whether both have the very same children, so that nothing in them changed.
fn is_same_container(one: &Node, other: &Node) -> bool {
    match (one.value(), other.value()) {
        (Value::Mapping(a), Value::Mapping(b)) => a.is_same(b),
        (Value::Sequence(a), Value::Sequence(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
