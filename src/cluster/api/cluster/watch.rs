//! The objects of one kind and namespace, listed once and kept up to date by a watch.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kube::core::WatchEvent;
use kube::core::params::WatchParams;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::cluster::destination::Destination;
use crate::cluster::discovery::Served;
use crate::cluster::with_type;
use crate::{ApiError, Cluster};

/// How long one watch lives; then it goes on where it ended.
const LIFE_IN_SECONDS: u32 = 240;

/// A watch that has not ended by then has no server any more.
const SILENCE: Duration = Duration::from_secs(LIFE_IN_SECONDS as u64 + 30);

/// After a watch that broke, everything is listed anew, but not at once.
const RETRY: Duration = Duration::from_secs(1);

/// A server says at once that it begins; whoever stands between may not.
const BEGINS_WITHIN: Duration = Duration::from_secs(10);

/// Objects by their names.
type Objects = HashMap<String, Arc<Value>>;

/// A watch that runs until it is dropped.
#[derive(Debug)]
pub struct Watch {
    known: watch::Receiver<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum State {
    /// The first list has not come yet.
    Starting,
    /// What is known is as new as the server has told.
    Current(Objects),
    /// Nothing is known: it must not be watched, or the watch broke.
    Unknown,
}

impl Watch {
    /// One object, or that there is none; the outer `None`: it is not known, and has to be asked for. Waits for the first list.
    pub async fn get(&self, name: &str) -> Option<Option<Arc<Value>>> {
        self.read(|objects| objects.get(name).cloned()).await
    }

    /// The objects that `is_wanted`; `None`: it is not known, and has to be asked for. Waits for the first list.
    pub async fn list(&self, is_wanted: impl Fn(&Value) -> bool) -> Option<Vec<Arc<Value>>> {
        self.read(|objects| objects.values().filter(|object| is_wanted(object)).cloned().collect()).await
    }

    async fn read<T>(&self, read: impl FnOnce(&Objects) -> T) -> Option<T> {
        let mut known = self.known.clone();
        match &*known.wait_for(|state| !matches!(state, State::Starting)).await.ok()? {
            State::Current(objects) => Some(read(objects)),
            State::Starting | State::Unknown => None,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cluster {
    /// Begins to watch a kind in a namespace (`None`: objects of the cluster). `changed` is notified of every change.
    ///
    /// It needs `list` and `watch` on the kind; without them, nothing is known by it.
    #[must_use]
    pub fn watch(&self, api_version: &str, kind: &str, namespace: Option<&str>, changed: &Arc<Notify>) -> Watch {
        let (sender, known) = watch::channel(State::Starting);
        let of = (api_version.to_owned(), kind.to_owned(), namespace.map(str::to_owned));
        let (cluster, changed) = (self.clone(), Arc::clone(changed));
        let task = tokio::spawn(async move { keep(&cluster, &of, &Told { sender, changed }).await });
        Watch { known, task }
    }
}

/// Who is told.
struct Told {
    sender: watch::Sender<State>,
    changed: Arc<Notify>,
}

impl Told {
    fn set(&self, state: State) {
        self.sender.send_replace(state);
        self.changed.notify_one();
    }

    fn change(&self, change: impl FnOnce(&mut Objects)) {
        self.sender.send_modify(|state| {
            if let State::Current(objects) = state {
                change(objects);
            }
        });
        self.changed.notify_one();
    }
}

/// Why a watch ended.
enum End {
    /// It may be begun anew.
    Broke,
    /// It must not be watched, or there is nothing to watch.
    Refused,
}

impl From<ApiError> for End {
    fn from(error: ApiError) -> End {
        match error {
            ApiError::Forbidden { .. } | ApiError::NotFound(_) | ApiError::UnknownKind { .. } => End::Refused,
            // A list that is too large would be so again.
            ApiError::Server { code: 200, .. } => End::Refused,
            _ => End::Broke,
        }
    }
}

impl From<kube::Error> for End {
    fn from(error: kube::Error) -> End {
        let refuses = |code: u16| matches!(code, 400 | 403 | 404 | 405);
        if matches!(error, kube::Error::Api(status) if refuses(status.code)) { End::Refused } else { End::Broke }
    }
}

/// Lists and follows, again and again; until it turns out that this is not permitted.
async fn keep(cluster: &Cluster, (api_version, kind, namespace): &(String, String, Option<String>), told: &Told) {
    while let Err(End::Broke) = follow(cluster, (api_version, kind), namespace.as_deref(), told).await {
        told.set(State::Unknown);
        tokio::time::sleep(RETRY).await;
    }
    told.set(State::Unknown);
}

/// Lists, and follows what changes, until that breaks.
async fn follow(
    cluster: &Cluster,
    (api_version, kind): (&str, &str),
    namespace: Option<&str>,
    told: &Told,
) -> Result<Infallible, End> {
    let served = cluster.served(api_version, kind).await?;
    let target = Destination::of_kind(&served, namespace)?;
    let (objects, mut version) = cluster.list_once(&served, namespace, None).await?;
    let named = objects.into_iter().filter_map(|object| Some((name(&object)?, Arc::new(object))));
    told.set(State::Current(named.collect()));
    loop {
        let begun = Instant::now();
        let heard = tokio::time::timeout(SILENCE, hear(cluster, (&target, &served), &mut version, told));
        heard.await.map_err(|_| End::Broke)??;
        tokio::time::sleep(RETRY.saturating_sub(begun.elapsed())).await;
    }
}

/// One watch, from its first to its last event; `version` is moved on.
async fn hear(
    cluster: &Cluster,
    (target, served): (&Destination, &Served),
    version: &mut String,
    told: &Told,
) -> Result<(), End> {
    let parameters = WatchParams::default().timeout(LIFE_IN_SECONDS);
    let call = target.read("watch", target.request.watch(&parameters, version))?;
    let client = cluster.line().client().await?;
    let begun = tokio::time::timeout(BEGINS_WITHIN, client.request_events::<Value>(call.request)).await;
    let mut events = std::pin::pin!(begun.map_err(|_| End::Broke)??);
    while let Some(event) = events.next().await {
        match event? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                let object = with_type(object, served);
                let Some(name) = name(&object) else { continue };
                note_version(&object, version);
                told.change(|objects| drop(objects.insert(name, Arc::new(object))));
            }
            WatchEvent::Deleted(object) => {
                let Some(name) = name(&object) else { continue };
                note_version(&object, version);
                told.change(|objects| drop(objects.remove(&name)));
            }
            WatchEvent::Bookmark(bookmark) => *version = bookmark.metadata.resource_version,
            // The version is older than the server's memory.
            WatchEvent::Error(_) => return Err(End::Broke),
        }
    }
    Ok(())
}

fn name(object: &Value) -> Option<String> {
    object.pointer("/metadata/name")?.as_str().map(str::to_owned)
}

fn note_version(object: &Value, version: &mut String) {
    if let Some(newer) = object.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        newer.clone_into(version);
    }
}
