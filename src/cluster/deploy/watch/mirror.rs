//! What a wait looks at: one watch per kind and namespace; what a watch does not know is asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use seatrial_api::{ApiError, Cluster, Watch};
use seatrial_model::ObjectId;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A watch is silent when nothing changes, and when the server is gone: so often an object is asked for all the same.
const CONFIRM_EVERY: Duration = Duration::from_secs(1);

/// A change rarely comes alone.
const GATHER: Duration = Duration::from_millis(250);

/// Version, kind and namespace.
type Key = (String, String, Option<String>);

/// The objects of a cluster as far as they are asked for.
pub(crate) struct Mirror<'a> {
    cluster: &'a Cluster,
    /// `None`: everything is asked for.
    watches: Option<Mutex<BTreeMap<Key, Arc<Watch>>>>,
    changed: Arc<Notify>,
    confirmed: Mutex<Instant>,
}

impl<'a> Mirror<'a> {
    /// Asks for everything.
    pub(crate) fn asking(cluster: &'a Cluster) -> Mirror<'a> {
        Mirror { cluster, watches: None, changed: Arc::default(), confirmed: Mutex::new(Instant::now()) }
    }

    /// Watches what it is asked for. What was applied before is seen by it, what is applied later may be seen late.
    pub(crate) fn watching(cluster: &'a Cluster) -> Mirror<'a> {
        Mirror { watches: Some(Mutex::default()), ..Mirror::asking(cluster) }
    }

    /// Waits for a change, or until so much time has passed.
    pub(crate) async fn pause(&self, most: Duration) {
        let change = async {
            self.changed.notified().await;
            tokio::time::sleep(GATHER).await;
        };
        let _ = tokio::time::timeout(most, change).await;
    }

    /// One object; `None` when it does not exist.
    pub(crate) async fn get(&self, api_version: &str, id: &ObjectId) -> Result<Option<Arc<Value>>, ApiError> {
        if let Some(watch) = self.watch(api_version, &id.kind, id.namespace.as_deref())
            && let Some(known) = watch.get(&id.name).await
        {
            return Ok(known);
        }
        Ok(self.cluster.get(api_version, id).await?.map(Arc::new))
    }

    /// Objects that are wanted; `selector` is what the server is asked for where they are not watched.
    pub(crate) async fn list(
        &self,
        (api_version, kind): (&str, &str),
        namespace: Option<&str>,
        selector: Option<&str>,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Result<Vec<Arc<Value>>, ApiError> {
        if let Some(watch) = self.watch(api_version, kind, namespace)
            && let Some(known) = watch.list(&is_wanted).await
        {
            return Ok(known);
        }
        let listed = self.cluster.list(api_version, kind, namespace, selector).await?;
        Ok(listed.into_iter().filter(is_wanted).map(Arc::new).collect())
    }

    /// Asks for an object now and then, so that a server that is gone is noticed, and a watch that tells nothing: that is begun anew.
    pub(crate) async fn confirm(&self, api_version: &str, id: &ObjectId) -> Result<(), ApiError> {
        if self.watches.is_none() || self.since_confirmed() < CONFIRM_EVERY {
            return Ok(());
        }
        let known = self.get(api_version, id).await?;
        let asked = self.cluster.get(api_version, id).await?;
        *self.confirmed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if version(known.as_deref()) == version(asked.as_ref()) {
            return Ok(());
        }
        tokio::time::sleep(GATHER).await;
        // It has changed meanwhile, or the watch is late; then the others may be late, too.
        if version(self.get(api_version, id).await?.as_deref()) == version(known.as_deref()) {
            self.forget();
        }
        Ok(())
    }

    fn since_confirmed(&self) -> Duration {
        self.confirmed.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn watch(&self, api_version: &str, kind: &str, namespace: Option<&str>) -> Option<Arc<Watch>> {
        let mut watches = self.watches.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (api_version.to_owned(), kind.to_owned(), namespace.map(str::to_owned));
        let begin = || Arc::new(self.cluster.watch(api_version, kind, namespace, &self.changed));
        Some(Arc::clone(watches.entry(key).or_insert_with(begin)))
    }

    fn forget(&self) {
        if let Some(watches) = &self.watches {
            watches.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// When the server answered last, as far as that is known here; `None` where every look asks it.
    pub(crate) fn answered(&self) -> Option<Instant> {
        self.watches.as_ref()?;
        Some(*self.confirmed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn version(object: Option<&Value>) -> Option<&str> {
    object?.pointer("/metadata/resourceVersion")?.as_str()
}
