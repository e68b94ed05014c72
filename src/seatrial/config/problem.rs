//! What is wrong with a configuration, with its place and the way out.

use std::fmt;

use seatrial_model::Masker;

/// Characters of a line that are shown at most.
const WIDEST: usize = 120;

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
        write!(f, "  --> {}:{line}:{column}", self.path)?;
        if column > WIDEST {
            return Ok(());
        }
        writeln!(f)?;
        let number = line.to_string();
        let gutter = " ".repeat(number.len() + 1);
        // The line may hold a credential: an address with a password, a token in a header.
        let masked = Masker::new().mask(&self.line).into_owned();
        let column = if masked == self.line { column } else { 1 };
        let text: String = masked.chars().take(WIDEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let word = text.chars().skip(column - 1).take_while(|c| c.is_alphanumeric() || "-_.".contains(*c)).count();
        writeln!(f, "{gutter} |")?;
        writeln!(f, " {number} | {text}")?;
        write!(f, "{gutter} | {}{}", " ".repeat(column - 1), "^".repeat(word.max(1)))
    }
}
