//! Maps merged over each other (fluxcd/pkg: `chartutil.MergeMaps`, which is helm's `mergeMaps`).

use seatrial_model::SetBy;

use crate::values::draft::{Draft, Map};
use crate::values::origin::replacing;

/// A new map that shares the values of both: of a key that both have, those of `over`, unless both are maps.
pub(crate) fn merge(base: &Draft, over: &Draft, by: &SetBy) -> Draft {
    let (Draft::Map(below), Draft::Map(above)) = (thawed(base), thawed(over)) else { return over.clone() };
    let mut merged = Map::clone(&below.borrow());
    let above = above.borrow();
    for (key, value) in above.pairs() {
        let value = match merged.get(&key.text) {
            Some(old) if old.is_map() && value.is_map() => merge(old, value, by),
            Some(old) => put_over(value, old, by),
            None => value.clone(),
        };
        merged.insert(key, value);
    }
    Draft::map(merged)
}

/// The same, of which one level can be looked into; what nobody looked into before is not changed.
fn thawed(draft: &Draft) -> Draft {
    let mut thawed = draft.clone();
    thawed.thaw();
    thawed
}

/// A value in the place of another. It may have been put there before, as it is merged again and again.
fn put_over(value: &Draft, old: &Draft, by: &SetBy) -> Draft {
    let (origin, before) = (value.origin(), old.origin());
    if value.is_same(old) || origin == before {
        return value.clone();
    }
    let is_there = before.span == origin.span && before.over.as_ref().is_some_and(|over| over.by == *by);
    let mut value = value.clone();
    value.set_origin(if is_there { before } else { replacing(&origin, by, before) });
    value
}
