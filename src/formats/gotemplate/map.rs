//! Maps of Go: shared, and changed in place.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::list::release;
use crate::value::Value;

/// The type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `map[string]interface {}`
    Any,
    /// `map[string]string`
    Texts,
    /// A named type over `map[string]interface {}`, such as `common.Values`.
    Named(&'static str),
}

impl MapKind {
    /// The name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Texts => "map[string]string",
            Self::Named(name) => name,
        }
    }
}

/// A map with string keys. A clone is the same map.
#[derive(Clone)]
pub struct Map(Rc<Inner>);

struct Inner {
    entries: RefCell<BTreeMap<Rc<str>, Value>>,
    kind: MapKind,
    is_nil: bool,
}

impl Map {
    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::of(MapKind::Any, BTreeMap::new())
    }

    /// A map of this type with these entries.
    #[must_use]
    pub fn of(kind: MapKind, entries: BTreeMap<Rc<str>, Value>) -> Self {
        Self(Rc::new(Inner { entries: RefCell::new(entries), kind, is_nil: false }))
    }

    /// The nil map of this type: empty, and Go panics when something is put into it.
    #[must_use]
    pub fn nil(kind: MapKind) -> Self {
        Self(Rc::new(Inner { entries: RefCell::default(), kind, is_nil: true }))
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> MapKind {
        self.0.kind
    }

    /// Whether this is Go's nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil
    }

    /// Whether both are the same map in memory.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.0.entries.borrow().get(key).cloned()
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0.entries.borrow().contains_key(key)
    }

    /// Sets a key, for all who hold the map.
    pub fn insert(&self, key: impl Into<Rc<str>>, value: Value) {
        // What was there is let go after the map is free again: it may hold the map itself.
        let _before = self.0.entries.borrow_mut().insert(key.into(), value);
    }

    /// Removes a key, for all who hold the map.
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.0.entries.borrow_mut().remove(key)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.borrow().is_empty()
    }

    /// The entries in the order of their keys. While they are borrowed, the map must not be changed.
    #[must_use]
    pub fn entries(&self) -> Ref<'_, BTreeMap<Rc<str>, Value>> {
        self.0.entries.borrow()
    }

    /// A copy of the entries as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Rc<str>, Value)> {
        self.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// What is in it, if nobody else has it.
    pub(crate) fn dismantle(self) -> BTreeMap<Rc<str>, Value> {
        Rc::try_unwrap(self.0).map(|inner| inner.entries.take()).unwrap_or_default()
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Rc<str>>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::of(MapKind::Any, entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A map may hold itself: only the keys are shown.
        f.debug_set().entries(self.entries().keys()).finish()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let entries = self.entries.take();
        if !entries.is_empty() {
            release(entries.into_values().collect());
        }
    }
}
