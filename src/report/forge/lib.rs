//! Where the pull request lives: upsert the comment, set the status. One enum of forges, each with a folder of its own.
//!
//! Not here: what the comment says and how it is kept short (`report/reporters`), which pull request it is (`report/ci`). Nothing here fails
//! the run: what could not be written is a [`Delivery::Refused`] with a sentence.

mod azure_repos;
mod calls;
mod forge;
mod github;
mod inline;
mod key;
mod marker;
mod opt_ins;
mod overtaken;
mod rights;
mod standing;
mod sticky;

pub use azure_repos::{AzureRepos, THREAD_LIMIT};
pub use calls::Patience;
pub use forge::Forge;
pub use github::{BODY_LIMIT, GitHub, SUMMARY_LIMIT};
pub use inline::{InlineComment, InlineComments, InlinePlace};
pub use key::KeyParts;
pub use opt_ins::{CheckRun, DeployedEnvironment, Deployment, OptIn};
pub use rights::{Duty, Right};
pub use standing::Standing;

/// Characters of a status description at most: GitHub answers 422 "description is too long (maximum is 140 characters)".
pub const DESCRIPTION_LIMIT: usize = 140;

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
    /// Whether it says that something is to be mended: a thread is unresolved then, where there are threads.
    pub failing: bool,
    /// The report's digest: a comment on the same commit that has it already says the same, but for durations. Empty where there is none.
    pub digest: String,
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
    /// The pull request has another head by now, or is over: nothing was written. A clause.
    Stale(String),
    /// A newer run has reported on the same commit: its report stays. A clause.
    Overtaken(String),
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

impl StatusState {
    pub(crate) const ALL: [StatusState; 4] =
        [StatusState::Success, StatusState::Failure, StatusState::Error, StatusState::Pending];
}

/// A commit status.
#[derive(Clone, Debug)]
pub struct CommitStatus {
    /// `seatrial`, or `seatrial/KEY`.
    pub context: String,
    /// State.
    pub state: StatusState,
    /// At most 140 characters; a longer one is cut.
    pub description: String,
    /// Where a click leads.
    pub target_url: Option<String>,
}

fn shorten(description: &str) -> String {
    if description.chars().count() <= DESCRIPTION_LIMIT {
        return description.to_owned();
    }
    let kept: String = description.chars().take(DESCRIPTION_LIMIT - 1).collect();
    format!("{}…", kept.trim_end())
}
