//! ReplicaSets: as many pods as desired (kubernetes: `pkg/controller/replicaset`).

use serde_json::Value;

use super::conditions::{self, Condition};
use super::due::Due;
use super::events::{self, Event, Kind};
use super::ownership::{self, is_active, is_available, is_deleted, is_ready};
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;

/// Brings every ReplicaSet to its number of pods.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("replicasets.apps") {
        let Some(set) = world.store.get(&key).map(|set| Value::clone(set)) else { continue };
        if !is_deleted(&set) {
            reconcile_one(world, &key, &set, now, due);
        }
    }
}

fn reconcile_one(world: &mut World, key: &Key, set: &Value, now: Moment, due: &mut Due) {
    ownership::adopt(world, "pods", set, now);
    let wanted = usize::try_from(json::integer(set, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
    let mut pods = ownership::controlled(world, "pods", set);
    pods.retain(|(_, pod)| is_active(pod));
    let mut failure = None;
    for _ in pods.len()..wanted {
        let name = format!("{}-{}", key.name, world.new_suffix());
        let template = set.pointer("/spec/template").cloned().unwrap_or_default();
        match ownership::create_pod(world, set, &template, &name, &[], now) {
            Ok(()) => tell(world, set, Kind::Normal, "SuccessfulCreate", &format!("Created pod: {name}"), now),
            Err(why) => {
                let why = why.replace(&format!("pods \"{name}\""), &format!("pods \"{}-\"", key.name));
                if conditions::find(set, "ReplicaFailure").is_none() {
                    tell(world, set, Kind::Warning, "FailedCreate", &format!("Error creating: {why}"), now);
                }
                failure = Some(why);
                due.at(now.after(500));
                break;
            }
        }
    }
    // Pods that are not ready go first.
    pods.sort_by_key(|(_, pod)| is_ready(pod));
    for (pod_key, _) in pods.iter().take(pods.len().saturating_sub(wanted)) {
        removal::mark_deleted(world, pod_key, None, now);
        tell(world, set, Kind::Normal, "SuccessfulDelete", &format!("Deleted pod: {}", pod_key.name), now);
    }
    update_status(world, key, set, failure.as_deref(), now, due);
}

fn tell(world: &mut World, set: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    let event = Event { kind, reason, message, component: "replicaset-controller", field: "" };
    events::record(world, set, &event, now);
}

fn update_status(world: &mut World, key: &Key, set: &Value, failure: Option<&str>, now: Moment, due: &mut Due) {
    let pods = ownership::controlled(world, "pods", set);
    let active: Vec<&Value> = pods.iter().map(|(_, pod)| pod).filter(|pod| is_active(pod)).collect();
    let min_ready = json::integer(set, "/spec/minReadySeconds").unwrap_or(0);
    let available = active.iter().filter(|pod| match is_available(pod, min_ready, now) {
        Ok(()) => true,
        Err(later) => {
            later.into_iter().for_each(|moment| due.at(moment));
            false
        }
    });
    let counts = [
        ("fullyLabeledReplicas", active.len()),
        ("readyReplicas", active.iter().filter(|pod| is_ready(pod)).count()),
        ("availableReplicas", available.count()),
    ];
    let (counts_terminating, terminating) =
        (world.counts_terminating(), pods.iter().filter(|(_, p)| is_deleted(p)).count());
    world.update(key, Author::CONTROLLER_STATUS, now, |set| {
        let generation = set.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(set, "/status/observedGeneration", generation);
        json::set(set, "/status/replicas", active.len());
        if counts_terminating {
            json::set(set, "/status/terminatingReplicas", terminating);
        }
        for (field, count) in counts {
            json::set_count(set, &format!("/status/{field}"), count);
        }
        match failure {
            None => conditions::remove(set, "ReplicaFailure"),
            Some(message) => {
                let condition = Condition { kind: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
                conditions::set(set, &condition, None, now);
            }
        }
    });
}
