//! What the kubelet says is missing: `configmap "settings" not found`, `couldn't find key CURRENCY in ConfigMap shop/settings`.

use seatrial_model::{Reference, Subject};

/// What the words are about, if they name something that is missing.
pub(crate) fn missing(said: &str) -> Option<Subject> {
    missing_key(said).or_else(|| missing_object(said))
}

/// A key that its object does not have (kubernetes: `pkg/kubelet/kubelet_pods.go` `makeEnvironmentVariables`).
fn missing_key(said: &str) -> Option<Subject> {
    let (key, object) = said.split_once("couldn't find key ")?.1.split_once(" in ")?;
    let (kind, name) = object.split_once(' ')?;
    let reference = Reference { name: Some(name.rsplit('/').next()?.to_owned()), key: Some(key.to_owned()) };
    of_kind(kind, reference)
}

fn missing_object(said: &str) -> Option<Subject> {
    let (kind, name) = said.strip_suffix("\" not found")?.rsplit_once(" \"")?;
    of_kind(kind.rsplit([' ', ':', '[']).next()?, Reference::to(name))
}

fn of_kind(kind: &str, reference: Reference) -> Option<Subject> {
    match kind.to_ascii_lowercase().as_str() {
        "configmap" => Some(Subject::ConfigMap(reference)),
        "secret" => Some(Subject::Secret(reference)),
        _ => None,
    }
}
