//! Whether what lives differs from what a dry run would make of it (fluxcd/pkg: `ssa/manager_diff.go`).

use serde_json::{Map, Value};

/// Labels, annotations, or anything outside `metadata` and `status` differs; or we do not manage the object yet, so that a field
/// that is removed later would stay.
pub(crate) fn has_drifted(live: &Value, dry_run: &Value) -> bool {
    let metadata = |object: &Value, key: &str| -> Map<String, Value> {
        object.get("metadata").and_then(|m| m.get(key)).and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let differs = |key| metadata(live, key) != metadata(dry_run, key);
    differs("labels") || differs("annotations") || content(live) != content(dry_run) || !is_managed(live)
}

fn content(object: &Value) -> Vec<(&String, &Value)> {
    let fields = object.as_object().into_iter().flatten();
    let mut fields: Vec<_> = fields.filter(|(key, _)| !matches!(key.as_str(), "metadata" | "status")).collect();
    fields.sort_by_key(|(key, _)| *key);
    fields
}

/// Whether we applied it before; unknown counts as yes.
fn is_managed(live: &Value) -> bool {
    let Some(entries) = live.pointer("/metadata/managedFields").and_then(Value::as_array) else { return true };
    let ours = |entry: &Value| {
        entry.get("manager").and_then(Value::as_str) == Some("seatrial")
            && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    };
    entries.is_empty() || entries.iter().any(ours)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn drift_is_what_a_user_could_see_change() {
        let managed = json!([{"manager": "seatrial", "operation": "Apply"}]);
        let live = json!({"metadata": {"labels": {"a": "1"}, "resourceVersion": "5", "managedFields": managed},
            "spec": {"replicas": 1}, "status": {"ready": 1}});
        let with = |pointer: &str, value: Value| {
            let mut other = live.clone();
            *other.pointer_mut(pointer).expect("is there") = value;
            other
        };
        let table = [
            ("equal", live.clone(), live.clone(), false),
            ("another resource version", live.clone(), with("/metadata/resourceVersion", json!("6")), false),
            ("another status", live.clone(), with("/status", json!({})), false),
            ("another label", live.clone(), with("/metadata/labels", json!({"a": "2"})), true),
            ("another spec", live.clone(), with("/spec/replicas", json!(2)), true),
            ("no labels is an empty map", json!({"metadata": {}}), json!({"metadata": {"labels": {}}}), false),
            ("made by kubectl", with("/metadata/managedFields/0/manager", json!("kubectl")), live.clone(), true),
        ];
        for (claim, live, dry_run, expected) in table {
            assert_eq!(has_drifted(&live, &dry_run), expected, "{claim}");
        }
    }
}
