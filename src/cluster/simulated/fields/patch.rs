//! Merge patches (RFC 7386) and strategic merge patches. Server-side apply is in `apply`.

use seatrial_kubernetes::Schema;
use serde_json::{Map, Value};

/// Applies a JSON merge patch.
pub(crate) fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(map) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge_patch(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Applies a strategic merge patch: lists with a merge key are merged by it, `$patch: delete | replace` and
/// `$deleteFromPrimitiveList` are followed; `$setElementOrder` and `$retainKeys` are taken as hints and left out.
pub(crate) fn strategic_merge_patch(target: &mut Value, patch: &Value, schema: Option<&Schema>) {
    let (Value::Object(patch), true) = (patch, target.is_object()) else {
        *target = without_directives(patch);
        return;
    };
    if patch.get("$patch").and_then(Value::as_str) == Some("replace") {
        *target = without_directives(&Value::Object(patch.clone()));
        return;
    }
    let Some(map) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            delete_items(map.get_mut(list), value);
            continue;
        }
        if key.starts_with('$') {
            continue;
        }
        if value.is_null() || value.get("$patch").and_then(Value::as_str) == Some("delete") {
            map.remove(key);
            continue;
        }
        let below = crate::fields::field_set::below(schema, key);
        let old = map.entry(key.clone()).or_insert(Value::Null);
        merge_value(old, value, below.as_ref());
    }
}

fn merge_value(old: &mut Value, patch: &Value, schema: Option<&Schema>) {
    let Value::Array(items) = patch else {
        strategic_merge_patch(old, patch, schema);
        return;
    };
    let merges = schema.is_some_and(|s| s.patch_strategies().contains(&"merge"));
    let (true, Value::Array(old)) = (merges, &mut *old) else {
        *old = without_directives(patch);
        return;
    };
    let key = schema.and_then(Schema::patch_merge_key);
    let item_schema = schema.and_then(Schema::items);
    for item in items {
        let same = |candidate: &Value| match key {
            Some(key) => candidate.get(key).is_some() && candidate.get(key) == item.get(key),
            None => candidate == item,
        };
        let directive = item.get("$patch").and_then(Value::as_str);
        match (directive, old.iter().position(same)) {
            (Some("delete"), Some(index)) => {
                old.remove(index);
            }
            (Some("delete"), None) => {}
            (_, Some(index)) => {
                if let Some(found) = old.get_mut(index) {
                    strategic_merge_patch(found, item, item_schema.as_ref());
                }
            }
            (_, None) => old.push(without_directives(item)),
        }
    }
}

fn delete_items(list: Option<&mut Value>, gone: &Value) {
    let (Some(Value::Array(list)), Value::Array(gone)) = (list, gone) else { return };
    list.retain(|item| !gone.contains(item));
}

fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let plain = map.iter().filter(|(key, value)| !key.starts_with('$') && !value.is_null());
            Value::Object(plain.map(|(key, value)| (key.clone(), without_directives(value))).collect())
        }
        Value::Array(items) => {
            let kept = items.iter().filter(|i| i.get("$patch").and_then(Value::as_str) != Some("delete"));
            Value::Array(kept.map(without_directives).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_kubernetes::Minor;
    use serde_json::json;

    #[test]
    fn a_merge_patch_removes_by_null_and_replaces_lists() {
        let mut target = json!({"a": {"b": 1, "c": 2}, "l": [1, 2]});
        merge_patch(&mut target, &json!({"a": {"b": null, "d": {"e": null, "f": 1}}, "l": [3]}));
        assert_eq!(target, json!({"a": {"c": 2, "d": {"f": 1}}, "l": [3]}));
    }

    #[test]
    fn a_strategic_merge_patch_merges_containers_by_name() {
        let schema = seatrial_kubernetes::schema(Minor::DEFAULT, "", "v1", "Pod").expect("is embedded");
        let mut target = json!({"spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b"}], "tolerations": [{"key": "x"}]}});
        let patch = json!({"spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [{"name": "a", "image": "a:2"}, {"name": "b", "$patch": "delete"}, {"name": "c"}],
            "tolerations": [{"key": "y"}],
        }});
        strategic_merge_patch(&mut target, &patch, Some(&schema));
        let expected = json!({"spec": {"containers": [{"name": "a", "image": "a:2"}, {"name": "c"}], "tolerations": [{"key": "y"}]}});
        assert_eq!(target, expected);
    }
}
