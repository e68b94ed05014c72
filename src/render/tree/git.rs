//! Questions to the git repository around a working copy: commits, parents, merge bases. Reads only.

use std::path::Path;

/// Git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no repository.
    #[error("{path} is in no git repository")]
    NoRepository {
        /// The directory that was looked at.
        path: String,
    },
    /// The commit is not in the clone.
    #[error("commit {revision} is not in this clone{}", if *.shallow { ", which is shallow" } else { "" })]
    MissingCommit {
        /// What was asked for.
        revision: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// The object database failed.
    #[error("git: {0}")]
    Other(String),
}

/// A git repository.
#[derive(Debug)]
pub struct Repository(());

impl Repository {
    /// The repository around a directory.
    ///
    /// # Errors
    /// [`GitError::NoRepository`].
    pub fn open(_dir: &Path) -> Result<Repository, GitError> {
        todo!()
    }

    /// The root of the working copy.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        todo!()
    }

    /// Full hash of a revision.
    ///
    /// # Errors
    /// [`GitError::MissingCommit`].
    pub fn resolve(&self, _revision: &str) -> Result<String, GitError> {
        todo!()
    }

    /// Hashes of a commit's parents, as the commit object names them (they may be missing in a shallow clone).
    ///
    /// # Errors
    /// [`GitError::MissingCommit`].
    pub fn parents(&self, _revision: &str) -> Result<Vec<String>, GitError> {
        todo!()
    }

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// [`GitError::MissingCommit`], also when there is none in the clone.
    pub fn merge_base(&self, _one: &str, _other: &str) -> Result<String, GitError> {
        todo!()
    }

    /// Whether the clone is shallow.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        todo!()
    }
}
