//! How objects go: at once, or marked, where something has to be done before.

use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::store::Key;

/// Removes an object, or marks it when something has to be done first: finalizers, a pod's grace period, a namespace's content.
/// `grace` is what a request says of the period, in seconds.
pub(crate) fn mark_deleted(world: &mut World, key: &Key, grace: Option<i64>, now: Moment) {
    let Some(live) = world.store.get(key).cloned() else { return };
    let default_grace = if key.resource == "pods" {
        json::integer(&live, "/spec/terminationGracePeriodSeconds").unwrap_or(30)
    } else {
        0
    };
    let grace = grace.unwrap_or(default_grace);
    let lingers = key.resource == "namespaces"
        || (key.resource == "pods" && json::has(&live, "/spec/nodeName") && grace > 0)
        || !json::items(&live, "/metadata/finalizers").is_empty();
    if !lingers {
        world.store.remove(key);
        return;
    }
    // Nobody owns what a deletion sets.
    world.store.change(key, |object| {
        if key.resource == "namespaces" {
            json::set(object, "/status/phase", "Terminating");
        } else {
            json::set_default(object, "/metadata/deletionGracePeriodSeconds", grace);
        }
        if json::has(object, "/metadata/deletionTimestamp") {
            return;
        }
        json::set(object, "/metadata/deletionTimestamp", now.after(grace.saturating_mul(1000)).text());
        if let Some(generation) = json::integer(object, "/metadata/generation") {
            json::set(object, "/metadata/generation", generation + 1);
        }
    });
}
