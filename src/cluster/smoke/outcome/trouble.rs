//! Why an attempt of a test got no answer, and what that means for the next one.

use std::time::Duration;

use seatrial_api::ApiError;

use crate::outcome::ended::Ended;
use crate::outcome::patience::{Patience, seconds};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There may be one later: a clause that follows what was asked.
    NotYet(String),
    /// The same, and it is known why: nobody listens on the port.
    Refused(String),
    /// The cluster cannot be asked, but that may pass.
    Troubled(String),
    /// No use in asking again: the test or the change is wrong. A sentence.
    Wrong(String),
    /// No use in asking again: the cluster refuses, or this machine cannot. A sentence.
    Broken(String),
}

impl Trouble {
    /// What an error of the API server means for a test that asks about `what` within `time`.
    pub(crate) fn of(error: &ApiError, what: &str, time: Duration) -> Trouble {
        match error {
            ApiError::TimedOut { .. } => Trouble::NotYet(format!("{what} did not answer within {}", seconds(time))),
            error if error.may_pass() => Trouble::Troubled(error.to_string()),
            ApiError::Configuration(_) | ApiError::Rejected { .. } => Trouble::Wrong(error.to_string()),
            _ => Trouble::Broken(error.to_string()),
        }
    }

    /// The end of a test that does not ask again.
    pub(crate) fn into_ended(self, attempts: u32) -> Ended {
        match self {
            Trouble::NotYet(sentence) | Trouble::Wrong(sentence) => Ended::failed(sentence, attempts),
            Trouble::Refused(sentence) => Ended { is_refused: true, ..Ended::failed(sentence, attempts) },
            Trouble::Troubled(sentence) | Trouble::Broken(sentence) => Ended::broken(sentence, attempts),
        }
    }
}

/// Asks until there is an answer, asking again makes no sense, or the time is up. Each attempt is told how long it may take.
pub(crate) async fn ask(limit: Duration, mut attempt: impl AsyncFnMut(Duration) -> Result<(), Trouble>) -> Ended {
    let mut patience = Patience::begin(limit);
    loop {
        let time = patience.attempt();
        let trouble = match attempt(time).await {
            Ok(()) => return Ended::passed(patience.attempts()),
            Err(trouble) => trouble,
        };
        let lasting = matches!(trouble, Trouble::Wrong(_) | Trouble::Broken(_));
        if lasting {
            return trouble.into_ended(patience.attempts());
        }
        if patience.pause().await {
            continue;
        }
        let mut ended = trouble.into_ended(patience.attempts());
        let summary = format!(" ({})", patience.summary());
        ended.message.push_str(&summary);
        ended.summary = summary;
        return ended;
    }
}
