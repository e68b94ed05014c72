//! Objects and the log of their changes: the etcd of the simulated cluster. Knows nothing of kinds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::json;

/// How many changes are kept for watches; older ones are `Expired`, as after etcd's compaction.
const KEPT_CHANGES: usize = 16_384;

/// Where an object lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// `deployments.apps`.
    pub(crate) resource: String,
    /// Empty for cluster-scoped objects.
    pub(crate) namespace: String,
    /// Name.
    pub(crate) name: String,
}

impl Key {
    /// A key.
    pub(crate) fn new(resource: &str, namespace: &str, name: &str) -> Key {
        Key { resource: resource.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

/// One change of one object.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The version of the store after it.
    pub(crate) version: u64,
    /// Whose.
    pub(crate) key: Key,
    /// Before it; none when it was created.
    pub(crate) before: Option<Arc<Value>>,
    /// After it; for a deletion the last state, with the version of the deletion.
    pub(crate) after: Arc<Value>,
    /// Whether it was the deletion.
    pub(crate) deleted: bool,
}

/// All objects.
#[derive(Debug)]
pub(crate) struct Store {
    objects: BTreeMap<Key, Arc<Value>>,
    /// Keys by the identity of the controlling owner; empty for what has none.
    controlled: BTreeMap<String, BTreeSet<Key>>,
    log: VecDeque<Change>,
    version: u64,
    announced: watch::Sender<u64>,
}

impl Store {
    /// An empty store. Versions start above zero, which means "any" to a watch.
    pub(crate) fn new() -> Store {
        Store {
            objects: BTreeMap::new(),
            controlled: BTreeMap::new(),
            log: VecDeque::new(),
            version: 1,
            announced: watch::Sender::new(1),
        }
    }

    /// The version after the last change.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Tells of every change by the version after it.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.announced.subscribe()
    }

    /// One object.
    pub(crate) fn get(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// Objects of a resource, of one namespace or of all, in order of namespace and name.
    pub(crate) fn list(
        &self,
        resource: &str,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = (&Key, &Arc<Value>)> + use<'_> {
        let from = Key::new(resource, namespace.unwrap_or(""), "");
        let (resource, namespace) = (from.resource.clone(), namespace.map(str::to_owned));
        let wanted =
            move |key: &Key| key.resource == resource && namespace.as_ref().is_none_or(|n| *n == key.namespace);
        self.objects.range(from..).take_while(move |(key, _)| wanted(key))
    }

    /// Keys of a resource in all namespaces: to walk while objects change.
    pub(crate) fn keys(&self, resource: &str) -> Vec<Key> {
        self.list(resource, None).map(|(key, _)| key.clone()).collect()
    }

    /// What an owner controls, in the order of keys; what nobody controls for an empty identity.
    pub(crate) fn controlled_by(&self, uid: &str) -> impl Iterator<Item = (&Key, &Arc<Value>)> + use<'_> {
        let keys = self.controlled.get(uid).into_iter().flatten();
        keys.filter_map(|key| self.objects.get_key_value(key))
    }

    /// What nobody controls of a resource in a namespace, in order of names.
    pub(crate) fn uncontrolled(
        &self,
        resource: &str,
        namespace: &str,
    ) -> impl Iterator<Item = (&Key, &Arc<Value>)> + use<'_> {
        let from = Key::new(resource, namespace, "");
        let keys = self.controlled.get("").into_iter().flat_map({
            let from = from.clone();
            move |keys| keys.range(from.clone()..)
        });
        let keys = keys.take_while(move |key| key.resource == from.resource && key.namespace == from.namespace);
        keys.filter_map(|key| self.objects.get_key_value(key))
    }

    /// How many objects there are.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    fn forget_control(&mut self, uid: &str, key: &Key) {
        if let Some(keys) = self.controlled.get_mut(uid) {
            keys.remove(key);
            if keys.is_empty() {
                self.controlled.remove(uid);
            }
        }
    }

    /// Every object.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        self.objects.iter()
    }

    /// Stores an object under a new version, which it is given.
    pub(crate) fn put(&mut self, key: &Key, mut object: Value) -> Arc<Value> {
        self.version += 1;
        json::set(&mut object, "/metadata/resourceVersion", self.version.to_string());
        let after = Arc::new(object);
        let before = self.objects.insert(key.clone(), Arc::clone(&after));
        let owner = controller(&after);
        if let Some(old) = before.as_ref().map(|old| controller(old)).filter(|old| *old != owner) {
            self.forget_control(old, key);
        }
        if before.as_ref().is_none_or(|old| controller(old) != owner) {
            self.controlled.entry(owner.to_owned()).or_default().insert(key.clone());
        }
        self.announce(Change {
            version: self.version,
            key: key.clone(),
            before,
            after: Arc::clone(&after),
            deleted: false,
        });
        after
    }

    /// Stores what `change` makes of an object, unless that is the same. Gives the object as it is then.
    pub(crate) fn change(&mut self, key: &Key, change: impl FnOnce(&mut Value)) -> Option<Arc<Value>> {
        let old = self.objects.get(key)?;
        let mut new = Value::clone(old);
        change(&mut new);
        if new == **old {
            return Some(Arc::clone(old));
        }
        Some(self.put(key, new))
    }

    /// Removes an object and gives its last state, with the version of the deletion.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?;
        self.forget_control(controller(&before), key);
        self.version += 1;
        let mut last = Value::clone(&before);
        json::set(&mut last, "/metadata/resourceVersion", self.version.to_string());
        let after = Arc::new(last);
        let change = Change {
            version: self.version,
            key: key.clone(),
            before: Some(before),
            after: Arc::clone(&after),
            deleted: true,
        };
        self.announce(change);
        Some(after)
    }

    /// The changes after a version, oldest first.
    ///
    /// # Errors
    /// The oldest version that can still be asked for.
    pub(crate) fn since(&self, version: u64) -> Result<impl Iterator<Item = &Change>, u64> {
        let oldest = self.log.front().map_or(self.version, |change| change.version - 1);
        if version < oldest && self.log.len() >= KEPT_CHANGES {
            return Err(oldest);
        }
        let first = self.log.partition_point(|change| change.version <= version);
        Ok(self.log.range(first..))
    }

    fn announce(&mut self, change: Change) {
        if self.log.len() >= KEPT_CHANGES {
            self.log.pop_front();
        }
        self.log.push_back(change);
        self.announced.send_replace(self.version);
    }
}

/// The identity of an object's controlling owner; empty when it has none.
fn controller(object: &Value) -> &str {
    let owners = json::items(object, "/metadata/ownerReferences").iter();
    let mut controllers = owners.filter(|owner| owner.get("controller") == Some(&Value::Bool(true)));
    controllers.next().map_or("", |owner| json::text(owner, "/uid"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(name: &str) -> Key {
        Key::new("pods", "shop", name)
    }

    #[test]
    fn every_change_has_a_version_and_the_same_object_has_none() {
        let mut store = Store::new();
        store.put(&key("a"), json!({"metadata": {}}));
        store.change(&key("a"), |pod| json::set(pod, "/x", 1));
        store.change(&key("a"), |pod| json::set(pod, "/x", 1));
        store.remove(&key("a"));
        let seen: Vec<_> =
            store.since(1).expect("is kept").map(|c| (c.version, c.before.is_none(), c.deleted)).collect();
        assert_eq!(seen, [(2, true, false), (3, false, false), (4, false, true)]);
        assert_eq!(store.version(), 4);
    }

    #[test]
    fn lists_one_namespace_or_all_of_one_resource() {
        let mut store = Store::new();
        for (resource, namespace, name) in
            [("pods", "a", "x"), ("pods", "b", "y"), ("podsx", "a", "z"), ("pods", "a", "w")]
        {
            store.put(&Key::new(resource, namespace, name), json!({"metadata": {}}));
        }
        let names = |namespace| store.list("pods", namespace).map(|(key, _)| key.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(Some("a")), ["w", "x"]);
        assert_eq!(names(None), ["w", "x", "y"]);
    }

    #[test]
    fn knows_what_an_owner_controls_as_owners_come_and_go() {
        let mut store = Store::new();
        let owned = |uid: &str| json!({"metadata": {"ownerReferences": [{"uid": uid, "controller": true}]}});
        let names =
            |store: &Store, uid: &str| store.controlled_by(uid).map(|(key, _)| key.name.clone()).collect::<Vec<_>>();
        store.put(&key("a"), json!({"metadata": {}}));
        store.put(&key("b"), owned("u1"));
        assert_eq!((names(&store, ""), names(&store, "u1")), (vec!["a".to_owned()], vec!["b".to_owned()]));
        store.put(&key("a"), owned("u1"));
        store.put(&key("b"), owned("u2"));
        assert_eq!((names(&store, ""), names(&store, "u1")), (vec![], vec!["a".to_owned()]));
        store.remove(&key("b"));
        assert_eq!(names(&store, "u2"), Vec::<String>::new());
    }

    #[test]
    fn changes_from_too_long_ago_are_gone() {
        let mut store = Store::new();
        for _ in 0..=KEPT_CHANGES {
            store.put(&key("a"), json!({"metadata": {}}));
        }
        assert!(store.since(1).is_err());
        assert!(store.since(store.version() - 1).is_ok());
    }
}
