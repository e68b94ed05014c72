//! What is wrong with a configuration, with its place and the way out.

use std::fmt;

use seatrial_model::{Masker, shown_on_one_line};

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

impl ConfigProblem {
    /// A problem with the file as a whole; what is said of it follows its name.
    pub(crate) fn of_file(path: &str, what: &str) -> ConfigProblem {
        let message = format!("the configuration `{path}` {what}");
        ConfigProblem { path: path.to_owned(), place: None, line: String::new(), message }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shown_on_one_line(&self.path);
        writeln!(f, "error[config]: {}", shown_on_one_line(&self.message))?;
        let Some((line, column)) = self.place else { return write!(f, "  --> {path}") };
        write!(f, "  --> {path}:{line}:{column}")?;
        if column > WIDEST {
            return Ok(());
        }
        writeln!(f)?;
        let number = line.to_string();
        let gutter = " ".repeat(number.len() + 1);
        // The line may hold a credential: an address with a password, a token in a header.
        let masked = Masker::new().mask(&self.line).into_owned();
        let column = if masked == self.line { column } else { 1 };
        let text: String = masked.chars().take(WIDEST).map(|c| if c == '\t' { ' ' } else { c }).collect();
        let before: String = text.chars().take(column - 1).collect();
        let word = text.chars().skip(column - 1).take_while(|c| c.is_alphanumeric() || "-_.".contains(*c)).count();
        let blanks = " ".repeat(shown_on_one_line(&before).chars().count());
        writeln!(f, "{gutter} |")?;
        writeln!(f, " {number} | {}", shown_on_one_line(&text))?;
        write!(f, "{gutter} | {blanks}{}", "^".repeat(word.max(1)))
    }
}
