//! Merging lists by their keys, item by item, in kustomize's order (kyaml: `yaml/walk/associative_sequence.go`, `ElementSetter`).

use std::collections::{HashMap, HashSet};

use seatrial_model::{Node, ScalarKind, Span, Style};

use crate::merge::directive::{DIRECTIVE, MergeError};
use crate::merge::identified::{identities, merge_identified};
use crate::merge::strategic::{Place, patched, walk};

/// Items of both sides at most where some lack a merge key, so that each is compared with all others.
const MOST_WITHOUT_KEY: usize = 2_000;

/// Merges the items of a patch into a list, by keys, or by value when there are no keys.
pub(crate) fn merge_items(
    dest: &Node,
    patch: Option<&Node>,
    keys: &[String],
    items: Place<'_>,
) -> Result<Node, MergeError> {
    let merged = if keys.is_empty() { merge_values(dest, patch) } else { merge_by_keys(dest, patch, keys, items)? };
    let is_same = |(merged, item): (&Node, &Node)| merged.is_same(item);
    if merged.len() == dest.items().len() && merged.iter().zip(dest.items()).all(is_same) {
        return Ok(dest.clone());
    }
    let mut list = dest.clone();
    list.set_items(merged);
    Ok(list)
}

/// The patch's values first, then those of the object that it does not have.
fn merge_values(dest: &Node, patch: Option<&Node>) -> Vec<Node> {
    let mut merged: Vec<Node> = Vec::new();
    let mut positions: HashMap<Option<String>, usize> = HashMap::new();
    let of_dest: HashSet<Span> = dest.items().iter().map(Node::span).collect();
    let added = patch.map(Node::items).unwrap_or_default().iter();
    for item in added.map(|p| patched(p, None)).chain(dest.items().iter().cloned()) {
        let position = *positions.entry(item.scalar_text().map(str::to_owned)).or_insert(merged.len());
        match merged.get_mut(position) {
            Some(same) if of_dest.contains(&item.span()) => *same = item,
            Some(_) => {}
            None => merged.push(item),
        }
    }
    merged
}

fn merge_by_keys(
    dest: &Node,
    patch: Option<&Node>,
    keys: &[String],
    items: Place<'_>,
) -> Result<Vec<Node>, MergeError> {
    let added = patch.map(Node::items).unwrap_or_default();
    if let Some(identities) = identities(added, dest.items(), keys) {
        return merge_identified(added, dest.items(), &identities, items);
    }
    if added.len() + dest.items().len() > MOST_WITHOUT_KEY {
        return Err(too_many(patch.unwrap_or(dest), keys));
    }
    let mut originals: Vec<Node> = dest.items().to_vec();
    let mut tuples = distinct_tuples(added.iter().chain(dest.items()), keys);
    if keys.len() > 1 {
        complete_tuples(&mut tuples);
    }
    let used = used_keys(&tuples, keys);
    let mut result: Vec<Node> = Vec::new();
    for tuple in &tuples {
        let values: Vec<&str> = used.iter().map(|i| tuple[*i].as_str()).collect();
        let names: Vec<&str> = used.iter().map(|i| keys[*i].as_str()).collect();
        let matcher = Matcher::of(&names, &values);
        let position = originals.iter().position(|item| matcher.matches_known(item));
        let from_patch = added.iter().find(|item| matcher.matches_known(item));
        let merged = walk(position.and_then(|p| originals.get(p)), from_patch, items)?;
        let Some(mut merged) = merged.filter(|m| !is_empty(m)) else {
            matcher.remove_from(&mut originals);
            continue;
        };
        complete_item(&mut merged, &names, &values);
        if let Some(slot) = position.filter(|_| !replaces(from_patch)).and_then(|p| originals.get_mut(p)) {
            *slot = merged.clone();
        }
        matcher.set_in(&mut result, merged);
    }
    if tuples.is_empty() {
        return Ok(originals);
    }
    let names: Vec<&str> = used.iter().map(|i| keys[*i].as_str()).collect();
    append_originals(&mut result, originals, &names)?;
    Ok(result)
}

fn too_many(list: &Node, keys: &[String]) -> MergeError {
    let message = format!(
        "lists of more than {MOST_WITHOUT_KEY} items are merged only if every item has one of the keys `{}` in common",
        keys.join("`, `")
    );
    MergeError { span: list.span(), other: None, message }
}

/// An item with `$patch: replace` does not change the object's own item, which then wins (kyaml: `appendListNode`).
pub(crate) fn replaces(patch: Option<&Node>) -> bool {
    patch.and_then(|p| p.get(DIRECTIVE)).and_then(Node::scalar_text) == Some("replace")
}

/// The object's items go over their merged selves, or to the end.
fn append_originals(result: &mut Vec<Node>, originals: Vec<Node>, keys: &[&str]) -> Result<(), MergeError> {
    for item in originals {
        if !item.is_mapping() && !item.is_null() {
            let message =
                format!("this item is {}, in a list that is merged by `{}`", item.describe(), keys.join("`, `"));
            return Err(MergeError { span: item.span(), other: None, message });
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            match item.get(key).filter(|v| !v.is_null()).and_then(Node::scalar_text) {
                Some(text) => values.push(text.to_owned()),
                None => result.push(item.clone()),
            }
        }
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let matcher = Matcher::of(keys, &values);
        if keys.len() > 1 {
            matcher.remove_from(result);
        }
        matcher.set_in(result, item);
    }
    Ok(())
}

/// Nothing, or a mapping without a key.
pub(crate) fn is_empty(node: &Node) -> bool {
    node.is_null() || (node.is_mapping() && node.entries().is_empty())
}

/// The texts of the merge keys, `""` where an item has none; each tuple once, in order.
fn distinct_tuples<'a>(items: impl Iterator<Item = &'a Node>, keys: &[String]) -> Vec<Vec<String>> {
    let mut tuples: Vec<Vec<String>> = Vec::new();
    let mut known = HashSet::new();
    for item in items {
        let text =
            |key: &String| item.get(key).filter(|v| !v.is_null()).and_then(Node::scalar_text).unwrap_or_default();
        let tuple: Vec<String> = keys.iter().map(|k| text(k).to_owned()).collect();
        if known.insert(tuple.clone()) {
            tuples.push(tuple);
        }
    }
    tuples
}

/// Tuples that agree where both have a value are the same item (kyaml: `mergeValues`).
fn complete_tuples(tuples: &mut [Vec<String>]) {
    for i in 0..tuples.len() {
        // What is compared is the tuple as it was before this round.
        let one = tuples[i].clone();
        for j in 0..tuples.len() {
            if let Some(union) = union(&one, &tuples[j]) {
                tuples[i].clone_from(&union);
                tuples[j] = union;
            }
        }
    }
}

fn union(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut common = false;
    for (a, b) in one.iter().zip(other) {
        if a == b {
            common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
    }
    if !common {
        return None;
    }
    let result = one.iter().zip(other).map(|(a, b)| if a.is_empty() { b.clone() } else { a.clone() }).collect();
    Some(result)
}

/// Keys that any item has; all of them when none has any.
fn used_keys(tuples: &[Vec<String>], keys: &[String]) -> Vec<usize> {
    let used: Vec<usize> =
        (0..keys.len()).filter(|i| tuples.iter().any(|t| t.get(*i).is_some_and(|v| !v.is_empty()))).collect();
    if used.is_empty() { (0..keys.len()).collect() } else { used }
}

/// A key that the item was found by is written into it.
fn complete_item(item: &mut Node, keys: &[&str], values: &[&str]) {
    for (key, value) in keys.iter().zip(values) {
        if item.is_mapping() && item.get(key).is_none() && !value.is_empty() {
            let kind = seatrial_yaml::plain_kind(value, seatrial_yaml::Dialect::Kustomize);
            item.set(key, Node::scalar(*value, kind, Style::Plain, item.span()));
        }
    }
    debug_assert!(item.kind() != ScalarKind::Null || !item.is_null());
}

struct Matcher<'a> {
    keys: &'a [&'a str],
    values: &'a [&'a str],
}

impl<'a> Matcher<'a> {
    fn of(keys: &'a [&'a str], values: &'a [&'a str]) -> Matcher<'a> {
        Matcher { keys, values }
    }

    /// Whether an item has every known value; keys without a value do not count, unless there is none at all.
    fn matches_known(&self, item: &Node) -> bool {
        let known = self.values.iter().any(|v| !v.is_empty());
        let mut pairs = self.keys.iter().zip(self.values).filter(|(_, v)| !known || !v.is_empty());
        // A list or a mapping has no text, and is compared as the empty one.
        let text = |key| item.get(key).map(|found| found.scalar_text().unwrap_or_default());
        item.is_mapping() && pairs.all(|(key, value)| text(key) == Some(*value))
    }

    /// As kyaml's `ElementSetter` compares: an empty value matches any, and keys past the values follow the last one.
    fn matches_loosely(&self, item: &Node) -> bool {
        let mut last = !self.keys.is_empty() && !self.values.is_empty();
        for (index, key) in self.keys.iter().enumerate() {
            if let Some(value) = self.values.get(index) {
                let found = item.get(key);
                last = found.is_some_and(|f| value.is_empty() || f.scalar_text() == Some(*value));
            }
            if !last {
                return false;
            }
        }
        last
    }

    fn remove_from(&self, list: &mut Vec<Node>) {
        if self.values.is_empty() {
            list.clear();
        }
        list.retain(|item| !is_empty(item) && (!item.is_mapping() || !self.matches_loosely(item)));
    }

    /// Without any value, kyaml's `ElementSetter` keeps nothing of the list but the item.
    fn set_in(&self, list: &mut Vec<Node>, item: Node) {
        if self.values.is_empty() {
            list.clear();
        }
        list.retain(|i| !is_empty(i));
        let mut found = false;
        for slot in list.iter_mut().filter(|i| i.is_mapping()) {
            if self.matches_loosely(slot) {
                *slot = item.clone();
                found = true;
            }
        }
        if !found {
            list.push(item);
        }
    }
}
