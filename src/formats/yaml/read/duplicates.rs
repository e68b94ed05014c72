//! Keys that stand twice in one mapping. kubectl takes the last one, kustomize refuses the file; we name both lines and go on with the last.

use std::collections::{HashMap, HashSet};

use seatrial_model::{Entry, Finding, ids};

use crate::read::merge::is_merge;
use crate::text::findings::Findings;

/// Up to this many pairs comparing each with each is faster than a hash table.
const FEW: usize = 16;

/// Removes from `entries[first..]` every pair whose key comes again later, and says so.
pub(crate) fn remove(entries: &mut Vec<Entry>, first: usize, findings: &mut Findings) {
    let pairs = entries.get(first..).unwrap_or_default();
    let repeated = if pairs.len() <= FEW { among_few(pairs) } else { among_many(pairs) };
    if repeated.is_empty() {
        return;
    }
    let as_pairs = repeated.iter().filter_map(|(earlier, later)| Some((pairs.get(*earlier)?, pairs.get(*later)?)));
    let as_pairs: Vec<(&Entry, &Entry)> = as_pairs.collect();
    match second_object(&as_pairs) {
        Some((first, second)) => findings.push(|| not_separated(first, second)),
        None => as_pairs.iter().for_each(|(earlier, later)| findings.push(|| finding(earlier, later))),
    }
    // Merge keys add up, each of them stays.
    let dropped: HashSet<usize> = repeated
        .iter()
        .map(|(earlier, _)| *earlier)
        .filter(|i| pairs.get(*i).is_some_and(|e| !is_merge(&e.key)))
        .collect();
    let mut index = 0;
    let mut kept = entries.split_off(first);
    kept.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
    entries.append(&mut kept);
}

/// Pairs of indices: a key and the next one that is equal.
fn among_few(pairs: &[Entry]) -> Vec<(usize, usize)> {
    let mut repeated = Vec::new();
    for (later, entry) in pairs.iter().enumerate() {
        let key = entry.key.text.as_str();
        let earlier = pairs.iter().take(later).rposition(|e| e.key.text == *key);
        repeated.extend(earlier.map(|earlier| (earlier, later)));
    }
    repeated
}

fn among_many(pairs: &[Entry]) -> Vec<(usize, usize)> {
    let mut seen = HashMap::with_capacity(pairs.len());
    let mut repeated = Vec::new();
    for (later, entry) in pairs.iter().enumerate() {
        let earlier = seen.insert(entry.key.text.as_str(), later);
        repeated.extend(earlier.map(|earlier| (earlier, later)));
    }
    repeated
}

/// Where one object begins and the next one follows it in the same mapping, which is one mistake and not one for each key.
fn second_object<'a>(repeated: &[(&'a Entry, &'a Entry)]) -> Option<(&'a Entry, &'a Entry)> {
    let is_repeated = |name: &str| repeated.iter().any(|(_, later)| later.key.text.as_str() == name);
    let both = is_repeated("apiVersion") && is_repeated("kind");
    repeated.iter().copied().min_by_key(|(_, later)| later.key.span.start).filter(|_| both)
}

fn not_separated(first: &Entry, second: &Entry) -> Finding {
    Finding::new(ids::DUPLICATE_KEY, second.key.span, "a second object begins here without `---` before it")
        .with_related(first.key.span, "first here")
        .with_help("write `---` on a line of its own between them")
}

fn finding(earlier: &Entry, later: &Entry) -> Finding {
    let message = format!("the key `{}` appears twice in this mapping", later.key.text);
    Finding::new(ids::DUPLICATE_KEY, later.key.span, message)
        .with_related(earlier.key.span, "first here")
        .with_help("remove one of them: kubectl takes the last, kustomize refuses the file")
}
