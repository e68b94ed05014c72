//! `rollout:` a workload reached the state that is desired.

use std::time::Duration;

use schemars::JsonSchema;
use seatrial_api::ApiError;
use seatrial_model::{ObjectId, group_of};
use seatrial_readiness::{State, Status};
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::outcome::ended::Ended;
use crate::outcome::trouble::{Trouble, ask};
use crate::service::live::look;

/// Kinds that roll out, and how people call them (kubectl: `api-resources`).
const KINDS: [(&str, &str, &[&str]); 6] = [
    ("Deployment", "apps/v1", &["deployment", "deployments", "deploy"]),
    ("StatefulSet", "apps/v1", &["statefulset", "statefulsets", "sts"]),
    ("DaemonSet", "apps/v1", &["daemonset", "daemonsets", "ds"]),
    ("ReplicaSet", "apps/v1", &["replicaset", "replicasets", "rs"]),
    ("Job", "batch/v1", &["job", "jobs"]),
    ("Pod", "v1", &["pod", "pods", "po"]),
];

/// `rollout:`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// `Deployment/web`, `deployment/web`, `StatefulSet/namespace/db`.
    pub workload: String,
    /// Waited for this long; `30s` by default.
    #[serde(default)]
    pub timeout: Option<String>,
}

/// A workload as the configuration names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Workload<'a> {
    api_version: &'static str,
    kind: &'static str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl Workload<'_> {
    /// `KIND/NAME` or `KIND/NAMESPACE/NAME`.
    ///
    /// # Errors
    /// A sentence that shows what is wanted.
    pub(crate) fn parse(text: &str) -> Result<Workload<'_>, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some(*namespace), *name),
            _ => {
                return Err(format!("`rollout.workload` is `{text}`; write `Deployment/web` or `Deployment/shop/web`"));
            }
        };
        if name.is_empty() || namespace.is_some_and(str::is_empty) {
            return Err(format!("`rollout.workload` is `{text}`, which names no workload; write `Deployment/web`"));
        }
        let lower = kind.to_ascii_lowercase();
        let Some((kind, api_version, _)) = KINDS.iter().find(|(_, _, names)| names.contains(&lower.as_str())) else {
            let known = KINDS.map(|(kind, _, _)| kind).join(", ");
            return Err(format!(
                "`rollout.workload` names the kind `{kind}`, which has no rollout; choose one of {known}"
            ));
        };
        Ok(Workload { api_version, kind, namespace, name })
    }
}

/// Looks until the workload is as desired, will never be, or the time is up.
pub(crate) async fn probe(rollout: &Rollout, context: &Context, limit: Duration) -> Ended {
    let workload = match Workload::parse(&rollout.workload) {
        Ok(workload) => workload,
        Err(sentence) => return Ended::failed(sentence, 0),
    };
    let namespace = workload.namespace.unwrap_or(&context.namespace);
    let group = group_of(workload.api_version);
    let id = ObjectId::new(group, workload.kind, Some(namespace), workload.name);
    let named = format!("{} `{}`", workload.kind, workload.name);
    ask(limit, async |time| {
        let late = |_| Err(ApiError::TimedOut { seconds: time.as_secs().max(1) });
        let looking = look(&context.cluster, workload.api_version, &id);
        match tokio::time::timeout(time, looking).await.unwrap_or_else(late) {
            Err(error) if error.may_pass() => Err(Trouble::Troubled(error.to_string())),
            Err(error) => Err(Trouble::Broken(error.to_string())),
            Ok(None) => Err(Trouble::NotYet(format!("{named} does not exist in namespace `{namespace}`"))),
            Ok(Some((_, status))) => match status.state {
                State::Current => Ok(()),
                State::Failed => Err(Trouble::Wrong(told(&named, &status))),
                State::InProgress | State::Terminating => Err(Trouble::NotYet(told(&named, &status))),
            },
        }
    })
    .await
}

/// ``Deployment `web` is not rolled out: 1 of 2 replicas ready``.
fn told(named: &str, status: &Status) -> String {
    let cause = status.cause.as_ref().filter(|_| status.state != State::Failed).map(|cause| cause.describe());
    let clauses: Vec<String> =
        [Some(status.message.clone()), cause].into_iter().flatten().filter(|c| !c.is_empty()).collect();
    let verb = match status.state {
        State::Failed => "failed",
        State::Terminating => "is being deleted",
        State::InProgress | State::Current => "is not rolled out",
    };
    if clauses.is_empty() { format!("{named} {verb}") } else { format!("{named} {verb}: {}", clauses.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_workloads_as_kubectl_does() {
        let parsed = |text| {
            let found = Workload::parse(text).expect(text);
            (found.api_version, found.kind, found.namespace, found.name)
        };
        assert_eq!(parsed("Deployment/web"), ("apps/v1", "Deployment", None, "web"));
        assert_eq!(parsed("deploy/shop/web"), ("apps/v1", "Deployment", Some("shop"), "web"));
        assert_eq!(parsed("sts/db"), ("apps/v1", "StatefulSet", None, "db"));
        assert_eq!(parsed("Job/migrate"), ("batch/v1", "Job", None, "migrate"));
    }

    #[test]
    fn says_what_a_workload_looks_like() {
        let table = [
            ("web", "write `Deployment/web` or `Deployment/shop/web`"),
            ("Deployment/", "which names no workload"),
            ("a/b/c/d", "write `Deployment/web` or `Deployment/shop/web`"),
            ("ConfigMap/x", "names the kind `ConfigMap`, which has no rollout; choose one of Deployment, "),
        ];
        for (text, says) in table {
            let sentence = Workload::parse(text).expect_err(text);
            assert!(sentence.contains(says), "{sentence}");
        }
    }
}
