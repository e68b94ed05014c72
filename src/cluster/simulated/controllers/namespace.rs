//! Namespaces: the default ServiceAccount of a new one, the content of one that is deleted.

use serde_json::{Value, json};

use super::Due;
use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::deletion;
use crate::json;
use crate::store::Key;
use crate::world::World;

/// How long a namespace is Terminating at least, so that waits see it.
const TERMINATING: i64 = 80;

/// Completes new namespaces and empties those that go.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("namespaces") {
        let Some(namespace) = world.store.get(&key).map(|n| Value::clone(n)) else { continue };
        if is_deleted(&namespace) {
            empty(world, &key, &namespace, now, due);
            continue;
        }
        let account = Key::new("serviceaccounts", &key.name, "default");
        if world.store.get(&account).is_none() {
            world.insert(&account, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {}}), now);
        }
    }
}

fn empty(world: &mut World, key: &Key, namespace: &Value, now: Moment, due: &mut Due) {
    let content: Vec<(Key, bool)> = world
        .store
        .all()
        .filter(|(content, _)| content.namespace == key.name)
        .map(|(content, object)| (content.clone(), is_deleted(object)))
        .collect();
    for (content, is_going) in &content {
        if !is_going {
            deletion::mark_deleted(world, content, &json!({"propagationPolicy": "Background"}), now);
        }
    }
    let ends = world.termination_began(&key.name, now).after(TERMINATING);
    if ends > now {
        due.at(ends);
        return;
    }
    let has_finalizers = !json::items(namespace, "/metadata/finalizers").is_empty();
    let is_empty = !world.store.all().any(|(content, _)| content.namespace == key.name);
    if is_empty && !has_finalizers {
        world.store.remove(key);
        world.forget_termination(&key.name);
    }
}
