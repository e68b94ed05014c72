//! Which object of the base is which object of the head.

mod alike;

use std::collections::hash_map::Entry;

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{GroupKind, Manifest, Node, ObjectId, QuickMap};

use crate::compare::fingerprint::of_entries;
use crate::{Between, Context};
use alike::paired;

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
    /// Pairs what has the same key; where the base has several of it, by what they have in common.
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
                    Entry::Occupied(mut alike) => alike.get_mut().more.push(manifest),
                    Entry::Vacant(new) => {
                        new.insert(Waiting { first: manifest, more: Vec::new(), head: Vec::new() });
                    }
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
                Entry::Occupied(alike) if alike.get().more.is_empty() => {
                    pairs.push(Pair::Both(alike.remove().first, manifest));
                }
                Entry::Occupied(mut alike) => alike.get_mut().head.push(manifest),
                Entry::Vacant(_) => rest.head.push(manifest),
            }
        }
        let mut left = Vec::new();
        for Waiting { first, more, head } in waiting.into_values() {
            let mut base = [vec![first], more].concat();
            if !head.is_empty() {
                let found = paired(&mut base, head);
                pairs.extend(found.pairs.into_iter().map(|(base, head)| Pair::Both(base, head)));
                rest.head.extend(found.head);
            }
            left.extend(base);
        }
        // A table has no order.
        let by_id = |one: &&Manifest, other: &&Manifest| one.id.cmp(&other.id);
        left.sort_by(by_id);
        rest.head.sort_by(by_id);
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
    more: Vec<&'a Manifest>,
    /// Those of head, where the base has several.
    head: Vec<&'a Manifest>,
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
