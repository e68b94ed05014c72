//! A hash of a value that is the same for equal values: order of keys, spelling of numbers, style and comments do not count.

use std::hash::{BuildHasher, Hash, Hasher};

use seatrial_model::{Entry, Node, ScalarKind, Value};

/// Seeded with a constant: two nodes of one run are compared, nothing is looked up that others could fill.
const SEED: foldhash::fast::FixedState = foldhash::fast::FixedState::with_seed(0x5EA7);

/// The hash of a value.
pub(crate) fn fingerprint(node: &Node) -> u64 {
    match node.value() {
        Value::Mapping(entries) => of_entries(entries.iter()),
        Value::Sequence(items) => {
            let mut hasher = SEED.build_hasher();
            items.len().hash(&mut hasher);
            items.iter().for_each(|item| hasher.write_u64(fingerprint(item)));
            hasher.finish()
        }
        Value::Scalar(text) => scalar(node, text),
    }
}

/// The hash of pairs in any order.
pub(crate) fn of_entries<'a>(entries: impl Iterator<Item = &'a Entry>) -> u64 {
    let each = entries.map(|entry| SEED.hash_one((&*entry.key.text, fingerprint(&entry.value))));
    SEED.hash_one(each.fold(1_u64, u64::wrapping_add))
}

fn scalar(node: &Node, text: &str) -> u64 {
    match node.kind() {
        ScalarKind::Null => SEED.hash_one(0_u8),
        ScalarKind::Bool => SEED.hash_one((1_u8, node.as_bool())),
        ScalarKind::Integer | ScalarKind::Float => SEED.hash_one((2_u8, number(node).map(f64::to_bits))),
        ScalarKind::Timestamp | ScalarKind::String => SEED.hash_one((3_u8, text)),
    }
}

/// The value of a number, as near as a float comes.
pub(crate) fn number(node: &Node) -> Option<f64> {
    match node.kind() {
        ScalarKind::Integer | ScalarKind::Float => node.to_json().as_f64(),
        _ => None,
    }
}
