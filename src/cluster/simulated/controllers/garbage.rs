//! The garbage collector: what loses its owners goes (kubernetes: `pkg/controller/garbagecollector`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;

/// Deletes what has no owners left.
pub(super) fn reconcile(world: &mut World, now: Moment) {
    collect(world, now);
    serve_no_orphans(world);
}

/// What has owners of which none stays is deleted; references to owners that are gone are taken out where another owner stays.
fn collect(world: &mut World, now: Moment) {
    let alive: BTreeSet<&str> = world.store.all().map(|(_, object)| json::text(object, "/metadata/uid")).collect();
    let mut lost = vec![];
    for (key, object) in world.store.all() {
        let owners = json::items(object, "/metadata/ownerReferences");
        if owners.is_empty() || is_deleted(object) {
            continue;
        }
        let (solid, gone): (Vec<&Value>, Vec<&Value>) =
            owners.iter().partition(|owner| alive.contains(json::text(owner, "/uid")));
        if !gone.is_empty() {
            lost.push((key.clone(), solid.into_iter().cloned().collect::<Vec<Value>>()));
        }
    }
    for (key, solid) in lost {
        if solid.is_empty() {
            removal::mark_deleted(world, &key, None, now);
        } else {
            world.update(&key, Author::CONTROLLER, now, |o| json::set(o, "/metadata/ownerReferences", solid));
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
