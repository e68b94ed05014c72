//! Merging lists of which every item has the same merge keys: each item is looked up by them. Not here: items that lack one, which kyaml
//! compares in its own way (`list`).

use std::collections::HashSet;

use seatrial_model::{Node, QuickMap};

use crate::merge::directive::MergeError;
use crate::merge::list::{is_empty, replaces};
use crate::merge::strategic::{Place, walk};

/// The values of the keys that the items have, for each item of both sides.
pub(crate) struct Identities<'a> {
    added: Vec<Vec<&'a str>>,
    originals: Vec<Vec<&'a str>>,
}

/// What the items of both sides are called; `None` where one has none of the keys, or not the same ones as the others.
pub(crate) fn identities<'a>(added: &'a [Node], originals: &'a [Node], keys: &[String]) -> Option<Identities<'a>> {
    let text = |item: &'a Node, key: &str| {
        item.get(key).filter(|value| !value.is_null()).and_then(Node::scalar_text).filter(|text| !text.is_empty())
    };
    let first = added.first().or(originals.first())?;
    let (used, unused): (Vec<&String>, Vec<&String>) = keys.iter().partition(|key| text(first, key).is_some());
    if used.is_empty() {
        return None;
    }
    let identity = |item: &'a Node| {
        let has_another = unused.iter().any(|key| text(item, key).is_some());
        if has_another { None } else { used.iter().map(|key| text(item, key)).collect::<Option<Vec<&str>>>() }
    };
    let all = |items: &'a [Node]| items.iter().map(identity).collect::<Option<Vec<_>>>();
    Some(Identities { added: all(added)?, originals: all(originals)? })
}

/// The patch's items first, then those that only the object has; of one that the object has twice the last counts.
pub(crate) fn merge_identified(
    added: &[Node],
    originals: &[Node],
    identities: &Identities<'_>,
    items: Place<'_>,
) -> Result<Vec<Node>, MergeError> {
    let (of_patch, of_object) = (positions(&identities.added), positions(&identities.originals));
    let mut merged_originals: QuickMap<usize, Node> = QuickMap::default();
    let mut merged = Merged::default();
    let mut gone: HashSet<&[&str]> = HashSet::new();
    for identity in identities.added.iter().chain(&identities.originals).map(Vec::as_slice) {
        if merged.positions.contains_key(identity) || gone.contains(identity) {
            continue;
        }
        let position = of_object.get(identity).copied();
        let from_patch = of_patch.get(identity).and_then(|at| added.get(*at));
        let item = walk(position.and_then(|at| originals.get(at)), from_patch, items)?;
        let Some(item) = item.filter(|item| !is_empty(item)) else {
            gone.insert(identity);
            continue;
        };
        if let Some(position) = position.filter(|_| !replaces(from_patch)) {
            merged_originals.insert(position, item.clone());
        }
        merged.set(identity, item);
    }
    // The object's items go over their merged selves; kyaml moves them to the end where it knows them by several keys.
    for (position, identity) in identities.originals.iter().map(Vec::as_slice).enumerate() {
        let item = merged_originals.remove(&position).or_else(|| originals.get(position).cloned());
        let Some(item) = item.filter(|_| !gone.contains(identity)) else { continue };
        if identity.len() > 1 {
            merged.remove(identity);
        }
        merged.set(identity, item);
    }
    Ok(merged.items.into_iter().flatten().collect())
}

/// Where each identity stands first.
fn positions<'a>(identities: &'a [Vec<&'a str>]) -> QuickMap<&'a [&'a str], usize> {
    let mut positions = QuickMap::default();
    positions.reserve(identities.len());
    for (position, identity) in identities.iter().enumerate() {
        positions.entry(identity.as_slice()).or_insert(position);
    }
    positions
}

/// The list that comes out; what was removed from it leaves a gap.
#[derive(Default)]
struct Merged<'a> {
    items: Vec<Option<Node>>,
    positions: QuickMap<&'a [&'a str], usize>,
}

impl<'a> Merged<'a> {
    /// Sets an item where it is, or at the end.
    fn set(&mut self, identity: &'a [&'a str], item: Node) {
        match self.positions.get(identity).and_then(|at| self.items.get_mut(*at)) {
            Some(slot) => *slot = Some(item),
            None => {
                self.positions.insert(identity, self.items.len());
                self.items.push(Some(item));
            }
        }
    }

    fn remove(&mut self, identity: &'a [&'a str]) {
        if let Some(slot) = self.positions.remove(identity).and_then(|at| self.items.get_mut(at)) {
            *slot = None;
        }
    }
}
