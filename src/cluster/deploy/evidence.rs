//! What proves a failure: the last events and log lines, taken before anything is cleaned up.

use seatrial_api::{Cluster, ContainerRun};
use seatrial_model::{Cause, Finding};
use serde_json::Value;

use crate::gather::Seen;

const MOST_EVENTS: usize = 10;
const LOG_LINES: u32 = 20;
/// A line of a log or an event is cut behind this many characters.
const LONGEST_LINE: usize = 1_000;

/// How the kubelet answers for the log of a container that is removed (kubernetes: `pkg/kubelet/kuberuntime` `GetContainerLogs`).
const NO_LOGS: [&str; 2] = ["unable to retrieve container logs for ", "failed to try resolving symlinks in path "];

/// Adds the events of the object and its pods, and the last log lines of the container that failed.
pub(crate) async fn add(cluster: &Cluster, finding: Finding, seen: &Seen, cause: Option<&Cause>) -> Finding {
    let mut finding = finding;
    let events = events(&seen.events);
    if !events.is_empty() {
        finding = finding.with_evidence("last events", events);
    }
    let Some((pod, container)) = speaker(seen, cause) else { return finding };
    let namespace = pod.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
    let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let mut logs = String::new();
    for run in [ContainerRun::Current, ContainerRun::Previous] {
        logs = cluster.logs(namespace, name, container, LOG_LINES, run).await.unwrap_or_default();
        if is_no_log(&logs) {
            logs.clear();
        }
        if !logs.trim().is_empty() {
            break;
        }
    }
    if logs.trim().is_empty() {
        return finding;
    }
    let lines: Vec<String> = logs.lines().map(cut).collect();
    let last = lines.len().saturating_sub(LOG_LINES as usize);
    let title = format!("last {} log lines of pod {name}, container {container}", lines.len() - last);
    finding.with_evidence(title, lines.get(last..).unwrap_or_default().join("\n"))
}

/// Whether the kubelet writes this in place of a log that is gone with its container.
fn is_no_log(text: &str) -> bool {
    NO_LOGS.iter().any(|begin| text.trim_start().starts_with(begin))
}

/// The pod and container that have something to say: those of the cause, when a container ran; else the first that runs and is not ready.
fn speaker<'a>(seen: &'a Seen, cause: Option<&'a Cause>) -> Option<(&'a Value, &'a str)> {
    let statuses = |pod: &'a Value| {
        ["initContainerStatuses", "containerStatuses"]
            .into_iter()
            .filter_map(move |list| pod.pointer("/status")?.get(list)?.as_array())
            .flatten()
    };
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

/// `Warning Failed pod/web-1: Failed to pull image … (3 times)`, oldest first.
fn events(events: &[Value]) -> String {
    let text = |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut sorted: Vec<&Value> = events.iter().collect();
    let time = |e: &Value| {
        let paths = ["/lastTimestamp", "/series/lastObservedTime", "/eventTime", "/metadata/creationTimestamp"];
        paths.iter().find_map(|p| e.pointer(p)?.as_str()).unwrap_or_default().to_owned()
    };
    // Time stamps have whole seconds; within one, what was written later has the higher version.
    let version = |e: &Value| text(e, "/metadata/resourceVersion").parse::<u64>().unwrap_or_default();
    sorted.sort_by_key(|e| (time(e), version(e)));
    let from = sorted.len().saturating_sub(MOST_EVENTS);
    let line = |event: &&Value| {
        let kind = text(event, "/involvedObject/kind").to_ascii_lowercase();
        let count = event.get("count").and_then(Value::as_i64).filter(|c| *c > 1);
        let times = count.map(|c| format!(" ({c} times)")).unwrap_or_default();
        let message = text(event, "/message").split_whitespace().collect::<Vec<_>>().join(" ");
        let (level, reason) = (text(event, "/type"), text(event, "/reason"));
        cut(&format!("{level} {reason} {kind}/{}: {message}{times}", text(event, "/involvedObject/name")))
    };
    sorted.iter().skip(from).map(line).collect::<Vec<_>>().join("\n")
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
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
        assert_eq!(
            events(&list),
            "Normal Scheduled pod/web-1: assigned\nNormal Pulling pod/web-1: pulling\nWarning Failed pod/web-1: Failed to pull image (3 times)"
        );
    }

    #[test]
    fn what_the_kubelet_says_of_a_log_that_is_gone_is_no_log() {
        let gone = "failed to try resolving symlinks in path \"/var/log/pods/a_b/web/0.log\": lstat …: no such file or directory\n";
        assert!(is_no_log(gone) && !is_no_log("web: failed to try\n") && !is_no_log(""));
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
