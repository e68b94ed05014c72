//! What is being loaded, and how much more may be.

use std::ops::{Deref, DerefMut};

/// Bytes that all archives of a chart together may unpack to. Helm has no limit.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The directories and archives of the charts that ask for the one that is loaded, the outermost first.
#[derive(Debug)]
pub(crate) struct Loading {
    above: Vec<String>,
    /// Bytes that archives may still unpack to.
    pub(crate) bytes_left: u64,
}

impl Loading {
    pub(crate) fn new() -> Loading {
        Loading { above: Vec::new(), bytes_left: MOST_BYTES }
    }
}

impl Deref for Loading {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.above
    }
}

impl DerefMut for Loading {
    fn deref_mut(&mut self) -> &mut Vec<String> {
        &mut self.above
    }
}
