//! Commands that a CI host is to obey. Only the annotations' file makes them, so that nobody can pass other text as one.

use std::fmt;

use seatrial_model::{is_unseen, push_escape};

use crate::neutralised::without_brackets;

/// Whole lines, escaped for the host that they are for; empty for one that has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCommands(String);

impl LogCommands {
    pub(crate) fn new(lines: String) -> LogCommands {
        LogCommands(lines)
    }

    /// The lines, to be written as they are.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromIterator<LogCommands> for LogCommands {
    fn from_iter<I: IntoIterator<Item = LogCommands>>(all: I) -> LogCommands {
        LogCommands(all.into_iter().map(|commands| commands.0).collect())
    }
}

impl fmt::Display for LogCommands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text on one line of a command. How a host writes a percent sign depends on what follows it.
pub(crate) fn escaped(text: &str, percent: impl Fn(&str) -> &'static str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '%' => escaped.push_str(percent(text.get(at + 1..).unwrap_or_default())),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            '\t' => escaped.push(' '),
            // A log is read on terminals, too: no escape sequence may reach them.
            c if is_unseen(c) => push_escape(&mut escaped, c),
            c => escaped.push(c),
        }
    }
    // And it is copied to where other commands are obeyed.
    without_brackets(&escaped)
}
