//! `managedFields` as a scenario shows them: one line for each field, times dropped, identities and addresses hidden. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

/// Fields by owner: `kubectl Apply`, `kubelet Update status`.
pub(crate) fn owners(object: &Value) -> BTreeMap<String, String> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let shown = entries.map(|entry| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{} {} {}", text("manager"), text("operation"), text("subresource"));
        let mut lines = vec![];
        walk(&entry["fieldsV1"], String::new(), &mut lines);
        lines.sort();
        (name.trim_end().to_owned(), lines.iter().map(|line| format!("{line}\n")).collect())
    });
    shown.collect()
}

/// A scenario's lines in the same order.
pub(crate) fn sorted(lines: &str) -> String {
    let mut lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn walk(fields: &Value, path: String, lines: &mut Vec<String>) {
    let Some(map) = fields.as_object().filter(|map| !map.is_empty()) else {
        lines.push(path);
        return;
    };
    for (name, below) in map {
        match name.split_once(':') {
            Some(("f", field)) if field.contains('.') => walk(below, format!("{path}.[{field}]"), lines),
            Some(("f", field)) => walk(below, format!("{path}.{field}"), lines),
            Some(("k", keys)) => walk(below, format!("{path}[{}]", shown_keys(keys)), lines),
            Some(("v", item)) => walk(below, format!("{path}[={item}]"), lines),
            _ => lines.push(path.clone()),
        }
    }
}

fn shown_keys(keys: &str) -> String {
    let keys: BTreeMap<String, Value> = serde_json::from_str(keys).unwrap_or_default();
    let shown = keys.iter().map(|(key, value)| match (key.as_str(), value) {
        ("uid" | "ip", _) => format!("{key}=…"),
        (_, Value::String(text)) => format!("{key}={text}"),
        (_, other) => format!("{key}={other}"),
    });
    shown.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_fields_items_and_owners() {
        let fields = json!({"f:metadata": {"f:labels": {".": {}, "f:a.io/b": {}}, "f:finalizers": {"v:\"x\"": {}}},
            "f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}});
        let object = json!({"metadata": {"managedFields": [
            {"manager": "m", "operation": "Update", "subresource": "status", "time": "t", "fieldsV1": fields}]}});
        let lines = ".metadata.labels\n.metadata.labels.[a.io/b]\n.metadata.finalizers[=\"x\"]\n\
            .ports[port=80,protocol=TCP]\n.ports[port=80,protocol=TCP].port";
        assert_eq!(owners(&object), BTreeMap::from([("m Update status".to_owned(), sorted(lines))]));
    }
}
