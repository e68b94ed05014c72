//! WATCH: changes of objects as a stream of lines.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::refusal::Refusal;
use crate::requests::reads;
use crate::requests::rendering::Rendering;
use crate::requests::request::{Place, Query};
use crate::selector::Selection;
use crate::world::shared::Shared;
use crate::world::store::Change;

/// How long a watch lives when the client does not say; the API server takes 30 to 60 minutes.
const LONGEST: Duration = Duration::from_secs(1800);

/// A running watch.
struct Watch {
    shared: Arc<Shared>,
    announced: tokio::sync::watch::Receiver<u64>,
    place: Place,
    selection: Selection,
    rendering: Rendering,
    version: u64,
    lines: VecDeque<Bytes>,
    deadline: Instant,
    ended: bool,
}

/// Starts a watch.
///
/// # Errors
/// 400 for a selector or version that cannot be read.
pub(crate) fn start(
    shared: &Arc<Shared>,
    place: &Place,
    query: &Query,
    rendering: Rendering,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Refusal> {
    let mut selection = reads::selection(query)?;
    if !place.name.is_empty() {
        selection = Selection::parse("", &format!("metadata.name={}", place.name)).map_err(Refusal::bad_request)?;
    }
    let from = query.get("resourceVersion");
    let version: u64 = match from {
        "" => 0,
        text => text.parse().map_err(|_| Refusal::bad_request(format!("invalid resource version {text:?}")))?,
    };
    let seconds = query.get("timeoutSeconds").parse::<u64>().map_or(LONGEST, Duration::from_secs);
    let announced = shared.lock().store.subscribe();
    let mut watch = Watch {
        shared: Arc::clone(shared),
        announced,
        place: place.clone(),
        selection,
        rendering,
        version,
        lines: VecDeque::new(),
        deadline: Instant::now() + seconds.min(LONGEST),
        ended: false,
    };
    let wants_state = query.is_true("sendInitialEvents");
    if version == 0 || wants_state {
        watch.take_state(wants_state);
    }
    Ok(futures::stream::unfold(watch, |mut watch| async move { watch.next().await.map(|line| (line, watch)) }))
}

impl Watch {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            self.announced.mark_unchanged();
            self.take_changes();
            if !self.lines.is_empty() {
                continue;
            }
            let changed = tokio::time::timeout_at(self.deadline, self.announced.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                self.ended = true;
            }
        }
    }

    /// What exists now, as if it were just added; with a bookmark behind it when the client asked for the state.
    fn take_state(&mut self, with_bookmark: bool) {
        let shared = Arc::clone(&self.shared);
        let world = shared.lock();
        let namespace = Some(self.place.namespace.as_str()).filter(|n| !n.is_empty());
        for (_, object) in world.store.list(&self.place.resource.qualified(), namespace) {
            if self.selection.matches(object) {
                self.push("ADDED", object);
            }
        }
        self.version = world.store.version();
        if with_bookmark {
            let resource = &self.place.resource;
            let object = json!({
                "kind": resource.kind, "apiVersion": resource.api_version(),
                "metadata": {
                    "resourceVersion": self.version.to_string(),
                    "annotations": {"k8s.io/initial-events-end": "true"},
                },
            });
            self.lines.push_back(line("BOOKMARK", &object));
        }
    }

    fn take_changes(&mut self) {
        let shared = Arc::clone(&self.shared);
        let world = shared.lock();
        match world.store.since(self.version) {
            Ok(changes) => changes.for_each(|change| self.take_change(change)),
            Err(oldest) => {
                let refusal = Refusal::expired(self.version, oldest);
                self.lines.push_back(line("ERROR", &refusal.status()));
                self.ended = true;
            }
        }
        self.version = world.store.version();
    }

    /// An object that starts or stops to match the selector is added or deleted for this client.
    fn take_change(&mut self, change: &Change) {
        let in_place = change.key.resource == self.place.resource.qualified()
            && (self.place.namespace.is_empty() || change.key.namespace == self.place.namespace);
        if !in_place {
            return;
        }
        let before = change.before.as_ref().is_some_and(|object| self.selection.matches(object));
        let after = !change.deleted && self.selection.matches(&change.after);
        match (before, after) {
            (false, true) => self.push("ADDED", &change.after),
            (true, true) => self.push("MODIFIED", &change.after),
            (true, false) => self.push("DELETED", &change.after),
            (false, false) => {}
        }
    }

    fn push(&mut self, kind: &str, object: &Value) {
        let object = reads::in_version(object, &self.place);
        let object = self.rendering.render(object, &self.place.resource);
        self.lines.push_back(line(kind, &object));
    }
}

fn line(kind: &str, object: &Value) -> Bytes {
    let mut text = json!({"type": kind, "object": object}).to_string();
    text.push('\n');
    Bytes::from(text)
}
