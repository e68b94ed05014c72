//! The garbage collector: what loses its owners goes; foreground deletion waits for the dependents that block it; orphaning lets them go
//! (kubernetes: `pkg/controller/garbagecollector`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ownership::is_deleted;
use crate::author::Author;
use crate::clock::Moment;
use crate::deletion;
use crate::json;
use crate::store::Key;
use crate::world::World;

/// What an owner that waits for its dependents carries, and one that lets them go.
const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Deletes what has no owners left, and lets owners go that waited for it.
pub(super) fn reconcile(world: &mut World, now: Moment) {
    release_orphans(world, now);
    collect(world, now);
    finish_foreground(world, now);
    serve_no_orphans(world);
}

fn has_finalizer(object: &Value, finalizer: &str) -> bool {
    json::items(object, "/metadata/finalizers").iter().any(|f| f.as_str() == Some(finalizer))
}

/// Identities of what is going and carries a finalizer.
fn going_with(world: &World, finalizer: &str) -> Vec<(Key, String)> {
    let going = world.store.all().filter(|(_, object)| is_deleted(object) && has_finalizer(object, finalizer));
    going.map(|(key, object)| (key.clone(), json::text(object, "/metadata/uid").to_owned())).collect()
}

/// What has owners of which none stays is deleted; references to owners that are gone are taken out where another owner stays.
fn collect(world: &mut World, now: Moment) {
    let alive: BTreeSet<&str> = world.store.all().map(|(_, object)| json::text(object, "/metadata/uid")).collect();
    let waiting = going_with(world, FOREGROUND);
    let is_waiting = |uid: &str| waiting.iter().any(|(_, waiting)| waiting == uid);
    let mut lost = vec![];
    for (key, object) in world.store.all() {
        let owners = json::items(object, "/metadata/ownerReferences");
        if owners.is_empty() || is_deleted(object) {
            continue;
        }
        let (solid, gone): (Vec<&Value>, Vec<&Value>) = owners.iter().partition(|owner| {
            let uid = json::text(owner, "/uid");
            alive.contains(uid) && !is_waiting(uid)
        });
        if gone.is_empty() {
            continue;
        }
        let is_waited_for = gone.iter().any(|owner| alive.contains(json::text(owner, "/uid")));
        let solid: Vec<Value> = solid.into_iter().cloned().collect();
        lost.push((key.clone(), solid, is_waited_for, json::text(object, "/metadata/uid").to_owned()));
    }
    for (key, solid, is_waited_for, uid) in lost {
        if !solid.is_empty() {
            world.update(&key, Author::CONTROLLER, now, |o| json::set(o, "/metadata/ownerReferences", solid));
            continue;
        }
        let policy = if is_waited_for && !dependents(world, &uid).is_empty() { "Foreground" } else { "Background" };
        deletion::mark_deleted(world, &key, &json!({"propagationPolicy": policy}), now);
    }
}

/// An object with the `foregroundDeletion` finalizer goes after the dependents that block it.
fn finish_foreground(world: &mut World, now: Moment) {
    for (key, uid) in going_with(world, FOREGROUND) {
        let blocks = |key: &Key| {
            let object = world.store.get(key);
            let owners = object.map(|object| json::items(object, "/metadata/ownerReferences")).unwrap_or_default();
            let is_this = |owner: &&Value| json::text(owner, "/uid") == uid;
            owners.iter().filter(is_this).any(|owner| owner.get("blockOwnerDeletion") == Some(&Value::Bool(true)))
        };
        if !dependents(world, &uid).iter().any(blocks) {
            remove_finalizer(world, &key, FOREGROUND, now);
        }
    }
}

/// An object with the `orphan` finalizer goes when its dependents know it no more.
fn release_orphans(world: &mut World, now: Moment) {
    for (key, uid) in going_with(world, ORPHAN) {
        for dependent in dependents(world, &uid) {
            world.update(&dependent, Author::CONTROLLER, now, |object| {
                let owners = json::items(object, "/metadata/ownerReferences").iter();
                let owners: Vec<Value> = owners.filter(|owner| json::text(owner, "/uid") != uid).cloned().collect();
                json::set_or_remove(object, "/metadata/ownerReferences", owners);
            });
        }
        remove_finalizer(world, &key, ORPHAN, now);
    }
}

fn remove_finalizer(world: &mut World, key: &Key, finalizer: &str, now: Moment) {
    let changed = world.update(key, Author::CONTROLLER, now, |object| {
        let finalizers = json::items(object, "/metadata/finalizers").iter();
        let finalizers: Vec<Value> = finalizers.filter(|f| f.as_str() != Some(finalizer)).cloned().collect();
        json::set_or_remove(object, "/metadata/finalizers", finalizers);
    });
    let is_free = changed.is_some_and(|object| json::items(&object, "/metadata/finalizers").is_empty());
    if is_free && key.resource != "pods" && key.resource != "namespaces" {
        world.store.remove(key);
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
