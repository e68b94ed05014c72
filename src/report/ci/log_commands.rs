//! Commands that a CI host is to obey. Only the annotations' file makes them, so that nobody can pass other text as one.

use std::fmt;

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
