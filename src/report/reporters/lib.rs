//! `Report` → bytes: terminal, markdown, junit, json. No I/O; sees the model alone.

use seatrial_model::Report;

/// How to print on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TerminalOptions {
    /// ANSI colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Findings only and the verdict (`-q`).
    pub quiet: bool,
}

/// For a terminal or a CI log.
#[must_use]
pub fn terminal(_report: &Report, _options: TerminalOptions) -> String {
    String::new()
}

/// GitHub-flavoured Markdown of at most `budget` bytes: pull request comment, job summary, artifact.
#[must_use]
pub fn markdown(_report: &Report, _budget: usize) -> String {
    String::new()
}

/// The clause that a commit status shows: at most 140 characters.
#[must_use]
pub fn headline(_report: &Report) -> String {
    String::new()
}

/// JUnit XML, valid for any input.
#[must_use]
pub fn junit(_report: &Report) -> String {
    String::new()
}

/// The report itself, with a final newline.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
