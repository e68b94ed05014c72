//! A map whose values are made once, also under concurrent access.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::QuickMap;

/// Remembers one value per key. Makers of different keys run at the same time, those of one key wait for the first.
#[derive(Debug)]
pub struct OnceMap<K, V> {
    slots: Mutex<QuickMap<K, Arc<OnceLock<V>>>>,
}

impl<K, V> Default for OnceMap<K, V> {
    fn default() -> OnceMap<K, V> {
        OnceMap { slots: Mutex::default() }
    }
}

impl<K: Eq + Hash, V: Clone> OnceMap<K, V> {
    /// The value of `key`, made by `make` when it is the first to ask. `make` must not ask for the same key.
    pub fn get<Q>(&self, key: &Q, make: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        self.slot(key).get_or_init(make).clone()
    }

    /// Sets the value of `key`, unless it has one or somebody is making it.
    pub fn put(&self, key: K, value: V) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(key).or_insert_with(|| Arc::new(OnceLock::from(value)));
    }

    /// The keys that were asked for, in no order.
    pub fn keys(&self) -> Vec<K>
    where
        K: Clone,
    {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn slot<Q>(&self, key: &Q) -> Arc<OnceLock<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(key) {
            return Arc::clone(slot);
        }
        let slot = Arc::default();
        slots.insert(key.to_owned(), Arc::clone(&slot));
        slot
    }
}
