//! The order of keys in kustomize's output, and the few values that are others there.

use std::cmp::Ordering;

use seatrial_model::{Derivation, Entry, Node, ScalarKind, Style, Text, Value, rearrange};

use crate::print::json_detour;
use crate::scalars::place::Place;
use crate::scalars::style::is_block_in_first_print;
use crate::scalars::timestamp;

/// The node as kustomize writes it: keys sorted at every level; dates, absent values in brackets and U+0085 turned into what they become.
///
/// kustomize hands its result through JSON to go-yaml version 2, which sorts keys in natural order (`key9` before `key10`, `Z` before `a`,
/// what is not a letter before letters); `apiVersion`, `kind` and `metadata` get no special place. Where that order contradicts itself
/// (`a2`, `a10`, `a1b`), kustomize's output varies from run to run; ours does not. Origins, comments and styles are kept.
#[must_use]
pub fn in_kustomize_order(node: &Node) -> Node {
    into_kustomize_order(node.clone())
}

/// The same of a node that nobody else needs as it is: what it shares with nobody is put in order in place.
#[must_use]
pub fn into_kustomize_order(mut node: Node) -> Node {
    if let Some(path) = last_block_before_comments(&node) {
        node = one_line_longer(&node, &path);
    }
    put_in_order(&mut node, Place::Block);
    node
}

fn put_in_order(node: &mut Node, place: Place) {
    let below = place.inside_of(node);
    if let Some(items) = node.own_items_mut() {
        items.iter_mut().for_each(|item| put_in_order(item, below));
        return;
    }
    if let Some(entries) = node.own_entries_mut() {
        if let Some(order) = order_of(entries) {
            rearrange(entries, &order);
        }
        entries.iter_mut().for_each(|entry| put_in_order(&mut entry.value, below));
        return;
    }
    if let Some(changed) = changed(node, place) {
        *node = changed;
    }
}

/// The way to a text block that keeps its empty lines at the end of an object, with comments behind it: kustomize prints an empty line
/// in front of those, which it then reads as one more of the block.
fn last_block_before_comments(object: &Node) -> Option<Vec<usize>> {
    let (mut at, mut path) = (object, Vec::new());
    let mut commented = false;
    loop {
        commented |= at.comments().is_some_and(|c| !c.foot.is_empty());
        let (next, index) = match at.value() {
            Value::Mapping(entries) => {
                let Some(last) = entries.last() else { break };
                // The comments stand at the alias then, and get lost with it.
                let is_alias = last.value.span().start < last.key.span.start;
                (Some(&last.value).filter(|_| !is_alias), entries.len() - 1)
            }
            Value::Sequence(items) if !items.is_empty() => (items.last(), items.len() - 1),
            Value::Sequence(_) | Value::Scalar(_) => break,
        };
        path.push(index);
        at = next?;
    }
    let block = matches!(at.style(), Style::Literal | Style::Folded);
    let keeps =
        at.as_str().is_some_and(|text| (text == "\n" || text.ends_with("\n\n")) && is_block_in_first_print(text));
    (commented && block && keeps).then_some(path)
}

fn one_line_longer(node: &Node, path: &[usize]) -> Node {
    let mut copy = node.clone();
    match (path, node.scalar_text()) {
        ([index, rest @ ..], _) => {
            if let Some(item) = copy.items_mut().get_mut(*index) {
                *item = one_line_longer(item, rest);
            } else if let Some(entry) = copy.entries_mut().get_mut(*index) {
                entry.value = one_line_longer(&entry.value, rest);
            }
            copy
        }
        ([], Some(text)) => string(node, format!("{text}\n").into()),
        ([], None) => copy,
    }
}

fn ordered(node: &Node, place: Place) -> Node {
    changed(node, place).unwrap_or_else(|| node.clone())
}

/// The node where anything of it is another in that order; what is the same is shared.
fn changed(node: &Node, place: Place) -> Option<Node> {
    let below = place.inside_of(node);
    match node.value() {
        Value::Scalar(text) if node.kind() == ScalarKind::Timestamp => Some(date(node, text, place)),
        // kustomize prints its tree once before the detour through JSON, and nothing would be no value in brackets.
        Value::Scalar(text) if place == Place::Flow && is_absent(node, text) => {
            Some(string(node, Text::from_static("")))
        }
        Value::Scalar(text) if node.kind() == ScalarKind::String => {
            json_detour::changed(text).map(|changed| string(node, changed.into()))
        }
        Value::Scalar(_) => None,
        Value::Sequence(items) => {
            let items = changed_each(items, |item| changed(item, below))?;
            let mut copy = node.clone();
            copy.set_items(items);
            Some(copy)
        }
        Value::Mapping(entries) => {
            let entries = match below {
                Place::Block => entries.derive(Derivation::Ordered, || sorted(entries, below))?,
                Place::Flow => sorted(entries, below)?.into(),
            };
            let mut copy = node.clone();
            copy.share_entries(entries);
            Some(copy)
        }
    }
}

/// A list with what became another in its place; `None` where nothing did.
fn changed_each<T: Clone>(all: &[T], change: impl Fn(&T) -> Option<T>) -> Option<Vec<T>> {
    let mut copy: Option<Vec<T>> = None;
    for (at, one) in all.iter().enumerate() {
        let Some(new) = change(one) else { continue };
        if let Some(place) = copy.get_or_insert_with(|| all.to_vec()).get_mut(at) {
            *place = new;
        }
    }
    copy
}

/// kustomize's first print quotes what holds a `:` in brackets: there the date stays as written.
fn date(node: &Node, text: &Text, place: Place) -> Node {
    let text = match timestamp::parse(text) {
        Some(time) if place == Place::Block || !text.contains(':') || node.tag().is_some() => time.rfc3339().into(),
        _ => text.clone(),
    };
    string(node, text)
}

/// A value that is written as nothing at all.
fn is_absent(node: &Node, text: &str) -> bool {
    text.is_empty() && node.kind() == ScalarKind::Null && node.tag().is_none()
}

/// A string in the place of a scalar.
fn string(node: &Node, text: Text) -> Node {
    let mut string = Node::scalar(text, ScalarKind::String, node.style(), node.origin());
    string.set_comments(node.comments().cloned().unwrap_or_default());
    string
}

/// The pairs in order; `None` where they are and nothing of them is another.
fn sorted(entries: &[Entry], place: Place) -> Option<Vec<Entry>> {
    let with = |entry: &Entry, value: Node| Entry { key: entry.key.clone(), value };
    let Some(order) = order_of(entries) else {
        return changed_each(entries, |entry| Some(with(entry, changed(&entry.value, place)?)));
    };
    let order = order.into_iter().filter_map(|i| entries.get(i));
    Some(order.map(|entry| with(entry, ordered(&entry.value, place))).collect())
}

/// Where the pairs stand now, in the order in which they belong; `None` where they are in order.
fn order_of(entries: &[Entry]) -> Option<Vec<usize>> {
    let less = |a: usize, b: usize| {
        let key = |i: usize| entries.get(i).map_or("", |e| e.key.text.as_str());
        natural(key(a), key(b)) == Ordering::Less
    };
    let is_in_order = (1..entries.len()).all(|at| !less(at, at - 1));
    (!is_in_order).then(|| merge_sort((0..entries.len()).collect(), &less))
}

/// As few are put in order in place.
const FEW: usize = 12;

/// Stable, and indifferent to an order that is none: `natural` is not transitive for odd keys, and the standard library may panic then.
fn merge_sort(mut items: Vec<usize>, less: &impl Fn(usize, usize) -> bool) -> Vec<usize> {
    if items.windows(2).all(|pair| !matches!(pair, [a, b] if less(*b, *a))) {
        return items;
    }
    if items.len() <= FEW {
        for end in 1..items.len() {
            let mut at = end;
            while let Some([a, b]) = at.checked_sub(1).and_then(|before| items.get(before..=at))
                && less(*b, *a)
            {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return items;
    }
    let right = merge_sort(items.split_off(items.len() / 2), less);
    let left = merge_sort(items, less);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(l), Some(r)) = (left.peek(), right.peek()) {
        let next = if less(*r, *l) { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// The order of two keys: numbers in them count as numbers, and what is not a letter comes before letters.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    // Most keys differ in their first letters.
    if let (Some(x), Some(y)) = (a.bytes().next(), b.bytes().next())
        && x != y
        && x.is_ascii_alphabetic()
        && y.is_ascii_alphabetic()
    {
        return x.cmp(&y);
    }
    let mut at = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    while !a.is_char_boundary(at) {
        at -= 1;
    }
    let (before, a, b) =
        (a.get(..at).unwrap_or_default(), a.get(at..).unwrap_or_default(), b.get(at..).unwrap_or_default());
    let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else { return a.len().cmp(&b.len()) };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Zeros behind other digits are part of a larger number: `10` against `1`.
    let digits = || before.bytes().rev().take_while(u8::is_ascii_digit);
    let inside_number = (x == '0' || y == '0') && digits().any(|digit| digit != b'0');
    let (an, a_end) = number(a, inside_number);
    let (bn, b_end) = number(b, inside_number);
    an.cmp(&bn).then(a_end.cmp(&b_end)).then(x.cmp(&y))
}

/// The number of the digits at the start, behind a 1 when they stand inside of one, and how many they are.
fn number(text: &str, inside_number: bool) -> (i64, usize) {
    let digits = text.chars().map_while(|c| c.to_digit(10));
    digits.fold((i64::from(inside_number), 0), |(n, length), digit| {
        (n.wrapping_mul(10).wrapping_add(i64::from(digit)), length + 1)
    })
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;
    use crate::Dialect;
    use crate::print::emit::emit;
    use crate::read::parse::parse;

    /// The same with containers of its own, which nobody shares.
    fn own(node: &Node) -> Node {
        match node.value() {
            Value::Mapping(entries) => {
                let own = entries.iter().map(|entry| Entry { key: entry.key.clone(), value: own(&entry.value) });
                let mut copy = node.clone();
                copy.set_entries(own.collect());
                copy
            }
            Value::Sequence(items) => {
                let mut copy = node.clone();
                copy.set_items(items.iter().map(own).collect());
                copy
            }
            Value::Scalar(_) => node.clone(),
        }
    }

    #[test]
    fn what_is_put_in_order_in_place_is_what_a_copy_would_be() {
        for text in [
            "c: 1\nb: {z: , a: [x, {k2: 1, k10: 2, k1: 3}]}\na: 2024-01-01\n",
            "key9: 1\nkey10: 2\nZ: 3\na: 4\n_: 5\nkey1: {b: 1, a: 2}\nk: 6\nkey: 7\n",
            "b:\n- d: 1\n  c: 2\n- f: 3\n  e: {h: 4, g: 5}\na: {}\n",
            "m: 1\nl: 2\nk: 3\nj: 4\ni: 5\nh: 6\ng: 7\nf: 8\ne: 9\nd: 10\nc: 11\nb: 12\na: 13\n00: 14\n",
            "b: |+\n  text\n\n# behind\n",
            "\u{e9}b: 1\n\u{e9}a: 2\n\u{e8}: 3\n",
        ] {
            let file = Sources::new().add("a.yaml", text.to_owned());
            let node = parse(&file, Dialect::Kustomize).documents.remove(0).node;
            let copied = emit(&in_kustomize_order(&node));
            assert_eq!(emit(&into_kustomize_order(own(&node))), copied, "{text}");
            assert_eq!(emit(&into_kustomize_order(node.clone())), copied, "{text}");
            let once = in_kustomize_order(&node);
            assert_eq!(emit(&into_kustomize_order(own(&once))), emit(&in_kustomize_order(&once)), "{text}");
        }
    }
}
