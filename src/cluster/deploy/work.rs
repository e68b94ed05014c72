//! What every step of a deployment has at hand: the cluster, the deadline, and the ways in which it is told to stop.

pub(crate) mod cancel;
pub(crate) mod options;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use seatrial_api::{ApiError, Applied, Cluster};
use seatrial_model::ObjectId;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::work::cancel::HeldLeases;
use crate::{CancelToken, Progress};

/// How long what is under way may take once it is told to stop: the answer to a write that was sent, evidence for what is not ready.
pub(crate) const LAST_ANSWER: Duration = Duration::from_secs(3);

/// Reports progress.
pub(crate) type Report<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Why the work ends early though the change is not at fault.
#[derive(Debug)]
pub(crate) enum Stop {
    /// SIGINT or SIGTERM.
    Cancelled,
    /// The one deadline has passed.
    Deadline,
    /// Another run took the target over, or the Lease could not be renewed; a clause.
    LeaseLost(String),
    /// There was a reason to stop before a write was answered: it may or may not have been carried out.
    Unanswered(Box<Stop>),
    /// The API server or the way to it.
    Api(ApiError),
    /// What was asked for cannot be done; a sentence.
    Refused(String),
    /// There is no seed for what charts make at random; a clause.
    NoSeed(String),
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Stop {
        Stop::Api(error)
    }
}

/// One deployment or cleanup under way.
pub(crate) struct Work<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) report: Report<'a>,
    cancel: &'a CancelToken,
    timeout: Duration,
    deadline: Instant,
    /// What is being done, for the sentence that says where it stopped.
    phase: Mutex<String>,
    /// Why the Lease was lost, once it was.
    lost: watch::Receiver<Option<String>>,
    /// Whether what is under way is half a change.
    is_between: AtomicBool,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        cluster: &'a Cluster,
        timeout: Duration,
        report: Report<'a>,
        cancel: &'a CancelToken,
        lost: watch::Receiver<Option<String>>,
    ) -> Work<'a> {
        let deadline = Instant::now() + timeout;
        let (phase, is_between) = Default::default();
        Work { cluster, report, cancel, timeout, deadline, phase, lost, is_between }
    }

    /// Says what is being done from now on, as a clause that follows "while".
    pub(crate) fn enter(&self, phase: impl Into<String>) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase.into();
    }

    pub(crate) fn phase(&self) -> String {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The deadline as the configuration writes it: `10m`.
    pub(crate) fn timeout(&self) -> String {
        in_words(self.timeout)
    }

    /// From now on the cluster has half a change: until it has all of it, a reason to stop counts only [`LAST_ANSWER`] later.
    pub(crate) fn insist(&self, is_between: bool) {
        self.is_between.store(is_between, Ordering::Relaxed);
    }

    /// How long a reason to stop is not heeded.
    fn grace(&self) -> Duration {
        if self.is_between.load(Ordering::Relaxed) { LAST_ANSWER } else { Duration::ZERO }
    }

    /// Whether there is a reason to stop.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.cancel.is_past(self.grace()) {
            return Err(Stop::Cancelled);
        }
        if let Some(why) = self.lost.borrow().clone() {
            return Err(Stop::LeaseLost(why));
        }
        if Instant::now() >= self.deadline { Err(Stop::Deadline) } else { Ok(()) }
    }

    /// Waits for what changes nothing, and stops waiting when it is told to.
    pub(crate) async fn until<T>(&self, reading: impl Future<Output = T>) -> Result<T, Stop> {
        self.check()?;
        tokio::select! {
            value = reading => Ok(value),
            stop = self.told_to_stop(self.grace()) => Err(stop),
        }
    }

    /// Server-side apply; see [`Work::write`].
    pub(crate) async fn apply(&self, object: &Value) -> Result<Result<Applied, ApiError>, Stop> {
        self.write(self.cluster.apply(object)).await
    }

    /// Creates an object; see [`Work::write`].
    pub(crate) async fn create(&self, object: &Value) -> Result<Result<Value, ApiError>, Stop> {
        self.write(self.cluster.create(object)).await
    }

    /// Replaces an object; see [`Work::write`].
    pub(crate) async fn replace(&self, object: &Value) -> Result<Result<Value, ApiError>, Stop> {
        self.write(self.cluster.replace(object)).await
    }

    /// Deletes an object; see [`Work::write`].
    pub(crate) async fn delete(
        &self,
        api_version: &str,
        id: &ObjectId,
        uid: Option<&str>,
    ) -> Result<Result<bool, ApiError>, Stop> {
        self.write(self.cluster.delete(api_version, id, uid)).await
    }

    /// Sends what changes something: every write of a deployment goes through here, except renewing and releasing the Lease, which have
    /// bounds of their own. It is not begun when there is a reason to stop. Once sent it is not dropped at the first sign of one, as nobody
    /// would know then what became of it: it has until the deadline, or until [`LAST_ANSWER`] after a signal or the loss of the Lease.
    async fn write<T>(&self, writing: impl Future<Output = Result<T, ApiError>>) -> Result<Result<T, ApiError>, Stop> {
        self.check()?;
        let answer = tokio::select! {
            answer = writing => answer,
            stop = self.told_to_stop(LAST_ANSWER) => return Err(Stop::Unanswered(Box::new(stop))),
        };
        match answer {
            Err(error @ (ApiError::TimedOut { .. } | ApiError::Closed(_))) => {
                Err(Stop::Unanswered(Box::new(Stop::Api(error))))
            }
            answer => Ok(answer),
        }
    }

    /// Waits for the deadline, or until so much time has passed since a signal or the loss of the Lease.
    async fn told_to_stop(&self, grace: Duration) -> Stop {
        let mut lost = self.lost.clone();
        let lost = async {
            let why = match lost.wait_for(Option::is_some).await {
                Ok(why) => why.clone().unwrap_or_default(),
                Err(_) => std::future::pending().await,
            };
            tokio::time::sleep(grace).await;
            why
        };
        tokio::select! {
            () = self.cancel.past(grace) => Stop::Cancelled,
            why = lost => Stop::LeaseLost(why),
            () = tokio::time::sleep_until(self.deadline) => Stop::Deadline,
        }
    }

    /// Waits for what may go on past the deadline; `None` when it was cancelled or takes too long.
    pub(crate) async fn at_most<T>(&self, until: Instant, reading: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            value = reading => Some(value),
            () = self.cancel.cancelled() => None,
            () = tokio::time::sleep_until(until) => None,
        }
    }

    /// When evidence has to be there that is collected from now on: after `most`, and not much after the deadline.
    pub(crate) fn evidence_by(&self, most: Duration) -> Instant {
        (Instant::now() + most).min(self.deadline + LAST_ANSWER)
    }

    /// Without an answer for so long at the deadline, nobody knows how the objects are.
    pub(crate) fn silence(&self) -> Duration {
        (self.timeout / 2).clamp(Duration::from_secs(2), Duration::from_secs(5))
    }

    /// The Leases that the run holds.
    pub(crate) fn held_leases(&self) -> &HeldLeases {
        &self.cancel.held
    }

    /// Sleeps, but not past a reason to stop.
    pub(crate) async fn pause(&self, time: Duration) -> Result<(), Stop> {
        self.until(tokio::time::sleep(time)).await
    }

    /// Why it stopped and where, as a sentence.
    pub(crate) fn sentence(&self, stop: &Stop) -> String {
        let phase = self.phase();
        match stop {
            Stop::Cancelled => format!("cancelled while {phase}"),
            Stop::Deadline => format!("the deadline of {} passed while {phase}", self.timeout()),
            Stop::LeaseLost(why) => format!("stopped while {phase}, {why}"),
            Stop::Unanswered(why) => format!("{}, which may or may not have been carried out", self.sentence(why)),
            Stop::Api(error) => format!("{error}, while {phase}"),
            Stop::Refused(sentence) | Stop::NoSeed(sentence) => sentence.clone(),
        }
    }
}

/// `10m`, `90s`, `1h`.
pub(crate) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 3600 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        0 => format!("{}ms", time.as_millis()),
        seconds => format!("{seconds}s"),
    }
}
