//! Conditions of objects, kept as the API conventions say: the transition time changes with the status only.

use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::json;

/// A condition to set.
pub(super) struct Condition<'a> {
    /// `Available`.
    pub(super) kind: &'a str,
    /// `True`, `False`, `Unknown`.
    pub(super) status: &'a str,
    /// One word.
    pub(super) reason: &'a str,
    /// A sentence.
    pub(super) message: &'a str,
}

/// The condition of a type.
pub(super) fn find<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    json::items(object, "/status/conditions").iter().find(|c| json::text(c, "/type") == kind)
}

/// Sets a condition. `update_time` names a second time that changes with every word of it (`lastUpdateTime`).
pub(super) fn set(object: &mut Value, condition: &Condition<'_>, update_time: Option<&str>, now: Moment) {
    let old = find(object, condition.kind).cloned();
    let text = |pointer: &str| old.as_ref().map(|o| json::text(o, pointer)).unwrap_or_default();
    let same_status = text("/status") == condition.status;
    if same_status && text("/reason") == condition.reason && text("/message") == condition.message {
        return;
    }
    let transition = if same_status { text("/lastTransitionTime").to_owned() } else { now.text() };
    let mut new = Map::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            new.insert(key.to_owned(), value.into());
        }
    };
    put("type", condition.kind);
    put("status", condition.status);
    put("reason", condition.reason);
    put("message", condition.message);
    put("lastTransitionTime", &transition);
    if let Some(name) = update_time {
        put(name, &now.text());
    }
    replace(object, Value::Object(new));
}

/// Sets a condition of a pod, as of a generation of it.
pub(super) fn set_of_pod(pod: &mut Value, condition: &Condition<'_>, generation: Option<i64>, now: Moment) {
    set(pod, condition, None, now);
    let of_kind = |c: &&mut Value| json::text(c, "/type") == condition.kind;
    if let Some(set) = json::items_mut(pod, "/status/conditions").find(of_kind) {
        json::set(set, "/lastProbeTime", Value::Null);
        if let Some(generation) = generation {
            json::set(set, "/observedGeneration", generation);
        }
    }
}

/// Puts a condition in the place of the one of its type, or at the end.
pub(super) fn replace(object: &mut Value, condition: Value) {
    json::set_default(object, "/status/conditions", json!([]));
    let Some(conditions) = object.pointer_mut("/status/conditions").and_then(Value::as_array_mut) else { return };
    let kind = json::text(&condition, "/type").to_owned();
    match conditions.iter_mut().find(|c| json::text(c, "/type") == kind) {
        Some(old) => *old = condition,
        None => conditions.push(condition),
    }
}

/// Removes the condition of a type.
pub(super) fn remove(object: &mut Value, kind: &str) {
    if let Some(conditions) = object.pointer_mut("/status/conditions").and_then(Value::as_array_mut) {
        conditions.retain(|c| json::text(c, "/type") != kind);
    }
}
