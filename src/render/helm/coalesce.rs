//! The values of a chart under those that are given to it (helm: `coalesce.go`, of a chart without dependencies).

use seatrial_model::{Node, SetBy};

use crate::origin::replacing;

/// Given values over the defaults of a chart: maps are merged, lists and scalars replaced, and a null takes the default away.
#[must_use]
pub fn with_defaults(values: &Node, defaults: &Node, by: &SetBy) -> Node {
    let mut result = values.clone();
    for default in defaults.entries() {
        let key = &*default.key.text;
        match values.get(key) {
            Some(value) if value.is_null() => {
                result.remove(key);
            }
            Some(value) => result.set(key, over(value, &default.value, by)),
            None if default.value.is_null() => {}
            None => result.set(key, without_nulls(&default.value)),
        }
    }
    result
}

/// A value over a default.
fn over(value: &Node, default: &Node, by: &SetBy) -> Node {
    if value.is_mapping() && default.is_mapping() {
        return tables(value, default, by);
    }
    let mut value = value.clone();
    value.set_origin(replacing(&value.origin(), by, default.origin()));
    value
}

/// Below the first level, a null stays where there is nothing to take away (helm: `coalesceTablesFullKey`).
fn tables(values: &Node, defaults: &Node, by: &SetBy) -> Node {
    let mut result = values.clone();
    for default in defaults.entries().iter().filter(|default| !default.value.is_null()) {
        let key = &*default.key.text;
        match values.get(key) {
            Some(value) if value.is_null() => {
                result.remove(key);
            }
            Some(value) => result.set(key, over(value, &default.value, by)),
            None => result.set(key, without_nulls(&default.value)),
        }
    }
    result
}

/// A default without its nulls, which take nothing away.
fn without_nulls(default: &Node) -> Node {
    if !default.is_mapping() || !has_nulls(default) {
        return default.clone();
    }
    let mut result = default.clone();
    let kept = default.entries().iter().filter(|entry| !entry.value.is_null()).cloned();
    let kept = kept.map(|mut entry| {
        entry.value = without_nulls(&entry.value);
        entry
    });
    result.set_entries(kept.collect());
    result
}

fn has_nulls(node: &Node) -> bool {
    node.is_null() || node.entries().iter().any(|entry| has_nulls(&entry.value))
}
