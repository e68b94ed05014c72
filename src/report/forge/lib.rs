//! Where the pull request lives: upsert the comment, set the status. GitHub; others come later.

use seatrial_model::Secret;
use seatrial_transport::Transport;

/// A GitHub repository through its API.
#[derive(Clone, Debug)]
pub struct GitHub(());

/// The comment to keep on a pull request.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Which of several reports on one pull request: `default`, or the name of a pipeline.
    pub key: String,
    /// Head commit that the report is about.
    pub head: String,
    /// Run number and attempt.
    pub run: (u64, u64),
    /// The Markdown, without marker.
    pub body: String,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Written anew; the address.
    Created(String),
    /// Edited; the address.
    Updated(String),
    /// It said the same already.
    Unchanged(String),
    /// Somebody newer was there, or the head moved on: nothing was written. A clause.
    Stale(String),
    /// Not written: the sentence says why and which permission is missing; the exit code stays.
    Refused(String),
}

/// State of a commit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// Green.
    Success,
    /// Red.
    Failure,
    /// The change could not be judged.
    Error,
    /// Running.
    Pending,
}

/// A commit status.
#[derive(Clone, Debug)]
pub struct CommitStatus {
    /// `seatrial`.
    pub context: String,
    /// State.
    pub state: StatusState,
    /// At most 140 characters.
    pub description: String,
    /// Where a click leads.
    pub target_url: Option<String>,
}

impl GitHub {
    /// A repository `owner/name` at an API base (`https://api.github.com`, `https://HOST/api/v3`).
    ///
    /// # Errors
    /// A sentence: the base is no URL, the repository no `owner/name`.
    pub fn new(_transport: &Transport, _api_url: &str, _repository: &str, _token: &Secret) -> Result<GitHub, String> {
        todo!()
    }

    /// Keeps one comment on a pull request by the algorithm of the sticky comment.
    pub async fn upsert_comment(&self, _pull_request: u64, _comment: &Comment) -> Delivery {
        todo!()
    }

    /// Sets a status on a commit.
    pub async fn set_status(&self, _commit: &str, _status: &CommitStatus) -> Delivery {
        todo!()
    }
}
