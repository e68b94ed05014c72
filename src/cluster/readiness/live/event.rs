//! Events: which belong to what, and how long something has lasted by their time stamps.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::live::field::{at, text};

/// What would end by itself (a quota that frees up, a Secret that an operator is about to write) is given this long
/// before it counts as a failure: longer than an operator needs, much shorter than any deadline.
pub(crate) const LASTING: SignedDuration = SignedDuration::from_secs(30);

/// Whether an event is about the object of this kind and name (its uid, where both know it).
pub(crate) fn is_about(event: &Value, object: &Value, kind: &str) -> bool {
    let name = text(object, &["metadata", "name"]);
    if text(event, &["involvedObject", "kind"]) != Some(kind) || text(event, &["involvedObject", "name"]) != name {
        return false;
    }
    match (text(event, &["involvedObject", "uid"]), text(object, &["metadata", "uid"])) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Kubernetes' word for what happened.
pub(crate) fn reason(event: &Value) -> &str {
    text(event, &["reason"]).unwrap_or_default()
}

/// The sentence of the event.
pub(crate) fn message(event: &Value) -> &str {
    text(event, &["message"]).unwrap_or_default()
}

/// When it was seen last.
pub(crate) fn last_seen(event: &Value) -> Option<Timestamp> {
    let paths: [&[&str]; 5] = [
        &["series", "lastObservedTime"],
        &["lastTimestamp"],
        &["eventTime"],
        &["firstTimestamp"],
        &["metadata", "creationTimestamp"],
    ];
    paths.iter().find_map(|path| at(event, path).and_then(time))
}

/// When it was seen first.
fn first_seen(event: &Value) -> Option<Timestamp> {
    let paths: [&[&str]; 3] = [&["firstTimestamp"], &["eventTime"], &["metadata", "creationTimestamp"]];
    paths.iter().find_map(|path| at(event, path).and_then(time))
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// The newest of the events that `wanted` takes.
pub(crate) fn newest(events: &[Value], wanted: impl Fn(&Value) -> bool) -> Option<&Value> {
    events.iter().filter(|e| wanted(e)).max_by_key(|e| last_seen(e))
}

/// Whether the same thing has been reported for at least [`LASTING`]: from `since`, else from the first such event, to the last one.
pub(crate) fn has_lasted(events: &[Value], since: Option<&str>, wanted: impl Fn(&Value) -> bool) -> bool {
    let such = || events.iter().filter(|e| wanted(e));
    let from = since.and_then(|t| t.parse().ok()).or_else(|| such().filter_map(first_seen).min());
    let to = such().filter_map(last_seen).max();
    matches!((from, to), (Some(from), Some(to)) if to.duration_since(from) >= LASTING)
}

/// When the object was changed last by anyone but a controller writing its status: by `managedFields`, else when it was created.
pub(crate) fn last_changed(object: &Value) -> Option<Timestamp> {
    let entries = at(object, &["metadata", "managedFields"]).and_then(Value::as_array);
    let of_spec = entries.into_iter().flatten().filter(|e| text(e, &["subresource"]).is_none_or(str::is_empty));
    let newest = of_spec.filter_map(|e| at(e, &["time"]).and_then(time)).max();
    newest.or_else(|| at(object, &["metadata", "creationTimestamp"]).and_then(time))
}
