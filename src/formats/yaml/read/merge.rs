//! Merge keys: `<<: *base` and `<<: [*a, *b]`.

use std::collections::HashMap;

use seatrial_model::{Entry, Key, Style, Value};

use crate::scalars::typing::Dialect;
use crate::text::problem::Problem;

/// A plain `<<`.
pub(crate) fn is_merge(key: &Key) -> bool {
    key.style == Style::Plain && key.text == "<<"
}

/// Replaces the merge keys of `entries[first..]` by the pairs they bring; of several mappings the earlier wins.
///
/// In kustomize's dialect the mapping's own keys win. go-yaml version 2 lets a merge key overwrite what stands above it.
pub(crate) fn expand(entries: &mut Vec<Entry>, first: usize, dialect: Dialect) -> Result<(), Problem> {
    let written = entries.split_off(first.min(entries.len()));
    let mut merged = Merged::default();
    let (merges, own): (Vec<Entry>, Vec<Entry>) = match dialect {
        Dialect::Kustomize => written.into_iter().partition(is_merge_entry),
        Dialect::Kubectl => (written, Vec::new()),
    };
    for entry in own {
        merged.set(entry);
    }
    for entry in merges {
        if !is_merge_entry(&entry) {
            merged.set(entry);
            continue;
        }
        let mut brought = Merged::default();
        for mapping in mappings(&entry)? {
            mapping.iter().for_each(|e| brought.add(e));
        }
        for e in brought.entries {
            match dialect {
                Dialect::Kustomize => merged.add(&e),
                Dialect::Kubectl => merged.set(e),
            }
        }
    }
    entries.append(&mut merged.entries);
    Ok(())
}

fn is_merge_entry(entry: &Entry) -> bool {
    is_merge(&entry.key)
}

/// Pairs by key, in the order they came.
#[derive(Default)]
struct Merged {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

impl Merged {
    /// Sets a pair, over an earlier one.
    fn set(&mut self, entry: Entry) {
        match self.places.get(entry.key.text.as_str()).and_then(|at| self.entries.get_mut(*at)) {
            Some(place) => *place = entry,
            None => self.push(entry),
        }
    }

    /// Adds a pair unless there is one.
    fn add(&mut self, entry: &Entry) {
        if !self.places.contains_key(entry.key.text.as_str()) {
            self.push(entry.clone());
        }
    }

    fn push(&mut self, entry: Entry) {
        self.places.insert(entry.key.text.to_string(), self.entries.len());
        self.entries.push(entry);
    }
}

/// The mappings a merge key names, in order.
fn mappings(merge: &Entry) -> Result<Vec<&[Entry]>, Problem> {
    let wrong = || {
        let span = merge.key.span;
        Problem::new(span.start as usize, span.end as usize, "the merge key `<<` needs a mapping or a list of mappings")
            .with_help("give it an alias such as `*base`, or put the key in quotes")
    };
    match merge.value.value() {
        Value::Mapping(entries) => Ok(vec![entries]),
        Value::Sequence(items) => items
            .iter()
            .map(|item| match item.value() {
                Value::Mapping(entries) => Ok(&**entries),
                _ => Err(wrong()),
            })
            .collect(),
        Value::Scalar(_) => Err(wrong()),
    }
}
