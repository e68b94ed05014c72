//! Merge keys: `<<: *base` and `<<: [*a, *b]`.

use std::collections::HashSet;

use seatrial_model::{Entry, Key, Style, Value};

use crate::problem::Problem;

/// A plain `<<`.
pub(crate) fn is_merge(key: &Key) -> bool {
    key.text == "<<"
}

/// Replaces the merge key of `entries[first..]` by the pairs it brings. Keys of the mapping itself win, then the earlier of several.
pub(crate) fn expand(entries: &mut Vec<Entry>, first: usize) -> Result<(), Problem> {
    let own = entries.split_off(first.min(entries.len()));
    let (merges, own): (Vec<Entry>, Vec<Entry>) =
        own.into_iter().partition(|e| is_merge(&e.key) && e.key.style == Style::Plain);
    let mut known: HashSet<String> = own.iter().map(|e| e.key.text.to_string()).collect();
    entries.extend(own);
    for merge in &merges {
        for mapping in mappings(merge)? {
            let fresh = mapping.iter().filter(|e| known.insert(e.key.text.to_string()));
            entries.extend(fresh.cloned());
        }
    }
    Ok(())
}

/// The mappings a merge key names, in order.
fn mappings(merge: &Entry) -> Result<Vec<&[Entry]>, Problem> {
    let wrong = || {
        let span = merge.key.span;
        Problem::new(span.start as usize, span.end as usize, "the merge key `<<` needs a mapping or a list of mappings")
            .with_help("Give it an alias such as `*base`, or put the key in quotes.")
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
