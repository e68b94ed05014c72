//! Findings that belong on lines of a pull request's diff, one comment each.
//!
//! Not here: which lines those are, and what the comments say.

use seatrial_model::Stage;

/// The findings of a run.
#[derive(Clone, Debug)]
pub struct InlineComments {
    /// Which of several reports on one pull request: as that of [`Comment`](crate::Comment).
    pub key: String,
    /// Head commit that the findings are about.
    pub head: String,
    /// Run number and attempt.
    pub run: (u64, u64),
    /// All findings, also those that no line of the diff has: their threads stay as they are.
    pub comments: Vec<InlineComment>,
    /// Stages of which all findings are known. What another one found earlier may be there still.
    pub complete: Vec<Stage>,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct InlineComment {
    /// Its identity, which stays while lines move; no other finding has it.
    pub finding: String,
    /// The stage that found it.
    pub stage: Option<Stage>,
    /// The line that the pull request changes; `None` where it is on another one.
    pub place: Option<InlinePlace>,
    /// The Markdown, without marker.
    pub body: String,
}

/// A part of a line of the head commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinePlace {
    /// Path from the root of the repository, forward slashes.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// First character and the one behind the last, from 1, in units of UTF-16.
    pub offsets: (usize, usize),
}
