//! Being told to stop, and what is held when that happens. Who listens for signals is not known here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// The listener's half: tells everybody who has a [`CancelToken`] to stop.
#[derive(Debug)]
pub struct Canceller {
    cancelled: watch::Sender<Option<Instant>>,
    held: HeldLeases,
}

/// The worker's half: SIGINT or SIGTERM came, and when. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CancelToken {
    cancelled: watch::Receiver<Option<Instant>>,
    pub(crate) held: HeldLeases,
}

impl Canceller {
    /// Tells to stop; only the first time counts.
    pub fn cancel(&self) {
        self.cancelled.send_if_modified(|at| match at {
            Some(_) => false,
            None => {
                *at = Some(Instant::now());
                true
            }
        });
    }

    /// Names of the Leases that are held now (`namespace/name`), each with the time in which it expires if nobody renews or releases it.
    #[must_use]
    pub fn held_leases(&self) -> Vec<(String, Duration)> {
        let held = self.held.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        held.iter().map(|(name, end)| (name.clone(), end.saturating_duration_since(now))).collect()
    }
}

impl CancelToken {
    /// A token, and what cancels it.
    #[must_use]
    pub fn new() -> (Canceller, CancelToken) {
        let (sender, receiver) = watch::channel(None);
        let held = HeldLeases::default();
        (Canceller { cancelled: sender, held: held.clone() }, CancelToken { cancelled: receiver, held })
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.borrow().is_some()
    }

    /// Whether it was cancelled so long ago.
    pub(crate) fn is_past(&self, time: Duration) -> bool {
        self.cancelled.borrow().is_some_and(|at| at.elapsed() >= time)
    }

    /// Waits until it is cancelled; for ever when its [`Canceller`] is gone.
    pub async fn cancelled(&self) {
        self.past(Duration::ZERO).await;
    }

    /// Waits until so much time has passed since it was cancelled, whenever the waiting began; for ever when it is not.
    pub async fn past(&self, time: Duration) {
        let mut receiver = self.cancelled.clone();
        let at = receiver.wait_for(Option::is_some).await.ok().and_then(|at| *at);
        match at {
            Some(at) => tokio::time::sleep_until(at + time).await,
            None => std::future::pending().await,
        }
    }
}

/// The Leases that are held, and when each expires.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldLeases(Arc<Mutex<BTreeMap<String, Instant>>>);

impl HeldLeases {
    /// It is held until then, unless it is renewed.
    pub(crate) fn hold(&self, name: &str, until: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), until);
    }

    /// It is not held any more.
    pub(crate) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn time_counts_from_the_first_signal() {
        let (canceller, token) = CancelToken::new();
        let wait = tokio::time::timeout(Duration::from_millis(50), token.cancelled());
        assert!(wait.await.is_err(), "nobody cancelled");
        canceller.cancel();
        tokio::time::sleep(Duration::from_millis(300)).await;
        canceller.cancel();
        // So much has passed already: nothing is left to wait for.
        let wait = tokio::time::timeout(Duration::from_millis(150), token.past(Duration::from_millis(300)));
        assert!(wait.await.is_ok() && token.is_cancelled());
    }
}
