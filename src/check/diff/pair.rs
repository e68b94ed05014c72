//! Which object of the base is which object of the head.

use std::collections::{BTreeMap, HashMap, VecDeque};

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{Entry, GroupKind, Manifest, Node, ObjectId};

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
        .pair_off(&mut pairs, |manifest| Some(manifest.id.clone()))
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
        key: impl Fn(&Manifest) -> Option<K>,
    ) -> Sides<'a> {
        let mut waiting: HashMap<K, VecDeque<&'a Manifest>> = HashMap::new();
        let mut rest = Sides { base: Vec::new(), head: Vec::new() };
        for manifest in self.base {
            match key(manifest) {
                Some(key) => waiting.entry(key).or_default().push_back(manifest),
                None => rest.base.push(manifest),
            }
        }
        for manifest in self.head {
            let partner = key(manifest).and_then(|key| waiting.get_mut(&key)).and_then(|alike| take(alike, manifest));
            match partner {
                Some(partner) => pairs.push(Pair::Both(partner, manifest)),
                None => rest.head.push(manifest),
            }
        }
        let mut left: Vec<&Manifest> = waiting.into_values().flatten().collect();
        left.sort_by(|one, other| one.id.cmp(&other.id));
        rest.base.extend(left);
        rest
    }

    fn rest(self, pairs: &mut Vec<Pair<'a>>) {
        pairs.extend(self.head.into_iter().map(Pair::Created));
        pairs.extend(self.base.into_iter().map(Pair::Deleted));
    }
}

/// The one that is equal, else the first.
fn take<'a>(alike: &mut VecDeque<&'a Manifest>, manifest: &Manifest) -> Option<&'a Manifest> {
    /// Among more objects of one identity nobody looks for the equal one.
    const FEW: usize = 16;
    let equal = match alike.len() {
        0 | 1 => None,
        _ => alike.iter().take(FEW).position(|one| one.node == manifest.node),
    };
    alike.remove(equal.unwrap_or(0))
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
    let has_content = |entry: &&Entry| !matches!(&*entry.key.text, "apiVersion" | "kind" | "metadata");
    let content: Vec<&Entry> = manifest.node.entries().iter().filter(has_content).collect();
    if content.iter().all(|entry| entry.value.entries().is_empty() && entry.value.items().is_empty()) {
        return None;
    }
    let metadata = manifest.node.get("metadata").map_or(&[][..], Node::entries);
    let metadata = metadata.iter().filter(|entry| &*entry.key.text != "name");
    let rest = of_entries(content.into_iter().chain(metadata));
    Some((manifest.id.group_kind(), manifest.id.namespace.clone(), rest))
}

/// The objects of a side by their identity, the first of each.
pub(crate) fn by_id(manifests: &[Manifest]) -> BTreeMap<&ObjectId, &Manifest> {
    manifests.iter().rev().map(|manifest| (&manifest.id, manifest)).collect()
}
