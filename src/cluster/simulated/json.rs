//! Reading and setting fields of JSON objects by pointer (`/spec/replicas`). Never panics on a value of another shape.

use serde_json::{Map, Value};

/// The text at a pointer; empty when it is absent or no string.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The integer at a pointer.
pub(crate) fn integer(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer).and_then(Value::as_i64)
}

/// The items at a pointer; empty when it is absent or no list.
pub(crate) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The pairs at a pointer; nothing when it is absent or no mapping.
pub(crate) fn pairs<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// Whether something other than null is at a pointer.
pub(crate) fn has(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).is_some_and(|v| !v.is_null())
}

/// Sets the value at a pointer of mapping keys; missing or null mappings on the way are made, others stop it.
pub(crate) fn set(value: &mut Value, pointer: &str, new: impl Into<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(map) = mapping_at(value, parent) {
        map.insert(unescape(key), new.into());
    }
}

/// Sets the value at a pointer when it is absent or null.
pub(crate) fn set_default(value: &mut Value, pointer: &str, new: impl Into<Value>) {
    if !has(value, pointer) {
        set(value, pointer, new);
    }
}

/// Sets the list at a pointer; an empty one is not a list, as Go's `omitempty` leaves it out.
pub(crate) fn set_or_remove(value: &mut Value, pointer: &str, items: Vec<Value>) {
    if items.is_empty() {
        remove(value, pointer);
    } else {
        set(value, pointer, items);
    }
}

/// Sets the number at a pointer; zero is not a number, as Go's `omitempty` leaves it out.
pub(crate) fn set_count(value: &mut Value, pointer: &str, count: usize) {
    if count == 0 {
        remove(value, pointer);
    } else {
        set(value, pointer, count);
    }
}

/// Removes the value at a pointer of mapping keys and gives it back.
pub(crate) fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    value.pointer_mut(parent)?.as_object_mut()?.remove(&unescape(key))
}

/// The items at a pointer to change in place.
pub(crate) fn items_mut<'a>(value: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> {
    value.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

/// The mapping at a pointer, made when it is absent.
pub(crate) fn mapping_at<'a>(value: &'a mut Value, pointer: &str) -> Option<&'a mut Map<String, Value>> {
    let mut segments = pointer.split('/').skip(1);
    let found = segments.try_fold(value, |at, segment| {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        Some(at.as_object_mut()?.entry(unescape(segment)).or_insert(Value::Null))
    })?;
    if found.is_null() {
        *found = Value::Object(Map::new());
    }
    found.as_object_mut()
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// Whether every pair of `part` is in `whole`: match labels against labels.
pub(crate) fn includes(whole: Option<&Value>, part: Option<&Value>) -> bool {
    let Some(part) = part.and_then(Value::as_object) else { return true };
    part.iter().all(|(key, value)| whole.and_then(|w| w.get(key)) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn makes_mappings_on_the_way_and_leaves_other_shapes_alone() {
        let mut value = json!({"a": null, "s": "text"});
        set(&mut value, "/a/b~1c/d", 1);
        set(&mut value, "/s/x", 1);
        set_default(&mut value, "/a/b~1c/d", 2);
        assert_eq!(value, json!({"a": {"b/c": {"d": 1}}, "s": "text"}));
        assert_eq!(remove(&mut value, "/a/b~1c/d"), Some(json!(1)));
        assert_eq!(remove(&mut value, "/s/x"), None);
    }
}
