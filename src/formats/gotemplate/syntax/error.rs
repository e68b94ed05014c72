//! A text that is not a template.

use std::fmt;

/// A text that is not a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Go's whole message: `template: NAME:LINE: …`.
    pub message: String,
    /// The number of the source.
    pub source: u32,
    /// The line that Go names, counted from one.
    pub line: usize,
    /// The byte where that begins which is not closed and must be: an action or a block.
    pub open: Option<u32>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}
