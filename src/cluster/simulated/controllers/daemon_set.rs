//! DaemonSets: one pod, as there is one node. Node selectors and tolerations are not looked at.

use serde_json::{Value, json};

use super::events::{self, Event, Kind};
use super::ownership::{self, is_active, is_deleted, is_ready};
use super::revisions;
use crate::clock::Moment;
use crate::json;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;
use crate::world::{NODE, World};

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
    let revision = revisions::newest(world, set, REVISION_LABEL, now);
    let pods = ownership::controlled(world, "pods", set);
    let is_current = |pod: &Value| json::text(pod, "/metadata/labels/controller-revision-hash") == revision.hash;
    let on_delete = json::text(set, "/spec/updateStrategy/type") == "OnDelete";
    for (pod, _) in pods.iter().filter(|(_, pod)| !is_deleted(pod) && !on_delete && !is_current(pod)) {
        removal::mark_deleted(world, pod, None, now);
        tell(world, set, Kind::Normal, "SuccessfulDelete", &format!("Deleted pod: {}", pod.name), now);
    }
    if pods.is_empty() {
        create(world, set, &revision.hash, now);
    }
    update_status(world, key, set, &is_current, now);
    revisions::forget(world, set, |name| name == revision.name);
}

/// Makes the pod of the node: bound to it, and tolerating what may be wrong with it.
fn create(world: &mut World, set: &Value, hash: &str, now: Moment) {
    let mut template = set.pointer("/spec/template").cloned().unwrap_or_default();
    let node = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": [NODE]}]});
    let required = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    json::set(&mut template, required, json!([node]));
    let mut tolerations = json::items(&template, "/spec/tolerations").to_vec();
    let troubles = [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ];
    tolerations.extend(troubles.map(|(trouble, effect)| {
        json!({"key": format!("node.kubernetes.io/{trouble}"), "operator": "Exists", "effect": effect})
    }));
    json::set(&mut template, "/spec/tolerations", tolerations);
    let name = format!("{}-{}", json::text(set, "/metadata/name"), world.new_suffix());
    let generation = json::text(set, "/metadata/annotations/deprecated.daemonset.template.generation").to_owned();
    let labels = [(REVISION_LABEL, hash), ("pod-template-generation", generation.as_str())];
    match ownership::create_pod(world, set, &template, &name, &labels, now) {
        Ok(()) => tell(world, set, Kind::Normal, "SuccessfulCreate", &format!("Created pod: {name}"), now),
        Err(why) => tell(world, set, Kind::Warning, "FailedCreate", &format!("Error creating: {why}"), now),
    }
}

fn update_status(world: &mut World, key: &Key, set: &Value, is_current: &dyn Fn(&Value) -> bool, now: Moment) {
    let mut pods = ownership::controlled(world, "pods", set);
    pods.retain(|(_, pod)| is_active(pod));
    let count = |wanted: &dyn Fn(&Value) -> bool| pods.iter().filter(|(_, pod)| wanted(pod)).count().min(1);
    let (scheduled, ready, updated) = (count(&|_| true), count(&is_ready), count(is_current));
    world.update(key, Author::CONTROLLER_STATUS, now, |set| {
        let generation = set.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(set, "/status/observedGeneration", generation);
        json::set(set, "/status/currentNumberScheduled", scheduled);
        json::set(set, "/status/desiredNumberScheduled", 1);
        json::set(set, "/status/numberMisscheduled", 0);
        json::set(set, "/status/numberReady", ready);
        json::set_count(set, "/status/updatedNumberScheduled", updated);
        json::set_count(set, "/status/numberAvailable", ready);
        json::set_count(set, "/status/numberUnavailable", 1 - ready);
    });
}

fn tell(world: &mut World, set: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    events::record(world, set, &Event { kind, reason, message, component: "daemonset-controller", field: "" }, now);
}
