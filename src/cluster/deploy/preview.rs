//! The preview namespace: made, recognised, waited for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seatrial_api::ApiError;
use seatrial_model::ObjectId;
use serde_json::{Value, json};

use crate::work::{Stop, Work};
use crate::{Preview, Progress, RunIdentity};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const PREVIEW: &str = "seatrial.dev/preview";
const REPOSITORY: &str = "seatrial.dev/repository";
const PULL_REQUEST: &str = "seatrial.dev/pull-request";
const COMMIT: &str = "seatrial.dev/commit";
const EXPIRES: &str = "seatrial.dev/expires";

/// Identity of a namespace.
pub(crate) fn namespace_id(name: &str) -> ObjectId {
    ObjectId::new("", "Namespace", None, name)
}

/// Makes the namespace, or takes over one of ours. One that is not ours is refused.
pub(crate) async fn ensure(work: &Work<'_>, preview: &Preview, run: &RunIdentity) -> Result<(), Stop> {
    let name = &preview.namespace;
    work.enter(format!("making the preview namespace `{name}`"));
    let mut told = false;
    loop {
        let asked = work.until(work.cluster.get("v1", &namespace_id(name))).await?;
        let live = asked.map_err(|error| refused(error, name))?;
        match &live {
            Some(live) if is_terminating(live) => {
                if !told {
                    told = true;
                    (work.report)(Progress::Note(format!(
                        "waiting for the namespace `{name}`, which is being deleted"
                    )));
                }
                work.enter(format!("waiting for the namespace `{name}` to be deleted"));
                work.pause(Duration::from_secs(1)).await?;
                continue;
            }
            Some(live) => may_use(live, run).map_err(Stop::Refused)?,
            None => {}
        }
        break;
    }
    work.apply(&desired(preview, run, Timestamp::now())).await?.map_err(|error| refused(error, name))?;
    Ok(())
}

fn refused(error: ApiError, name: &str) -> Stop {
    match error {
        ApiError::Forbidden { verb, .. } => Stop::Refused(format!(
            "not allowed to {verb} the preview namespace `{name}`: grant get, create, patch and delete on namespaces in a ClusterRole"
        )),
        other => Stop::Api(other),
    }
}

/// Whether it is on its way out.
pub(crate) fn is_terminating(namespace: &Value) -> bool {
    namespace.pointer("/metadata/deletionTimestamp").is_some_and(|t| !t.is_null())
        || namespace.pointer("/status/phase").and_then(Value::as_str) == Some("Terminating")
}

/// Whether Seatrial made it as a preview.
pub(crate) fn is_ours(namespace: &Value) -> bool {
    let label = |key: &str| namespace.get("metadata")?.get("labels")?.get(key)?.as_str();
    label(MANAGED_BY) == Some("seatrial") && label(PREVIEW) == Some("true")
}

/// Whether this run may use an existing namespace; else a sentence.
fn may_use(namespace: &Value, run: &RunIdentity) -> Result<(), String> {
    let name = namespace.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    if !is_ours(namespace) {
        return Err(format!(
            "the namespace `{name}` exists and was not made by Seatrial: choose another `preview.namespace`"
        ));
    }
    let owner = namespace.get("metadata").and_then(|m| m.get("annotations")?.get(REPOSITORY)?.as_str());
    match (owner, run.repository.as_deref()) {
        (Some(owner), Some(ours)) if owner != ours => Err(format!(
            "the preview namespace `{name}` belongs to the repository `{owner}`: choose another `preview.namespace`"
        )),
        _ => Ok(()),
    }
}

fn desired(preview: &Preview, run: &RunIdentity, now: Timestamp) -> Value {
    let expires = SignedDuration::try_from(preview.ttl).ok().and_then(|ttl| now.checked_add(ttl).ok()).unwrap_or(now);
    // Whole seconds, as Kubernetes writes its times.
    let expires = Timestamp::from_second(expires.as_second()).unwrap_or(expires);
    let mut labels = json!({ MANAGED_BY: "seatrial", PREVIEW: "true" });
    let mut annotations = json!({ EXPIRES: expires.to_string() });
    if let Some(repository) = &run.repository {
        labels[REPOSITORY] = label_value(repository).into();
        annotations[REPOSITORY] = repository.as_str().into();
    }
    if let Some(number) = run.pull_request {
        labels[PULL_REQUEST] = number.to_string().into();
    }
    if let Some(commit) = &run.commit {
        annotations[COMMIT] = commit.as_str().into();
    }
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": preview.namespace, "labels": labels, "annotations": annotations },
    })
}

/// A text as a label's value: `owner/name` → `owner_name`, at most 63 characters, letters and digits at both ends.
fn label_value(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let value: String = text.chars().map(allowed).take(63).collect();
    value.trim_matches(['.', '_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunIdentity {
        RunIdentity {
            holder: "run-1".to_owned(),
            repository: Some("acme/shop".to_owned()),
            pull_request: Some(12),
            commit: Some("abc1234".to_owned()),
        }
    }

    #[test]
    fn says_whose_it_is_and_when_it_may_go() {
        let preview = Preview { namespace: "shop-pr-12".to_owned(), ttl: Duration::from_secs(72 * 3600) };
        let now: Timestamp = "2026-01-01T10:00:00.123456Z".parse().expect("a time");
        assert_eq!(
            desired(&preview, &run(), now)["metadata"],
            json!({
                "name": "shop-pr-12",
                "labels": {
                    "app.kubernetes.io/managed-by": "seatrial",
                    "seatrial.dev/preview": "true",
                    "seatrial.dev/repository": "acme_shop",
                    "seatrial.dev/pull-request": "12",
                },
                "annotations": {
                    "seatrial.dev/repository": "acme/shop",
                    "seatrial.dev/commit": "abc1234",
                    "seatrial.dev/expires": "2026-01-04T10:00:00Z",
                },
            })
        );
    }

    #[test]
    fn uses_only_a_namespace_that_is_ours() {
        let ours = |repository: &str| {
            json!({"metadata": {"name": "n", "labels": {"app.kubernetes.io/managed-by": "seatrial", "seatrial.dev/preview": "true"},
                "annotations": {"seatrial.dev/repository": repository}}})
        };
        assert_eq!(may_use(&ours("acme/shop"), &run()), Ok(()));
        assert_eq!(may_use(&ours("acme/shop"), &RunIdentity::default()), Ok(()));
        assert!(
            may_use(&ours("acme/other"), &run()).is_err_and(|e| e.contains("belongs to the repository `acme/other`"))
        );
        let other = json!({"metadata": {"name": "kube-system"}});
        assert!(
            may_use(&other, &run()).is_err_and(|e| e.contains("`kube-system` exists and was not made by Seatrial"))
        );
    }
}
