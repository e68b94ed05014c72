//! PersistentVolumeClaims: bound at once. There are no volumes behind them.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;

/// Binds every claim.
pub(super) fn reconcile(world: &mut World, now: Moment) {
    for key in world.store.keys("persistentvolumeclaims") {
        world.update(&key, Author::CONTROLLER_STATUS, now, |claim| {
            if json::text(claim, "/status/phase") == "Bound" {
                return;
            }
            let volume = format!("pvc-{}", json::text(claim, "/metadata/uid"));
            let size = claim.pointer("/spec/resources/requests/storage").cloned().unwrap_or_else(|| json!("1Gi"));
            let modes = claim.pointer("/spec/accessModes").cloned().unwrap_or(Value::Null);
            json::set_default(claim, "/spec/volumeName", volume);
            json::set(claim, "/status", json!({"phase": "Bound", "capacity": {"storage": size}, "accessModes": modes}));
        });
    }
}
