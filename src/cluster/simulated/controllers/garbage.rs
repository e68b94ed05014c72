//! The garbage collector: what loses its owners goes; foreground deletion waits for the dependents.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::deletion;
use crate::json;
use crate::store::Key;
use crate::world::World;

/// Deletes what has owners of which none exists.
pub(super) fn reconcile(world: &mut World, now: Moment) {
    let alive: BTreeSet<String> =
        world.store.all().map(|(_, object)| json::text(object, "/metadata/uid").to_owned()).collect();
    let background = json!({"propagationPolicy": "Background"});
    let orphans = world.store.all().filter(|(_, object)| {
        let mut owners = json::items(object, "/metadata/ownerReferences").iter().peekable();
        owners.peek().is_some() && !is_deleted(object) && owners.all(|o| !alive.contains(json::text(o, "/uid")))
    });
    let orphans: Vec<Key> = orphans.map(|(key, _)| key.clone()).collect();
    for key in orphans {
        deletion::mark_deleted(world, &key, &background, now);
    }
    finish_foreground(world, now);
    serve_no_orphans(world);
}

/// An object with the `foregroundDeletion` finalizer goes after its dependents.
fn finish_foreground(world: &mut World, now: Moment) {
    let foreground = json!("foregroundDeletion");
    let waiting = world
        .store
        .all()
        .filter(|(_, object)| is_deleted(object) && json::items(object, "/metadata/finalizers").contains(&foreground));
    let waiting: Vec<(Key, String)> =
        waiting.map(|(key, object)| (key.clone(), json::text(object, "/metadata/uid").to_owned())).collect();
    for (key, uid) in waiting {
        let dependents: Vec<Key> = dependents(world, &uid);
        for dependent in &dependents {
            let is_going = world.store.get(dependent).is_some_and(|object| is_deleted(object));
            if !is_going {
                deletion::mark_deleted(world, dependent, &json!({"propagationPolicy": "Foreground"}), now);
            }
        }
        if dependents.is_empty() {
            let changed = world.store.change(&key, |object| {
                let finalizers = json::items(object, "/metadata/finalizers").iter().filter(|f| **f != foreground);
                let finalizers: Vec<Value> = finalizers.cloned().collect();
                json::set(object, "/metadata/finalizers", finalizers);
            });
            let is_free = changed.is_some_and(|object| json::items(&object, "/metadata/finalizers").is_empty());
            if is_free && key.resource != "pods" && key.resource != "namespaces" {
                world.store.remove(&key);
            }
        }
    }
}

/// Custom objects whose definition is gone go too.
fn serve_no_orphans(world: &mut World) {
    let served = world.resources.names();
    let lost = world.store.all().map(|(key, _)| key).filter(|key| !served.contains(&key.resource));
    let lost: Vec<Key> = lost.cloned().collect();
    for key in lost {
        world.store.remove(&key);
    }
}

fn dependents(world: &World, uid: &str) -> Vec<Key> {
    let owned = world.store.all().filter(|(_, object)| {
        json::items(object, "/metadata/ownerReferences").iter().any(|owner| json::text(owner, "/uid") == uid)
    });
    owned.map(|(key, _)| key.clone()).collect()
}

/// Frees the dependents of an owner that goes alone (`propagationPolicy: Orphan`).
pub(crate) fn orphan_dependents(world: &mut World, uid: &str) {
    for key in dependents(world, uid) {
        world.store.change(&key, |object| {
            let owners = json::items(object, "/metadata/ownerReferences").iter();
            let owners: Vec<Value> = owners.filter(|owner| json::text(owner, "/uid") != uid).cloned().collect();
            json::set(object, "/metadata/ownerReferences", owners);
        });
    }
}
