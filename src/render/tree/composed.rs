//! A tree that is composed of files of others, each under a path of its own choice.

use std::collections::BTreeMap;

use crate::ReadError;
use crate::resolve::Entry;
use crate::tree_path::TreePath;

/// Paths, and the files in other trees that they stand for.
#[derive(Debug)]
pub(crate) struct Composed(BTreeMap<String, TreePath>);

impl Composed {
    pub(crate) fn new(files: BTreeMap<String, TreePath>) -> Composed {
        Composed(files)
    }

    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        if self.0.contains_key(path) {
            return Ok(Entry::File);
        }
        let is_directory = path.is_empty() || below(&self.0, path).next().is_some();
        if is_directory { Ok(Entry::Directory) } else { Err(ReadError::NotFound) }
    }

    /// The file in another tree.
    pub(crate) fn real(&self, path: &str) -> Result<&TreePath, ReadError> {
        self.0.get(path).ok_or(ReadError::NotFound)
    }

    pub(crate) fn list(&self, dir: &str) -> Vec<(String, Entry)> {
        names(&self.0, dir)
    }
}

/// Names in a directory, each once, sorted by bytes; directories are where files are.
pub(crate) fn names<T>(files: &BTreeMap<String, T>, dir: &str) -> Vec<(String, Entry)> {
    let mut names: BTreeMap<&str, Entry> = BTreeMap::new();
    for rest in below(files, dir) {
        match rest.split_once('/') {
            Some((name, _)) => names.insert(name, Entry::Directory),
            None => names.insert(rest, Entry::File),
        };
    }
    names.into_iter().map(|(name, entry)| (name.to_owned(), entry)).collect()
}

/// What lies below a directory, relative to it.
pub(crate) fn below<'a, T>(files: &'a BTreeMap<String, T>, dir: &str) -> impl Iterator<Item = &'a str> + use<'a, T> {
    let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
    let from = prefix.clone();
    files.range(from..).map_while(move |(path, _)| path.strip_prefix(&prefix))
}
