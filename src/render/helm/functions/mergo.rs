//! Maps merged into the first: `merge`, `mergeOverwrite` (dario.cat/mergo, with all that it does to empty values).

use seatrial_gotemplate::{Context, Data, Failure, Function, List, Map, MapKind, Type, Value};

use super::argument::{TOO_DEEP, elements};
use super::flow::is_empty;

const MAP: Type = Type::Map;

/// The functions of this file. Merging plain values does not fail, so `must` says the same.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("merge", &[MAP], MAP, merge).passing(),
    Function::variadic("mustMerge", &[MAP], MAP, merge).passing(),
    Function::variadic("mergeOverwrite", &[MAP], MAP, merge_overwrite).passing(),
    Function::variadic("mustMergeOverwrite", &[MAP], MAP, merge_overwrite).passing(),
];

/// Which of two values stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// What is there, unless it is empty.
    Keep,
    /// What is merged in.
    Overwrite,
}

fn merge(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    all(cx, arguments, Rule::Keep)
}

fn merge_overwrite(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    all(cx, arguments, Rule::Overwrite)
}

fn all(cx: &mut Context<'_>, arguments: &[Value], rule: Rule) -> Result<Value, Failure> {
    let mut target = arguments[0].clone();
    for source in arguments[1..].iter().filter_map(Value::as_map) {
        // A nil map cannot be changed: the result is another one.
        if target.as_map().is_some_and(Map::is_nil) && !source.is_nil() {
            target = Value::map(Map::of(MapKind::Any, std::collections::BTreeMap::new())).with_marks(target.marks);
        }
        if let Some(map) = target.as_map() {
            into(cx, map, source, rule, 0)?;
        }
    }
    Ok(target)
}

fn into(cx: &mut Context<'_>, target: &Map, source: &Map, rule: Rule, depth: usize) -> Result<(), Failure> {
    if depth > TOO_DEEP {
        return Err("the maps are nested too deeply to be merged".into());
    }
    cx.spend(1 + source.len() as u64)?;
    for (key, new) in source.snapshot() {
        if new.is_nil() {
            if rule == Rule::Overwrite {
                target.insert(key, new);
            }
            continue;
        }
        let old = target.get(&key);
        match &new.data {
            Data::Map(inner) => {
                let below = old.as_ref().and_then(Value::as_map).filter(|below| !below.is_nil());
                if let Some(below) = below {
                    into(cx, below, inner, rule, depth + 1)?;
                }
            }
            _ if is_slice(&new) => {
                // mergo looks at the maps here, where it means the slices.
                let wins = !source.is_empty() && (rule == Rule::Overwrite || target.is_empty());
                let there = old.clone().filter(|old| !old.is_nil());
                let kept = || there.unwrap_or_else(|| none_like(&new));
                target.insert(key.clone(), if wins { new.clone() } else { kept() });
            }
            _ => {}
        }
        let old = old.filter(|old| !is_empty(old));
        let is_merged = |old: &Value| is_slice(&new) || (new.as_map().is_some() && old.as_map().is_some());
        if old.as_ref().is_some_and(is_merged) {
            continue;
        }
        if rule == Rule::Overwrite || old.is_none() {
            target.insert(key, new);
        }
    }
    Ok(())
}

fn is_slice(value: &Value) -> bool {
    elements(value).is_some()
}

/// An empty slice of the same type.
fn none_like(value: &Value) -> Value {
    match value.as_list() {
        Some(list) => Data::List(List::of(list.element(), Vec::new())).into(),
        None => Value::list(Vec::new()),
    }
}
