//! A tree without what is left out of it, as an artifact is made of a repository.

use std::fmt::Debug;
use std::sync::Arc;

use crate::resolve::Entry;
use crate::tree::Tree;
use crate::{ReadError, join};

/// Says what is left out of a tree.
pub trait LeavesOut: Debug + Send + Sync {
    /// Why a path is left out, as a clause; `None` for one that stays. What lies in a directory is asked for on its own.
    fn why(&self, path: &str, is_directory: bool) -> Option<String>;
}

/// The files of a tree that stay. Symbolic links do not.
#[derive(Debug)]
pub(crate) struct Remaining {
    pub(crate) base: Tree,
    left_out: Arc<dyn LeavesOut>,
}

impl Remaining {
    pub(crate) fn new(base: Tree, left_out: Arc<dyn LeavesOut>) -> Remaining {
        Remaining { base, left_out }
    }

    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        let entry = self.base.look(path)?;
        match self.why(path, &entry) {
            Some(why) => Err(ReadError::LeftOut(why)),
            None => Ok(entry),
        }
    }

    pub(crate) fn list(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut entries = self.base.list_entries(dir)?;
        entries.retain(|(name, entry)| self.why(&join(dir, name).unwrap_or_default(), entry).is_none());
        Ok(entries)
    }

    fn why(&self, path: &str, entry: &Entry) -> Option<String> {
        match entry {
            Entry::Directory if path.is_empty() => None,
            // A directory that is left out is there all the same when something in it stays.
            Entry::Directory => self.left_out.why(path, true).filter(|_| !self.holds_any(path)),
            Entry::File => self.left_out.why(path, false),
            Entry::Link(_) => Some("an artifact has no symbolic links".to_owned()),
            Entry::Special => None,
        }
    }

    fn holds_any(&self, dir: &str) -> bool {
        let mut pending = vec![dir.to_owned()];
        while let Some(dir) = pending.pop() {
            for (name, entry) in self.base.list_entries(&dir).unwrap_or_default() {
                let path = join(&dir, &name).unwrap_or_default();
                match entry {
                    Entry::File | Entry::Directory if self.left_out.why(&path, entry == Entry::Directory).is_none() => {
                        return true;
                    }
                    Entry::Directory => pending.push(path),
                    Entry::File | Entry::Link(_) | Entry::Special => {}
                }
            }
        }
        false
    }
}
