//! Pod: its own status, and what it says about the workload that owns it.

use seatrial_model::{Cause, Subject};
use serde_json::Value;

use crate::live::condition::{NOT_SEEN, condition};
use crate::live::event::{has_lasted, is_about, last_seen, message, newest, reason};
use crate::live::field::{at, clip, integer, items, text};
use crate::messages::{eviction, mending, scheduling, volume};
use crate::pods::container::containers;
use crate::status::trouble::{Crashes, Trouble};
use crate::{Live, Remedy, Status};

/// The kubelet's word for a pod that it ended for what the pod, or the node, uses.
pub(crate) const EVICTED: &str = "Evicted";

/// A bare pod (cli-utils: `pkg/kstatus/status/core.go` `podConditions`). Corrected: phase `Failed` is a failure, and every waiting
/// reason counts in every phase.
pub(crate) fn status(live: Live<'_>) -> Status {
    let pod = live.object;
    let ready = condition(pod, "Ready").is_some_and(|c| c.is_true());
    match text(pod, &["status", "phase"]) {
        Some("Succeeded") => return Status::current("completed"),
        Some("Running") if ready => return Status::current("ready"),
        Some("Failed") => return Status::failed(failed(pod)),
        None => return Status::in_progress(NOT_SEEN),
        Some(_) => {}
    }
    match trouble(pod, live.events, Crashes::AreFatal) {
        Some(trouble) => trouble.into_status(),
        None => Status::in_progress(activity(pod, live.events).unwrap_or("not ready")),
    }
}

/// Why a pod was evicted, preempted or refused by its node. Its controller makes another one, which may fare better.
pub(crate) fn replaced(pod: &Value) -> Option<Trouble> {
    let is_failed = text(pod, &["status", "phase"]) == Some("Failed");
    let reason = text(pod, &["status", "reason"]).unwrap_or_default();
    is_failed.then(|| match eviction::rejected(reason, "", pod) {
        // Another node may take it.
        Some(_) => Trouble::until(Remedy::Node, failed(pod)),
        None => Trouble::holds_up(failed(pod)),
    })
}

/// What is wrong with a pod of a workload, if anything; its containers first, as they know best.
pub(crate) fn trouble(pod: &Value, events: &[Value], crashes: Crashes) -> Option<Trouble> {
    match text(pod, &["status", "phase"]) {
        Some("Failed") if crashes == Crashes::AreCounted => return Some(Trouble::holds_up(failed(pod))),
        Some("Failed" | "Succeeded") => return None,
        _ => {}
    }
    let mut of_containers: Vec<Trouble> = containers(pod).filter_map(|c| c.trouble(events, crashes)).collect();
    of_containers.sort_by_key(|t| std::cmp::Reverse(t.weight()));
    let own = || unscheduled(pod, events).or_else(|| untaken(pod)).or_else(|| volumes(pod, events));
    let unready = || containers(pod).find_map(|c| c.not_ready(events));
    let initialising = || containers(pod).find_map(|c| c.still_initialising());
    let gated = || readiness_gate(pod);
    of_containers.into_iter().next().or_else(own).or_else(unready).or_else(initialising).or_else(gated)
}

/// Why a pod of phase `Failed` failed: the container that ended badly, else what the kubelet says. One that was evicted was killed for it.
pub(crate) fn failed(pod: &Value) -> Cause {
    let reason = text(pod, &["status", "reason"]).unwrap_or("Failed");
    let said = text(pod, &["status", "message"]).unwrap_or("the pod failed").trim();
    if reason == EVICTED {
        return evicted(pod, said);
    }
    let crash = containers(pod).find_map(|c| {
        let ended = at(c.status, &["state", "terminated"])?;
        let bad = integer(ended, &["exitCode"]) != Some(0);
        bad.then(|| c.trouble(&[], Crashes::AreCounted)).flatten()
    });
    if let Some(crash) = crash {
        return crash.cause;
    }
    of_pod(pod, reason, clip(said)).about(eviction::rejected(reason, said, pod))
}

/// Why the kubelet evicted a pod, in its words.
pub(crate) fn evicted(pod: &Value, said: &str) -> Cause {
    let eviction::Evicted { subject, container } = eviction::evicted(said);
    Cause { container, ..of_pod(pod, EVICTED, clip(said)).about(subject) }
}

/// A node may still be added (cluster autoscaler, Karpenter): who waits gives it time to say so.
fn unscheduled(pod: &Value, events: &[Value]) -> Option<Trouble> {
    let scheduled = condition(pod, "PodScheduled").filter(|c| c.is_false())?;
    if scheduled.reason == "SchedulingGated" {
        return Some(scheduling_gate(pod));
    }
    if scheduled.reason != "Unschedulable" {
        return None;
    }
    let why = reasons(scheduled.message);
    let cause = |text: String| of_pod(pod, "Unschedulable", text).about(scheduling::subject(why));
    if is_node_coming(pod, events) {
        return Some(Trouble::holds_up(cause("waiting for a node that the autoscaler adds".to_owned())));
    }
    let cause = cause(format!("cannot be scheduled: {}", clip(why)));
    Some(match mending::of_scheduling(scheduled.message, pod) {
        Some(remedy) => Trouble::until(remedy, cause),
        None => Trouble::holds_up(cause),
    })
}

/// It is not to be scheduled yet: whoever set the gates takes them away.
fn scheduling_gate(pod: &Value) -> Trouble {
    let gates = items(pod, &["spec", "schedulingGates"]).iter().filter_map(|gate| text(gate, &["name"]));
    let names: Vec<String> = gates.map(|name| format!("`{name}`")).collect();
    let why = format!("not to be scheduled before its scheduling gates are removed: {}", names.join(", "));
    Trouble::holds_up(of_pod(pod, "SchedulingGated", why).about(Subject::PodField("spec.schedulingGates".to_owned())))
}

/// Nobody has taken it, of which nobody tells: no scheduler of the name that it asks for, no node of that name.
fn untaken(pod: &Value) -> Option<Trouble> {
    const DEFAULT: &str = "default-scheduler";
    // Whoever takes it writes conditions.
    let is_new = ["conditions", "containerStatuses"].iter().all(|key| items(pod, &["status", key]).is_empty());
    if !is_new || text(pod, &["status", "startTime"]).is_some() {
        return None;
    }
    let told = |field: &str, why: String| {
        Some(Trouble::holds_up(of_pod(pod, "Pending", why).about(Subject::PodField(format!("spec.{field}")))))
    };
    if let Some(node) = text(pod, &["spec", "nodeName"]) {
        return told("nodeName", format!("the node `{node}` that it names has not taken it"));
    }
    let scheduler = text(pod, &["spec", "schedulerName"]).filter(|name| *name != DEFAULT)?;
    told("schedulerName", format!("no scheduler of the name `{scheduler}` has looked at it"))
}

/// Its containers are ready, and somebody else has not agreed.
fn readiness_gate(pod: &Value) -> Option<Trouble> {
    condition(pod, "ContainersReady").filter(|c| c.is_true())?;
    let gates = items(pod, &["spec", "readinessGates"]).iter().filter_map(|gate| text(gate, &["conditionType"]));
    let mut closed = gates.filter(|gate| condition(pod, gate).is_none_or(|c| !c.is_true()));
    let gate = closed.next()?;
    let said = condition(pod, gate).map(|c| clip(c.message)).filter(|said| !said.is_empty());
    let why = said.map(|said| format!(": {said}")).unwrap_or_default();
    let cause = of_pod(pod, "ReadinessGatesNotReady", format!("waiting for its readiness gate `{gate}`{why}"));
    Some(Trouble::holds_up(cause.about(Subject::PodField("spec.readinessGates".to_owned()))))
}

/// Whether an autoscaler said last that it adds a node for the pod (`Nominated` is Karpenter's word). One that tried in vain says so later.
pub(crate) fn is_node_coming(pod: &Value, events: &[Value]) -> bool {
    let words = ["TriggeredScaleUp", "Nominated", "NotTriggerScaleUp"];
    let last = newest(events, |e| is_about(e, pod, "Pod") && words.contains(&reason(e)));
    last.is_some_and(|event| reason(event) != "NotTriggerScaleUp")
}

/// `0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: …` without what preemption would not mend.
fn reasons(said: &str) -> &str {
    let Some((_, why)) = said.split_once(" nodes are available: ") else { return said };
    let Some((reasons, _)) = why.split_once(". ") else { return said };
    &said[..said.len() - why.len() + reasons.len()]
}

/// Volumes and sandboxes that cannot be set up: the kubelet tells only by events, and they may be older than a later success.
fn volumes(pod: &Value, events: &[Value]) -> Option<Trouble> {
    let started = items(pod, &["status", "containerStatuses"]).iter().any(|c| at(c, &["state", "waiting"]).is_none());
    if started {
        return None;
    }
    let failing = |e: &Value| {
        is_about(e, pod, "Pod") && matches!(reason(e), "FailedMount" | "FailedAttachVolume" | "FailedCreatePodSandBox")
    };
    let event = newest(events, failing)?;
    // Images are pulled for what has its volumes.
    let went_on = |e: &Value| is_about(e, pod, "Pod") && matches!(reason(e), "Pulling" | "Pulled" | "Created");
    if newest(events, went_on).is_some_and(|later| last_seen(later) > last_seen(event)) {
        return None;
    }
    let said = message(event);
    let cause = of_pod(pod, reason(event), volume::describe(said)).about(volume::subject(said));
    let missing = |e: &Value| failing(e) && message(e).ends_with("not found");
    Some(match mending::of_mount(message(event), pod) {
        _ if has_lasted(events, None, missing) => Trouble::fatal(cause),
        Some(remedy) => Trouble::until(remedy, cause),
        None => Trouble::holds_up(cause),
    })
}

fn of_pod(pod: &Value, reason: &str, text: String) -> Cause {
    let name = crate::live::field::text(pod, &["metadata", "name"]).map(str::to_owned);
    Cause { pod: name, ..Cause::of_object(reason, text) }
}

/// What a pod that is on its way is doing; nothing when it is ready or has ended.
pub(crate) fn activity(pod: &Value, events: &[Value]) -> Option<&'static str> {
    if condition(pod, "Ready").is_some_and(|c| c.is_true()) {
        return None;
    }
    match text(pod, &["status", "phase"])? {
        "Running" => return Some("running, not ready yet"),
        "Pending" => {}
        _ => return None,
    }
    if condition(pod, "PodScheduled").is_none_or(|c| !c.is_true()) && text(pod, &["spec", "nodeName"]).is_none() {
        return Some("waiting to be scheduled");
    }
    let of = |wanted: &'static str| newest(events, |e| is_about(e, pod, "Pod") && reason(e) == wanted).map(last_seen);
    match (of("Pulling"), of("Pulled")) {
        (Some(pulling), pulled) if pulled.is_none_or(|pulled| pulled < pulling) => return Some("pulling image"),
        _ => {}
    }
    let initialising = items(pod, &["status", "initContainerStatuses"]).iter();
    let runs = |c: &Value| at(c, &["state", "running"]).is_some();
    Some(if initialising.into_iter().any(runs) { "running its init containers" } else { "starting" })
}

/// Pods that count: not the ones that are on their way out.
pub(crate) fn oldest_first(pods: &[Value]) -> Vec<&Value> {
    let mut counting: Vec<&Value> =
        pods.iter().filter(|p| text(p, &["metadata", "deletionTimestamp"]).is_none()).collect();
    counting.sort_by_key(|p| (text(p, &["metadata", "creationTimestamp"]), text(p, &["metadata", "name"])));
    counting
}
