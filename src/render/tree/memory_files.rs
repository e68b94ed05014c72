//! Files in memory: what an archive holds, and files of tests.

use std::collections::BTreeMap;

use crate::ReadError;
use crate::composed::{below, names};
use crate::resolve::Entry;

/// Contents by path; directories are where files are.
#[derive(Debug)]
pub(crate) struct MemoryFiles(BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// Takes contents in; paths are normalised, and one that leads out of the root is left out.
    pub(crate) fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> MemoryFiles {
        let normalised = files.into_iter().filter_map(|(path, bytes)| Some((crate::join("", path)?, bytes.to_vec())));
        MemoryFiles(normalised.collect())
    }

    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        if self.0.contains_key(path) {
            return Ok(Entry::File);
        }
        let is_directory = path.is_empty() || below(&self.0, path).next().is_some();
        if is_directory { Ok(Entry::Directory) } else { Err(ReadError::NotFound) }
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::NotFound)
    }

    /// Names in a directory, each once, sorted by bytes.
    pub(crate) fn list(&self, dir: &str) -> Vec<(String, Entry)> {
        names(&self.0, dir)
    }
}
