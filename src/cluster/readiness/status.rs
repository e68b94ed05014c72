//! How far an object is, and why it is not further.

pub(crate) mod patience;
pub(crate) mod remedy;
pub(crate) mod trouble;

use seatrial_model::Cause;

use crate::Remedy;

/// How far an object is (cli-utils: `pkg/kstatus/status`, with corrections).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As desired.
    Current,
    /// On the way.
    InProgress,
    /// Will not get there by waiting.
    Failed,
    /// Being deleted.
    Terminating,
}

/// A status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How far it is.
    pub state: State,
    /// A clause for progress lines: `1 of 2 replicas ready`.
    pub message: String,
    /// Why it failed, or what holds it up.
    pub cause: Option<Cause>,
    /// What could still mend that; who waits decides how long ([`Patience`]).
    pub remedy: Option<Remedy>,
}

impl Status {
    /// A status that no remedy is known for.
    #[must_use]
    pub fn new(state: State, message: impl Into<String>, cause: Option<Cause>) -> Status {
        Status { state, message: message.into(), cause, remedy: None }
    }

    /// What becomes of an object whose remedy has had its time: it has failed, for the same cause.
    #[must_use]
    pub fn given_up(self) -> Status {
        match self.cause {
            Some(cause) => Status::failed(cause),
            None => Status { state: State::Failed, remedy: None, ..self },
        }
    }

    pub(crate) fn current(message: impl Into<String>) -> Status {
        Status::new(State::Current, message, None)
    }

    pub(crate) fn in_progress(message: impl Into<String>) -> Status {
        Status::new(State::InProgress, message, None)
    }

    pub(crate) fn held_up(message: impl Into<String>, cause: Cause) -> Status {
        Status::new(State::InProgress, message, Some(cause))
    }

    pub(crate) fn failed(cause: Cause) -> Status {
        Status::new(State::Failed, cause.describe(), Some(cause))
    }

    /// Being deleted; `cause` says what keeps it.
    pub(crate) fn kept(message: impl Into<String>, cause: Cause) -> Status {
        Status::new(State::Terminating, message, Some(cause))
    }

    pub(crate) fn terminating(message: impl Into<String>) -> Status {
        Status::new(State::Terminating, message, None)
    }
}
