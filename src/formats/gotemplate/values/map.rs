//! Maps of Go: shared, and changed in place.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::values::list::{holds, release};
use crate::values::value::Value;

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
pub struct Map {
    shared: Rc<Inner>,
    kind: MapKind,
}

struct Inner {
    entries: RefCell<BTreeMap<Rc<str>, Value>>,
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
        Self { shared: Rc::new(Inner { entries: RefCell::new(entries), is_nil: false }), kind }
    }

    /// The nil map of this type: empty, and Go panics when something is put into it.
    #[must_use]
    pub fn nil(kind: MapKind) -> Self {
        Self { shared: Rc::new(Inner { entries: RefCell::default(), is_nil: true }), kind }
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> MapKind {
        self.kind
    }

    /// The same map as a value of another type, as Go converts a named type to the one beneath it.
    #[must_use]
    pub fn with_kind(&self, kind: MapKind) -> Self {
        Self { shared: self.shared.clone(), kind }
    }

    /// Whether this is Go's nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.shared.is_nil
    }

    /// Whether both are the same map in memory.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.shared.entries.borrow().get(key).cloned()
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.shared.entries.borrow().contains_key(key)
    }

    /// Sets a key, for all who hold the map.
    pub fn insert(&self, key: impl Into<Rc<str>>, value: Value) {
        // What was there is let go after the map is free again: it may hold the map itself.
        let _before = self.shared.entries.borrow_mut().insert(key.into(), value);
    }

    /// Removes a key, for all who hold the map.
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.shared.entries.borrow_mut().remove(key)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.entries.borrow().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shared.entries.borrow().is_empty()
    }

    /// The entries in the order of their keys. While they are borrowed, the map must not be changed.
    #[must_use]
    pub fn entries(&self) -> Ref<'_, BTreeMap<Rc<str>, Value>> {
        self.shared.entries.borrow()
    }

    /// A copy of the entries as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Rc<str>, Value)> {
        self.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// What is in it, if nobody else has it.
    pub(crate) fn dismantle(self) -> BTreeMap<Rc<str>, Value> {
        Rc::try_unwrap(self.shared).map(|inner| inner.entries.take()).unwrap_or_default()
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
        let entries = self.entries.get_mut();
        if entries.values().any(holds) {
            release(std::mem::take(entries).into_values().collect());
        }
    }
}
