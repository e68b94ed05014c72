//! Whether a workload's pods are about to give room to others: a node or a quota is full only until they are gone.

use serde_json::Value;

use crate::Live;
use crate::live::condition::condition;
use crate::live::field::{count, integer, items, text};
use crate::pods::pod::{is_node_coming, oldest_first};

/// Whether pods of this object are on their way out, will be when its rollout goes on, or an autoscaler adds a node for one.
#[must_use]
pub fn makes_room(live: Live<'_>) -> bool {
    let all = || live.pods.iter().chain(live.older);
    if all().any(is_leaving) || all().any(|pod| is_node_coming(pod, live.events) && !is_scheduled(pod)) {
        return true;
    }
    let on_its_way = || oldest_first(live.pods).into_iter().any(|pod| is_scheduled(pod) && !is_done(live, pod));
    match text(live.object, &["kind"]) {
        // What it holds is free when it ends.
        Some("Job") => count(live.object, "active") > 0 && live.pods.iter().any(is_scheduled),
        // Old pods go as new ones become ready. Where not one new pod runs, none will.
        _ => !live.older.is_empty() && on_its_way(),
    }
}

/// Being deleted, or ended: the kubelet frees what it held.
fn is_leaving(pod: &Value) -> bool {
    text(pod, &["metadata", "deletionTimestamp"]).is_some()
}

fn is_scheduled(pod: &Value) -> bool {
    text(pod, &["spec", "nodeName"]).is_some()
}

/// Whether the rollout has counted the pod already. With `minReadySeconds` it does so later than the pod says that it is ready.
fn is_done(live: Live<'_>, pod: &Value) -> bool {
    let ready = condition(pod, "Ready").is_some_and(|c| c.is_true());
    let at_once = integer(live.object, &["spec", "minReadySeconds"]).unwrap_or(0) == 0;
    let gives_up = items(pod, &["status", "containerStatuses"]).iter().any(|c| {
        let waiting = text(c, &["state", "waiting", "reason"]).unwrap_or_default();
        waiting.ends_with("BackOff") || waiting.contains("Err") || waiting.contains("Error")
    });
    (ready && at_once) || gives_up
}
