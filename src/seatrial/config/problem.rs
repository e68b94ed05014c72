//! What is wrong with a configuration, with its place and the way out.

use std::fmt;

/// One problem; printed like a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigProblem {
    /// The file.
    pub(crate) path: String,
    /// Line and column, from 1, where known.
    pub(crate) place: Option<(usize, usize)>,
    /// The text of that line.
    pub(crate) line: String,
    /// One sentence.
    pub(crate) message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error[config]: {}", self.message)?;
        let Some((line, column)) = self.place else { return write!(f, "  --> {}", self.path) };
        writeln!(f, "  --> {}:{line}:{column}", self.path)?;
        let number = line.to_string();
        let gutter = " ".repeat(number.len() + 1);
        let text: String = self.line.chars().take(120).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let word = text.chars().skip(column - 1).take_while(|c| c.is_alphanumeric() || "-_.".contains(*c)).count();
        writeln!(f, "{gutter} |")?;
        writeln!(f, " {number} | {text}")?;
        write!(f, "{gutter} | {}{}", " ".repeat(column - 1), "^".repeat(word.max(1)))
    }
}
