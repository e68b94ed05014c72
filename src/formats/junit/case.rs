//! A case while its element is read, and what comes of it.

use seatrial_model::{CaseOutcome, Masker, TestCase};

use crate::collected::{Beginning, End};

/// Characters of a name, a class, a suite.
pub(crate) const LONGEST_NAME: usize = 300;

/// Bytes of a message.
pub(crate) const LONGEST_MESSAGE: usize = 2 << 10;

/// Bytes of what a case shows: its stack trace, then the end of what it printed.
pub(crate) const LONGEST_OUTPUT: usize = 16 << 10;

/// Bytes of the stack traces in it.
pub(crate) const LONGEST_DETAILS: usize = 8 << 10;

/// Elements in a case that say how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Failure,
    Error,
    Skipped,
    /// It is known not to work yet: that it fails does not count (`node:test`).
    Todo,
    /// It failed before it passed.
    Flaky,
    /// It failed once more.
    Rerun,
}

impl Problem {
    /// By the name of the element.
    pub(crate) fn of(element: &[u8]) -> Option<Problem> {
        Some(match element {
            b"failure" => Problem::Failure,
            b"error" => Problem::Error,
            b"skipped" => Problem::Skipped,
            b"flakyFailure" | b"flakyError" => Problem::Flaky,
            b"rerunFailure" | b"rerunError" => Problem::Rerun,
            _ => return None,
        })
    }
}

/// A case whose element is not at its end.
#[derive(Debug, Default)]
pub(crate) struct OpenCase {
    pub(crate) suite: String,
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) duration_ms: u64,
    /// What an attribute of the case says, where no element does.
    pub(crate) said: Option<CaseOutcome>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) message: Beginning,
    /// What a problem calls itself: for a case whose problem says nothing else.
    pub(crate) kind: Beginning,
    pub(crate) details: Beginning,
    pub(crate) printed: End,
}

impl OpenCase {
    /// Takes note of a problem with its message and its type; its text follows. Of several messages the first one is told, unless
    /// it is that of a problem that was overcome.
    pub(crate) fn add(&mut self, problem: Problem, message: &str, kind: &str) {
        let is_decisive = matches!(problem, Problem::Failure | Problem::Error);
        if is_decisive && !self.problems.iter().any(|problem| matches!(problem, Problem::Failure | Problem::Error)) {
            self.message = Beginning::default();
            self.kind = Beginning::default();
        }
        if self.message.is_blank() {
            self.message.push(message, LONGEST_MESSAGE);
        }
        if self.kind.is_blank() {
            self.kind.push(kind, LONGEST_NAME);
        }
        // One of each sort is as good as a thousand.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        self.details.end_paragraph(LONGEST_DETAILS);
    }

    /// How it ended: in doubt, it failed.
    pub(crate) fn outcome(&self) -> CaseOutcome {
        let has = |problem| self.problems.contains(&problem);
        let said = self.said.unwrap_or(CaseOutcome::Passed);
        if has(Problem::Todo) {
            CaseOutcome::Skipped
        } else if has(Problem::Failure) {
            CaseOutcome::Failed
        } else if has(Problem::Error) {
            CaseOutcome::Errored
        } else if said.is_failing() {
            said
        } else if has(Problem::Flaky) {
            CaseOutcome::Flaky
        } else if has(Problem::Rerun) {
            CaseOutcome::Failed
        } else if has(Problem::Skipped) {
            CaseOutcome::Skipped
        } else {
            said
        }
    }

    /// The case.
    pub(crate) fn finish(self, masker: &Masker) -> TestCase {
        let outcome = self.outcome();
        let (message, output) = match outcome {
            CaseOutcome::Passed => (String::new(), String::new()),
            CaseOutcome::Skipped => (self.told(masker), String::new()),
            _ => {
                let message = self.told(masker);
                let output = self.output(&message, masker);
                (message, output)
            }
        };
        let OpenCase { suite, class, name, duration_ms, .. } = self;
        TestCase { suite, class, name, outcome, duration_ms, message, output, age: None }
    }

    /// The message, or the first line of the details, or what the problem calls itself.
    fn told(&self, masker: &Masker) -> String {
        let message = self.message.shown(LONGEST_MESSAGE, masker);
        let message = message.trim();
        let says_nothing = ["", "failed", "failure", "error"].iter().any(|word| message.eq_ignore_ascii_case(word));
        if !says_nothing {
            return message.to_owned();
        }
        let details = self.details.shown(LONGEST_DETAILS, masker);
        let first = details.lines().map(str::trim).find(|line| says_something(line)).unwrap_or_default();
        match first.char_indices().nth(LONGEST_NAME) {
            Some((end, _)) => format!("{}…", &first[..end]),
            None if !first.is_empty() => first.to_owned(),
            None if message.is_empty() => self.kind.shown(LONGEST_NAME, masker),
            None => message.to_owned(),
        }
    }

    /// The details, unless they are the message once more, and what was printed.
    fn output(&self, message: &str, masker: &Masker) -> String {
        let details = self.details.shown(LONGEST_DETAILS, masker);
        let details = if details.trim() == message { "" } else { details.trim_matches('\n') };
        let printed = self.printed.shown(LONGEST_OUTPUT - LONGEST_DETAILS, masker);
        match (details.is_empty(), printed.is_empty()) {
            (_, true) => details.to_owned(),
            (true, false) => printed,
            (false, false) => format!("{details}\n\n{printed}"),
        }
    }
}

/// Whether a line is more than a frame: `go test` says there which test begins and ends.
fn says_something(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("=== ") && !line.starts_with("--- ")
}

/// What the attribute `status` or `result` of a case says.
pub(crate) fn said(status: &str) -> Option<CaseOutcome> {
    Some(match status.trim().to_ascii_lowercase().as_str() {
        "failed" | "failure" | "fail" => CaseOutcome::Failed,
        "error" | "errored" | "broken" | "panicked" | "timedout" | "timeout" | "interrupted" | "aborted" => {
            CaseOutcome::Errored
        }
        "skipped" | "pending" | "notrun" | "disabled" | "ignored" | "suppressed" => CaseOutcome::Skipped,
        _ => return None,
    })
}
