//! Events: what the controllers and the kubelet tell. The same one again only counts up.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

/// No more events are told when the cluster holds this many objects.
const MOST: usize = 50_000;

/// How an event is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All is well.
    Normal,
    /// Something is wrong.
    Warning,
}

/// Something to tell.
pub(super) struct Event<'a> {
    /// How it is meant.
    pub(super) kind: Kind,
    /// One word.
    pub(super) reason: &'a str,
    /// A sentence.
    pub(super) message: &'a str,
    /// Who tells it: `kubelet`.
    pub(super) component: &'a str,
    /// The part of the object: `spec.containers{web}`.
    pub(super) field: &'a str,
}

/// Tells something about an object.
pub(super) fn record(world: &mut World, about: &Value, event: &Event<'_>, now: Moment) {
    let text = |pointer: &str| json::text(about, pointer).to_owned();
    let (namespace, name, uid) = (text("/metadata/namespace"), text("/metadata/name"), text("/metadata/uid"));
    let namespace = if namespace.is_empty() { "default".to_owned() } else { namespace };
    let number = crate::world::hash(&(&uid, event.reason, event.message, event.field));
    let key = Key::new("events", &namespace, &format!("{name}.{number:016x}"));
    let author = match event.component {
        "kubelet" => Author::KUBELET,
        "default-scheduler" => Author::SCHEDULER,
        _ => Author::CONTROLLER,
    };
    let again = world.update(&key, author, now, |old| {
        let count = json::integer(old, "/count").unwrap_or(1);
        json::set(old, "/count", count + 1);
        json::set(old, "/lastTimestamp", now.text());
    });
    if again.is_some() || world.store.len() >= MOST {
        return;
    }
    let mut involved = json!({
        "apiVersion": text("/apiVersion"), "kind": text("/kind"), "name": name, "namespace": text("/metadata/namespace"),
        "uid": uid, "resourceVersion": text("/metadata/resourceVersion"),
    });
    if !event.field.is_empty() {
        json::set(&mut involved, "/fieldPath", event.field);
    }
    let kind = if event.kind == Kind::Normal { "Normal" } else { "Warning" };
    let object = json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {}, "involvedObject": involved,
        "reason": event.reason, "message": event.message, "type": kind, "count": 1,
        "source": {"component": event.component}, "reportingComponent": event.component, "reportingInstance": "",
        "firstTimestamp": now.text(), "lastTimestamp": now.text(), "eventTime": null,
    });
    world.insert(&key, object, author, now);
}
