//! An object with its pods and events, as readiness wants them: only pods of the newest revision, only events about the object,
//! its newest ReplicaSet and those pods.

use std::collections::BTreeSet;
use std::sync::Arc;

use seatrial_api::{ApiError, Cluster};
use seatrial_kubernetes::LabelSelector;
use seatrial_model::ObjectId;
use seatrial_readiness::{Live, State, has_pods, status};
use serde_json::Value;

use crate::watch::mirror::Mirror;

/// What was found of an object.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The object; `None` when it is gone.
    pub object: Option<Value>,
    /// Pods of its newest revision; asked for only when it is not as desired.
    pub pods: Vec<Value>,
    /// Its pods of older revisions.
    pub older: Vec<Value>,
    /// The ReplicaSet of its newest revision, of a Deployment.
    pub replica_set: Option<Value>,
    /// Events about it, its newest ReplicaSet and those pods.
    pub events: Vec<Value>,
    /// What may not be listed, as sentences: a cause may be missing then.
    pub unread: BTreeSet<String>,
}

/// Lists, and notes what may not be listed: that is not needed for a verdict, only for its cause.
#[derive(Default)]
struct Lister {
    unread: BTreeSet<String>,
}

impl Lister {
    async fn list(
        &mut self,
        mirror: &Mirror<'_>,
        kind: (&str, &str),
        namespace: Option<&str>,
        (selector, is_wanted): (Option<&str>, impl Fn(&Value) -> bool),
    ) -> Result<Vec<Value>, ApiError> {
        match mirror.list(kind, namespace, selector, is_wanted).await {
            Err(error @ ApiError::Forbidden { .. }) => {
                self.unread.insert(format!("{error}: causes may be missing"));
                Ok(Vec::new())
            }
            Err(ApiError::NotFound(_) | ApiError::UnknownKind { .. }) => Ok(Vec::new()),
            other => Ok(other?.into_iter().map(Arc::unwrap_or_clone).collect()),
        }
    }
}

impl Seen {
    /// As readiness wants it.
    #[must_use]
    pub fn live<'a>(&'a self, object: &'a Value) -> Live<'a> {
        Live {
            object,
            pods: &self.pods,
            older: &self.older,
            replica_set: self.replica_set.as_ref(),
            events: &self.events,
        }
    }
}

/// Whether readiness of a kind reads events.
pub(crate) fn has_events(id: &ObjectId) -> bool {
    seatrial_readiness::has_events(&id.group, &id.kind)
}

/// Asks for an object and, when it is not as desired, for its pods. `events` are those of its namespace.
///
/// # Errors
/// [`ApiError`]; lists that may not be read are no error, see [`Seen::unread`].
pub async fn gather(cluster: &Cluster, api_version: &str, id: &ObjectId, events: &[Value]) -> Result<Seen, ApiError> {
    gather_in(&Mirror::asking(cluster), api_version, id, events, &[State::InProgress, State::Failed]).await
}

/// The same, with its pods in the states of `wanted`.
pub(crate) async fn gather_in(
    mirror: &Mirror<'_>,
    api_version: &str,
    id: &ObjectId,
    events: &[Value],
    wanted: &[State],
) -> Result<Seen, ApiError> {
    let Some(object) = mirror.get(api_version, id).await? else { return Ok(Seen::default()) };
    let object = Arc::unwrap_or_clone(object);
    let mut seen = Seen::default();
    let mut owners = vec![object.clone()];
    let state = status(Live::alone(&object)).state;
    if has_pods(&id.group, &id.kind) && wanted.contains(&state) {
        let mut lister = Lister::default();
        let found = pods_of(mirror, &mut lister, &object, id).await?;
        seen = Seen { unread: lister.unread, ..found };
        owners.extend(seen.replica_set.clone());
    }
    let about = |event: &&Value| owners.iter().chain(&seen.pods).any(|owner| is_about(event, owner));
    seen.events = events.iter().filter(about).cloned().collect();
    seen.object = Some(object);
    Ok(seen)
}

/// Events of a namespace, and a sentence when they may not be listed.
///
/// # Errors
/// [`ApiError`].
pub async fn events(cluster: &Cluster, namespace: &str) -> Result<(Vec<Value>, BTreeSet<String>), ApiError> {
    events_in(&Mirror::asking(cluster), namespace).await
}

/// The same.
pub(crate) async fn events_in(
    mirror: &Mirror<'_>,
    namespace: &str,
) -> Result<(Vec<Value>, BTreeSet<String>), ApiError> {
    let mut lister = Lister::default();
    let events = lister.list(mirror, ("v1", "Event"), Some(namespace), (None, |_: &Value| true)).await?;
    Ok((events, lister.unread))
}

/// Its pods, and the ReplicaSet between the newest ones and a Deployment.
async fn pods_of(mirror: &Mirror<'_>, lister: &mut Lister, object: &Value, id: &ObjectId) -> Result<Seen, ApiError> {
    let Some(selector) = selector(object) else { return Ok(Seen::default()) };
    let namespace = id.namespace.as_deref();
    let mut owned = async |kind: (&str, &str), owners: &[&Value]| {
        let owners: Vec<&str> = owners.iter().filter_map(|owner| text(owner, "/metadata/uid")).collect();
        let is_owned = |object: &Value| owners.iter().any(|owner| is_owned(object, owner));
        lister.list(mirror, kind, namespace, (Some(&selector), is_owned)).await
    };
    if id.kind == "Deployment" {
        let sets = owned(("apps/v1", "ReplicaSet"), &[object]).await?;
        let pods = owned(("v1", "Pod"), &sets.iter().collect::<Vec<_>>()).await?;
        let newest = newest_replica_set(object, &sets);
        let uid = newest.and_then(|set| text(set, "/metadata/uid"));
        let is_newest = |pod: &Value| uid.is_some_and(|uid| is_owned(pod, uid));
        let (pods, older) = pods.into_iter().partition(is_newest);
        return Ok(Seen { pods, older, replica_set: newest.cloned(), ..Seen::default() });
    }
    let pods = owned(("v1", "Pod"), &[object]).await?;
    let revision = match id.kind.as_str() {
        "StatefulSet" => text(object, "/status/updateRevision").map(str::to_owned),
        "DaemonSet" => {
            let revisions = owned(("apps/v1", "ControllerRevision"), &[object]).await?;
            let newest = revisions.iter().max_by_key(|r| r.get("revision").and_then(Value::as_i64));
            newest.and_then(|r| text(r, "/metadata/labels/controller-revision-hash")).map(str::to_owned)
        }
        _ => return Ok(Seen { pods, ..Seen::default() }),
    };
    // Without a known revision no pod is known to be of the newest one.
    let is_newest = |pod: &Value| {
        let hash = text(pod, "/metadata/labels/controller-revision-hash");
        revision.is_some() && hash == revision.as_deref()
    };
    let (pods, older) = pods.into_iter().partition(is_newest);
    Ok(Seen { pods, older, ..Seen::default() })
}

/// The ReplicaSet that carries the Deployment's own revision.
fn newest_replica_set<'a>(deployment: &Value, sets: &'a [Value]) -> Option<&'a Value> {
    let revision = |object: &Value| {
        text(object, "/metadata/annotations/deployment.kubernetes.io~1revision").and_then(|r| r.parse::<i64>().ok())
    };
    let wanted = revision(deployment);
    sets.iter().filter(|set| wanted.is_none() || revision(set) == wanted).max_by_key(|set| revision(set))
}

fn is_owned(object: &Value, uid: &str) -> bool {
    let references = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    references.into_iter().flatten().any(|r| r.get("uid").and_then(Value::as_str) == Some(uid))
}

fn is_about(event: &Value, object: &Value) -> bool {
    match (text(event, "/involvedObject/uid"), text(object, "/metadata/uid")) {
        (Some(a), Some(b)) if !a.is_empty() => a == b,
        _ => {
            let kind = text(object, "/kind");
            text(event, "/involvedObject/name") == text(object, "/metadata/name")
                && (kind.is_none() || text(event, "/involvedObject/kind") == kind)
        }
    }
}

/// A workload's selector in the form of a query.
fn selector(object: &Value) -> Option<String> {
    let selector = object.pointer("/spec/selector")?;
    let selector = LabelSelector::of_json(selector)?;
    (!selector.is_empty()).then(|| selector.to_string())
}

fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_a_selector_as_a_query() {
        let object = json!({"spec": {"selector": {
            "matchLabels": {"app": "web", "tier": "front"},
            "matchExpressions": [
                {"key": "env", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        }}});
        assert_eq!(selector(&object).as_deref(), Some("app=web,tier=front,env in (a,b),!old"));
        assert_eq!(selector(&json!({"spec": {}})), None);
    }

    #[test]
    fn only_the_replica_set_of_the_newest_revision_counts() {
        let set = |name: &str, revision: &str, owner: &str| {
            json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": owner}],
                "annotations": {"deployment.kubernetes.io/revision": revision}}})
        };
        let deployment = |revision: &str| json!({"metadata": {"uid": "d", "annotations": {"deployment.kubernetes.io/revision": revision}}});
        let sets = || vec![set("old", "9", "d"), set("new", "10", "d"), set("foreign", "11", "e")];
        let sets: Vec<Value> = sets().into_iter().filter(|set| is_owned(set, "d")).collect();
        let name = |found: Option<&Value>| found.and_then(|s| s["metadata"]["name"].as_str().map(str::to_owned));
        assert_eq!(name(newest_replica_set(&deployment("10"), &sets)).as_deref(), Some("new"));
        assert_eq!(name(newest_replica_set(&json!({"metadata": {"uid": "d"}}), &sets)).as_deref(), Some("new"));
        assert_eq!(name(newest_replica_set(&deployment("11"), &sets)), None);
    }
}
