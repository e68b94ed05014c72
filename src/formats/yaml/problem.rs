//! What can be wrong with a document, in sentences for the one who wrote it.

use granit_parser::{ErrorKind, ScanError};
use seatrial_model::{Finding, SourceFile, Span, ids};

/// A place in bytes and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn new(start: usize, end: usize, message: impl Into<String>) -> Problem {
        Problem { start, end, message: message.into(), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn into_finding(self, file: &SourceFile) -> Finding {
        let finding = Finding::new(ids::PARSE_ERROR, Span::new(file.id(), self.start, self.end), self.message);
        match self.help {
            Some(help) => finding.with_help(help),
            None => finding,
        }
    }
}

/// The sentence of a scanner or parser error.
pub(crate) fn of_scan(error: &ScanError, text: &str) -> Problem {
    let start = error.marker().byte_offset().unwrap_or_default().min(text.len());
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let end = start + width;
    match error.kind() {
        ErrorKind::TabInIndentation => Problem::new(start, end, "a tab is used as indentation"),
        _ => Problem::new(start, end, error.info()),
    }
}

/// A conflict marker of git in the document that starts at `from` and is broken at or after `at`.
pub(crate) fn merge_conflict(text: &str, from: usize, at: usize) -> Option<Problem> {
    let mut offset = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if offset > at && bare.starts_with("---") {
            return None;
        }
        let is_marker =
            |mark: &str| bare.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].into_iter().any(is_marker) {
            let message = format!("a merge conflict was committed: the line starts with `{}`", bare.get(..7)?);
            let problem = Problem::new(offset, offset + bare.len(), message);
            return Some(problem.with_help("Decide between both sides and remove the three marker lines."));
        }
        offset += line.len();
    }
    None
}
