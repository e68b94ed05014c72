//! What proves a failure: the last events and log lines, taken before anything is cleaned up.

use seatrial_api::{Cluster, ContainerRun};
use seatrial_model::{Cause, Finding, ObjectId};
use seatrial_readiness::{Status, told_by_log};
use serde_json::Value;

use crate::watch::gather::Seen;
use crate::watch::shorten::{cut, log, with_count};

const MOST_EVENTS: usize = 10;
/// So many lines of a log are read, and so many of them shown.
const LOG_LINES_READ: u32 = 200;
const LOG_LINES: usize = 20;

/// What everything that starts says of itself: told only where nothing else is.
const OF_EVERY_START: [&str; 8] = [
    "Scheduled",
    "Pulling",
    "Pulled",
    "Created",
    "Started",
    "SuccessfulCreate",
    "ScalingReplicaSet",
    "SuccessfulDelete",
];

/// What proves why an object is not ready.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// Lines.
    events: String,
    /// Title and lines.
    log: Option<(String, String)>,
    /// The cause, where the log knows it better.
    cause: Option<Cause>,
}

impl Proof {
    /// The status with the cause that the log tells.
    pub(crate) fn correct(&self, status: &Status) -> Status {
        let (Some(told), Some(known)) = (&self.cause, &status.cause) else { return status.clone() };
        let message = status.message.replace(&known.describe(), &told.describe());
        Status { message, cause: Some(told.clone()), ..status.clone() }
    }

    /// The finding with its proof.
    pub(crate) fn add_to(self, finding: Finding) -> Finding {
        let finding = if self.events.is_empty() { finding } else { finding.with_evidence("last events", self.events) };
        match self.log {
            Some((title, text)) => finding.with_evidence(title, text),
            None => finding,
        }
    }
}

/// Takes the events of the object and its pods, and the last log lines of the container that failed.
pub(crate) async fn take(cluster: &Cluster, seen: &Seen, cause: Option<&Cause>) -> Proof {
    let mut proof = Proof { events: events(&seen.events), ..Proof::default() };
    let Some((pod, container)) = speaker(seen, cause) else { return proof };
    let namespace = pod.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
    let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let read = async |run| cluster.logs(namespace, name, container, LOG_LINES_READ, run).await.unwrap_or_default();
    let has_crashed = cause.is_some_and(|cause| cause.exit_code.is_some());
    let order = runs(pod, container, has_crashed);
    let mut text = read(order[0]).await;
    if has_crashed && order[0] == ContainerRun::Current {
        // It may have started again before its log was read.
        let now = cluster.get("v1", &ObjectId::new("", "Pod", Some(namespace), name)).await;
        if now.is_ok_and(|now| now.is_some_and(|now| is_running(&now, container))) {
            text = String::new();
        }
    }
    if text.trim().is_empty() {
        text = read(order[1]).await;
    }
    if text.trim().is_empty() {
        return proof;
    }
    proof.cause = cause.and_then(|cause| told_by_log(cause, pod, &text));
    let lines = log(&text, LOG_LINES);
    let title = format!("last {} log lines of pod {name}, container {container}", lines.len());
    proof.log = Some((title, lines.join("\n")));
    proof
}

/// Whose log is read first: of a crash that is over, that of the run which crashed.
fn runs(pod: &Value, container: &str, has_crashed: bool) -> [ContainerRun; 2] {
    if has_crashed && is_running(pod, container) {
        [ContainerRun::Previous, ContainerRun::Current]
    } else {
        [ContainerRun::Current, ContainerRun::Previous]
    }
}

fn is_running(pod: &Value, container: &str) -> bool {
    let is_it = |status: &&Value| status.get("name").and_then(Value::as_str) == Some(container);
    statuses(pod).find(is_it).is_some_and(|status| status.pointer("/state/running").is_some())
}

/// What the status says of each container.
fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["initContainerStatuses", "containerStatuses"].into_iter();
    lists.filter_map(move |list| pod.pointer("/status")?.get(list)?.as_array()).flatten()
}

/// The pod and container that have something to say: those of the cause, when a container ran; else the first that runs and is not ready.
fn speaker<'a>(seen: &'a Seen, cause: Option<&'a Cause>) -> Option<(&'a Value, &'a str)> {
    let ran = |status: &Value| {
        status.pointer("/state/running").is_some()
            || status.pointer("/state/terminated").is_some()
            || status.pointer("/lastState/terminated").is_some()
    };
    let name = |status: &'a Value| status.get("name").and_then(Value::as_str);
    // A bare pod is its own pod.
    let own = seen.object.as_ref().filter(|o| o.get("kind").and_then(Value::as_str) == Some("Pod"));
    let pods = || seen.pods.iter().chain(own);
    if let Some((pod, container)) = cause.and_then(|c| Some((c.pod.as_deref()?, c.container.as_deref()?))) {
        let pod = pods().find(|p| p.pointer("/metadata/name").and_then(Value::as_str) == Some(pod))?;
        return statuses(pod).any(|s| name(s) == Some(container) && ran(s)).then_some((pod, container));
    }
    let unready = |status: &&Value| ran(status) && status.get("ready").and_then(Value::as_bool) != Some(true);
    pods().find_map(|pod| Some((pod, name(statuses(pod).find(unready)?)?)))
}

/// `Warning Failed pod/web-1: Failed to pull image … (3 times)`, oldest first; what several pods say alike is one line, and what is said at
/// every start is left out where there is a warning.
fn events(events: &[Value]) -> String {
    let text = |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut sorted: Vec<&Value> = events.iter().collect();
    let time = |e: &Value| {
        let paths = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
        paths.iter().find_map(|p| e.pointer(p)?.as_str()).unwrap_or_default().to_owned()
    };
    // Time stamps have whole seconds; within one, what was written later has the higher version.
    let version = |e: &Value| text(e, "/metadata/resourceVersion").parse::<u64>().unwrap_or_default();
    sorted.sort_by_key(|e| (time(e), version(e)));
    if sorted.iter().any(|e| text(e, "/type") == "Warning") {
        sorted.retain(|e| !OF_EVERY_START.contains(&text(e, "/reason").as_str()));
    }
    let mut told: Vec<Told> = Vec::new();
    for event in sorted {
        let (kind, name) =
            (text(event, "/involvedObject/kind").to_ascii_lowercase(), text(event, "/involvedObject/name"));
        let message = text(event, "/message").split_whitespace().collect::<Vec<_>>().join(" ");
        let uid = text(event, "/involvedObject/uid");
        let message = without_identity(&message, &name, &uid);
        let said = format!("{} {} {kind}", text(event, "/type"), text(event, "/reason"));
        let count = event.pointer("/series/count").or_else(|| event.get("count")).and_then(Value::as_u64).unwrap_or(1);
        let count = usize::try_from(count.max(1)).unwrap_or(usize::MAX);
        let known =
            told.iter().position(|t| t.said == said && t.message.replace(&t.name, "") == message.replace(&name, ""));
        // The latest place and name, all of the times.
        let before = known.map_or(0, |at| told.remove(at).count);
        told.push(Told { said, name, message, count: before.saturating_add(count) });
    }
    let from = told.len().saturating_sub(MOST_EVENTS);
    let lines = told.into_iter().skip(from);
    lines
        .map(|t| with_count(cut(&format!("{}/{}: {}", t.said, t.name, t.message)), t.count))
        .collect::<Vec<_>>()
        .join("\n")
}

/// An event, or several that say the same.
struct Told {
    /// `Warning Failed pod`.
    said: String,
    name: String,
    message: String,
    count: usize,
}

/// What the kubelet repeats in a message of which object it is: `_shop(1c2d…)` behind the pod's name, or ` (pod: "web-1_shop(…)", …)`.
fn without_identity(message: &str, name: &str, uid: &str) -> String {
    let short = match message.split_once(" (pod: \"") {
        Some((before, _)) if message.ends_with(')') => before,
        _ => message,
    };
    let Some((before, rest)) = short.split_once(&format!("{name}_")) else { return short.to_owned() };
    match rest.split_once(&format!("({uid})")) {
        Some((_, after)) if !uid.is_empty() => format!("{before}{name}{after}"),
        _ => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_lines_in_the_order_of_time() {
        let list = [
            json!({"type": "Warning", "reason": "Failed", "message": "Failed to pull\n image", "count": 3,
                "lastTimestamp": "2026-01-01T10:00:09Z", "involvedObject": {"kind": "Pod", "name": "web-1"}}),
            json!({"type": "Normal", "reason": "Pulling", "message": "pulling", "metadata": {"resourceVersion": "10"},
                "lastTimestamp": "2026-01-01T10:00:01Z", "involvedObject": {"kind": "Pod", "name": "web-1"}}),
            json!({"type": "Normal", "reason": "Scheduled", "message": "assigned", "metadata": {"resourceVersion": "9"},
                "lastTimestamp": "2026-01-01T10:00:01Z", "involvedObject": {"kind": "Pod", "name": "web-1"}}),
        ];
        assert_eq!(events(&list), "Warning Failed pod/web-1: Failed to pull image (3 times)");
        assert_eq!(events(&list[1..]), "Normal Scheduled pod/web-1: assigned\nNormal Pulling pod/web-1: pulling");
    }

    #[test]
    fn what_several_pods_say_is_told_once() {
        let of = |pod: &str, time: &str, message: &str| {
            json!({"type": "Warning", "reason": "BackOff", "message": message, "count": 2, "lastTimestamp": time,
                "involvedObject": {"kind": "Pod", "name": pod, "uid": "1c-2d"}})
        };
        let list = [
            of("web-1", "2026-01-01T10:00:01Z", "Back-off restarting failed container web in pod web-1_shop(1c-2d)"),
            of("web-2", "2026-01-01T10:00:02Z", "Back-off restarting failed container web in pod web-2_shop(1c-2d)"),
            of("web-2", "2026-01-01T10:00:03Z", "no user (pod: \"web-2_shop(1c-2d)\", container: web)"),
        ];
        let expected = "Warning BackOff pod/web-2: Back-off restarting failed container web in pod web-2 (4 times)\n\
            Warning BackOff pod/web-2: no user (2 times)";
        assert_eq!(events(&list), expected);
    }

    #[test]
    fn a_status_tells_what_the_log_knows_better() {
        let known = Cause { pod: Some("web-1".to_owned()), ..Cause::of_object("Error", "crashes") };
        let told = Cause { text: "gets no token".to_owned(), ..known.clone() };
        let message = format!("0 of 1 replica ready, {}", known.describe());
        let state = seatrial_readiness::State::InProgress;
        let status = Status { state, message, cause: Some(known), remedy: None };
        let proof = Proof { cause: Some(told.clone()), ..Proof::default() };
        let corrected = proof.correct(&status);
        assert_eq!(corrected.message, "0 of 1 replica ready, gets no token (pod web-1, Error)");
        assert_eq!(corrected.cause, Some(told));
        assert_eq!(Proof::default().correct(&status), status);
    }

    #[test]
    fn a_container_that_never_ran_has_nothing_to_say() {
        let pod = |state: Value| json!({"metadata": {"name": "web-1"}, "status": {"containerStatuses": [{"name": "web", "state": state}]}});
        let of_pod = Cause::of_object("", "");
        let cause = Cause { pod: Some("web-1".to_owned()), container: Some("web".to_owned()), ..of_pod };
        let seen = |state| Seen { pods: vec![pod(state)], ..Seen::default() };
        let waiting = seen(json!({"waiting": {"reason": "ErrImagePull"}}));
        assert!(speaker(&waiting, Some(&cause)).is_none());
        let ended = seen(json!({"terminated": {"exitCode": 3}}));
        assert_eq!(speaker(&ended, Some(&cause)).map(|(_, container)| container), Some("web"));
        assert_eq!(speaker(&ended, None).map(|(_, container)| container), Some("web"));
    }
}
