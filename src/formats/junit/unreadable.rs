//! Why a file was not read, where, and what to do about it.

use seatrial_model::shown_on_one_line;

/// Characters of a name that a sentence quotes.
const QUOTED: usize = 60;

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}; {help}")]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// A clause.
    pub message: String,
    /// What to do about it, as a clause.
    pub help: &'static str,
}

/// What to do about a file that ends too early or is damaged.
pub(crate) const DAMAGED: &str =
    "the program that wrote it was stopped, or two wrote it at once: look whether it finished";

/// What to do about a file that is something else.
pub(crate) const SOMETHING_ELSE: &str = "let `junit` name the JUnit files alone";

impl Unreadable {
    /// At a line.
    pub(crate) fn at(line: usize, message: impl Into<String>, help: &'static str) -> Unreadable {
        Unreadable { line, message: message.into(), help }
    }
}

/// A name out of the file in backticks, shortened.
pub(crate) fn quoted(name: &[u8]) -> String {
    let beginning = name.get(..4 * QUOTED).unwrap_or(name);
    let name = String::from_utf8_lossy(beginning);
    let shown = shown_on_one_line(&name).replace('`', "'");
    match shown.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("`{}…`", &shown[..end]),
        None => format!("`{shown}`"),
    }
}
