//! The ReplicaSets of a Deployment: how they are made, annotated, scaled and forgotten (kubernetes: `deployment/util`). When is decided in
//! `deployment`.

use serde_json::{Map, Value, json};

use super::events::{self, Event, Kind};
use super::ownership;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

/// Where they lie.
pub(super) const REPLICA_SETS: &str = "replicasets.apps";
/// The annotation with the number of a template.
pub(super) const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
const HISTORY: &str = "/metadata/annotations/deployment.kubernetes.io~1revision-history";
const DESIRED: &str = "/metadata/annotations/deployment.kubernetes.io~1desired-replicas";
const MOST: &str = "/metadata/annotations/deployment.kubernetes.io~1max-replicas";

/// A ReplicaSet and what counts of it.
pub(super) struct Set {
    /// Where it lies.
    pub(super) key: Key,
    /// As it is.
    pub(super) object: Value,
    /// Pods that it is to have.
    pub(super) desired: i64,
    /// Pods that it has.
    pub(super) existing: i64,
    /// Pods of it that are available.
    pub(super) available: i64,
}

impl Set {
    /// One of its keys and objects.
    pub(super) fn of((key, object): (Key, Value)) -> Set {
        let count = |pointer: &str| json::integer(&object, pointer).unwrap_or(0);
        let (desired, existing) = (count("/spec/replicas"), count("/status/replicas"));
        let available = count("/status/availableReplicas");
        Set { key, object, desired, existing, available }
    }
}

/// Makes the ReplicaSet of a template, with as many pods as there may be at first.
pub(super) fn create(
    world: &mut World,
    deployment: &Value,
    (name, hash): (&str, &str),
    old: &[Set],
    revision: i64,
    now: Moment,
) {
    let wanted = json::integer(deployment, "/spec/replicas").unwrap_or(1);
    let replicas = if json::text(deployment, "/spec/strategy/type") == "Recreate" {
        if old.iter().any(|set| set.desired > 0 || set.existing > 0) { 0 } else { wanted }
    } else {
        let room = wanted + limits(deployment, wanted).0 - old.iter().map(|set| set.desired).sum::<i64>();
        room.clamp(0, wanted)
    };
    let mut template = deployment.pointer("/spec/template").cloned().unwrap_or_default();
    let mut selector = deployment.pointer("/spec/selector").cloned().unwrap_or_default();
    json::set(&mut template, "/metadata/labels/pod-template-hash", hash);
    json::set(&mut selector, "/matchLabels/pod-template-hash", hash);
    let mut set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "labels": template.pointer("/metadata/labels"),
            "ownerReferences": [ownership::reference(deployment)],
        },
        "spec": {"replicas": replicas, "selector": selector, "template": template},
    });
    if let Some(seconds) = deployment.pointer("/spec/minReadySeconds") {
        json::set(&mut set, "/spec/minReadySeconds", seconds.clone());
    }
    write_annotations(deployment, &mut set, Some(revision));
    let key = Key::new(REPLICA_SETS, json::text(deployment, "/metadata/namespace"), name);
    world.insert(&key, set, Author::CONTROLLER, now);
    if replicas > 0 {
        tell(world, deployment, name, (0, replicas), now);
    }
}

/// Brings the annotations of a ReplicaSet up to date.
pub(super) fn annotate(world: &mut World, deployment: &Value, key: &Key, revision: i64, now: Moment) {
    world.update(key, Author::CONTROLLER, now, |set| write_annotations(deployment, set, Some(revision)));
}

/// The Deployment's annotations, its size, and the number of the template, with the numbers that the same template had before.
fn write_annotations(deployment: &Value, set: &mut Value, revision: Option<i64>) {
    const OWN: [&str; 2] = ["deployment.kubernetes.io/", "kubectl.kubernetes.io/last-applied-configuration"];
    let theirs = json::pairs(deployment, "/metadata/annotations");
    let copied: Map<String, Value> = theirs
        .filter(|(name, _)| !OWN.iter().any(|own| name.starts_with(own)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(annotations) = json::mapping_at(set, "/metadata/annotations") {
        annotations.extend(copied);
    }
    let wanted = json::integer(deployment, "/spec/replicas").unwrap_or(1);
    let is_recreated = json::text(deployment, "/spec/strategy/type") == "Recreate";
    let surge = if is_recreated { 0 } else { limits(deployment, wanted).0 };
    json::set(set, DESIRED, wanted.to_string());
    json::set(set, MOST, (wanted + surge).to_string());
    let Some(revision) = revision.map(|number| number.to_string()) else { return };
    let before = json::text(set, REVISION).to_owned();
    if !before.is_empty() && before != revision {
        let history = json::text(set, HISTORY).to_owned();
        json::set(set, HISTORY, if history.is_empty() { before } else { format!("{history},{before}") });
    }
    json::set(set, REVISION, revision);
}

/// `maxSurge` and `maxUnavailable` in pods: percentages are rounded up and down; both zero becomes one unavailable.
pub(super) fn limits(deployment: &Value, wanted: i64) -> (i64, i64) {
    let share = |field: &str, round_up: i64| {
        let value = deployment.pointer(&format!("/spec/strategy/rollingUpdate/{field}"));
        let percent = value.and_then(Value::as_str).and_then(|text| text.trim_end_matches('%').parse::<i64>().ok());
        let of_percent = percent.map(|p| (wanted.saturating_mul(p).saturating_add(99 * round_up)) / 100);
        of_percent.or_else(|| value.and_then(Value::as_i64)).unwrap_or(0).clamp(0, wanted.max(1))
    };
    match (share("maxSurge", 1), share("maxUnavailable", 0)) {
        (0, 0) => (0, 1),
        limits => limits,
    }
}

/// Scales a ReplicaSet, when it is of another size.
pub(super) fn scale(world: &mut World, deployment: &Value, set: &Set, replicas: i64, now: Moment) {
    if set.desired == replicas {
        return;
    }
    world.update(&set.key, Author::CONTROLLER, now, |object| {
        json::set(object, "/spec/replicas", replicas);
        let generation = json::integer(object, "/metadata/generation").unwrap_or(1);
        json::set(object, "/metadata/generation", generation + 1);
        write_annotations(deployment, object, None);
    });
    tell(world, deployment, &set.key.name, (set.desired, replicas), now);
}

fn tell(world: &mut World, deployment: &Value, name: &str, (from, to): (i64, i64), now: Moment) {
    let direction = if to > from { "up" } else { "down" };
    let message = format!("Scaled {direction} replica set {name} from {from} to {to}");
    let event = Event {
        kind: Kind::Normal,
        reason: "ScalingReplicaSet",
        message: &message,
        component: "deployment-controller",
        field: "",
    };
    events::record(world, deployment, &event, now);
}

/// Old ReplicaSets without pods are kept up to `revisionHistoryLimit`.
pub(super) fn forget_old(world: &mut World, deployment: &Value, old: &[Set]) {
    let limit = json::integer(deployment, "/spec/revisionHistoryLimit").unwrap_or(10);
    let mut idle: Vec<&Set> = old.iter().filter(|set| set.desired == 0 && set.existing == 0).collect();
    idle.sort_by_key(|set| json::text(&set.object, REVISION).parse::<i64>().unwrap_or(0));
    let surplus = idle.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    for set in idle.into_iter().take(surplus) {
        world.store.remove(&set.key);
    }
}
