//! The status of a pod, as the kubelet writes it (kubernetes: `pkg/kubelet/status/generate.go`).

use seatrial_kubernetes::ImageReference;
use serde_json::{Value, json};

use super::conditions::{self, Condition};
use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::pod_run::{ContainerRun, Ended, PodRun, Role, State, containers, is_started_again};
use crate::world::store::Key;

/// Writes what a pod's containers do into its status.
pub(super) fn update(world: &mut World, key: &Key, run: &PodRun, now: Moment) {
    world.update(key, Author::KUBELET_STATUS, now, |pod| {
        if !json::has(pod, "/spec/nodeName") {
            return;
        }
        let snapshot = pod.clone();
        let all: Vec<(Role, &Value, &ContainerRun)> =
            containers(&snapshot).zip(&run.containers).map(|((role, spec), run)| (role, spec, run)).collect();
        let ends = is_deleted(&snapshot);
        let statuses = |main: bool| {
            let wanted = all.iter().filter(|(role, ..)| (*role == Role::Main) == main);
            wanted.map(|(role, spec, run)| container_status(&snapshot, *role, spec, run, ends)).collect::<Vec<Value>>()
        };
        let init = statuses(false);
        if !init.is_empty() {
            json::set(pod, "/status/initContainerStatuses", init);
        }
        json::set(pod, "/status/containerStatuses", statuses(true));
        json::set(pod, "/status/phase", phase(&snapshot, &all));
        let generation = snapshot.pointer("/metadata/generation").cloned().unwrap_or_else(|| json!(1));
        json::set(pod, "/status/observedGeneration", generation);
        set_conditions(pod, &all, ends, now);
    });
}

fn is_done(pod: &Value, role: Role, run: &ContainerRun) -> Option<i32> {
    match &run.state {
        State::Terminated(ended) if !is_started_again(pod, role, ended.code) => Some(ended.code),
        _ => None,
    }
}

fn phase(pod: &Value, all: &[(Role, &Value, &ContainerRun)]) -> &'static str {
    let failed_init =
        all.iter().any(|(role, _, run)| *role == Role::Init && is_done(pod, *role, run).is_some_and(|code| code != 0));
    if failed_init {
        return "Failed";
    }
    let main: Vec<_> = all.iter().filter(|(role, ..)| *role == Role::Main).collect();
    let codes: Vec<i32> = main.iter().filter_map(|(role, _, run)| is_done(pod, *role, run)).collect();
    if codes.len() == main.len() && !main.is_empty() {
        return if codes.iter().all(|code| *code == 0) { "Succeeded" } else { "Failed" };
    }
    let never_started = |run: &ContainerRun| matches!(run.state, State::Waiting { .. }) && run.last.is_none();
    if main.iter().any(|(_, _, run)| never_started(run)) { "Pending" } else { "Running" }
}

fn container_status(pod: &Value, role: Role, spec: &Value, run: &ContainerRun, ends: bool) -> Value {
    let image = json::text(spec, "/image");
    let has_run = run.last.is_some() || !matches!(run.state, State::Waiting { .. });
    let id = format!(
        "containerd://{:016x}{:016x}",
        crate::world::hash(&(json::text(pod, "/metadata/uid"), json::text(spec, "/name"))),
        crate::world::hash(&run.restarts)
    );
    let is_ready = match &run.state {
        State::Running { ready, .. } => *ready && !ends,
        State::Terminated(ended) => role == Role::Init && ended.code == 0,
        State::Waiting { .. } => false,
    };
    let state = match &run.state {
        State::Waiting { reason, message } if message.is_empty() => json!({"waiting": {"reason": reason}}),
        State::Waiting { reason, message } => json!({"waiting": {"reason": reason, "message": message}}),
        State::Running { since, .. } => json!({"running": {"startedAt": since.text()}}),
        State::Terminated(ended) => json!({"terminated": terminated(*ended, &id)}),
    };
    let last = run.last.map_or_else(|| json!({}), |ended| json!({"terminated": terminated(ended, &id)}));
    json!({
        "name": json::text(spec, "/name"), "image": if has_run { ImageReference::parse(image).pulled() } else { image.to_owned() },
        "imageID": if has_run { format!("{}@sha256:{:064x}", ImageReference::parse(image).full_name(), crate::world::hash(&image)) } else { String::new() },
        "containerID": if has_run { id.as_str() } else { "" },
        "ready": is_ready, "started": matches!(run.state, State::Running { .. }), "restartCount": run.restarts,
        "state": state, "lastState": last,
    })
}

fn terminated(ended: Ended, id: &str) -> Value {
    json!({
        "exitCode": ended.code, "reason": if ended.code == 0 { "Completed" } else { "Error" },
        "startedAt": ended.since.text(), "finishedAt": ended.at.text(), "containerID": id,
    })
}

fn set_conditions(pod: &mut Value, all: &[(Role, &Value, &ContainerRun)], ends: bool, now: Moment) {
    let names = |wanted: &dyn Fn(Role, &ContainerRun) -> bool| {
        let found = all.iter().filter(|(role, _, run)| wanted(*role, run));
        found.map(|(_, spec, _)| json::text(spec, "/name").to_owned()).collect::<Vec<_>>().join(" ")
    };
    let runs = |run: &ContainerRun| matches!(run.state, State::Running { ready: true, .. }) && !ends;
    let uninitialized = names(&|role, run| match (role, &run.state) {
        (Role::Init, State::Terminated(ended)) => ended.code != 0,
        (Role::Sidecar, State::Running { .. }) | (Role::Main, _) => false,
        _ => true,
    });
    let unready = names(&|role, run| role != Role::Init && !runs(run));
    let phase = json::text(pod, "/status/phase").to_owned();
    let is_completed = phase == "Succeeded";
    let not_ready = format!("containers with unready status: [{unready}]");
    let (ready_reason, ready_message) = match (unready.is_empty(), phase.as_str()) {
        (true, _) => ("", ""),
        (_, "Succeeded") => ("PodCompleted", ""),
        (_, "Failed") => ("PodFailed", ""),
        _ => ("ContainersNotReady", not_ready.as_str()),
    };
    let incomplete = format!("containers with incomplete status: [{uninitialized}]");
    let (init_reason, init_message) = match (uninitialized.is_empty(), is_completed) {
        (true, false) => ("", ""),
        (true, true) => ("PodCompleted", ""),
        _ => ("ContainersNotInitialized", incomplete.as_str()),
    };
    let truth = |is: bool| if is { "True" } else { "False" };
    let started = all.iter().any(|(_, _, run)| run.last.is_some() || !matches!(run.state, State::Waiting { .. }));
    let rows = [
        ("PodReadyToStartContainers", truth(started && !ends), "", ""),
        ("Initialized", truth(uninitialized.is_empty()), init_reason, init_message),
        ("Ready", truth(unready.is_empty()), ready_reason, ready_message),
        ("ContainersReady", truth(unready.is_empty()), ready_reason, ready_message),
        ("PodScheduled", "True", "", ""),
    ];
    let generation = json::integer(pod, "/metadata/generation");
    for (kind, status, reason, message) in rows {
        conditions::set_of_pod(pod, &Condition { kind, status, reason, message }, generation, now);
    }
}
