//! What an object is rid of, and given, before it is sent (fluxcd/pkg: `ssa/normalize`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Drops what only a server may write, and writes out defaults that server-side apply needs for its list keys. Roles are left as they are.
pub(crate) fn normalise(object: &mut Value) {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(map) = object.as_object_mut() else { return };
    if kind != "CustomResourceDefinition" {
        map.remove("status");
    }
    drop_null_creation_timestamps(object, 0);
    match kind.as_str() {
        "Secret" => encode_string_data(object),
        "Service" => default_protocol(object.pointer_mut("/spec/ports")),
        "Pod" => pod_spec(object.get_mut("spec")),
        "CronJob" => pod_spec(object.pointer_mut("/spec/jobTemplate/spec/template/spec")),
        _ => pod_spec(object.pointer_mut("/spec/template/spec")),
    }
}

/// `creationTimestamp: null`, which generators print into every embedded metadata, is not a time.
fn drop_null_creation_timestamps(value: &mut Value, depth: usize) {
    const DEEPEST: usize = 64;
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(metadata)) = map.get_mut("metadata")
                && metadata.get("creationTimestamp") == Some(&Value::Null)
            {
                metadata.remove("creationTimestamp");
            }
            map.values_mut().for_each(|v| drop_null_creation_timestamps(v, depth + 1));
        }
        Value::Array(items) => items.iter_mut().for_each(|v| drop_null_creation_timestamps(v, depth + 1)),
        _ => {}
    }
}

/// `stringData` is write-only: a dry run of it never equals what lives, so it is sent as `data`.
fn encode_string_data(secret: &mut Value) {
    let Some(map) = secret.as_object_mut() else { return };
    let Some(Value::Object(plain)) = map.remove("stringData") else { return };
    let data = map.entry("data").or_insert_with(|| Value::Object(Map::new()));
    if data.is_null() {
        *data = Value::Object(Map::new());
    }
    let Some(data) = data.as_object_mut() else { return };
    for (key, value) in plain {
        let text = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        data.insert(key, Value::String(STANDARD.encode(text)));
    }
}

fn pod_spec(spec: Option<&mut Value>) {
    let Some(spec) = spec else { return };
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        containers.into_iter().flatten().for_each(|container| default_protocol(container.get_mut("ports")));
    }
}

/// The protocol is part of a port's key in server-side apply.
fn default_protocol(ports: Option<&mut Value>) {
    for port in ports.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(port) = port.as_object_mut() {
            port.entry("protocol").or_insert_with(|| json!("TCP"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_what_a_server_stores() {
        let table = [
            (
                "a status is the server's, except of a CRD",
                json!({"kind": "Deployment", "status": {"replicas": 1}, "metadata": {"name": "a", "creationTimestamp": null},
                    "spec": {"template": {"metadata": {"creationTimestamp": null}, "spec": {"containers": [{"ports": [{"containerPort": 80}]}]}}}}),
                json!({"kind": "Deployment", "metadata": {"name": "a"},
                    "spec": {"template": {"metadata": {}, "spec": {"containers": [{"ports": [{"containerPort": 80, "protocol": "TCP"}]}]}}}}),
            ),
            (
                "a CRD keeps its status",
                json!({"kind": "CustomResourceDefinition", "status": {}}),
                json!({"kind": "CustomResourceDefinition", "status": {}}),
            ),
            (
                "a port keeps its own protocol",
                json!({"kind": "Service", "spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}]}}),
                json!({"kind": "Service", "spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}}),
            ),
            (
                "stringData wins over data",
                json!({"kind": "Secret", "data": {"a": "eA==", "b": "eA=="}, "stringData": {"a": "y"}}),
                json!({"kind": "Secret", "data": {"a": "eQ==", "b": "eA=="}}),
            ),
            (
                "a CronJob has its pods one floor deeper",
                json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"initContainers": [{"ports": [{"containerPort": 1}]}]}}}}}}),
                json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"initContainers": [{"ports": [{"containerPort": 1, "protocol": "TCP"}]}]}}}}}}),
            ),
            ("what is not an object is left alone", json!(7), json!(7)),
        ];
        for (claim, mut object, expected) in table {
            normalise(&mut object);
            assert_eq!(object, expected, "{claim}");
        }
    }
}
