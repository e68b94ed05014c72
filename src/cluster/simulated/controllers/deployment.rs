//! Deployments: one ReplicaSet per template, scaled up and down within the limits of the strategy (kubernetes: `pkg/controller/deployment`).

use serde_json::Value;

use super::conditions::{self, Condition};
use super::due::Due;
use super::ownership::{self, is_deleted};
use super::replica_sets::{self, REPLICA_SETS, REVISION, Set, limits};
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

const DEPLOYMENTS: &str = "deployments.apps";

/// Brings every Deployment a step nearer.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys(DEPLOYMENTS) {
        let Some(deployment) = world.store.get(&key).map(|d| Value::clone(d)) else { continue };
        if !is_deleted(&deployment) {
            reconcile_one(world, &key, &deployment, now, due);
        }
    }
}

fn reconcile_one(world: &mut World, key: &Key, deployment: &Value, now: Moment, due: &mut Due) {
    let template = deployment.pointer("/spec/template").cloned().unwrap_or_default();
    let hash = ownership::template_hash(&template, 10);
    let name = format!("{}-{hash}", key.name);
    ownership::adopt(world, REPLICA_SETS, deployment, now);
    let sets = ownership::controlled(world, REPLICA_SETS, deployment).into_iter().map(Set::of);
    let (mut new, old): (Vec<Set>, Vec<Set>) = sets.partition(|set| set.key.name == name);
    let is_paused = deployment.pointer("/spec/paused") == Some(&Value::Bool(true));
    if !is_paused {
        let revision = next_revision(new.first(), &old);
        match new.first() {
            None => replica_sets::create(world, deployment, (&name, &hash), &old, revision, now),
            Some(set) => replica_sets::annotate(world, deployment, &set.key, revision, now),
        }
        // The controller writes its annotation together with the status.
        let write = |object: &mut Value| json::set(object, REVISION, revision.to_string());
        world.update(key, Author::CONTROLLER_STATUS, now, write);
        let set_key = Key::new(REPLICA_SETS, &key.namespace, &name);
        new = world.store.get(&set_key).map(|o| Set::of((set_key.clone(), Value::clone(o)))).into_iter().collect();
        if let Some(new) = new.first() {
            scale(world, deployment, new, &old, now);
        }
        replica_sets::forget_old(world, deployment, &old);
    }
    update_status(world, key, new.first(), &old, now, due);
}

fn next_revision(new: Option<&Set>, old: &[Set]) -> i64 {
    let revision = |set: &Set| json::text(&set.object, REVISION).parse::<i64>().unwrap_or(0);
    let latest_old = old.iter().map(revision).max().unwrap_or(0);
    new.map(revision).filter(|own| *own > latest_old).unwrap_or(latest_old + 1)
}

/// Scales within `maxSurge` and `maxUnavailable`; `Recreate` waits until the old pods are gone.
fn scale(world: &mut World, deployment: &Value, new: &Set, old: &[Set], now: Moment) {
    let wanted = json::integer(deployment, "/spec/replicas").unwrap_or(1);
    let old_desired: i64 = old.iter().map(|set| set.desired).sum();
    if json::text(deployment, "/spec/strategy/type") == "Recreate" {
        old.iter().for_each(|set| replica_sets::scale(world, deployment, set, 0, now));
        let old_pods: i64 = old.iter().map(|set| set.existing).sum();
        if old_desired == 0 && old_pods == 0 {
            replica_sets::scale(world, deployment, new, wanted, now);
        }
        return;
    }
    let (surge, unavailable) = limits(deployment, wanted);
    let room = (wanted + surge - old_desired - new.desired).max(0);
    let up = if new.desired > wanted { wanted } else { (new.desired + room).min(wanted) };
    replica_sets::scale(world, deployment, new, up, now);
    let available = new.available + old.iter().map(|set| set.available).sum::<i64>();
    let mut removable = (available - (wanted - unavailable)).max(0);
    for set in old {
        // Pods that are not available may go at once.
        let idle = (set.desired - set.available).max(0);
        let down = (idle + removable.min(set.available)).min(set.desired);
        removable -= (down - idle).max(0);
        replica_sets::scale(world, deployment, set, set.desired - down, now);
    }
}

fn update_status(world: &mut World, key: &Key, new: Option<&Set>, old: &[Set], now: Moment, due: &mut Due) {
    // The sets were scaled since they were read: their status still is what counts.
    let count = |set: &Set, field: &str| json::integer(&set.object, &format!("/status/{field}")).unwrap_or(0);
    let all = |field: &str| new.into_iter().chain(old).map(|set| count(set, field)).sum::<i64>();
    let updated = new.map_or(0, |set| count(set, "replicas"));
    let (replicas, ready, available) = (all("replicas"), all("readyReplicas"), all("availableReplicas"));
    let (counts_terminating, terminating) = (world.counts_terminating(), all("terminatingReplicas"));
    world.update(key, Author::CONTROLLER_STATUS, now, |deployment| {
        let wanted = json::integer(deployment, "/spec/replicas").unwrap_or(1);
        let before = deployment.get("status").cloned().unwrap_or_default();
        let generation = deployment.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(deployment, "/status/observedGeneration", generation);
        let unavailable = (wanted.max(replicas) - available).max(0);
        let counts = [
            ("replicas", replicas),
            ("updatedReplicas", updated),
            ("readyReplicas", ready),
            ("availableReplicas", available),
            ("unavailableReplicas", unavailable),
        ];
        for (field, number) in counts {
            json::set_count(deployment, &format!("/status/{field}"), usize::try_from(number).unwrap_or(0));
        }
        if counts_terminating {
            json::set(deployment, "/status/terminatingReplicas", terminating);
        }
        let (_, tolerated) = limits(deployment, wanted);
        let is_recreated = json::text(deployment, "/spec/strategy/type") == "Recreate";
        let tolerated = if is_recreated { 0 } else { tolerated };
        let enough = available >= wanted - tolerated;
        let (status, reason, message) = if enough {
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        let condition = Condition { kind: "Available", status, reason, message };
        conditions::set(deployment, &condition, Some("lastUpdateTime"), now);
        failure_condition(deployment, new, now);
        let is_complete = updated == wanted && replicas == wanted && available == wanted;
        progress(deployment, new, &before, is_complete, now, due);
    });
}

/// `ReplicaFailure` is taken over from the ReplicaSet.
fn failure_condition(deployment: &mut Value, new: Option<&Set>, now: Moment) {
    match new.and_then(|set| conditions::find(&set.object, "ReplicaFailure")) {
        None => conditions::remove(deployment, "ReplicaFailure"),
        Some(failure) => {
            let (reason, message) = (json::text(failure, "/reason"), json::text(failure, "/message"));
            let condition = Condition { kind: "ReplicaFailure", status: "True", reason, message };
            conditions::set(deployment, &condition, Some("lastUpdateTime"), now);
        }
    }
}

/// The `Progressing` condition: progress refreshes it, `progressDeadlineSeconds` without progress fails it.
fn progress(deployment: &mut Value, new: Option<&Set>, before: &Value, complete: bool, now: Moment, due: &mut Due) {
    let Some(new) = new else { return };
    let name = &new.key.name;
    let old = conditions::find(deployment, "Progressing").cloned();
    let reason_of = |condition: &Option<Value>| condition.as_ref().map(|c| json::text(c, "/reason").to_owned());
    let old_reason = reason_of(&old).unwrap_or_default();
    let set = |status: &str, reason: &str, message: String, deployment: &mut Value| {
        let condition = Condition { kind: "Progressing", status, reason, message: &message };
        conditions::set(deployment, &condition, Some("lastUpdateTime"), now);
    };
    if complete {
        let message = format!("ReplicaSet \"{name}\" has successfully progressed.");
        set("True", "NewReplicaSetAvailable", message, deployment);
        return;
    }
    let status_count = |status: &Value, field: &str| json::integer(status, &format!("/{field}")).unwrap_or(0);
    let now_status = deployment.get("status").cloned().unwrap_or_default();
    let grew = |field: &str| status_count(&now_status, field) > status_count(before, field);
    let is_new_set = !old.as_ref().is_some_and(|c| json::text(c, "/message").contains(name.as_str()));
    let moved = ["updatedReplicas", "readyReplicas", "availableReplicas"].iter().any(|field| grew(field));
    if is_new_set && status_count(&now_status, "updatedReplicas") == 0 {
        set("True", "NewReplicaSetCreated", format!("Created new replica set \"{name}\""), deployment);
    } else if moved || is_new_set {
        conditions::remove(deployment, "Progressing");
        set("True", "ReplicaSetUpdated", format!("ReplicaSet \"{name}\" is progressing."), deployment);
    }
    if old_reason == "ProgressDeadlineExceeded" && !moved && !is_new_set {
        return;
    }
    let deadline = json::integer(deployment, "/spec/progressDeadlineSeconds").unwrap_or(600);
    let since = conditions::find(deployment, "Progressing").map(|c| json::text(c, "/lastUpdateTime").to_owned());
    let since = since.as_deref().and_then(Moment::parse).unwrap_or(now);
    let exceeded = since.after(deadline.saturating_mul(1000));
    if exceeded <= now {
        let message = format!("ReplicaSet \"{name}\" has timed out progressing.");
        set("False", "ProgressDeadlineExceeded", message, deployment);
    } else {
        due.at(exceeded);
    }
}
