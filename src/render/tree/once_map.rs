//! A map whose values are made once, also under concurrent access.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Remembers one value per path. Makers of different paths run at the same time, those of one path wait for the first.
#[derive(Debug)]
pub(crate) struct OnceMap<V> {
    slots: Mutex<HashMap<String, Arc<OnceLock<V>>>>,
}

impl<V> Default for OnceMap<V> {
    fn default() -> OnceMap<V> {
        OnceMap { slots: Mutex::default() }
    }
}

impl<V: Clone> OnceMap<V> {
    /// The value of `path`, made by `make` when it is the first to ask.
    pub(crate) fn get(&self, path: &str, make: impl FnOnce() -> V) -> V {
        let slot = self.slot(path);
        slot.get_or_init(make).clone()
    }

    fn slot(&self, path: &str) -> Arc<OnceLock<V>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(path) {
            return Arc::clone(slot);
        }
        let slot = Arc::default();
        slots.insert(path.to_owned(), Arc::clone(&slot));
        slot
    }
}
