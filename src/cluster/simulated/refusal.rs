//! Refusals: the `Status` objects of the API server, in its own words (apimachinery: `pkg/api/errors`, `pkg/util/validation/field`).

use serde_json::{Map, Value, json};

use crate::resource::Resource;

/// Whom the cluster takes everybody for.
pub(crate) const USER: &str = "seatrial";

/// A request that is not carried out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) code: u16,
    reason: &'static str,
    message: String,
    details: Option<Value>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// `FieldValueInvalid`, `FieldValueRequired`, …
    reason: &'static str,
    /// `spec.replicas`.
    field: String,
    /// `Required value`, `Invalid value: "x": must be …`.
    body: String,
}

impl FieldError {
    /// A field that is absent.
    pub(crate) fn required(field: impl Into<String>, detail: &str) -> FieldError {
        FieldError { reason: "FieldValueRequired", field: field.into(), body: with_detail("Required value", detail) }
    }

    /// Whether it is about a field of this name or something in it.
    pub(crate) fn is_about(&self, name: &str) -> bool {
        self.field.split(['.', '[']).any(|part| part == name)
    }

    /// A value that is not allowed.
    pub(crate) fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> FieldError {
        let body = with_detail(&format!("Invalid value: {value}"), detail);
        FieldError { reason: "FieldValueInvalid", field: field.into(), body }
    }

    /// A value that is not one of a few.
    pub(crate) fn unsupported(field: impl Into<String>, value: &str, detail: &str) -> FieldError {
        let body = with_detail(&format!("Unsupported value: {value:?}"), detail);
        FieldError { reason: "FieldValueNotSupported", field: field.into(), body }
    }

    /// A name of something that is not there.
    pub(crate) fn not_found(field: impl Into<String>, value: &str) -> FieldError {
        FieldError { reason: "FieldValueNotFound", field: field.into(), body: format!("Not found: {value:?}") }
    }

    /// A change that is not allowed.
    pub(crate) fn forbidden(field: impl Into<String>, detail: &str) -> FieldError {
        FieldError { reason: "FieldValueForbidden", field: field.into(), body: with_detail("Forbidden", detail) }
    }
}

fn with_detail(body: &str, detail: &str) -> String {
    if detail.is_empty() { body.to_owned() } else { format!("{body}: {detail}") }
}

impl Refusal {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { code, reason, message: message.into(), details: None }
    }

    fn about(mut self, resource: &Resource, name: &str, causes: Vec<Value>) -> Refusal {
        let mut details = Map::new();
        let mut put = |key: &str, value: &str| {
            if !value.is_empty() {
                details.insert(key.to_owned(), value.into());
            }
        };
        put("name", name);
        put("group", &resource.group);
        put("kind", &resource.plural);
        if !causes.is_empty() {
            details.insert("causes".to_owned(), Value::Array(causes));
        }
        self.details = Some(Value::Object(details));
        self
    }

    /// 404: no such object.
    pub(crate) fn not_found(resource: &Resource, name: &str) -> Refusal {
        let message = format!("{} \"{name}\" not found", resource.qualified());
        Refusal::new(404, "NotFound", message).about(resource, name, vec![])
    }

    /// 404: no such path.
    pub(crate) fn no_such_resource() -> Refusal {
        Refusal::new(404, "NotFound", "the server could not find the requested resource")
    }

    /// 409: the name is taken.
    pub(crate) fn already_exists(resource: &Resource, name: &str) -> Refusal {
        let message = format!("{} \"{name}\" already exists", resource.qualified());
        Refusal::new(409, "AlreadyExists", message).about(resource, name, vec![])
    }

    /// 409: another version or identity.
    pub(crate) fn conflict(resource: &Resource, name: &str, why: &str) -> Refusal {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", resource.qualified());
        Refusal::new(409, "Conflict", message).about(resource, name, vec![])
    }

    /// 409: fields that other managers own; `causes` are `(conflict with …, .spec.replicas)`.
    pub(crate) fn apply_conflict(message: String, causes: Vec<(String, String)>) -> Refusal {
        let causes = causes
            .into_iter()
            .map(|(message, field)| json!({"reason": "FieldManagerConflict", "message": message, "field": field}));
        let details = json!({"causes": causes.collect::<Vec<_>>()});
        Refusal { details: Some(details), ..Refusal::new(409, "Conflict", message) }
    }

    /// 422: the object is invalid. The message counts the errors as `field.ErrorList.ToAggregate` does.
    pub(crate) fn invalid(resource: &Resource, name: &str, errors: &[FieldError]) -> Refusal {
        let mut each: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.body)).collect();
        each.dedup();
        let list = if let [one] = each.as_slice() { one.clone() } else { format!("[{}]", each.join(", ")) };
        let kind = resource.qualified_kind();
        let causes = errors.iter().map(|e| json!({"reason": e.reason, "message": e.body, "field": e.field})).collect();
        let mut refusal = Refusal::new(422, "Invalid", format!("{kind} \"{name}\" is invalid: {list}"));
        refusal = refusal.about(resource, name, causes);
        if let Some(details) = &mut refusal.details {
            crate::json::set(details, "/kind", resource.kind.as_str());
        }
        refusal
    }

    /// 422: query parameters that do not fit.
    pub(crate) fn invalid_options(kind: &str, errors: &[FieldError]) -> Refusal {
        let list = errors.iter().map(|e| format!("{}: {}", e.field, e.body)).collect::<Vec<_>>().join(", ");
        Refusal::new(422, "Invalid", format!("{kind}.meta.k8s.io \"\" is invalid: {list}"))
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "BadRequest", message)
    }

    /// 403 by RBAC; the words are those of apiserver's `forbiddenMessage`.
    pub(crate) fn forbidden(resource: &Resource, subresource: Option<&str>, verb: &str, at: (&str, &str)) -> Refusal {
        let (namespace, name) = at;
        let plural = subresource.map_or_else(|| resource.plural.clone(), |sub| format!("{}/{sub}", resource.plural));
        let place = if namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace \"{namespace}\"")
        };
        let group = &resource.group;
        let why = format!("User \"{USER}\" cannot {verb} resource \"{plural}\" in API group \"{group}\" {place}");
        Refusal::forbidden_because(resource, name, &why, vec![])
    }

    /// 403 for any reason.
    pub(crate) fn forbidden_because(resource: &Resource, name: &str, why: &str, causes: Vec<Value>) -> Refusal {
        let quoted = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
        let message = format!("{}{quoted} is forbidden: {why}", resource.qualified());
        Refusal::new(403, "Forbidden", message).about(resource, name, causes)
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Refusal {
        Refusal::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    /// 406.
    pub(crate) fn not_acceptable(accepted: &str) -> Refusal {
        Refusal::new(406, "NotAcceptable", format!("only the following media types are accepted: {accepted}"))
    }

    /// 410: a watch from too long ago.
    pub(crate) fn expired(from: u64, oldest: u64) -> Refusal {
        Refusal::new(410, "Expired", format!("too old resource version: {from} ({oldest})"))
    }

    /// 413.
    pub(crate) fn too_large(limit: usize) -> Refusal {
        Refusal::new(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {limit}"))
    }

    /// 415.
    pub(crate) fn unsupported_media_type(found: &str, accepted: &str) -> Refusal {
        let message = format!(
            "the body of the request was in an unknown format ({found}) - accepted media types include: {accepted}"
        );
        Refusal::new(415, "UnsupportedMediaType", message)
    }

    /// 500 without a reason: what the API server answers where its own code returns a plain error.
    pub(crate) fn plain(message: impl Into<String>) -> Refusal {
        Refusal::new(500, "", message)
    }

    /// 405: what a real cluster can do and this one cannot.
    pub(crate) fn not_simulated(what: &str) -> Refusal {
        Refusal::new(405, "MethodNotAllowed", format!("the simulated cluster does not know how to {what}"))
    }

    /// 415: a body that a real cluster can read and this one cannot.
    pub(crate) fn not_read(media_type: &str) -> Refusal {
        let message = format!("the simulated cluster does not know how to read a body of {media_type}");
        Refusal::new(415, "UnsupportedMediaType", message)
    }

    /// 503.
    pub(crate) fn unavailable(message: impl Into<String>) -> Refusal {
        Refusal::new(503, "ServiceUnavailable", message)
    }

    /// The `Status` object.
    pub(crate) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if !self.reason.is_empty() {
            crate::json::set(&mut status, "/reason", self.reason);
        }
        if let Some(details) = &self.details {
            crate::json::set(&mut status, "/details", details.clone());
        }
        status
    }
}
