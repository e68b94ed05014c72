//! Two lists: which items belong together, and which are new or gone.
//!
//! Items of a map list are known by their keys (`x-kubernetes-list-map-keys`, else the merge key), those of a set by themselves. All others are
//! aligned: what is equal on both sides in the same order stays, and what lies between is matched in its order.

use std::ops::Range;

use seatrial_kubernetes::Schema;
use seatrial_model::{Node, QuickMap, QuickSet, Text, Value};

use super::Comparer;
use super::fingerprint::fingerprint;
use crate::alignment::{ascending, common_ends, once_in_both};
use crate::{Remark, Segment};

/// Values that the API server fills in for keys of lists (kubernetes: `pkg/apis/core/v1/defaults.go`).
const KEY_DEFAULTS: [(&str, &str); 1] = [("protocol", "TCP")];

/// Lists whose order means nothing, though their schema calls them atomic.
const UNORDERED: [&str; 6] = ["accessModes", "apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"];

/// Lists of known items whose order means something.
const ORDERED: [&str; 1] = ["initContainers"];

/// The key by which people tell items apart where no schema says so.
const USUAL_KEY: &str = "name";

impl Comparer<'_> {
    pub(super) fn lists(&mut self, before: &[Node], after: &[Node], schema: Option<&Schema>) {
        let keys = schema.map(keys_of).unwrap_or_default();
        let items = schema.and_then(Schema::items);
        if !keys.is_empty() {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            if let (Some(before), Some(after)) = (Known::by(&keys, before), Known::by(&keys, after)) {
                return self.known_items(&before, &after, items.as_ref());
            }
        }
        if let (None, Some((before, after))) = (schema, named(before, after)) {
            return self.known_items(&before, &after, None);
        }
        if self.is_set(before, after, schema) {
            return self.sets(before, after);
        }
        self.sequences(before, after, items.as_ref());
    }

    fn is_set(&self, before: &[Node], after: &[Node], schema: Option<&Schema>) -> bool {
        let is_scalar = |node: &Node| matches!(node.value(), Value::Scalar(_));
        let name = self.path.iter().rev().find_map(|segment| match segment {
            Segment::Field(name) => Some(&**name),
            _ => None,
        });
        let is_named = name.is_some_and(|name| UNORDERED.contains(&name) && (self.is_rbac || name == "accessModes"));
        let is_set = schema.and_then(Schema::list_type) == Some("set") || is_named;
        is_set && before.iter().chain(after).all(is_scalar)
    }

    /// Items that are known by their keys: the order does not count but where it does.
    fn known_items(&mut self, before: &Known<'_>, after: &Known<'_>, schema: Option<&Schema>) {
        let places: QuickMap<&[&str], usize> =
            after.keys.iter().enumerate().map(|(at, key)| (key.as_slice(), at)).collect();
        let mut matched = vec![false; after.items.len()];
        let mut order = Vec::new();
        for (item, key) in before.items.iter().zip(&before.keys) {
            let partner = places.get(key.as_slice()).and_then(|at| Some((*at, after.items.get(*at)?)));
            if let Some((at, _)) = partner.filter(|(_, partner)| item.is_same(partner)) {
                matched[at] = true;
                order.push(at);
                continue;
            }
            self.path.push(item_segment(key));
            match partner {
                Some((at, partner)) => {
                    matched[at] = true;
                    order.push(at);
                    self.values(item, partner, schema);
                }
                None => self.push(Some(item), None),
            }
            self.path.pop();
        }
        for ((item, key), _) in
            after.items.iter().zip(&after.keys).zip(&matched).filter(|(_, is_matched)| !**is_matched)
        {
            self.path.push(item_segment(key));
            self.push(None, Some(item));
            self.path.pop();
        }
        // Where no schema says that the order does not count, it may.
        let is_ordered =
            schema.is_none() || matches!(self.path.last(), Some(Segment::Field(name)) if ORDERED.contains(&&**name));
        if is_ordered && !order.is_sorted() {
            self.push_with(before.names().as_ref(), after.names().as_ref(), Some(Remark::Order));
        }
    }

    /// Scalars in any order: what is gone, then what is new.
    fn sets(&mut self, before: &[Node], after: &[Node]) {
        let mut counts: QuickMap<u64, i64> = QuickMap::default();
        for item in after {
            *counts.entry(fingerprint(item)).or_default() += 1;
        }
        for item in before {
            let count = counts.entry(fingerprint(item)).or_default();
            *count -= 1;
            if *count < 0 {
                *count = 0;
                self.one_item(item, Side::Before);
            }
        }
        for item in after.iter().rev() {
            let count = counts.entry(fingerprint(item)).or_default();
            if *count > 0 {
                *count -= 1;
                self.one_item(item, Side::After);
            }
        }
    }

    /// An item of a set is known by itself.
    fn one_item(&mut self, item: &Node, side: Side) {
        let key = item.scalar_text().map_or_else(|| Text::from_static(""), Text::from);
        self.path.push(Segment::Item(vec![key]));
        match side {
            Side::Before => self.push(Some(item), None),
            Side::After => self.push(None, Some(item)),
        }
        self.path.pop();
    }

    /// Items whose order counts.
    fn sequences(&mut self, before: &[Node], after: &[Node], schema: Option<&Schema>) {
        let (one, other): (Vec<u64>, Vec<u64>) =
            (before.iter().map(fingerprint).collect(), after.iter().map(fingerprint).collect());
        let mut at = (0, 0);
        for anchor in anchors(&one, &other).into_iter().chain([(before.len(), after.len())]) {
            self.gap(
                &Part { list: before, range: at.0..anchor.0 },
                &Part { list: after, range: at.1..anchor.1 },
                schema,
            );
            at = (anchor.0 + 1, anchor.1 + 1);
        }
    }

    /// What lies between items that are equal on both sides: those with one name belong together, of others as many as there are on both sides.
    fn gap(&mut self, before: &Part<'_>, after: &Part<'_>, schema: Option<&Schema>) {
        let (one, other) = (before.items(), after.items());
        let pairs = match named(one, other) {
            Some((one, other)) => alike(&one, &other),
            None if one.len() == other.len() => (0..one.len()).map(|at| (at, at)).collect(),
            None => Vec::new(),
        };
        self.is_positional |= schema.is_none() && has_mappings(one) && has_mappings(other);
        let (mut at, mut at_other) = (0, 0);
        for (place, partner) in pairs.into_iter().chain([(one.len(), other.len())]) {
            for index in at..place {
                self.at_index(before.range.start + index, |comparer| comparer.push(one.get(index), None));
            }
            for index in at_other..partner {
                self.at_index(after.range.start + index, |comparer| comparer.push(None, other.get(index)));
            }
            if let (Some(item), Some(new)) = (one.get(place), other.get(partner)) {
                self.at_index(after.range.start + partner, |comparer| comparer.values(item, new, schema));
            }
            (at, at_other) = (place + 1, partner + 1);
        }
    }

    /// At an item of a list.
    fn at_index(&mut self, index: usize, look: impl FnOnce(&mut Self)) {
        self.path.push(Segment::Index(index));
        look(self);
        self.path.pop();
    }
}

/// Places of items with one name, in the order of both lists.
fn alike(one: &Known<'_>, other: &Known<'_>) -> Vec<(usize, usize)> {
    let places: QuickMap<&[&str], usize> =
        other.keys.iter().enumerate().map(|(at, key)| (key.as_slice(), at)).collect();
    let pairs = one.keys.iter().enumerate().filter_map(|(at, key)| Some((at, *places.get(key.as_slice())?)));
    ascending(&pairs.collect::<Vec<_>>())
}

/// A part of a list.
struct Part<'a> {
    list: &'a [Node],
    range: Range<usize>,
}

impl<'a> Part<'a> {
    fn items(&self) -> &'a [Node] {
        self.list.get(self.range.clone()).unwrap_or_default()
    }
}

/// A side of a comparison.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

fn has_mappings(items: &[Node]) -> bool {
    items.iter().any(Node::is_mapping)
}

/// The keys by which items are known; none for a list that is replaced as a whole.
fn keys_of(schema: &Schema) -> Vec<String> {
    match schema.list_type() {
        Some("atomic" | "set") => Vec::new(),
        Some("map") => schema.list_map_keys().into_iter().map(str::to_owned).collect(),
        _ => schema.patch_merge_key().map(str::to_owned).into_iter().collect(),
    }
}

/// Items of a list with the values of their keys, each another one.
struct Known<'a> {
    items: &'a [Node],
    keys: Vec<Vec<&'a str>>,
}

impl<'a> Known<'a> {
    /// `None` where an item lacks a key, or two have the same.
    fn by(keys: &[&str], items: &'a [Node]) -> Option<Known<'a>> {
        let value = |item: &'a Node| keys.iter().map(|key| key_value(item, key)).collect::<Option<Vec<&str>>>();
        let keys: Vec<Vec<&str>> = items.iter().map(value).collect::<Option<_>>()?;
        let mut known: QuickSet<&[&str]> = QuickSet::default();
        let are_unique = keys.iter().all(|key| known.insert(key.as_slice()));
        are_unique.then_some(Known { items, keys })
    }

    /// The keys in their order, as a value that stands where the list begins.
    fn names(&self) -> Option<Node> {
        let names: Vec<String> = self.keys.iter().map(|key| key.join("/")).collect();
        Some(Node::string(names.join(", "), self.items.first()?.origin()))
    }
}

/// Both lists with the names of their items.
fn named<'a>(before: &'a [Node], after: &'a [Node]) -> Option<(Known<'a>, Known<'a>)> {
    let all = (Known::by(&[USUAL_KEY], before)?, Known::by(&[USUAL_KEY], after)?);
    (!before.is_empty() || !after.is_empty()).then_some(all)
}

fn item_segment(key: &[&str]) -> Segment {
    Segment::Item(key.iter().map(|value| Text::from(*value)).collect())
}

fn key_value<'a>(item: &'a Node, key: &str) -> Option<&'a str> {
    match item.get(key) {
        Some(value) => value.scalar_text(),
        None if item.is_mapping() => KEY_DEFAULTS.iter().find(|(name, _)| *name == key).map(|(_, default)| *default),
        None => None,
    }
}

/// Places of items that are equal on both sides, in the order of both: the longest such row of those that are the only ones of their kind, and
/// what is equal at both ends.
fn anchors(one: &[u64], other: &[u64]) -> Vec<(usize, usize)> {
    let (start, end) = common_ends(one, other);
    let (inner, inner_other) = (&one[start..one.len() - end], &other[start..other.len() - end]);
    let mut all: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    all.extend(once_in_both(inner, inner_other).into_iter().map(|(a, b)| (a + start, b + start)));
    all.extend((0..end).map(|back| (one.len() - end + back, other.len() - end + back)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_in_the_same_order_stays() {
        assert_eq!(anchors(&[1, 2, 3, 4], &[1, 9, 3, 4]), [(0, 0), (2, 2), (3, 3)]);
        assert_eq!(anchors(&[1, 2, 3], &[3, 1, 2]), [(0, 1), (1, 2)]);
        assert_eq!(anchors(&[], &[1]), []);
        assert_eq!(anchors(&[1, 1, 1], &[1, 1]), [(0, 0), (1, 1)]);
    }
}
