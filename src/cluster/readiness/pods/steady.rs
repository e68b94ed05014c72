//! Ready and staying so: how long a workload's own probes take to end a container that hangs, and what pods that were ready should not do.

use seatrial_model::Cause;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::Live;
use crate::live::event::{is_about, message, reason};
use crate::live::field::{at, integer, items, text};
use crate::pods::container::{Container, containers};
use crate::pods::pod;

/// Reasons of a pod of phase `Failed` that are its node's, not its own (kubernetes: `pkg/kubelet`, `pkg/controller/podgc`).
const OF_THE_NODE: [&str; 7] =
    ["NodeLost", "NodeShutdown", "Preempting", "Shutdown", "Terminated", "UnexpectedAdmissionError", "NodeAffinity"];

/// How long after its start the liveness probes of a workload end a container that hangs: the longest of them; `None` without one. A
/// startup probe that comes before is over when a pod is ready.
#[must_use]
pub fn liveness_takes(object: &Value) -> Option<Duration> {
    let spec = at(object, &["spec", "template", "spec"]).or_else(|| at(object, &["spec"]))?;
    let sidecars = items(spec, &["initContainers"]).iter().filter(|c| text(c, &["restartPolicy"]) == Some("Always"));
    let probes = items(spec, &["containers"]).iter().chain(sidecars).filter_map(|c| at(c, &["livenessProbe"]));
    let takes = |probe: &Value| {
        let number = |key, otherwise| integer(probe, &[key]).and_then(|n| u64::try_from(n).ok()).unwrap_or(otherwise);
        let [delay, period] = [number("initialDelaySeconds", 0), number("periodSeconds", 10)];
        Duration::from_secs(delay.saturating_add(period.saturating_mul(number("failureThreshold", 3))))
    };
    probes.map(takes).max()
}

/// What is known of pods since they were ready.
#[derive(Clone, Debug, Default)]
pub struct Steadiness {
    /// Restarts of each container of each pod when it was first seen ready.
    restarts: BTreeMap<(String, String), i64>,
    /// Kills that were told of before.
    kills: Option<BTreeSet<(String, i64)>>,
}

impl Steadiness {
    /// Looks at all pods of the newest revision; the first thing that one which was ready should not have done since. What a pod does before
    /// it is ready the first time is not asked here: a new one takes the place of one that was evicted, an autoscaler adds one.
    pub fn look(&mut self, live: Live<'_>) -> Option<Cause> {
        let kills: BTreeSet<(String, i64)> = live.events.iter().filter(|e| is_kill(e)).map(identity).collect();
        let known = self.kills.get_or_insert_with(|| kills.clone());
        let fresh: Vec<&Value> = live.events.iter().filter(|e| is_kill(e) && !known.contains(&identity(e))).collect();
        known.extend(kills);
        let counting = pod::oldest_first(live.pods);
        let found = counting.iter().find_map(|pod| self.of_pod(pod, live.events, &fresh));
        for container in counting.into_iter().flat_map(containers).filter(|c| c.is_up()) {
            let restarts = container.restarts();
            self.restarts.entry(key(&container)).or_insert(restarts);
        }
        found
    }

    fn of_pod(&self, pod: &Value, events: &[Value], kills: &[&Value]) -> Option<Cause> {
        let known = || containers(pod).filter(|c| self.restarts.contains_key(&key(c)));
        known().next()?;
        // It is told before the pod is over, of which the containers that it kills are the first sign.
        let is_evicted = |e: &&Value| reason(e) == pod::EVICTED && is_about(e, pod, "Pod");
        if let Some(eviction) = events.iter().find(is_evicted) {
            let said = message(eviction);
            return (!is_for_the_node(said)).then(|| pod::evicted(pod, said.trim()));
        }
        if text(pod, &["status", "phase"]) == Some("Failed") {
            return (!is_of_the_node(pod)).then(|| pod::failed(pod));
        }
        known().find_map(|container| {
            let before = self.restarts.get(&key(&container)).copied().unwrap_or_default();
            let is_killed = kills.iter().any(|e| is_about(e, pod, "Pod") && message(e).contains(&container.named()));
            if container.restarts() > before || is_killed {
                return Some(container.past_crash(events).unwrap_or_else(|| container.crash_cause("Killing", events)));
            }
            let has_ended = at(container.status, &["state", "running"]).is_none();
            has_ended.then(|| container.past_crash(events)).flatten()
        })
    }

    /// Whether a container that was ready is not any more, in a pod that stays.
    #[must_use]
    pub fn has_fallen(&self, live: Live<'_>) -> bool {
        let all = pod::oldest_first(live.pods).into_iter().flat_map(containers);
        all.filter(|c| self.restarts.contains_key(&key(c))).any(|c| !c.is_up() && !c.has_ended_well())
    }
}

fn key(container: &Container<'_>) -> (String, String) {
    let of = |path: &[&str]| text(container.pod, path).unwrap_or_default();
    let uid = of(&["metadata", "uid"]);
    let pod = if uid.is_empty() { of(&["metadata", "name"]) } else { uid };
    (pod.to_owned(), container.name().to_owned())
}

/// `Container web failed liveness probe, will be restarted`.
fn is_kill(event: &Value) -> bool {
    reason(event) == "Killing" && message(event).contains(" failed ") && message(event).contains(" probe")
}

fn identity(event: &Value) -> (String, i64) {
    let name = text(event, &["metadata", "name"]).unwrap_or_default();
    (format!("{name} {}", message(event)), integer(event, &["count"]).unwrap_or(1))
}

fn is_of_the_node(pod: &Value) -> bool {
    let reason = text(pod, &["status", "reason"]).unwrap_or_default();
    let said = text(pod, &["status", "message"]).unwrap_or_default();
    OF_THE_NODE.contains(&reason) || (reason == pod::EVICTED && is_for_the_node(said))
}

/// Whether a pod was evicted because its node was short of something.
fn is_for_the_node(said: &str) -> bool {
    said.starts_with("The node ")
}

/// How a container of its pods ended that should not have, though all may be as desired again: the first one. Pods on their way out do not
/// count.
#[must_use]
pub fn past_crash(live: Live<'_>) -> Option<Cause> {
    let mut containers = pod::oldest_first(live.pods).into_iter().flat_map(containers);
    containers.find_map(|container| container.past_crash(live.events))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_slowest_liveness_probe_counts_and_what_is_not_said_is_kubernetes_own() {
        let of =
            |spec: Value| liveness_takes(&json!({"spec": {"template": {"spec": spec}}})).map(|time| time.as_secs());
        assert_eq!(of(json!({"containers": [{"name": "a", "readinessProbe": {}}]})), None);
        assert_eq!(of(json!({"containers": [{"livenessProbe": {}}]})), Some(30));
        let slow = json!({"initialDelaySeconds": 20, "periodSeconds": 5, "failureThreshold": 4});
        assert_eq!(
            of(json!({"containers": [{"livenessProbe": {"periodSeconds": 1}}, {"livenessProbe": slow}]})),
            Some(40)
        );
        let init = |policy: &str| json!({"initContainers": [{"restartPolicy": policy, "livenessProbe": {}}], "containers": []});
        assert_eq!((of(init("Always")), of(init("Never"))), (Some(30), None));
        assert_eq!(
            liveness_takes(&json!({"spec": {"containers": [{"livenessProbe": {}}]}})).map(|t| t.as_secs()),
            Some(30)
        );
    }

    fn pod(name: &str, restarts: i64, state: &Value, ready: bool) -> Value {
        let container = json!({"name": "web", "restartCount": restarts, "ready": ready, "state": state,
            "lastState": if restarts > 0 { json!({"terminated": {"exitCode": 3}}) } else { json!({}) }});
        json!({"metadata": {"name": name, "uid": name}, "spec": {"restartPolicy": "Always"},
            "status": {"phase": "Running", "containerStatuses": [container]}})
    }

    fn kill(pod: &str) -> Value {
        json!({"metadata": {"name": "e1"}, "reason": "Killing", "message": "Container web failed liveness probe, will be restarted",
            "involvedObject": {"kind": "Pod", "name": pod, "uid": pod}})
    }

    #[test]
    fn restarts_before_it_was_ready_do_not_count_and_later_ones_do() {
        let object = json!({"kind": "Deployment"});
        let mut steady = Steadiness::default();
        let mut look = |pods: &[Value], events: &[Value]| {
            let live = Live { pods, events, ..Live::alone(&object) };
            (steady.look(live).map(|cause| cause.text), steady.has_fallen(live))
        };
        let running = || json!({"running": {}});
        let old_kill = [kill("a")];
        assert_eq!(look(&[pod("a", 2, &running(), true)], &old_kill), (None, false));
        assert_eq!(look(&[pod("a", 2, &running(), true)], &old_kill), (None, false));
        assert_eq!(look(&[pod("a", 2, &running(), false)], &old_kill), (None, true), "not ready is not a restart");
        // A pod that takes the place of one that was evicted may fail until it is ready.
        let both = [pod("a", 2, &running(), true), pod("b", 1, &running(), false)];
        assert_eq!(look(&both, &old_kill), (None, false));
        assert_eq!(look(&[pod("a", 2, &running(), true), pod("b", 2, &running(), true)], &old_kill), (None, false));
        let crash = "container `web` crashes with exit code 3, restarted 3 times";
        let both = [pod("a", 2, &running(), true), pod("b", 3, &running(), true)];
        assert_eq!(look(&both, &old_kill), (Some(crash.to_owned()), false));
    }

    #[test]
    fn a_kill_is_told_before_the_container_has_ended() {
        let object = json!({"kind": "Deployment"});
        let mut steady = Steadiness::default();
        let pods = [pod("a", 0, &json!({"running": {}}), true)];
        assert_eq!(steady.look(Live { pods: &pods, ..Live::alone(&object) }), None);
        let failed = json!({"reason": "Unhealthy", "message": "Liveness probe failed: HTTP probe failed with statuscode: 503",
            "involvedObject": {"kind": "Pod", "name": "a", "uid": "a"}});
        let events = [failed, kill("a")];
        let told = steady.look(Live { pods: &pods, events: &events, ..Live::alone(&object) }).map(|cause| cause.text);
        let expected =
            "container `web` is killed because its liveness probe fails: HTTP probe failed with statuscode: 503";
        assert_eq!(told.as_deref(), Some(expected));
    }

    #[test]
    fn a_pod_that_its_node_lost_is_not_at_fault_and_one_that_wrote_too_much_is() {
        let object = json!({"kind": "Deployment"});
        let evicted = |said: &str| {
            let mut steady = Steadiness::default();
            let before = [pod("a", 0, &json!({"running": {}}), true)];
            assert_eq!(steady.look(Live { pods: &before, ..Live::alone(&object) }), None);
            let mut after = pod("a", 0, &json!({"terminated": {"exitCode": 137}}), false);
            after["status"]["phase"] = "Failed".into();
            after["status"]["reason"] = "Evicted".into();
            after["status"]["message"] = said.into();
            steady.look(Live { pods: &[after], ..Live::alone(&object) }).is_some()
        };
        let killed = |said: &str| {
            let mut steady = Steadiness::default();
            let before = [pod("a", 0, &json!({"running": {}}), true)];
            assert_eq!(steady.look(Live { pods: &before, ..Live::alone(&object) }), None);
            let after = [pod("a", 0, &json!({"terminated": {"exitCode": 137}}), false)];
            let event = json!({"reason": "Evicted", "message": said, "involvedObject": {"kind": "Pod", "name": "a", "uid": "a"}});
            let told = steady.look(Live { pods: &after, events: &[event], ..Live::alone(&object) });
            told.map(|cause| cause.text)
        };
        let too_much = "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.";
        assert_eq!(killed(too_much).as_deref(), Some(too_much));
        assert_eq!(killed("The node was low on resource: memory."), None, "before the pod is over, too");
        assert!(!evicted("The node was low on resource: memory."));
        assert!(evicted("Pod ephemeral local storage usage exceeds the total limit of containers 1Mi."));
    }
}
