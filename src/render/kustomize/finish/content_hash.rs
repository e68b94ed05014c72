//! The content hash of generated ConfigMaps and Secrets (kustomize: `hasher/hasher.go`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seatrial_model::Node;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::values::go_json::go_json;

/// Ten characters.
pub(crate) fn content_hash(object: &Node) -> String {
    let kind = object.get("kind").and_then(Node::scalar_text).unwrap_or_default();
    let mut encoded: BTreeMap<&str, Value> = BTreeMap::new();
    // kustomize looks up a field called `metadata/name`, which nobody has.
    encoded.insert("name", Value::from(""));
    encoded.insert("kind", Value::from(kind));
    encoded.insert("data", field(object, "data"));
    let more = if kind == "Secret" { "stringData" } else { "binaryData" };
    if object.get(more).is_some_and(Node::is_mapping) {
        encoded.insert(more, field(object, more));
    }
    if kind == "Secret" {
        encoded.insert("type", field(object, "type"));
    }
    let json = go_json(&serde_json::to_value(encoded).unwrap_or_default());
    let digest = Sha256::digest(json.as_bytes());
    let hex = digest.iter().take(5).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    hex.chars().map(without_bad_words).collect()
}

fn field(object: &Node, name: &str) -> Value {
    match object.get(name) {
        None => Value::from(""),
        Some(node) => node.scalar_text().map_or_else(|| node.to_json(), Value::from),
    }
}

fn without_bad_words(digit: char) -> char {
    match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    }
}
