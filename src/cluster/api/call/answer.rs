//! An answer of the API server that is not a success → [`ApiError`]. Pure.

use kube::core::Status;
use kube::core::response::StatusCause;
use seatrial_model::Masker;

use crate::{ApiError, Conflict};

/// What a request was about, for the sentences.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    /// Kubernetes' verb: `patch`.
    pub(crate) verb: &'static str,
    /// `deployments.apps`, `services/proxy`, `/version`.
    pub(crate) resource: String,
    pub(crate) namespace: Option<String>,
    /// `apps/v1` and `Deployment`, where the request was about a kind.
    pub(crate) kind: Option<(String, String)>,
    /// The object's name.
    pub(crate) name: Option<String>,
}

/// Servers echo whole objects; a person reads a few lines.
const MOST_CHARACTERS: usize = 2_000;
/// So many of them are the last ones.
const LAST_CHARACTERS: usize = 400;

/// How the API server's apply begins what it says of an object that does not fit.
const UNTYPED: [&str; 2] = ["failed to create typed patch object", "failed to convert new object"];

/// The error that an answer stands for. Every word of the server is masked.
pub(crate) fn error_of(code: u16, body: &[u8], about: &About, masker: &Masker) -> ApiError {
    let status = status_of(body);
    let message = match &status {
        Some(status) if !status.message.is_empty() => shorten(&masker.mask(&status.message)),
        _ => shorten(&masker.mask(&plain_words(code, body))),
    };
    let reason = status.as_ref().map(|s| s.reason.clone()).unwrap_or_default();
    let causes = status.as_ref().and_then(|s| s.details.as_ref()).map(|d| d.causes.as_slice()).unwrap_or_default();
    match code {
        401 => ApiError::Unauthorized { message },
        403 => forbidden(message, reason, causes, about, masker),
        404 => not_found(status.as_ref(), &message, about, masker),
        409 => match conflicts(causes) {
            found if found.is_empty() => rejected(code, reason, message, causes, masker),
            found => ApiError::FieldConflict(found),
        },
        429 => ApiError::TooManyRequests,
        // An object that does not fit is an untyped error in the API server's apply, and so a 500 without a reason (kubernetes:
        // `managedfields/internal/structuredmerge.go`). The change is at fault all the same.
        500 if reason.is_empty() && UNTYPED.iter().any(|beginning| message.starts_with(beginning)) => {
            let found = field_of_typed_patch(&message).into_iter().collect();
            ApiError::Rejected { code, reason: "Invalid".to_owned(), message, causes: found }
        }
        400..=499 => rejected(code, reason, message, causes, masker),
        _ => ApiError::Server { code, message },
    }
}

/// How long the server asks to wait, where the body says so.
pub(crate) fn asked_to_wait(body: &[u8]) -> Option<std::time::Duration> {
    let seconds = status_of(body)?.details?.retry_after_seconds;
    (seconds > 0).then(|| std::time::Duration::from_secs(u64::from(seconds)))
}

/// The body as the API server's own `Status`; `None` when it is something else.
pub(crate) fn status_of(body: &[u8]) -> Option<Status> {
    #[derive(serde::Deserialize)]
    struct Kind {
        kind: String,
    }
    let kind = serde_json::from_slice::<Kind>(body).ok()?;
    if kind.kind != "Status" {
        return None;
    }
    serde_json::from_slice(body).ok()
}

fn rejected(code: u16, reason: String, message: String, causes: &[StatusCause], masker: &Masker) -> ApiError {
    let causes = causes.iter().filter(|cause| !cause.field.is_empty());
    let causes = causes.map(|cause| (cause.field.clone(), shorten(&masker.mask(&cause.message)))).collect();
    ApiError::Rejected { code, reason, message, causes }
}

/// RBAC says `User "u" cannot patch resource "deployments" in API group "apps" in the namespace "n"` (apiserver: `responsewriters/errors.go`
/// `forbiddenMessage`); any other 403 is admission: a quota, pod security, a webhook.
fn forbidden(message: String, reason: String, causes: &[StatusCause], about: &About, masker: &Masker) -> ApiError {
    let Some((user, denied)) = denied(&message) else {
        if matches!(about.verb, "get" | "list" | "watch")
            || !message.contains("is forbidden") && !message.contains("denied")
        {
            let (verb, resource, namespace) = (about.verb.to_owned(), about.resource.clone(), about.namespace.clone());
            return ApiError::Forbidden { verb, resource, namespace, user: None, message };
        }
        return rejected(403, reason, message, causes, masker);
    };
    let Denied { verb, resource, namespace } = denied;
    let user = Some(user).filter(|user| !user.is_empty());
    ApiError::Forbidden { verb, resource, namespace, user, message }
}

struct Denied {
    verb: String,
    resource: String,
    namespace: Option<String>,
}

fn denied(message: &str) -> Option<(String, Denied)> {
    let (_, rest) = message.split_once("User \"")?;
    let (user, rest) = rest.split_once("\" cannot ")?;
    let (verb, rest) = rest.split_once(' ')?;
    if let Some(rest) = rest.strip_prefix("path \"") {
        let (path, _) = rest.split_once('"')?;
        let denied = Denied { verb: verb.to_owned(), resource: path.to_owned(), namespace: None };
        return Some((user.to_owned(), denied));
    }
    let (resource, rest) = rest.strip_prefix("resource \"")?.split_once('"')?;
    let group = quoted_after(rest, "in API group \"").unwrap_or_default();
    let namespace = quoted_after(rest, "in the namespace \"").map(str::to_owned);
    let denied = Denied { verb: verb.to_owned(), resource: qualified(resource, group), namespace };
    Some((user.to_owned(), denied))
}

fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once('"').map(|(quoted, _)| quoted)
}

/// `deployments.apps`, `deployments.apps/scale`, `services/proxy`: as `kubectl auth can-i` writes them.
pub(crate) fn qualified(resource: &str, group: &str) -> String {
    match (resource.split_once('/'), group) {
        (_, "") => resource.to_owned(),
        (Some((plural, sub)), group) => format!("{plural}.{group}/{sub}"),
        (None, group) => format!("{resource}.{group}"),
    }
}

/// A name that is missing, or a kind that is not served.
fn not_found(status: Option<&Status>, message: &str, about: &About, masker: &Masker) -> ApiError {
    let details = status.and_then(|status| status.details.as_ref()).filter(|details| !details.name.is_empty());
    if let Some(details) = details {
        let resource = qualified(&details.kind, &details.group);
        return ApiError::NotFound(format!("{resource} `{}`", masker.mask(&details.name)));
    }
    match (&about.kind, &about.name) {
        (Some((api_version, kind)), _) => {
            ApiError::UnknownKind { api_version: api_version.clone(), kind: kind.clone() }
        }
        (None, Some(name)) => ApiError::NotFound(format!("{} `{name}`", about.resource)),
        (None, None) => ApiError::NotFound(message.to_owned()),
    }
}

/// `conflict with "kustomize-controller" using apps/v1` per field (kubernetes: `managedfields/internal/conflict.go`).
fn conflicts(causes: &[StatusCause]) -> Vec<Conflict> {
    let of_managers = causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
    let conflict = |cause: &StatusCause| {
        let manager = quoted_after(&cause.message, "conflict with \"").unwrap_or("another manager");
        Conflict { manager: manager.to_owned(), field: cause.field.clone() }
    };
    of_managers.map(conflict).collect()
}

/// `failed to create typed patch object (ns/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema`.
fn field_of_typed_patch(message: &str) -> Option<(String, String)> {
    let (_, rest) = message.split_once("): ")?;
    let rest = rest.strip_prefix("errors:").unwrap_or(rest).trim_start();
    let (field, words) = rest.split_once(": ")?;
    field.starts_with('.').then(|| (field.to_owned(), words.lines().next().unwrap_or_default().to_owned()))
}

/// What to say of an answer that is no `Status`: its first line, or that it is a web page.
fn plain_words(code: u16, body: &[u8]) -> String {
    if (300..400).contains(&code) {
        return "it redirects elsewhere: is this the address of a Kubernetes API server?".to_owned();
    }
    let text = String::from_utf8_lossy(body.get(..4_096).unwrap_or(body)).into_owned();
    let lower = text.trim_start().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return "it answered with a web page: is this the address of a Kubernetes API server?".to_owned();
    }
    match text.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => line.to_owned(),
        None => {
            let known = http::StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason());
            known.unwrap_or("no reason was given").to_owned()
        }
    }
}

/// Cut in the middle: what is wrong with a value stands behind it, and the value may be long (`Invalid value: {…}: field is immutable`).
fn shorten(text: &str) -> String {
    let text = text.trim();
    let count = text.chars().count();
    if count <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    format!("{}…{}", &text[..at(MOST_CHARACTERS - LAST_CHARACTERS)], &text[at(count - LAST_CHARACTERS)..])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        request: String,
        object: Option<String>,
        kind: Option<(String, String)>,
        code: u16,
        body: Option<Value>,
        text: Option<String>,
        says: String,
        user: Option<String>,
        reason: Option<String>,
        causes: Option<(String, String)>,
        #[serde(default)]
        fault: bool,
    }

    fn about(case: &Case) -> About {
        let (verb, rest) = case.request.split_once(' ').expect("verb and resource");
        let verbs = ["get", "list", "patch", "create", "update", "delete"];
        let verb = *verbs.iter().find(|v| **v == verb).expect("a verb");
        let (resource, namespace) = rest.split_once(" in ").map_or((rest, None), |(r, n)| (r, Some(n.to_owned())));
        About { verb, resource: resource.to_owned(), namespace, kind: case.kind.clone(), name: case.object.clone() }
    }

    #[test]
    fn every_answer_has_its_sentence() {
        let cases: Vec<Case> =
            serde_saphyr::from_str(include_str!("../testdata/answers.yaml")).expect("the table is valid YAML");
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        for case in &cases {
            let body = case.body.as_ref().map_or_else(|| case.text.clone().unwrap_or_default(), Value::to_string);
            let error = error_of(case.code, body.as_bytes(), &about(case), &masker);
            assert_eq!(error.to_string(), case.says, "{}", case.name);
            assert_eq!(error.is_the_changes_fault(), case.fault, "{}: {error:?}", case.name);
            if let ApiError::Forbidden { user, .. } = &error {
                assert_eq!(user, &case.user, "{}", case.name);
            }
            if let ApiError::Rejected { reason, causes, .. } = &error {
                assert!(case.reason.as_ref().is_none_or(|wanted| wanted == reason), "{}: {reason}", case.name);
                assert_eq!(causes.first(), case.causes.as_ref(), "{}", case.name);
            }
        }
        assert!(cases.len() > 25);
    }

    #[test]
    fn a_server_that_talks_for_ever_is_cut_short() {
        let body = serde_json::json!({ "kind": "Status", "message": "x".repeat(1 << 20) }).to_string();
        let error = error_of(422, body.as_bytes(), &About::default(), &Masker::new());
        assert_eq!(error.to_string().chars().count(), MOST_CHARACTERS + 1);
    }

    #[test]
    fn what_is_wrong_is_told_though_the_value_before_it_is_long() {
        let message = format!("Invalid value: {{{}}}: field is immutable", "é".repeat(3_000));
        let causes = serde_json::json!([{ "field": "spec.template", "message": message }]);
        let body = serde_json::json!({ "kind": "Status", "message": message, "details": { "causes": causes } });
        let error = error_of(422, body.to_string().as_bytes(), &About::default(), &Masker::new());
        let ApiError::Rejected { causes, .. } = error else { panic!("{error:?}") };
        assert!(causes[0].1.ends_with("é}: field is immutable"), "{causes:?}");
    }
}
