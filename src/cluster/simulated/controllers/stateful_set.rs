//! StatefulSets: pods by ordinal, one after the other, with their claims (kubernetes: `pkg/controller/statefulset`).

use serde_json::{Value, json};

use super::Due;
use super::events::{self, Event, Kind};
use super::ownership::{self, is_available, is_deleted, is_ready};
use crate::clock::Moment;
use crate::deletion;
use crate::json;
use crate::store::Key;
use crate::world::World;

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

fn reconcile_one(world: &mut World, key: &Key, set: &Value, now: Moment, due: &mut Due) {
    let template = set.pointer("/spec/template").cloned().unwrap_or_default();
    let revision = format!("{}-{}", key.name, ownership::template_hash(&template, 10));
    let wanted = json::integer(set, "/spec/replicas").unwrap_or(1).clamp(0, 1_000);
    let is_parallel = json::text(set, "/spec/podManagementPolicy") == "Parallel";
    let mut all_ready = true;
    for ordinal in 0..wanted {
        let name = format!("{}-{ordinal}", key.name);
        let pod = world.store.get(&Key::new("pods", &key.namespace, &name)).cloned();
        let Some(pod) = pod else {
            all_ready = false;
            create(world, set, &template, (&name, ordinal), &revision, now, due);
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
    if let Some((pod_key, pod)) = surplus.filter(|(_, pod)| !is_deleted(pod)) {
        delete(world, set, pod_key, pod, now);
    } else {
        roll(world, set, &pods, &revision, all_ready, now);
    }
    update_status(world, key, set, &revision, now, due);
}

fn ordinal(key: &Key) -> i64 {
    key.name.rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Replaces one outdated pod, the highest ordinal first; a pod that is not ready may always be replaced.
fn roll(world: &mut World, set: &Value, pods: &[(Key, Value)], revision: &str, all_ready: bool, now: Moment) {
    if json::text(set, "/spec/updateStrategy/type") == "OnDelete" || pods.iter().any(|(_, pod)| is_deleted(pod)) {
        return;
    }
    let partition = json::integer(set, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let outdated = pods.iter().filter(|(key, pod)| revision_of(pod) != revision && ordinal(key) >= partition);
    let Some((key, pod)) = outdated.max_by_key(|(key, _)| ordinal(key)) else { return };
    if all_ready || !is_ready(pod) {
        delete(world, set, key, pod, now);
    }
}

fn revision_of(pod: &Value) -> &str {
    pod.pointer("/metadata/labels").and_then(|l| l.get(REVISION_LABEL)).and_then(Value::as_str).unwrap_or_default()
}

fn delete(world: &mut World, set: &Value, key: &Key, _pod: &Value, now: Moment) {
    deletion::mark_deleted(world, key, &Value::Null, now);
    let message = format!("delete Pod {} in StatefulSet {} successful", key.name, json::text(set, "/metadata/name"));
    tell(world, set, Kind::Normal, "SuccessfulDelete", &message, now);
}

fn tell(world: &mut World, set: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    events::record(world, set, &Event { kind, reason, message, component: "statefulset-controller", field: "" }, now);
}

fn create(
    world: &mut World,
    set: &Value,
    template: &Value,
    pod: (&str, i64),
    revision: &str,
    now: Moment,
    due: &mut Due,
) {
    let (name, ordinal) = pod;
    let set_name = json::text(set, "/metadata/name").to_owned();
    let mut template = template.clone();
    json::set(&mut template, "/spec/hostname", name);
    json::set(&mut template, "/spec/subdomain", json::text(set, "/spec/serviceName").to_owned());
    for claim in json::items(set, "/spec/volumeClaimTemplates") {
        let volume = json::text(claim, "/metadata/name");
        let claim_name = format!("{volume}-{name}");
        let key = Key::new("persistentvolumeclaims", json::text(set, "/metadata/namespace"), &claim_name);
        if world.store.get(&key).is_none() {
            let mut claim = claim.clone();
            json::remove(&mut claim, "/status");
            let labels = set.pointer("/spec/selector/matchLabels").cloned().unwrap_or_else(|| json!({}));
            json::set(&mut claim, "/metadata/labels", labels);
            world.insert(&key, claim, now);
        }
        let source = json!({"name": volume, "persistentVolumeClaim": {"claimName": claim_name}});
        let mut volumes = json::items(&template, "/spec/volumes").to_vec();
        volumes.retain(|v| json::text(v, "/name") != volume);
        volumes.push(source);
        json::set(&mut template, "/spec/volumes", volumes);
    }
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

fn update_status(world: &mut World, key: &Key, set: &Value, revision: &str, now: Moment, due: &mut Due) {
    let pods = ownership::controlled(world, "pods", set);
    let min_ready = json::integer(set, "/spec/minReadySeconds").unwrap_or(0);
    let wanted = json::integer(set, "/spec/replicas").unwrap_or(1);
    let count = |wanted: &mut dyn FnMut(&Value) -> bool| pods.iter().filter(|(_, pod)| wanted(pod)).count();
    let available = count(&mut |pod| match is_available(pod, min_ready, now) {
        Ok(()) => true,
        Err(later) => {
            later.into_iter().for_each(|moment| due.at(moment));
            false
        }
    });
    let ready = count(&mut |pod| is_ready(pod));
    let updated = count(&mut |pod| revision_of(pod) == revision);
    world.store.change(key, |set| {
        let generation = set.pointer("/metadata/generation").cloned().unwrap_or_default();
        json::set(set, "/status/observedGeneration", generation);
        json::set(set, "/status/replicas", pods.len());
        json::set(set, "/status/availableReplicas", available);
        json::set(set, "/status/readyReplicas", ready);
        json::set(set, "/status/updatedReplicas", updated);
        json::set(set, "/status/updateRevision", revision);
        json::set(set, "/status/collisionCount", 0);
        let is_rolled_out = i64::try_from(updated.min(ready)).is_ok_and(|n| n >= wanted);
        if is_rolled_out || !json::has(set, "/status/currentRevision") {
            json::set(set, "/status/currentRevision", revision);
        }
        let current = json::text(set, "/status/currentRevision").to_owned();
        let of_current = pods.iter().filter(|(_, pod)| revision_of(pod) == current).count();
        json::set(set, "/status/currentReplicas", of_current);
    });
}
