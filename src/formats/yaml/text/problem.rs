//! What can be wrong with a document: a place and a sentence. The sentences for the parser's own errors are in `read/scan_error.rs`.

use std::ops::Range;

use seatrial_model::{Finding, SourceFile, Span, ids};

/// A place in bytes and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) start: usize,
    end: usize,
    message: String,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(start: usize, end: usize, message: impl Into<String>) -> Problem {
        Problem { start, end, message: message.into(), help: None }
    }

    pub(crate) fn at(range: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::new(range.start, range.end, message)
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

    /// The problem behind this one, where it has a better-known cause: a merge conflict in the document that starts at `from`, or a template.
    pub(crate) fn or_its_cause(self, text: &str, from: usize) -> Problem {
        merge_conflict(text, from, self.start).or_else(|| template(text, self.start)).unwrap_or(self)
    }
}

/// The tab nearest to `at`: on the line before it, else behind it.
pub(crate) fn tab(text: &str, at: usize) -> Problem {
    let line = line_start(text, at);
    let before = text.get(line..at).and_then(|part| part.rfind('\t')).map(|i| line + i);
    let tab = before.or_else(|| text.get(at..).and_then(|part| part.find('\t')).map(|i| at + i)).unwrap_or(at);
    Problem::new(tab, tab + 1, "a tab is used for indentation, which YAML does not allow")
        .with_help("replace the tab with spaces, two for each level")
}

/// A conflict marker of git in the document that starts at `from` and is broken at `at`.
fn merge_conflict(text: &str, from: usize, at: usize) -> Option<Problem> {
    let mut offset = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if offset > at && bare.starts_with("---") {
            return None;
        }
        let is = |mark: &str| bare.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        if let Some(mark) = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].into_iter().find(|mark| is(mark)) {
            let message = format!("an unresolved merge conflict: the line starts with `{mark}`");
            let problem = Problem::new(offset, offset + bare.len(), message);
            return Some(problem.with_help("choose between the two sides and remove the conflict markers"));
        }
        offset += line.len();
    }
    None
}

/// A template action on the line that broke.
fn template(text: &str, at: usize) -> Option<Problem> {
    let start = line_start(text, at);
    let line = text.get(start..line_end(text, at))?;
    let open = line.find("{{")?;
    let end = line.get(open..)?.find("}}").map_or(line.len(), |i| open + i + 2);
    Some(Problem::new(start + open, start + end, "a template expression in `{{ }}` is not in quotes").with_help(
        "A template is not YAML: render the file first and exclude it here, or put the value in quotes if the braces are part of it.",
    ))
}

/// White space of YAML, of which all else of Unicode's is text.
pub(crate) const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Where the line of `at` starts.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |i| i + 1)
}

/// Where the line of `at` ends, without its line end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let after = text.as_bytes().get(at..).unwrap_or_default();
    after.iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(text.len(), |i| at + i)
}
