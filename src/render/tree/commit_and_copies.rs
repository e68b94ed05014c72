//! The files of a commit, and directories of the working copy of which it has nothing: copies of other repositories, which the CI checked
//! out beside.

use crate::commit_files::CommitFiles;
use crate::disk_files::DiskFiles;
use crate::resolve::Entry;
use crate::{ReadError, within};

#[derive(Debug)]
pub(crate) struct CommitAndCopies {
    commit: CommitFiles,
    working_copy: DiskFiles,
    /// Their paths from the root; none that the commit has, too.
    copies: Vec<String>,
}

impl CommitAndCopies {
    pub(crate) fn new(commit: CommitFiles, working_copy: DiskFiles, copies: Vec<String>) -> CommitAndCopies {
        let is_absent = |copy: &String| matches!(commit.look(copy), Err(ReadError::NotFound));
        let copies = copies.into_iter().filter(is_absent).collect();
        CommitAndCopies { commit, working_copy, copies }
    }

    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        match self.commit.look(path) {
            Err(ReadError::NotFound) if self.is_copied(path) || self.leads_to_a_copy(path) => {
                self.working_copy.look(path)
            }
            looked => looked,
        }
    }

    pub(crate) fn submodule(&self, path: &str) -> Option<String> {
        self.commit.submodule(path)
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.commit.read(path) {
            Err(ReadError::NotFound) if self.is_copied(path) => self.working_copy.read(path),
            read => read,
        }
    }

    pub(crate) fn list(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        match self.commit.list(dir) {
            Err(ReadError::NotFound) if self.is_copied(dir) => self.working_copy.list(dir),
            listed => listed,
        }
    }

    fn is_copied(&self, path: &str) -> bool {
        self.copies.iter().any(|copy| within(path, copy).is_some())
    }

    fn leads_to_a_copy(&self, path: &str) -> bool {
        self.copies.iter().any(|copy| within(copy, path).is_some())
    }
}
