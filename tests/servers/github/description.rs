//! Requests against GitHub's own description of its REST API: an excerpt with the parameters and bodies of the requests that Seatrial sends.
//!
//! It is stricter than the description in one thing: a field that the description does not know is a mistake, though GitHub would ignore it.

use std::sync::OnceLock;

use serde_json::Value;

use super::LoggedRequest;

const DESCRIPTION: &str = include_str!("github-rest.openapi.json");

fn description() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(DESCRIPTION).expect("the excerpt is JSON"))
}

/// What does not fit in a request, with its line; `None` also for one that the excerpt does not have.
pub(super) fn violation(request: &LoggedRequest) -> Option<String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let operation = operation(&request.method, path)?;
    let outcome = check_query(query, operation).and_then(|()| check_body(&request.body, operation));
    outcome.err().map(|what| format!("{} {path}: {what}", request.method))
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = description()["paths"].as_object().expect("the excerpt has paths");
    let (_, operations) = paths.iter().find(|(template, _)| same(template, path))?;
    operations.get(method.to_lowercase())
}

/// `{name}` stands for one segment.
fn same(template: &str, path: &str) -> bool {
    let fits = |(want, got): (&str, &str)| want.starts_with('{') || want == got;
    template.split('/').count() == path.split('/').count() && template.split('/').zip(path.split('/')).all(fits)
}

fn check_query(query: &str, operation: &Value) -> Result<(), String> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let known = parameters.iter().find(|parameter| parameter["in"] == "query" && parameter["name"] == *name);
        let schema = &known.ok_or_else(|| format!("the query parameter {name} is not known"))?["schema"];
        let value = match schema["type"].as_str() {
            Some("integer") => value.parse::<i64>().map_or_else(|_| Value::from(value.as_ref()), Value::from),
            _ => Value::from(value.as_ref()),
        };
        fits(&value, schema).map_err(|what| format!("{name}: {what}"))?;
    }
    Ok(())
}

fn check_body(body: &Value, operation: &Value) -> Result<(), String> {
    match operation.get("requestBody") {
        None if body.is_null() => Ok(()),
        None => Err("a body is not expected".to_owned()),
        Some(schema) => fits(body, schema),
    }
}

/// Whether a value fits a schema, in words.
fn fits(value: &Value, schema: &Value) -> Result<(), String> {
    if value.is_null() && schema["nullable"] == true {
        return Ok(());
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        let fitting = ways.iter().filter(|way| fits(value, way).is_ok()).count();
        return if fitting == 1 { Ok(()) } else { Err(format!("{value} fits {fitting} of its forms")) };
    }
    if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
        return Err(format!("{value} is not in the enumeration"));
    }
    match schema["type"].as_str() {
        Some("object") => object(value, schema),
        Some("array") => list(value, schema),
        Some("string") => text(value, schema),
        Some("integer") if value.is_i64() => Ok(()),
        Some("boolean") if value.is_boolean() => Ok(()),
        kind => Err(format!("{value} is not of type {}", kind.unwrap_or("(none)"))),
    }
}

fn object(value: &Value, schema: &Value) -> Result<(), String> {
    let fields = value.as_object().ok_or_else(|| format!("{value} is not an object"))?;
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("{name} is required"));
        }
    }
    let Some(known) = schema["properties"].as_object() else { return Ok(()) };
    for (name, value) in fields {
        let schema = known.get(name).ok_or_else(|| format!("{name} is not a field"))?;
        fits(value, schema).map_err(|what| format!("{name}: {what}"))?;
    }
    Ok(())
}

fn list(value: &Value, schema: &Value) -> Result<(), String> {
    let items = value.as_array().ok_or_else(|| format!("{value} is not a list"))?;
    let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
    if items.len() as u64 > most {
        return Err(format!("{} items, and {most} are allowed", items.len()));
    }
    items.iter().try_for_each(|item| fits(item, &schema["items"]))
}

fn text(value: &Value, schema: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| format!("{value} is not a string"))?;
    let (length, most) = (text.chars().count() as u64, schema["maxLength"].as_u64().unwrap_or(u64::MAX));
    if length > most { Err(format!("{length} characters, and {most} are allowed")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn wrong(method: &str, path: &str, body: Value) -> Option<String> {
        let (method, path) = (method.to_owned(), format!("/repos/o/r/{path}"));
        violation(&LoggedRequest { method, path, headers: BTreeMap::new(), body })
    }

    #[test]
    fn what_github_describes_otherwise_is_named() {
        let check = |more: Value| {
            let mut body = json!({ "name": "x", "head_sha": "cafe" });
            body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            wrong("POST", "check-runs", body)
        };
        let annotation =
            json!({ "path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m" });
        assert_eq!(
            check(json!({ "output": { "title": "t", "summary": "s", "annotations": vec![&annotation; 50] } })),
            None
        );
        let table = [
            (json!({ "conclusion": "broken" }), "conclusion: \"broken\" is not in the enumeration"),
            (json!({ "output": { "title": "t" } }), "output: summary is required"),
            (json!({ "output": { "title": "t", "summary": "é".repeat(65_536) } }), "output: summary: 65536 characters"),
            (json!({ "output": { "title": "t", "summary": "s", "annotations": vec![&annotation; 51] } }), "51 items"),
            (json!({ "headSha": "cafe" }), "headSha is not a field"),
            (json!({ "details_url": null }), "details_url: null is not a string"),
        ];
        for (more, expected) in table {
            let said = check(more).expect("does not fit");
            assert!(said.starts_with("POST /repos/o/r/check-runs: ") && said.contains(expected), "{said}");
        }
    }

    #[test]
    fn queries_and_bodies_of_reading_are_held_against_it_too() {
        assert_eq!(wrong("GET", "deployments?environment=dev%20%28x%29&per_page=100", Value::Null), None);
        let unknown = wrong("GET", "deployments?name=dev", Value::Null).expect("does not fit");
        assert!(unknown.ends_with("the query parameter name is not known"), "{unknown}");
        assert!(wrong("GET", "deployments?per_page=x", Value::Null).is_some());
        assert!(wrong("GET", "pulls/7", json!({})).is_some_and(|said| said.ends_with("a body is not expected")));
        assert_eq!(wrong("GET", "branches", Value::Null), None, "is not in the excerpt");
    }
}
