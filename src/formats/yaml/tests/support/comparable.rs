//! JSON of others, compared with ours.

use serde_json::Value as Json;

/// JSON in which numbers are compared by value, to fifteen digits: Go prints the float 1 as `1`.
pub(crate) fn comparable(json: &Json) -> Json {
    match json {
        Json::Number(n) => Json::String(format!("{:.14e}", n.as_f64().unwrap_or_default())),
        Json::Array(items) => items.iter().map(comparable).collect(),
        Json::Object(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), comparable(v))).collect()),
        other => other.clone(),
    }
}
