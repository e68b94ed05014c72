//! Label and field selectors of lists and watches.

use seatrial_kubernetes::LabelSelector;
use serde_json::Value;

/// What a list or a watch is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    labels: LabelSelector,
    fields: Vec<(String, bool, String)>,
}

impl Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// A sentence about the part that cannot be read.
    pub(crate) fn parse(labels: &str, fields: &str) -> Result<Selection, String> {
        let labels = LabelSelector::parse(labels).map_err(|why| format!("unable to parse requirement: {why}"))?;
        Ok(Selection { labels, fields: parse_fields(fields)? })
    }

    /// A selector of an object: `matchLabels` and `matchExpressions`.
    pub(crate) fn of_object(selector: &Value) -> Option<Selection> {
        Some(Selection { labels: LabelSelector::of_json(selector)?, fields: vec![] })
    }

    /// Whether an object is meant.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        let label = |key: &str| labels?.get(key)?.as_str();
        self.labels.matches(&label)
            && self.fields.iter().all(|(path, equal, wanted)| (field(object, path) == *wanted) == *equal)
    }
}

/// The text of a field by its dotted path; numbers and booleans as they are printed.
fn field(object: &Value, path: &str) -> String {
    let pointer = format!("/{}", path.replace('.', "/"));
    match object.pointer(&pointer) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn parse_fields(text: &str) -> Result<Vec<(String, bool, String)>, String> {
    let terms = text.split(',').map(str::trim).filter(|term| !term.is_empty());
    terms
        .map(|term| {
            let split = term.split_once("!=").map(|(path, value)| (path, false, value));
            let split = split.or_else(|| term.split_once("==").map(|(path, value)| (path, true, value)));
            let split = split.or_else(|| term.split_once('=').map(|(path, value)| (path, true, value)));
            let (path, equal, value) =
                split.ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'"))?;
            Ok((path.trim().to_owned(), equal, value.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selects_as_the_api_server_does() {
        let object = json!({
            "metadata": {"name": "web", "labels": {"app": "web", "tier": "front"}},
            "status": {"phase": "Running"}, "involvedObject": {"uid": "u1"},
        });
        let cases = [
            ("app=web", "", true),
            ("app==web,tier=front", "", true),
            ("app!=web", "", false),
            ("absent!=x", "", true),
            ("app in (api, web)", "", true),
            ("app in (api),tier", "", false),
            ("app notin (api,db),!gone", "", true),
            ("tier", "", true),
            ("!tier", "", false),
            ("", "metadata.name=web,status.phase!=Pending", true),
            ("", "metadata.name==api", false),
            ("", "involvedObject.uid=u1", true),
        ];
        for (labels, fields, expected) in cases {
            let selection = Selection::parse(labels, fields).expect("can be read");
            assert_eq!(selection.matches(&object), expected, "{labels:?} {fields:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_selector() {
        for (labels, fields) in [("app in web", ""), ("a b=c", ""), ("app in (web", ""), ("=x", ""), ("", "name")] {
            assert!(Selection::parse(labels, fields).is_err(), "{labels:?} {fields:?}");
        }
    }

    #[test]
    fn an_objects_selector_counts_labels_and_expressions() {
        let selector =
            json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]});
        let selection = Selection::of_object(&selector).expect("a selector");
        assert!(selection.matches(&json!({"metadata": {"labels": {"app": "web"}}})));
        assert!(!selection.matches(&json!({"metadata": {"labels": {"app": "web", "old": "1"}}})));
    }
}
