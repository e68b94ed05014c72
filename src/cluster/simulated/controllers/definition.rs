//! CustomResourceDefinitions: established at once, and their resources served. Their schemas are not looked at.

use serde_json::{Value, json};

use super::conditions::{self, Condition};
use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

/// Where definitions lie.
pub(super) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// Establishes definitions and serves what they define; what they defined goes with them.
pub(crate) fn serve_definitions(world: &mut World, now: Moment) {
    for key in world.store.keys(DEFINITIONS) {
        let Some(definition) = world.store.get(&key).map(|d| Value::clone(d)) else { continue };
        if conditions::find(&definition, "Established").is_none() && !is_deleted(&definition) {
            establish(world, &key, now);
        }
    }
    let definitions = world.store.list(DEFINITIONS, None).map(|(_, d)| Value::clone(d));
    let definitions: Vec<Value> = definitions.filter(|d| !is_deleted(d)).collect();
    world.resources.set_custom(definitions.iter());
}

fn establish(world: &mut World, key: &Key, now: Moment) {
    world.update(key, Author::SERVER, now, |definition| {
        let names = definition.pointer("/spec/names").cloned().unwrap_or_default();
        let versions = json::items(definition, "/spec/versions").iter();
        let stored = versions.filter(|v| v.get("storage") == Some(&Value::Bool(true)));
        let stored: Vec<Value> = stored.map(|v| json::text(v, "/name").into()).collect();
        json::set(definition, "/status/acceptedNames", names);
        json::set(definition, "/status/storedVersions", json!(stored));
        let rows = [
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ];
        for (kind, reason, message) in rows {
            conditions::set(definition, &Condition { kind, status: "True", reason, message }, None, now);
        }
    });
}
