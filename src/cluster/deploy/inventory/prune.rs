//! Deleting what was created for a pull request: what is ours to delete, what is not, and why.

use std::time::Duration;

use seatrial_api::{ApiError, FIELD_MANAGER};
use seatrial_model::{ObjectId, group_of};
use serde_json::Value;

use crate::plan::ownership::foreign_owner;
use crate::work::{Stop, Work};

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long one object is waited for; one that a finalizer holds is named.
const MOST_LOOKS: u32 = 40;

/// Field managers that own an object though they have not applied it on the server.
const CLIENT_SIDE: [&str; 3] = ["kubectl-client-side-apply", "before-first-apply", "helm"];

/// Annotations by which an object is to outlive what made it.
const KEEP: [(&str, &str); 4] = [
    ("helm.sh/resource-policy", "keep"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("argocd.argoproj.io/sync-options", "Prune=false"),
    ("cli-utils.sigs.k8s.io/on-remove", "keep"),
];

/// Kinds of which something may hang on an object that nobody has listed.
const HOLDERS: [&str; 2] = ["Namespace", "CustomResourceDefinition"];

/// What is in a namespace when somebody works there.
const IN_NAMESPACES: [(&str, &str); 9] = [
    ("v1", "Pod"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Service"),
    ("v1", "Secret"),
    ("v1", "ConfigMap"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
];

/// Whether we applied an object on the server, of which the inventory says that we created it. One that has no field but its name has no
/// manager.
pub(crate) fn is_applied_by_us(live: &Value) -> bool {
    let is_ours = |(manager, operation): (&str, &str)| manager == FIELD_MANAGER && operation == "Apply";
    managers(live).any(is_ours) || managers(live).next().is_none()
}

fn managers(live: &Value) -> impl Iterator<Item = (&str, &str)> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some((entry.get("manager")?.as_str()?, entry.get("operation")?.as_str()?)))
}

/// Why an object is not ours to delete, as a clause.
pub(crate) fn why_not_ours(live: &Value) -> Option<String> {
    if let Some(owner) = foreign_owner(live) {
        return Some(format!("is owned by {owner}"));
    }
    let owners = live.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(owner) = owners.into_iter().next() {
        return Some(format!("belongs to `{}/{}`", text(owner, "kind"), text(owner, "name")));
    }
    let is_other = |(manager, operation): &(&str, &str)| {
        *manager != FIELD_MANAGER && (*operation == "Apply" || CLIENT_SIDE.contains(manager))
    };
    if let Some((manager, _)) = managers(live).find(is_other) {
        return Some(format!("has fields of the manager `{manager}`"));
    }
    if !is_applied_by_us(live) {
        return Some("was made by somebody else".to_owned());
    }
    let annotation = |key: &str| live.get("metadata")?.get("annotations")?.get(key)?.as_str();
    let kept = KEEP.iter().find(|(key, value)| annotation(key).is_some_and(|text| text.contains(value)));
    kept.map(|(key, _)| format!("is to be kept, as its annotation `{key}` says"))
}

/// What became of an object that was to be deleted.
pub(crate) enum Pruned {
    Deleted,
    /// It was not there any more.
    Gone,
    /// It is left; the reason as a clause.
    Left(String),
}

/// Deletes an object that was created for a pull request, and waits until it is gone. `others` are those that are deleted with it.
pub(crate) async fn prune(
    work: &Work<'_>,
    (id, api_version): (&ObjectId, &str),
    others: &[ObjectId],
) -> Result<Pruned, Stop> {
    work.enter(format!("deleting {id}"));
    let live = match work.until(work.cluster.get(api_version, id)).await? {
        Ok(Some(live)) => live,
        Ok(None) | Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => return Ok(Pruned::Gone),
        Err(ApiError::Forbidden { .. }) => return Ok(Pruned::Left("may not be read".to_owned())),
        Err(error) => return Err(Stop::Api(error)),
    };
    if let Some(because) = why_not_ours(&live) {
        return Ok(Pruned::Left(because));
    }
    if HOLDERS.contains(&id.kind.as_str())
        && let Some(because) = why_it_holds(work, id, &live, others).await?
    {
        return Ok(Pruned::Left(because));
    }
    let uid = live.pointer("/metadata/uid").and_then(Value::as_str);
    delete(work, (id, api_version), uid).await
}

/// Deletes an object, and waits until it is gone.
pub(crate) async fn delete(
    work: &Work<'_>,
    (id, api_version): (&ObjectId, &str),
    uid: Option<&str>,
) -> Result<Pruned, Stop> {
    match work.delete(api_version, id, uid).await? {
        Ok(true) => {}
        Ok(false) => return Ok(Pruned::Gone),
        Err(ApiError::Forbidden { verb, resource, .. }) => {
            return Ok(Pruned::Left(format!("may not be deleted: grant {verb} on {resource}")));
        }
        Err(ApiError::Rejected { message, .. }) => return Ok(Pruned::Left(format!("may not be deleted: {message}"))),
        Err(error) => return Err(Stop::Api(error)),
    }
    let mut held = String::new();
    for _ in 0..MOST_LOOKS {
        match work.until(work.cluster.get(api_version, id)).await? {
            Ok(Some(live)) if live.pointer("/metadata/uid").and_then(Value::as_str) == uid => held = finalizers(&live),
            Ok(_) | Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => return Ok(Pruned::Deleted),
            Err(error) => return Err(Stop::Api(error)),
        }
        work.pause(LOOK_EVERY).await?;
    }
    Ok(Pruned::Left(format!("is being deleted and does not go{held}")))
}

fn finalizers(live: &Value) -> String {
    let list = live.pointer("/metadata/finalizers").and_then(Value::as_array).into_iter().flatten();
    let named: Vec<String> = list.filter_map(Value::as_str).map(|name| format!("`{name}`")).collect();
    if named.is_empty() { String::new() } else { format!(": it is held by the finalizer {}", named.join(", ")) }
}

/// Why a namespace or a definition is left: what others have in it would go, too.
async fn why_it_holds(
    work: &Work<'_>,
    id: &ObjectId,
    live: &Value,
    others: &[ObjectId],
) -> Result<Option<String>, Stop> {
    let text = |pointer: &str| live.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kinds, namespace): (Vec<(String, String)>, Option<&str>) = if id.kind == "Namespace" {
        let kinds = IN_NAMESPACES.iter().map(|(version, kind)| ((*version).to_owned(), (*kind).to_owned()));
        (kinds.collect(), Some(id.name.as_str()))
    } else {
        let versions = live.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
        let served = versions.filter(|version| version.get("served").and_then(Value::as_bool) == Some(true));
        let served = served.filter_map(|version| version.get("name")?.as_str()).next();
        let version = served.map(|version| format!("{}/{version}", text("/spec/group")));
        (version.map(|version| (version, text("/spec/names/kind"))).into_iter().collect(), None)
    };
    for (api_version, kind) in kinds {
        let found = match work.until(work.cluster.list(&api_version, &kind, namespace, None)).await? {
            Ok(found) => found,
            Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => continue,
            Err(ApiError::Forbidden { .. }) => {
                return Ok(Some(format!("may hold objects of others: not allowed to list `{kind}`")));
            }
            Err(error) => return Err(Stop::Api(error)),
        };
        let group = group_of(&api_version);
        if let Some(name) = found.iter().find_map(|object| stays(object, (group, &kind), others)) {
            return Ok(Some(format!("holds `{kind}/{name}`, which is not of this pull request")));
        }
    }
    Ok(None)
}

/// The name of an object that would be lost: neither on its way out, nor deleted with the others, nor made by Kubernetes.
fn stays(object: &Value, (group, kind): (&str, &str), others: &[ObjectId]) -> Option<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let name = text("/metadata/name")?;
    let is_ours = others.iter().any(|id| {
        id.group == group
            && id.kind == kind
            && id.name == name
            && id.namespace.as_deref() == text("/metadata/namespace")
    });
    let is_going = text("/metadata/deletionTimestamp").is_some();
    let is_owned = object.pointer("/metadata/ownerReferences").and_then(Value::as_array).is_some_and(|o| !o.is_empty());
    let is_of_kubernetes = name == "kube-root-ca.crt" || text("/type") == Some("kubernetes.io/service-account-token");
    (!is_ours && !is_going && !is_owned && !is_of_kubernetes).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_own_or_have_made_is_not_ours() {
        let ours = json!({"manager": "seatrial", "operation": "Apply"});
        let with = |manager: &str, operation: &str| json!({"metadata": {"managedFields": [ours, {"manager": manager, "operation": operation}]}});
        let table = [
            ("ours alone", json!({"metadata": {"managedFields": [ours]}}), None),
            ("its status is a controller's", with("kube-controller-manager", "Update"), None),
            ("no field but its name", json!({"metadata": {}}), None),
            (
                "by hand",
                json!({"metadata": {"managedFields": [{"manager": "kubectl-create", "operation": "Update"}]}}),
                Some("was made by somebody else"),
            ),
            (
                "applied by another, too",
                with("hpa-operator", "Apply"),
                Some("has fields of the manager `hpa-operator`"),
            ),
            (
                "applied by kubectl, too",
                with("kubectl-client-side-apply", "Update"),
                Some("has fields of the manager `kubectl-client-side-apply`"),
            ),
            (
                "a controller's",
                json!({"metadata": {"managedFields": [ours], "ownerReferences": [{"kind": "Widget", "name": "w"}]}}),
                Some("belongs to `Widget/w`"),
            ),
            (
                "to be kept",
                json!({"metadata": {"managedFields": [ours], "annotations": {"helm.sh/resource-policy": "keep"}}}),
                Some("is to be kept, as its annotation `helm.sh/resource-policy` says"),
            ),
        ];
        for (claim, live, expected) in table {
            assert_eq!(why_not_ours(&live).as_deref(), expected, "{claim}");
        }
    }
}
