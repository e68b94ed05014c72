//! Whether a value is as a scenario claims. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scenario::Claims;

/// What steps remembered, by name: `$name` in a claim or in an object.
pub(crate) type Memory = BTreeMap<String, Value>;

/// The value at a pointer; `[type=Ready]` in it is the item of a list that has this.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    let segments = pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"));
    let found = segments.into_iter().try_fold(value, |at, segment| {
        let selector = segment.strip_prefix('[').and_then(|s| s.strip_suffix(']')).and_then(|s| s.split_once('='));
        match (selector, at) {
            (Some((key, wanted)), Value::Array(items)) => {
                items.iter().find(|item| item.get(key).and_then(Value::as_str) == Some(wanted))
            }
            (None, Value::Array(items)) => items.get(segment.parse::<usize>().ok()?),
            _ => at.get(&segment),
        }
    });
    found.filter(|found| !found.is_null())
}

/// The claims that an object does not keep, as sentences.
pub(crate) fn broken(object: &Value, claims: &Claims, memory: &Memory) -> Vec<String> {
    let broken = claims.iter().filter(|(pointer, claim)| !fits(at(object, pointer), claim, memory));
    let sentences = broken.map(|(pointer, claim)| {
        let found = at(object, pointer).map_or_else(|| "nothing".to_owned(), ToString::to_string);
        format!("  {pointer} is {found}, not {}", filled(claim, memory))
    });
    sentences.collect()
}

/// Whether a value is what is claimed of it: `null` for nothing, `{not: …}`, `{like: "web-*"}`, `{is: present}`, or the value itself.
pub(crate) fn fits(found: Option<&Value>, claim: &Value, memory: &Memory) -> bool {
    if let Some(other) = claim.get("not") {
        return found != Some(&filled(other, memory));
    }
    if let Some(pattern) = claim.get("like").and_then(Value::as_str) {
        return found.and_then(Value::as_str).is_some_and(|text| is_like(text, pattern));
    }
    if claim.get("is").and_then(Value::as_str) == Some("present") {
        return found.is_some();
    }
    match filled(claim, memory) {
        Value::Null => found.is_none(),
        wanted => found == Some(&wanted),
    }
}

/// Whether a text is like a pattern, in which `*` is anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(text) = text.strip_prefix(head) else { return false };
    rest.is_empty() || (0..=text.len()).any(|from| text.get(from..).is_some_and(|tail| is_like(tail, rest)))
}

/// A value with what is remembered in the place of `$name`.
pub(crate) fn filled(value: &Value, memory: &Memory) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$').and_then(|name| memory.get(name)) {
            Some(remembered) => remembered.clone(),
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, memory)).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, child)| (key.clone(), filled(child, memory))).collect())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_items_and_compares_as_claimed() {
        let object = json!({"c": [{"type": "A", "s": "1"}, {"type": "B", "s": "web-x"}], "n": null, "a/b": 2});
        let memory = Memory::from([("two".to_owned(), json!(2))]);
        let claims = |text: Value| serde_json::from_value::<Claims>(text).expect("claims");
        let good = json!({"/c/[type=B]/s": {"like": "w*-*"}, "/c/0/s": {"not": "2"}, "/n": null, "/a~1b": "$two"});
        assert_eq!(broken(&object, &claims(good), &memory), Vec::<String>::new());
        let bad = json!({"/c/[type=C]": {"is": "present"}, "/a~1b": {"not": "$two"}, "/c/1/s": {"like": "web"}});
        assert_eq!(broken(&object, &claims(bad), &memory).len(), 3);
    }
}
