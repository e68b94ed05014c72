//! StatefulSets: pods by ordinal, one after the other, with their claims (kubernetes: `pkg/controller/statefulset`).

use serde_json::{Value, json};

use super::due::Due;
use super::events::{self, Event, Kind};
use super::ownership::{self, is_available, is_deleted, is_ready};
use super::revisions;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;

const REVISION_LABEL: &str = "controller-revision-hash";

/// Brings every StatefulSet a step nearer.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("statefulsets.apps") {
        let Some(set) = world.store.get(&key).map(|set| Value::clone(set)) else { continue };
        if !is_deleted(&set) {
            reconcile_one(world, &key, &set, now, due);
        }
    }
}

/// The two templates that the pods of a set are of during an update.
struct Revisions {
    current: String,
    update: String,
}

impl Revisions {
    fn of(world: &mut World, set: &Value, now: Moment) -> Revisions {
        let update = revisions::newest(world, set, "controller.kubernetes.io/hash", now).name;
        let current = json::text(set, "/status/currentRevision");
        let namespace = json::text(set, "/metadata/namespace");
        let is_there = revisions::is_there(world, namespace, current);
        Revisions { current: if is_there { current.to_owned() } else { update.clone() }, update }
    }

    /// What a new pod is made of: below the partition of a rolling update the old template still counts.
    fn for_pod(&self, set: &Value, ordinal: i64) -> &str {
        let is_rolling = json::text(set, "/spec/updateStrategy/type") != "OnDelete";
        if is_rolling && ordinal < partition(set) { &self.current } else { &self.update }
    }
}

fn partition(set: &Value) -> i64 {
    json::integer(set, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0)
}

fn reconcile_one(world: &mut World, key: &Key, set: &Value, now: Moment, due: &mut Due) {
    let revisions = Revisions::of(world, set, now);
    let wanted = json::integer(set, "/spec/replicas").unwrap_or(1).clamp(0, 1_000);
    let is_parallel = json::text(set, "/spec/podManagementPolicy") == "Parallel";
    let mut all_ready = true;
    for ordinal in 0..wanted {
        let name = format!("{}-{ordinal}", key.name);
        let pod = world.store.get(&Key::new("pods", &key.namespace, &name)).cloned();
        let Some(pod) = pod else {
            all_ready = false;
            create(world, set, (&name, ordinal), revisions.for_pod(set, ordinal), now, due);
            if is_parallel { continue } else { break }
        };
        if !is_ready(&pod) || is_deleted(&pod) {
            all_ready = false;
            if !is_parallel {
                break;
            }
        }
    }
    let pods = ownership::controlled(world, "pods", set);
    // Pods beyond the wanted number go from the highest ordinal on.
    let surplus =
        pods.iter().filter(|(pod_key, _)| ordinal(pod_key) >= wanted).max_by_key(|(pod_key, _)| ordinal(pod_key));
    if let Some((pod_key, _)) = surplus.filter(|(_, pod)| !is_deleted(pod)) {
        delete(world, set, pod_key, now);
    } else if all_ready || is_parallel {
        roll(world, set, pods, &revisions.update, now);
    }
    update_status(world, key, set, &revisions, now, due);
    let all = world.store.controlled_by(json::text(set, "/metadata/uid"));
    let pods = all.filter(|(key, _)| key.resource == "pods");
    let used: Vec<String> = pods.map(|(_, pod)| revision_of(pod).to_owned()).collect();
    revisions::forget(world, set, |name| {
        name == revisions.current || name == revisions.update || used.iter().any(|used| used == name)
    });
}

fn ordinal(key: &Key) -> i64 {
    key.name.rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Replaces one outdated pod, the highest ordinal first; goes no further than a pod that is not ready.
fn roll(world: &mut World, set: &Value, mut pods: Vec<(Key, Value)>, revision: &str, now: Moment) {
    if json::text(set, "/spec/updateStrategy/type") == "OnDelete" {
        return;
    }
    pods.retain(|(key, _)| ordinal(key) >= partition(set));
    pods.sort_by_key(|(key, _)| std::cmp::Reverse(ordinal(key)));
    for (key, pod) in &pods {
        if revision_of(pod) != revision && !is_deleted(pod) {
            delete(world, set, key, now);
            return;
        }
        if !is_ready(pod) || is_deleted(pod) {
            return;
        }
    }
}

fn revision_of(pod: &Value) -> &str {
    pod.pointer("/metadata/labels").and_then(|l| l.get(REVISION_LABEL)).and_then(Value::as_str).unwrap_or_default()
}

fn delete(world: &mut World, set: &Value, key: &Key, now: Moment) {
    removal::mark_deleted(world, key, None, now);
    let message = format!("delete Pod {} in StatefulSet {} successful", key.name, json::text(set, "/metadata/name"));
    tell(world, set, Kind::Normal, "SuccessfulDelete", &message, now);
}

fn tell(world: &mut World, set: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    events::record(world, set, &Event { kind, reason, message, component: "statefulset-controller", field: "" }, now);
}

fn create(world: &mut World, set: &Value, (name, ordinal): (&str, i64), revision: &str, now: Moment, due: &mut Due) {
    let namespace = json::text(set, "/metadata/namespace");
    let set_name = json::text(set, "/metadata/name").to_owned();
    let mut template = revisions::template(world, namespace, revision).unwrap_or_default();
    json::set(&mut template, "/spec/hostname", name);
    json::set(&mut template, "/spec/subdomain", json::text(set, "/spec/serviceName").to_owned());
    let claims = make_claims(world, set, name, now);
    let mut volumes = json::items(&template, "/spec/volumes").to_vec();
    volumes.retain(|volume| claims.iter().all(|claim| json::text(claim, "/name") != json::text(volume, "/name")));
    volumes.extend(claims);
    json::set_or_remove(&mut template, "/spec/volumes", volumes);
    let index = ordinal.to_string();
    let labels = [
        (REVISION_LABEL, revision),
        ("statefulset.kubernetes.io/pod-name", name),
        ("apps.kubernetes.io/pod-index", index.as_str()),
    ];
    match ownership::create_pod(world, set, &template, name, &labels, now) {
        Ok(()) => {
            let message = format!("create Pod {name} in StatefulSet {set_name} successful");
            tell(world, set, Kind::Normal, "SuccessfulCreate", &message, now);
        }
        Err(why) => {
            due.at(now.after(500));
            let message = format!("create Pod {name} in StatefulSet {set_name} failed error: {why}");
            tell(world, set, Kind::Warning, "FailedCreate", &message, now);
        }
    }
}

/// The claims of a pod, made when they are not there. Gives the volumes that are behind them.
fn make_claims(world: &mut World, set: &Value, pod: &str, now: Moment) -> Vec<Value> {
    let mut volumes = vec![];
    for claim in json::items(set, "/spec/volumeClaimTemplates") {
        let volume = json::text(claim, "/metadata/name");
        let name = format!("{volume}-{pod}");
        let key = Key::new("persistentvolumeclaims", json::text(set, "/metadata/namespace"), &name);
        if world.store.get(&key).is_none() {
            let mut claim = claim.clone();
            json::remove(&mut claim, "/status");
            let labels = set.pointer("/spec/selector/matchLabels").cloned().unwrap_or_else(|| json!({}));
            json::set(&mut claim, "/metadata/labels", labels);
            world.insert(&key, claim, Author::CONTROLLER, now);
        }
        volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": name}}));
    }
    volumes
}

fn update_status(world: &mut World, key: &Key, set: &Value, revisions: &Revisions, now: Moment, due: &mut Due) {
    let pods = ownership::controlled(world, "pods", set);
    let min_ready = json::integer(set, "/spec/minReadySeconds").unwrap_or(0);
    let count = |wanted: &mut dyn FnMut(&Value) -> bool| pods.iter().filter(|(_, pod)| wanted(pod)).count();
    let available = count(&mut |pod| match is_available(pod, min_ready, now) {
        Ok(()) => true,
        Err(later) => {
            later.into_iter().for_each(|moment| due.at(moment));
            false
        }
    });
    let ready = count(&mut |pod| is_ready(pod));
    let of = |revision: &str| pods.iter().filter(|(_, pod)| !is_deleted(pod) && revision_of(pod) == revision).count();
    let updated = of(&revisions.update);
    let is_rolling = json::text(set, "/spec/updateStrategy/type") != "OnDelete";
    let is_rolled_out = is_rolling && updated == pods.len() && ready == pods.len();
    let current = if is_rolled_out { &revisions.update } else { &revisions.current };
    let of_current = of(current);
    world.update(key, Author::CONTROLLER_STATUS, now, |set| {
        let generation = set.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(set, "/status/observedGeneration", generation);
        json::set(set, "/status/replicas", pods.len());
        json::set(set, "/status/availableReplicas", available);
        json::set_count(set, "/status/readyReplicas", ready);
        json::set_count(set, "/status/updatedReplicas", updated);
        json::set_count(set, "/status/currentReplicas", of_current);
        json::set(set, "/status/updateRevision", revisions.update.as_str());
        json::set(set, "/status/currentRevision", current.as_str());
        json::set(set, "/status/collisionCount", 0);
    });
}
