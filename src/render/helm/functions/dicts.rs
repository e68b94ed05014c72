//! Functions over maps: `dict`, `get`, `set`, `keys`, `pick`, `dig`, `deepCopy`, … Go's order of keys is none; here it is sorted.

use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Map, MapKind, Type, Value};

use super::argument::{TOO_DEEP, printed, text};

const ANY: Type = Type::Any;
const MAP: Type = Type::Map;
const TEXT: Type = Type::Text;
type Answer = Result<Value, Failure>;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], ANY, dict).passing(),
    Function::new("get", &[MAP, TEXT], |_, arguments| {
        Ok(map(arguments, 0).get(&text(arguments, 1)).unwrap_or_else(|| Value::text("")))
    })
    .passing(),
    Function::new("set", &[MAP, TEXT, ANY], set).passing(),
    Function::new("unset", &[MAP, TEXT], |_, arguments| {
        map(arguments, 0).remove(&text(arguments, 1));
        Ok(arguments[0].clone())
    })
    .passing(),
    Function::new("hasKey", &[MAP, TEXT], has_key).passing(),
    Function::variadic("pluck", &[TEXT], MAP, pluck).passing(),
    Function::variadic("keys", &[], MAP, keys),
    Function::new("values", &[MAP], |cx, arguments| {
        let map = map(arguments, 0);
        cx.spend(map.len() as u64)?;
        let values = map.entries().values().cloned().collect();
        Ok(Value::list(values))
    })
    .passing(),
    Function::variadic("pick", &[MAP], TEXT, pick).passing(),
    Function::variadic("omit", &[MAP], TEXT, omit).passing(),
    Function::variadic("dig", &[], ANY, dig).passing(),
    Function::new("deepCopy", &[ANY], deep_copy).passing(),
    Function::new("mustDeepCopy", &[ANY], deep_copy).passing(),
];

/// The argument, whose type is a map.
pub(crate) fn map(arguments: &[Value], at: usize) -> Map {
    arguments.get(at).and_then(Value::as_map).cloned().unwrap_or_default()
}

fn dict(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut entries: BTreeMap<Rc<str>, Value> = BTreeMap::new();
    for pair in arguments.chunks(2) {
        let key = printed(cx, &pair[0])?.shared();
        entries.insert(key, pair.get(1).cloned().unwrap_or_else(|| Value::text("")));
    }
    Ok(Value::map(Map::of(MapKind::Any, entries)))
}

fn set(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let map = map(arguments, 0);
    if map.is_nil() {
        return Err("assignment to entry in nil map".into());
    }
    map.insert(text(arguments, 1).shared(), arguments[2].clone());
    Ok(arguments[0].clone())
}

/// The answer is from the value of the key: who tests it has looked at that.
fn has_key(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let found = map(arguments, 0).get(&text(arguments, 1));
    Ok(Value::bool(found.is_some()).with_marks(found.map(|found| found.marks).unwrap_or_default()))
}

fn pluck(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let key = text(arguments, 0);
    Ok(Value::list(arguments[1..].iter().filter_map(|argument| argument.as_map()?.get(&key)).collect()))
}

fn keys(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut keys = Vec::new();
    for map in arguments.iter().filter_map(Value::as_map) {
        cx.spend(map.len() as u64)?;
        let own = map.entries();
        keys.extend(own.iter().map(|(key, value)| Value::text(key.clone()).with_marks(value.marks.clone())));
    }
    Ok(Data::List(List::of(Element::Text, keys)).into())
}

fn pick(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let map = map(arguments, 0);
    let wanted = arguments[1..].iter().filter_map(|key| key.as_text());
    Ok(Value::map(wanted.filter_map(|key| Some((key.shared(), map.get(key)?))).collect()))
}

fn omit(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let map = map(arguments, 0);
    cx.spend(map.len() as u64)?;
    let mut kept = map.entries().clone();
    for key in arguments[1..].iter().filter_map(Value::as_str) {
        kept.remove(key);
    }
    Ok(Value::map(Map::of(MapKind::Any, kept)))
}

/// What a type assertion of Go says when it fails.
fn not_of_type(value: &Value, wanted: &str) -> Failure {
    let got = if value.is_nil() { "nil".into() } else { value.type_name() };
    format!("interface conversion: interface {{}} is {got}, not {wanted}").into()
}

/// The map, if its type is exactly that of a plain one.
fn plain_map(value: &Value) -> Result<Map, Failure> {
    let map = value.as_map().filter(|map| map.kind() == MapKind::Any).cloned();
    map.ok_or_else(|| not_of_type(value, MapKind::Any.name()))
}

fn dig(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let [keys @ .., default, last] = arguments else { return Err("dig needs at least three arguments".into()) };
    if keys.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let mut map = plain_map(last)?;
    if let Some(other) = keys.iter().find(|key| key.as_text().is_none()) {
        return Err(not_of_type(other, "string"));
    }
    for (at, key) in keys.iter().filter_map(Value::as_str).enumerate() {
        let Some(step) = map.get(key) else { return Ok(default.clone()) };
        if at + 1 == keys.len() {
            return Ok(step);
        }
        map = plain_map(&step)?;
    }
    Ok(default.clone())
}

fn deep_copy(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    if arguments[0].is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    copied(cx, &arguments[0], 0)
}

/// A copy that shares no map with the original.
fn copied(cx: &mut Context<'_>, value: &Value, depth: usize) -> Answer {
    cx.spend(1)?;
    if depth > TOO_DEEP {
        return Err("the value is nested too deeply to be copied".into());
    }
    let data = match &value.data {
        Data::List(list) if !list.is_nil() => {
            let mut items = Vec::with_capacity(list.items().len());
            for item in list.items() {
                items.push(copied(cx, item, depth + 1)?);
            }
            Data::List(List::of(list.element(), items))
        }
        Data::Map(map) if !map.is_nil() => {
            let mut entries = BTreeMap::new();
            for (key, item) in map.snapshot() {
                entries.insert(key, copied(cx, &item, depth + 1)?);
            }
            Data::Map(Map::of(map.kind(), entries))
        }
        other => other.clone(),
    };
    Ok(Value { data, marks: value.marks.clone() })
}
