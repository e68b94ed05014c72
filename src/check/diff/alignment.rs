//! Which items of two lists stay where they are: what both begin and end with, and what each has once, in the order of both (patience diff).

use std::hash::Hash;

use seatrial_model::QuickMap;

/// How many items both lists begin with, and how many of the others both end with.
#[must_use]
pub fn common_ends<T: PartialEq>(one: &[T], other: &[T]) -> (usize, usize) {
    let start = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let left = one.len().min(other.len()) - start;
    let end = one.iter().rev().zip(other.iter().rev()).take(left).take_while(|(one, other)| one == other).count();
    (start, end)
}

/// Places of the items that each list has once, in the order of both: of several rows the longest, in n log n.
#[must_use]
pub fn once_in_both<T: Hash + Eq>(one: &[T], other: &[T]) -> Vec<(usize, usize)> {
    let (first, second) = (once(one), once(other));
    let pairs = one.iter().enumerate().filter(|(_, item)| matches!(first.get(item), Some(Some(_))));
    ascending(&pairs.filter_map(|(at, item)| Some((at, second.get(item).copied()??))).collect::<Vec<_>>())
}

/// The place of each item; of what is there several times, none.
fn once<T: Hash + Eq>(list: &[T]) -> QuickMap<&T, Option<usize>> {
    let mut places: QuickMap<&T, Option<usize>> = QuickMap::default();
    for (at, item) in list.iter().enumerate() {
        places.entry(item).and_modify(|place| *place = None).or_insert(Some(at));
    }
    places
}

/// Of pairs whose first numbers ascend, the longest of the subsequences whose second numbers do, too.
pub(crate) fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best subsequence of each length, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut chain: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |index| before[*index]).map(|index| pairs[index]).collect();
    chain.reverse();
    chain
}
