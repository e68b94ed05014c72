//! The time as the stand-ins see it: the real one, or one that a test stops and turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock in whole seconds. Clones are hands of the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    stopped_at: Option<u64>,
    advanced: Arc<AtomicU64>,
}

impl Clock {
    /// The machine's.
    #[must_use]
    pub fn system() -> Clock {
        Clock { stopped_at: None, advanced: Arc::default() }
    }

    /// Stands still at so many seconds after 1970.
    #[must_use]
    pub fn stopped_at(seconds: u64) -> Clock {
        Clock { stopped_at: Some(seconds), advanced: Arc::default() }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.advanced.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    /// Seconds after 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        let real = || SystemTime::now().duration_since(UNIX_EPOCH).expect("is after 1970").as_secs();
        self.stopped_at.unwrap_or_else(real) + self.advanced.load(Ordering::SeqCst)
    }
}
