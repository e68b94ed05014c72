//! What the kubelet says is missing: `configmap "settings" not found`, `couldn't find key CURRENCY in ConfigMap shop/settings`.

use seatrial_model::{Reference, Subject};

/// What stands between `begin`, which ends with a quote, and the next quote.
pub(crate) fn quoted<'a>(said: &'a str, begin: &str) -> Option<&'a str> {
    let (_, rest) = said.split_once(begin)?;
    rest.split_once('"').map(|(quoted, _)| quoted)
}

/// What the words are about, if they name something that is missing.
pub(crate) fn missing(said: &str) -> Option<Subject> {
    missing_key(said).or_else(|| missing_object(said))
}

/// A key that its object does not have (kubernetes: `pkg/kubelet/kubelet_pods.go` `makeEnvironmentVariables`, `pkg/volume/configmap`,
/// `pkg/volume/secret`).
fn missing_key(said: &str) -> Option<Subject> {
    let of_volume = [
        ("references non-existent config key: ", Subject::ConfigMap as fn(Reference) -> Subject),
        ("references non-existent secret key: ", Subject::Secret),
    ];
    for (begin, subject) in of_volume {
        if let Some((_, key)) = said.split_once(begin) {
            let key = key.split([',', ' ', ']']).next()?;
            return Some(subject(Reference { name: None, key: Some(key.to_owned()) }));
        }
    }
    let (key, object) = said.split_once("couldn't find key ")?.1.split_once(" in ")?;
    let (kind, name) = object.split_once(' ')?;
    let reference = Reference { name: Some(name.rsplit('/').next()?.to_owned()), key: Some(key.to_owned()) };
    of_kind(kind, reference)
}

fn missing_object(said: &str) -> Option<Subject> {
    let (before, _) = said.split_once("\" not found")?;
    let (kind, name) = before.rsplit_once(" \"")?;
    of_kind(kind.rsplit([' ', ':', '[']).next()?, Reference::to(name))
}

fn of_kind(kind: &str, reference: Reference) -> Option<Subject> {
    match kind.to_ascii_lowercase().as_str() {
        "configmap" => Some(Subject::ConfigMap(reference)),
        "secret" => Some(Subject::Secret(reference)),
        "persistentvolumeclaim" => Some(Subject::Claim(reference.name)),
        "runtimeclass" => reference.name.map(Subject::RuntimeClass),
        _ => None,
    }
}
