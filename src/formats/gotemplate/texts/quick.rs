//! Maps and sets for names that are looked up all the time.

use std::collections::{HashMap, HashSet};

/// A map whose hash takes a fraction of the standard one's time; it is seeded anew in each process, as the standard one is.
pub(crate) type QuickMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A set with the same hash.
pub(crate) type QuickSet<T> = HashSet<T, foldhash::fast::RandomState>;
