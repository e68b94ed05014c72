//! Label and field selectors of lists and watches.

use serde_json::Value;

use crate::json;

/// What a list or a watch is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    labels: Vec<Requirement>,
    fields: Vec<(String, bool, String)>,
}

/// One requirement on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// A sentence about the part that cannot be read.
    pub(crate) fn parse(labels: &str, fields: &str) -> Result<Selection, String> {
        Ok(Selection { labels: parse_labels(labels)?, fields: parse_fields(fields)? })
    }

    /// A selector of an object: `matchLabels` and `matchExpressions`.
    pub(crate) fn of_object(selector: &Value) -> Selection {
        let equal = json::pairs(selector, "/matchLabels").map(|(key, value)| {
            let value = value.as_str().unwrap_or_default().to_owned();
            Requirement { key: key.clone(), operator: Operator::In(vec![value]) }
        });
        let expressions = json::items(selector, "/matchExpressions").iter().filter_map(|expression| {
            let values =
                json::items(expression, "/values").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let operator = match json::text(expression, "/operator") {
                "In" => Operator::In(values),
                "NotIn" => Operator::NotIn(values),
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => return None,
            };
            Some(Requirement { key: json::text(expression, "/key").to_owned(), operator })
        });
        Selection { labels: equal.chain(expressions).collect(), fields: vec![] }
    }

    /// Whether an object is meant.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels_match =
            self.labels.iter().all(|requirement| requirement.matches(object.pointer("/metadata/labels")));
        labels_match && self.fields.iter().all(|(path, equal, wanted)| (field(object, path) == *wanted) == *equal)
    }
}

impl Requirement {
    fn matches(&self, labels: Option<&Value>) -> bool {
        let value = labels.and_then(|l| l.get(&self.key)).and_then(Value::as_str);
        match &self.operator {
            Operator::In(values) => value.is_some_and(|v| values.iter().any(|w| w == v)),
            Operator::NotIn(values) => value.is_none_or(|v| values.iter().all(|w| w != v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
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

/// Terms are separated by commas that do not stand in parentheses.
fn parse_labels(text: &str) -> Result<Vec<Requirement>, String> {
    let mut depth = 0_usize;
    let terms = text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    terms.map(str::trim).filter(|term| !term.is_empty()).map(parse_requirement).collect()
}

fn parse_requirement(term: &str) -> Result<Requirement, String> {
    let unreadable = || format!("unable to parse requirement: couldn't parse the selector string \"{term}\"");
    let requirement = |key: &str, operator| {
        let key = key.trim().to_owned();
        let well_formed = !key.is_empty() && !key.contains(char::is_whitespace);
        well_formed.then_some(Requirement { key, operator }).ok_or_else(unreadable)
    };
    if let Some(key) = term.strip_prefix('!') {
        return requirement(key, Operator::DoesNotExist);
    }
    if let Some((head, list)) = term.split_once('(') {
        let list = list.strip_suffix(')').ok_or_else(unreadable)?;
        let values = list.split(',').map(|value| value.trim().to_owned()).collect();
        let head = head.trim();
        if let Some(key) = head.strip_suffix(" notin") {
            return requirement(key, Operator::NotIn(values));
        }
        let key = head.strip_suffix(" in").ok_or_else(unreadable)?;
        return requirement(key, Operator::In(values));
    }
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((key, value)) = term.split_once("!=") {
        return requirement(key, Operator::NotIn(one(value)));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return requirement(key, Operator::In(one(value)));
    }
    requirement(term, Operator::Exists)
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
        let selection = Selection::of_object(&selector);
        assert!(selection.matches(&json!({"metadata": {"labels": {"app": "web"}}})));
        assert!(!selection.matches(&json!({"metadata": {"labels": {"app": "web", "old": "1"}}})));
    }
}
