//! Which object of the base is which object of the head.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{GroupKind, Manifest, Node, ObjectId, QuickMap};

use crate::compare::fingerprint::of_entries;
use crate::{Between, Context};

/// An object on one side or on both.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pair<'a> {
    Created(&'a Manifest),
    Deleted(&'a Manifest),
    Both(&'a Manifest, &'a Manifest),
}

/// Pairs by identity, as it is written and as a cluster sees it; then generated names without their hash; then by content: the same object under
/// another name.
pub(crate) fn pair<'a>(base: &'a [Manifest], head: &'a [Manifest], context: Context) -> Vec<Pair<'a>> {
    let mut pairs = Vec::with_capacity(head.len());
    let sides = Sides { base: base.iter().collect(), head: head.iter().collect() };
    sides
        .pair_off(&mut pairs, |manifest| Some(&manifest.id))
        .pair_off(&mut pairs, |manifest| Some(placed(manifest, context.minor)))
        .pair_off(&mut pairs, |manifest| (context.between == Between::Environments).then(|| anywhere(manifest)))
        .pair_off(&mut pairs, generated)
        .pair_off(&mut pairs, content)
        .rest(&mut pairs);
    pairs
}

/// What has no partner yet.
struct Sides<'a> {
    base: Vec<&'a Manifest>,
    head: Vec<&'a Manifest>,
}

impl<'a> Sides<'a> {
    /// Pairs what has the same key. Where several have it on a side, equal ones belong together, and the others in their order.
    fn pair_off<K: std::hash::Hash + Eq>(
        self,
        pairs: &mut Vec<Pair<'a>>,
        key: impl Fn(&'a Manifest) -> Option<K>,
    ) -> Sides<'a> {
        let mut waiting: QuickMap<K, Waiting<'a>> = QuickMap::default();
        let mut rest = Sides { base: Vec::new(), head: Vec::new() };
        for manifest in self.base {
            match key(manifest) {
                Some(key) => match waiting.entry(key) {
                    Entry::Occupied(mut alike) => alike.get_mut().more.push_back(manifest),
                    Entry::Vacant(new) => drop(new.insert(Waiting { first: manifest, more: VecDeque::new() })),
                },
                None => rest.base.push(manifest),
            }
        }
        for manifest in self.head {
            let Some(key) = key(manifest) else {
                rest.head.push(manifest);
                continue;
            };
            match waiting.entry(key) {
                Entry::Occupied(mut alike) => {
                    let (partner, is_last) = alike.get_mut().take(manifest);
                    pairs.push(Pair::Both(partner, manifest));
                    if is_last {
                        alike.remove();
                    }
                }
                Entry::Vacant(_) => rest.head.push(manifest),
            }
        }
        let left = waiting.into_values().flat_map(|alike| std::iter::once(alike.first).chain(alike.more));
        let mut left: Vec<&Manifest> = left.collect();
        left.sort_by(|one, other| one.id.cmp(&other.id));
        rest.base.extend(left);
        rest
    }

    fn rest(self, pairs: &mut Vec<Pair<'a>>) {
        pairs.extend(self.head.into_iter().map(Pair::Created));
        pairs.extend(self.base.into_iter().map(Pair::Deleted));
    }
}

/// Objects of one key that have no partner yet.
struct Waiting<'a> {
    first: &'a Manifest,
    more: VecDeque<&'a Manifest>,
}

impl<'a> Waiting<'a> {
    /// The one that is equal, else the first; and whether it was the last.
    fn take(&mut self, manifest: &Manifest) -> (&'a Manifest, bool) {
        /// Among more objects of one identity nobody looks for the equal one.
        const FEW: usize = 16;
        let all = || std::iter::once(&self.first).chain(&self.more);
        let is_alone = self.more.is_empty();
        let equal = if is_alone { None } else { all().take(FEW).position(|one| one.node == manifest.node) };
        let behind = equal.and_then(|at| at.checked_sub(1)).and_then(|at| self.more.remove(at));
        if let Some(equal) = behind {
            return (equal, false);
        }
        match self.more.pop_front() {
            Some(next) => (std::mem::replace(&mut self.first, next), false),
            None => (self.first, true),
        }
    }
}

/// The identity in a cluster: what has no namespace gets that of its release, and what belongs to none gives it up.
fn placed(manifest: &Manifest, minor: Minor) -> ObjectId {
    let id = &manifest.id;
    let namespace = match (scope(minor, &id.group, &id.kind), &id.namespace) {
        (Some(Scope::Cluster), _) => None,
        (_, Some(namespace)) => Some(namespace.clone()),
        (_, None) => manifest.release.as_ref().map(|part| part.release.namespace.clone()),
    };
    ObjectId { namespace, ..id.clone() }
}

/// The identity in whatever namespace, without the hash of a generator.
fn anywhere(manifest: &Manifest) -> ObjectId {
    ObjectId { namespace: None, ..manifest.id.stable() }
}

/// The identity without the hash of a generator; `None` for a name that has none.
fn generated(manifest: &Manifest) -> Option<ObjectId> {
    let stable = manifest.id.stable();
    (stable.name != manifest.id.name).then_some(stable)
}

/// Group, kind, namespace, and everything but the name. An object that is hardly more than its name is not known by the rest.
fn content(manifest: &Manifest) -> Option<(GroupKind, Option<String>, u64)> {
    let has_content = |entry: &&seatrial_model::Entry| !matches!(&*entry.key.text, "apiVersion" | "kind" | "metadata");
    let content: Vec<&seatrial_model::Entry> = manifest.node.entries().iter().filter(has_content).collect();
    if content.iter().all(|entry| entry.value.entries().is_empty() && entry.value.items().is_empty()) {
        return None;
    }
    let metadata = manifest.node.get("metadata").map_or(&[][..], Node::entries);
    let metadata = metadata.iter().filter(|entry| &*entry.key.text != "name");
    let rest = of_entries(content.into_iter().chain(metadata));
    Some((manifest.id.group_kind(), manifest.id.namespace.clone(), rest))
}

/// The objects of a side by their identity, the first of each.
pub(crate) fn by_id(manifests: &[Manifest]) -> QuickMap<&ObjectId, &Manifest> {
    manifests.iter().rev().map(|manifest| (&manifest.id, manifest)).collect()
}
