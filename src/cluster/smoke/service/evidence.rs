//! What pods have to say about a test that failed, taken before anything is deleted.

use seatrial_api::{Cluster, ContainerRun};
use seatrial_model::Evidence;
use serde_json::Value;

use crate::Context;
use crate::process::tail::evidence_of;
use crate::service::endpoint::{Behind, behind, is_ready};

/// Pods that are asked.
const MOST_PODS: usize = 2;
const LOG_LINES: u32 = 60;

/// How the simulated cluster begins the log of a container that says nothing.
const SIMULATED: &str = "(simulated) ";
/// A test that failed waits no longer for its evidence.
const TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// The log of each container of a pod that ran, and what the events of one that is not ready warn of.
pub(crate) async fn of_pod(cluster: &Cluster, pod: &Value) -> Vec<Evidence> {
    let text = |pointer: &str| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    let mut evidence = Vec::new();
    for status in statuses(pod).filter(|status| has_run(status)) {
        let container = status.get("name").and_then(Value::as_str).unwrap_or_default();
        let run = if is_starting_again(status) { ContainerRun::Previous } else { ContainerRun::Current };
        let log = cluster.logs(namespace, name, container, LOG_LINES, run).await.unwrap_or_default();
        // What the simulation puts in the place of a log tells nothing.
        let log = if log.starts_with(SIMULATED) { String::new() } else { crate::files::collected::sort(&log).rest };
        evidence.extend(evidence_of(&log, false, &format!("pod {name}, container {container}"), cluster.masker()));
    }
    // What a pod that is ready was warned of is over.
    let warnings = if is_ready(pod) { String::new() } else { warnings(cluster, namespace, pod).await };
    evidence.extend(evidence_of(&warnings, false, &format!("events of pod {name}"), cluster.masker()));
    evidence
}

/// What the pods behind a service have to say: those that are not ready first.
pub(crate) async fn of_service(context: &Context, namespace: &str, service: &str) -> Vec<Evidence> {
    tokio::time::timeout(TIME, of_service_pods(context, namespace, service)).await.unwrap_or_default()
}

async fn of_service_pods(context: &Context, namespace: &str, service: &str) -> Vec<Evidence> {
    let Ok(Some(Behind { mut pods, .. })) = behind(&context.cluster, namespace, service).await else {
        return Vec::new();
    };
    pods.sort_by_key(is_ready);
    let mut evidence = Vec::new();
    for pod in pods.iter().take(MOST_PODS) {
        evidence.extend(of_pod(&context.cluster, pod).await);
    }
    evidence
}

pub(crate) fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["/status/initContainerStatuses", "/status/containerStatuses"];
    lists.into_iter().filter_map(|list| pod.pointer(list)?.as_array()).flatten()
}

fn has_run(status: &Value) -> bool {
    ["/state/running", "/state/terminated", "/lastState/terminated"].iter().any(|state| status.pointer(state).is_some())
}

fn is_starting_again(status: &Value) -> bool {
    status.pointer("/state/waiting").is_some() && status.pointer("/lastState/terminated").is_some()
}

/// What a pod is warned of before its first container runs; when one has run, it was mended.
const BEFORE_ITS_START: [&str; 3] = ["FailedScheduling", "FailedAttachVolume", "FailedMount"];

/// `FailedMount: …`, a line for each event of a pod that warns.
async fn warnings(cluster: &Cluster, namespace: &str, pod: &Value) -> String {
    let Ok((events, _)) = seatrial_deploy::events(cluster, namespace).await else { return String::new() };
    warnings_in(&events, pod)
}

fn warnings_in(events: &[Value], pod: &Value) -> String {
    let text =
        |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = text(pod, "/metadata/name");
    let has_started = statuses(pod).any(has_run);
    let is_over = |event: &Value| has_started && BEFORE_ITS_START.contains(&text(event, "/reason").as_str());
    let about = |event: &&Value| {
        text(event, "/involvedObject/name") == name && text(event, "/type") == "Warning" && !is_over(event)
    };
    let line = |event: &Value| {
        let message = text(event, "/message").split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}: {message}\n", text(event, "/reason"))
    };
    events.iter().filter(about).map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_kept_a_pod_from_starting_is_over_when_a_container_has_run() {
        let event = |reason: &str| json!({ "type": "Warning", "reason": reason, "message": "no", "involvedObject": { "name": "web" } });
        let events = [event("FailedMount"), event("Unhealthy")];
        let pod = |state: Value| json!({ "metadata": { "name": "web" }, "status": { "containerStatuses": [{ "state": state }] } });
        let waiting = pod(json!({ "waiting": { "reason": "ContainerCreating" } }));
        assert_eq!(warnings_in(&events, &waiting), "FailedMount: no\nUnhealthy: no\n");
        let ended = pod(json!({ "terminated": { "exitCode": 1 } }));
        assert_eq!(warnings_in(&events, &ended), "Unhealthy: no\n");
    }
}
