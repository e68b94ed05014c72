//! A map for keys that are looked up by the hundred thousand: identities, names, places.

use std::collections::{HashMap, HashSet};

/// A map whose hash takes a fraction of the standard one's time; it is seeded anew in each process, as the standard one is.
pub type QuickMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A set with the same hash.
pub type QuickSet<T> = HashSet<T, foldhash::fast::RandomState>;
