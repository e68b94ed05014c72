//! Findings that belong on lines of a pull request's diff, one comment each.
//!
//! Not here: which lines those are, and what the comments say.

pub(crate) mod plan;

use seatrial_model::Stage;

use crate::marker::{InlineMarker, escape_key};

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

/// A part of a line of the head commit, or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinePlace {
    /// Path from the root of the repository, forward slashes.
    pub path: String,
    /// First line, from 1.
    pub line: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// First character and the one behind the last, from 1, in units of UTF-16.
    pub offsets: (usize, usize),
}

impl InlineComment {
    /// The marker of a thread with this key.
    pub(crate) fn marker(&self, key: &str) -> InlineMarker {
        InlineMarker { key: key.to_owned(), finding: escape_key(&self.finding), stage: self.stage }
    }
}

/// What a thread says: the marker, and the text as it is compared with what the server gives back.
pub(crate) fn text(marker: &InlineMarker, comment: &InlineComment) -> String {
    format!("{marker}\n{}", comment.body.replace("\r\n", "\n")).trim_end().to_owned()
}

/// A sentence about findings that have to wait.
pub(crate) fn left_out(number: usize, thread: &str) -> Option<String> {
    let (findings, have) = if number == 1 { ("finding", "has") } else { ("findings", "have") };
    let most = plan::MOST_NEW;
    (number > 0).then(|| {
        format!(
            "{number} more {findings} on changed lines {have} no {thread}: a run begins at most {most}; the report has all of them"
        )
    })
}
