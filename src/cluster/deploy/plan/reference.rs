//! References that a preview namespace does not move: host names of Services in a namespace that its objects come from.

use std::collections::BTreeSet;

use seatrial_model::ObjectId;
use serde_json::Value;

/// Deeper than any Kubernetes object.
const DEEPEST: usize = 64;

/// A sentence when an object names a host like `api.shop.svc` of one of the namespaces that were moved: it goes on to talk to what lives there.
pub(crate) fn outside(object: &Value, id: &ObjectId, moved: &BTreeSet<&str>) -> Option<String> {
    let suffixes: Vec<String> = moved.iter().map(|namespace| format!(".{namespace}.svc")).collect();
    let host = find(object, &suffixes, 0)?;
    Some(format!("{id} names the host `{host}`, which is outside the preview namespace"))
}

fn find<'a>(value: &'a Value, suffixes: &[String], depth: usize) -> Option<&'a str> {
    match value {
        _ if depth > DEEPEST => None,
        Value::String(text) => suffixes.iter().find_map(|suffix| host(text, suffix)),
        Value::Array(items) => items.iter().find_map(|item| find(item, suffixes, depth + 1)),
        Value::Object(map) => map.values().find_map(|value| find(value, suffixes, depth + 1)),
        _ => None,
    }
}

/// `http://api.shop.svc.cluster.local:80/` → `api.shop.svc`.
fn host<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.find(suffix)?;
    let end = at + suffix.len();
    let ends = text.get(end..)?.chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
    let head = text.get(..at)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = head.rfind(|c| !is_name(c)).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
    (ends && start < at).then(|| text.get(start..end)).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_a_host_that_is_left_behind() {
        let id = ObjectId::new("", "ConfigMap", Some("shop-pr-1"), "settings");
        let moved = BTreeSet::from(["shop"]);
        let table = [
            ("http://api.shop.svc.cluster.local:80/", Some("api.shop.svc")),
            ("api.shop.svc", Some("api.shop.svc")),
            ("é.shop.svc", None),
            ("api.shop.svcs", None),
            ("api.other.svc", None),
            ("api", None),
        ];
        for (text, expected) in table {
            let said = outside(&json!({"data": {"list": [text]}}), &id, &moved);
            let expected = expected.map(|host| {
                format!("ConfigMap shop-pr-1/settings names the host `{host}`, which is outside the preview namespace")
            });
            assert_eq!(said, expected, "{text}");
        }
    }
}
