//! Requests against Microsoft's own description of the REST API, version 7.1.
//!
//! The description names no field of a body as required; what its prose requires, the routes refuse.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::LoggedRequest;

const DESCRIPTION: &str = include_str!("azure-repos-7.1.swagger.json");

/// Below this the description's paths are the repository's.
const REPOSITORY: &str = "/{organization}/{project}/_apis/git/repositories/{repositoryId}";

/// Not in this part of the description.
const UNDESCRIBED: [(&str, &str); 1] = [("GET", "/pullRequests/*")];

fn description() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(DESCRIPTION).expect("the description is JSON"))
}

/// Holds a request against the description; gives the scopes of which its token needs one.
///
/// # Errors
/// What does not fit.
pub(super) fn check(request: &LoggedRequest) -> Result<Vec<String>, String> {
    let version = request.query.split('&').any(|pair| pair.starts_with("api-version="));
    if !version {
        return Err(format!("{}: api-version is required", request.line()));
    }
    if UNDESCRIBED.iter().any(|(method, path)| request.method == *method && same(path, &request.path)) {
        return Ok(vec!["vso.code".to_owned()]);
    }
    let paths = description()["paths"].as_object().expect("the description has paths");
    let operations: Vec<(&str, &Value)> = paths
        .iter()
        .filter_map(|(path, operations)| Some((path.strip_prefix(REPOSITORY)?, operations)))
        .filter(|(path, _)| same(path, &request.path))
        .collect();
    let [(path, operations)] = operations.as_slice() else {
        return Err(format!("{}: the description does not have this path", request.line()));
    };
    let Some(operation) = operations.get(request.method.to_lowercase()) else {
        return Err(format!("{}: the description does not have this method", request.line()));
    };
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    check_path(path, request, &parameters)?;
    check_query(request, &parameters)?;
    check_body(request, operation, &parameters)?;
    let scopes = operation.pointer("/security/0/oauth2").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(scopes.into_iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
}

/// `*` and `{name}` stand for one segment.
fn same(template: &str, path: &str) -> bool {
    let fits = |(want, got): (&str, &str)| want == "*" || want.starts_with('{') || want == got;
    template.split('/').count() == path.split('/').count() && template.split('/').zip(path.split('/')).all(fits)
}

fn check_path(template: &str, request: &LoggedRequest, parameters: &[&Value]) -> Result<(), String> {
    for (want, got) in template.split('/').zip(request.path.split('/')) {
        let Some(name) = want.strip_prefix('{').and_then(|want| want.strip_suffix('}')) else { continue };
        let parameter = parameters.iter().find(|parameter| parameter["in"] == "path" && parameter["name"] == *name);
        let parameter = parameter.ok_or_else(|| format!("{}: no parameter {name}", request.line()))?;
        if parameter["type"] == "integer" && got.parse::<u64>().is_err() {
            return Err(format!("{}: {name} is not an integer", request.line()));
        }
    }
    Ok(())
}

fn check_query(request: &LoggedRequest, parameters: &[&Value]) -> Result<(), String> {
    for (name, _) in url::form_urlencoded::parse(request.query.as_bytes()) {
        let known = parameters.iter().any(|parameter| parameter["in"] == "query" && parameter["name"] == *name);
        if !known && name != "api-version" {
            return Err(format!("{}: the query parameter {name} is not known", request.line()));
        }
    }
    Ok(())
}

fn check_body(request: &LoggedRequest, operation: &Value, parameters: &[&Value]) -> Result<(), String> {
    let Some(body) = parameters.iter().find(|parameter| parameter["in"] == "body") else {
        return match request.body.is_null() {
            true => Ok(()),
            false => Err(format!("{}: a body is not expected", request.line())),
        };
    };
    let sent = request.headers.get("content-type").map_or("", |value| value.split(';').next().unwrap_or_default());
    if !operation["consumes"].as_array().is_some_and(|types| types.iter().any(|known| known == sent)) {
        return Err(format!("{}: {sent} is not a type that is consumed", request.line()));
    }
    fits(&request.body, &body["schema"]).map_err(|what| format!("{}: {what}", request.line()))
}

/// Whether a value fits a schema, in words.
fn fits(value: &Value, schema: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/definitions/");
        let definition = &description()["definitions"][name];
        return match name {
            "PropertiesCollection" => properties(value),
            _ => fits(value, definition),
        };
    }
    if let Some(known) = schema["enum"].as_array() {
        return if known.contains(value) { Ok(()) } else { Err(format!("{value} is not in the enumeration")) };
    }
    match schema["type"].as_str() {
        Some("object") => object(value, schema),
        Some("array") => match value.as_array() {
            Some(items) => items.iter().try_for_each(|item| fits(item, &schema["items"])),
            None => Err(format!("{value} is not a list")),
        },
        Some("string") if value.is_string() => Ok(()),
        Some("integer") if value.is_i64() => Ok(()),
        Some("boolean") if value.is_boolean() => Ok(()),
        kind => Err(format!("{value} is not of type {}", kind.unwrap_or("(none)"))),
    }
}

fn object(value: &Value, schema: &Value) -> Result<(), String> {
    let fields = value.as_object().ok_or_else(|| format!("{value} is not an object"))?;
    let known = fields_of(schema);
    for (name, value) in fields {
        let schema = known.get(name).ok_or_else(|| format!("{name} is not a field"))?;
        fits(value, schema).map_err(|what| format!("{name}: {what}"))?;
    }
    Ok(())
}

/// The fields of a schema and of all that it is built on.
fn fields_of(schema: &Value) -> Map<String, Value> {
    let mut fields = schema["properties"].as_object().cloned().unwrap_or_default();
    for base in schema["allOf"].as_array().into_iter().flatten() {
        let name = base["$ref"].as_str().unwrap_or_default().trim_start_matches("#/definitions/");
        fields.extend(fields_of(&description()["definitions"][name]));
    }
    fields
}

/// "A property bag as a collection of key-value pairs. Values of all primitive types are accepted."
fn properties(value: &Value) -> Result<(), String> {
    let fields = value.as_object().ok_or_else(|| format!("{value} is not an object"))?;
    let primitive = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    match fields.iter().find(|(_, value)| !primitive(value) && value.get("$value").is_none()) {
        Some((name, value)) => Err(format!("{name}: {value} is not a primitive value")),
        None => Ok(()),
    }
}
