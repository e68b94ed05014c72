//! Which of several objects of one identity is which: `generateName`, and objects that are there twice.

use std::cmp::Reverse;
use std::collections::VecDeque;

use seatrial_model::{Manifest, Node, QuickMap, Value};

use crate::compare::fingerprint::fingerprint;

/// Among more pairs than this nobody looks for the nearest ones.
const MOST_PAIRS: usize = 256;

/// Objects of one key on both sides, in pairs: equal ones belong together, then those that have most in common, and where there are many, the
/// others in their order. `base` keeps what has no partner.
pub(super) fn paired<'a>(base: &mut Vec<&'a Manifest>, mut head: Vec<&'a Manifest>) -> Paired<'a> {
    let mut pairs = equal(base, &mut head);
    if base.len().saturating_mul(head.len()) <= MOST_PAIRS {
        pairs.extend(nearest(base, &mut head));
    }
    let both = base.len().min(head.len());
    pairs.extend(base.drain(..both).zip(head.drain(..both)));
    Paired { pairs, head }
}

/// Pairs of base and head, and what is left of head.
pub(super) struct Paired<'a> {
    pub(super) pairs: Vec<(&'a Manifest, &'a Manifest)>,
    pub(super) head: Vec<&'a Manifest>,
}

fn equal<'a>(base: &mut Vec<&'a Manifest>, head: &mut Vec<&'a Manifest>) -> Vec<(&'a Manifest, &'a Manifest)> {
    let mut known: QuickMap<u64, VecDeque<usize>> = QuickMap::default();
    for (at, manifest) in base.iter().enumerate() {
        known.entry(fingerprint(&manifest.node)).or_default().push_back(at);
    }
    let mut of = |head: &Manifest| known.get_mut(&fingerprint(&head.node))?.pop_front();
    let found: Vec<(usize, usize)> =
        head.iter().enumerate().filter_map(|(at, manifest)| Some((of(manifest)?, at))).collect();
    taken(base, head, &found)
}

fn nearest<'a>(base: &mut Vec<&'a Manifest>, head: &mut Vec<&'a Manifest>) -> Vec<(&'a Manifest, &'a Manifest)> {
    let mut all = Vec::with_capacity(base.len() * head.len());
    for (at, one) in head.iter().enumerate() {
        all.extend(base.iter().enumerate().map(|(of, other)| (Reverse(common(&one.node, &other.node)), at, of)));
    }
    all.sort_unstable();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (_, at, of) in all {
        if found.iter().all(|(other_of, other_at)| *other_of != of && *other_at != at) {
            found.push((of, at));
        }
    }
    found.sort_unstable_by_key(|(_, at)| *at);
    taken(base, head, &found)
}

/// The pairs at these positions of base and head; the others stay.
fn taken<'a>(
    base: &mut Vec<&'a Manifest>,
    head: &mut Vec<&'a Manifest>,
    found: &[(usize, usize)],
) -> Vec<(&'a Manifest, &'a Manifest)> {
    let pairs = found.iter().filter_map(|(of, at)| Some((*base.get(*of)?, *head.get(*at)?))).collect();
    let mut is_taken = [vec![false; base.len()], vec![false; head.len()]];
    for (of, at) in found {
        let [bases, heads] = &mut is_taken;
        bases.get_mut(*of).into_iter().chain(heads.get_mut(*at)).for_each(|taken| *taken = true);
    }
    let [bases, heads] = is_taken.map(Vec::into_iter);
    keep_free(base, bases);
    keep_free(head, heads);
    pairs
}

fn keep_free(manifests: &mut Vec<&Manifest>, mut is_taken: impl Iterator<Item = bool>) {
    manifests.retain(|_| !is_taken.next().unwrap_or_default());
}

/// How many scalars two values have in common at the same places.
fn common(one: &Node, other: &Node) -> usize {
    match (one.value(), other.value()) {
        (Value::Mapping(entries), Value::Mapping(_)) => {
            let both = entries.iter().filter_map(|entry| Some((&entry.value, other.get(&entry.key.text)?)));
            both.map(|(one, other)| common(one, other)).sum()
        }
        (Value::Sequence(items), Value::Sequence(others)) => {
            items.iter().zip(others.iter()).map(|(one, other)| common(one, other)).sum()
        }
        (Value::Scalar(_), Value::Scalar(_)) => usize::from(fingerprint(one) == fingerprint(other)),
        _ => 0,
    }
}
