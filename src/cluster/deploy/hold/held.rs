//! A target that stays held when its deployment is over: what puts it back must come before any other run.

use std::fmt;

use tokio::sync::watch;

use crate::hold::lease::{Lease, Lost};

/// A held target. Give it to [`crate::restore`], or release it: dropped, it stays held until its Lease expires.
#[must_use]
pub struct Held {
    lease: Lease,
    target: String,
    lose: Lost,
}

impl Held {
    pub(crate) fn new(lease: Lease, target: &str, lose: Lost) -> Held {
        Held { lease, target: target.to_owned(), lose }
    }

    /// Gives the target free; a sentence when that did not succeed in time.
    pub async fn release(self) -> Option<String> {
        self.lease.release().await
    }

    /// The namespace that its Lease and its inventory lie in.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Told why the Lease was lost, once it is.
    pub(crate) fn lost(&self) -> watch::Receiver<Option<String>> {
        self.lose.subscribe()
    }

    /// Tells it.
    pub(crate) fn lose(&self) -> Lost {
        self.lose.clone()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("target", &self.target).finish_non_exhaustive()
    }
}
