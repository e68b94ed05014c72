//! The tree itself.

use std::path::Path;
use std::sync::Arc;

use seatrial_model::{SourceFile, Sources};

use crate::{GitError, ReadError};

/// What a path is, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// A tree of files. Cheap to clone; reads each file once.
#[derive(Clone, Debug)]
pub struct Tree(Arc<()>);

impl Tree {
    /// The files below a directory as they lie there.
    ///
    /// # Errors
    /// When the directory cannot be opened.
    pub fn working_copy(_root: &Path, _sources: &Arc<Sources>) -> Result<Tree, ReadError> {
        todo!()
    }

    /// The tree of a commit of the repository at `root`; `revision` is what `git rev-parse` takes.
    ///
    /// # Errors
    /// When there is no such repository or commit.
    pub fn commit(_root: &Path, _revision: &str, _sources: &Arc<Sources>) -> Result<Tree, GitError> {
        todo!()
    }

    /// Files in memory: for tests.
    #[must_use]
    pub fn memory<'a>(_files: impl IntoIterator<Item = (&'a str, &'a str)>, _sources: &Arc<Sources>) -> Tree {
        todo!()
    }

    /// The table that files are entered into.
    #[must_use]
    pub fn sources(&self) -> &Arc<Sources> {
        todo!()
    }

    /// A text file; read and entered into the table once.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self, _path: &str) -> Result<Arc<SourceFile>, ReadError> {
        todo!()
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_bytes(&self, _path: &str) -> Result<Arc<[u8]>, ReadError> {
        todo!()
    }

    /// What a path is.
    ///
    /// # Errors
    /// [`ReadError::NotFound`], [`ReadError::OutsideRoot`], [`ReadError::Io`].
    pub fn kind(&self, _path: &str) -> Result<EntryKind, ReadError> {
        todo!()
    }

    /// Names in a directory with what they are, sorted by bytes; entries that lead out of the root are left out.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn list(&self, _dir: &str) -> Result<Vec<(String, EntryKind)>, ReadError> {
        todo!()
    }

    /// All files below a directory, sorted by bytes; does not follow symbolic links to directories, does not enter `.git`.
    #[must_use]
    pub fn walk(&self, _dir: &str) -> Vec<String> {
        todo!()
    }
}
