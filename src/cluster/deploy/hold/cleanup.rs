//! Deleting a preview namespace, and saying what keeps it when it does not go.

use std::time::Duration;

use seatrial_api::{ApiError, Cluster};
use serde_json::Value;
use tokio::sync::watch;

use crate::hold::preview::{belongs_to, is_terminating, namespace_id};
use crate::work::{Report, Stop, Work};
use crate::{CancelToken, Progress, RunIdentity};

const POLL_EVERY: Duration = Duration::from_secs(1);
/// Deleting is over within a second or two when nothing holds the namespace.
const QUICKLY: Duration = Duration::from_millis(200);
const QUICK_LOOKS: u32 = 10;

/// Deletes a preview namespace and waits until it is gone; `false` when there was none. It is deleted only if it belongs to the repository and
/// the pull request of `run`: one that names another repository or pull request, or one where `run` does not know its own, is left alone.
///
/// # Errors
/// [`ApiError`]; [`ApiError::Configuration`] with a sentence when the namespace does not belong to `run`, does not go in time, or the wait was cancelled.
pub async fn cleanup(
    cluster: &Cluster,
    namespace: &str,
    run: &RunIdentity,
    deadline: Duration,
    progress: Report<'_>,
    cancel: &CancelToken,
) -> Result<bool, ApiError> {
    let (_kept, lost) = watch::channel(None);
    let work = Work::new(cluster, deadline, progress, cancel, lost);
    let mut last = None;
    match remove(&work, namespace, run, &mut last).await {
        Ok(existed) => Ok(existed),
        Err(Stop::Api(error)) => Err(error),
        Err(Stop::Deadline) => Err(ApiError::Configuration(stuck(namespace, &work.timeout(), last.as_ref()))),
        Err(stop) => Err(ApiError::Configuration(work.sentence(&stop))),
    }
}

async fn remove(work: &Work<'_>, name: &str, run: &RunIdentity, last: &mut Option<Value>) -> Result<bool, Stop> {
    let id = namespace_id(name);
    work.enter(format!("looking for the namespace `{name}`"));
    let Some(live) = work.until(work.cluster.get("v1", &id)).await?? else { return Ok(false) };
    if let Err(foreign) = belongs_to(&live, run) {
        return Err(Stop::Refused(format!("the namespace `{name}` {foreign}, so it is not deleted{}", foreign.flag())));
    }
    work.enter(format!("deleting the namespace `{name}`"));
    if !is_terminating(&live) {
        let uid = live.pointer("/metadata/uid").and_then(Value::as_str);
        work.delete("v1", &id, uid).await??;
    }
    (work.report)(Progress::Note(format!("deleting the namespace `{name}`")));
    let uid = live.pointer("/metadata/uid").cloned();
    *last = Some(live);
    for look in 0_u32.. {
        match work.until(work.cluster.get("v1", &id)).await?? {
            // Another one of that name is not the one that was deleted.
            Some(live) if live.pointer("/metadata/uid") == uid.as_ref() => *last = Some(live),
            _ => break,
        }
        work.pause(if look < QUICK_LOOKS { QUICKLY } else { POLL_EVERY }).await?;
    }
    Ok(true)
}

/// What keeps a namespace: the conditions that its controller writes (kubernetes: `pkg/controller/namespace/deletion/status_condition_utils.go`),
/// else its finalizers; a clause behind a colon, or nothing.
pub(crate) fn what_keeps(namespace: Option<&Value>) -> String {
    let conditions = namespace.and_then(|n| n.pointer("/status/conditions")?.as_array()).into_iter().flatten();
    let holds = |condition: &&Value| condition.get("status").and_then(Value::as_str) == Some("True");
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let reasons: Vec<String> = conditions.filter(holds).map(|c| text(c, "message")).filter(|m| !m.is_empty()).collect();
    let finalizers = |pointer: &str| -> Vec<String> {
        let list = namespace.and_then(|n| n.pointer(pointer)?.as_array()).into_iter().flatten();
        list.filter_map(Value::as_str).map(|f| format!("`{f}`")).collect()
    };
    let held: Vec<String> = [finalizers("/metadata/finalizers"), finalizers("/spec/finalizers")].concat();
    if !reasons.is_empty() {
        format!(": {}", reasons.join("; "))
    } else if !held.is_empty() {
        format!(": it is held by the finalizer {}", held.join(", "))
    } else {
        String::new()
    }
}

fn stuck(name: &str, after: &str, namespace: Option<&Value>) -> String {
    format!("the namespace `{name}` still exists after {after}{}", what_keeps(namespace))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_what_keeps_a_namespace() {
        let by_condition = json!({
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Terminating", "conditions": [
                {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources successfully discovered"},
                {"type": "NamespaceFinalizersRemaining", "status": "True",
                    "message": "Some content in the namespace has finalizers remaining: acme.io/widget in 1 resource instances"},
            ]},
        });
        assert_eq!(
            stuck("shop-pr-1", "2m", Some(&by_condition)),
            "the namespace `shop-pr-1` still exists after 2m: Some content in the namespace has finalizers remaining: acme.io/widget in 1 resource instances"
        );
        let by_finalizer =
            json!({"metadata": {"finalizers": ["acme.io/hold"]}, "spec": {"finalizers": ["kubernetes"]}});
        assert_eq!(
            stuck("n", "2m", Some(&by_finalizer)),
            "the namespace `n` still exists after 2m: it is held by the finalizer `acme.io/hold`, `kubernetes`"
        );
        assert_eq!(stuck("n", "5s", None), "the namespace `n` still exists after 5s");
    }
}
