//! What a token may do, and which statuses a branch requires: asked before anything is to be written, and without writing anything.

/// What a run writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// The comment, or the thread.
    Comment,
    /// The status.
    Status,
    /// The check run.
    CheckRun,
    /// The deployment.
    Deployment,
}

/// Whether a token may do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// It may.
    Granted,
    /// It may not; a sentence that ends in what to grant.
    Missing(String),
    /// That could not be found out; a sentence.
    Unknown(String),
}
