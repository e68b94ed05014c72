//! DaemonSets: one pod, as there is one node. Node selectors and tolerations are not looked at.

use serde_json::Value;

use super::events::{self, Event, Kind};
use super::ownership::{self, is_active, is_deleted, is_ready};
use crate::clock::Moment;
use crate::deletion;
use crate::json;
use crate::store::Key;
use crate::world::World;

const REVISION_LABEL: &str = "controller-revision-hash";

/// Brings every DaemonSet to its one pod.
pub(super) fn reconcile(world: &mut World, now: Moment) {
    for key in world.store.keys("daemonsets.apps") {
        let Some(set) = world.store.get(&key).map(|set| Value::clone(set)) else { continue };
        if !is_deleted(&set) {
            reconcile_one(world, &key, &set, now);
        }
    }
}

fn reconcile_one(world: &mut World, key: &Key, set: &Value, now: Moment) {
    let template = set.pointer("/spec/template").cloned().unwrap_or_default();
    let revision = ownership::template_hash(&template, 10);
    let mut pods = ownership::controlled(world, "pods", set);
    let is_current = |pod: &Value| json::text(pod, "/metadata/labels/controller-revision-hash") == revision;
    let on_delete = json::text(set, "/spec/updateStrategy/type") == "OnDelete";
    for (pod, _) in pods.iter().filter(|(_, pod)| !is_deleted(pod) && !on_delete && !is_current(pod)) {
        deletion::mark_deleted(world, pod, &Value::Null, now);
        tell(world, set, Kind::Normal, "SuccessfulDelete", &format!("Deleted pod: {}", pod.name), now);
    }
    if pods.is_empty() {
        let name = format!("{}-{}", key.name, world.new_suffix());
        match ownership::create_pod(world, set, &template, &name, &[(REVISION_LABEL, &revision)], now) {
            Ok(()) => tell(world, set, Kind::Normal, "SuccessfulCreate", &format!("Created pod: {name}"), now),
            Err(why) => tell(world, set, Kind::Warning, "FailedCreate", &format!("Error creating: {why}"), now),
        }
    }
    pods = ownership::controlled(world, "pods", set);
    pods.retain(|(_, pod)| is_active(pod));
    let count = |wanted: &dyn Fn(&Value) -> bool| pods.iter().filter(|(_, pod)| wanted(pod)).count().min(1);
    let (scheduled, ready) = (count(&|_| true), count(&is_ready));
    let updated = count(&is_current);
    world.store.change(key, |set| {
        let generation = set.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(set, "/status/observedGeneration", generation);
        let counts = [
            ("currentNumberScheduled", scheduled),
            ("desiredNumberScheduled", 1),
            ("numberMisscheduled", 0),
            ("numberReady", ready),
            ("updatedNumberScheduled", updated),
            ("numberAvailable", ready),
            ("numberUnavailable", 1 - ready),
        ];
        for (field, number) in counts {
            json::set(set, &format!("/status/{field}"), number);
        }
    });
}

fn tell(world: &mut World, set: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    events::record(world, set, &Event { kind, reason, message, component: "daemonset-controller", field: "" }, now);
}
