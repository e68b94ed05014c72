//! What was seen of every object of the scenarios, from the first look to the last: lists of their kinds, again and again.

use seatrial_model::group_of;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seatrial_readiness::{Live, State, has_events, has_pods, status};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::bed::{Bed, text};
use crate::scenario::Scenario;

const PAUSE: Duration = Duration::from_millis(150);
/// Events are many: they are listed with every so many looks.
const LOOKS_PER_EVENTS: usize = 8;

/// One look at an object that differs from the one before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    /// `False HealthCheckFailed`: what its condition `Ready` says; empty without one.
    pub(crate) ready: String,
    pub(crate) state: &'static str,
    pub(crate) message: String,
}

/// Namespace, kind and name; a cluster's own object has an empty namespace.
pub(crate) type Key = (String, String, String);
type Looks = Arc<Mutex<BTreeMap<Key, Vec<Look>>>>;

/// The looks, and the task that takes them.
pub(crate) struct Watch {
    looks: Looks,
    task: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn start(bed: &Arc<Bed>, scenarios: &[Scenario]) -> Watch {
        let kinds: BTreeSet<(String, String)> = scenarios.iter().flat_map(Scenario::kinds).collect();
        let looks = Looks::default();
        let task = tokio::spawn(take(Arc::clone(bed), kinds, Arc::clone(&looks)));
        Watch { looks, task }
    }

    /// What was seen of an object so far.
    pub(crate) fn of(&self, key: &Key) -> Vec<Look> {
        self.looks.lock().expect("nobody panics with it").get(key).cloned().unwrap_or_default()
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()), "the watch ended by itself");
    }
}

async fn take(bed: Arc<Bed>, kinds: BTreeSet<(String, String)>, looks: Looks) {
    let mut events = Vec::new();
    for round in 0.. {
        if round % LOOKS_PER_EVENTS == 0 {
            events = list(&bed, "v1", "Event").await;
        }
        let pods = list(&bed, "v1", "Pod").await;
        for (api_version, kind) in &kinds {
            for object in list(&bed, api_version, kind).await {
                let (key, look) = look(&object, &pods, &events);
                let mut looks = looks.lock().expect("nobody panics with it");
                let seen = looks.entry(key).or_default();
                if seen.last() != Some(&look) {
                    seen.push(look);
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A kind that is not served yet has no objects.
async fn list(bed: &Bed, api_version: &str, kind: &str) -> Vec<Value> {
    bed.cluster.list(api_version, kind, None, None).await.unwrap_or_default()
}

fn look(object: &Value, pods: &[Value], events: &[Value]) -> (Key, Look) {
    let (group, kind) = (group_of(text(object, "apiVersion")), text(object, "kind"));
    let metadata = &object["metadata"];
    let is_owned = |pod: &&Value| pod["metadata"]["ownerReferences"][0]["uid"] == metadata["uid"];
    let pods = if has_pods(group, kind) { pods.iter().filter(is_owned).cloned().collect() } else { Vec::new() };
    let is_about = |event: &&Value| {
        let involved = &event["involvedObject"];
        involved["uid"] == metadata["uid"] || pods.iter().any(|pod| involved["uid"] == pod["metadata"]["uid"])
    };
    let events: Vec<Value> =
        if has_events(group, kind) { events.iter().filter(is_about).cloned().collect() } else { Vec::new() };
    let seen = status(Live { pods: &pods, events: &events, ..Live::alone(object) });
    let conditions = object["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    let ready = ready.map(|c| format!("{} {}", text(c, "status"), text(c, "reason"))).unwrap_or_default();
    let state = match seen.state {
        State::Current => "Current",
        State::InProgress => "InProgress",
        State::Failed => "Failed",
        State::Terminating => "Terminating",
    };
    let key = (text(metadata, "namespace").to_owned(), kind.to_owned(), text(metadata, "name").to_owned());
    (key, Look { ready, state, message: seen.message })
}
