//! How a file of a working copy compares with the commit that is checked out: by its bytes, without the index.

use gix::object::tree::EntryKind;

use crate::git::{commit_id, root_tree};
use crate::{GitError, Repository};

/// How a file compares with the commit that is checked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The commit has it as it is.
    Committed,
    /// The commit has it with another content.
    Changed,
    /// The commit does not have it.
    Untracked,
}

impl Repository {
    /// How a file with this content at a path from the root compares with the commit that is checked out. Line ends that git converts are none
    /// of its content.
    ///
    /// # Errors
    /// [`GitError`] where an object is not in the clone.
    pub fn file_state(&self, path: &str, content: &[u8]) -> Result<FileState, GitError> {
        let Ok(head) = commit_id(self.inner(), "HEAD") else { return Ok(FileState::Untracked) };
        let tree = self.inner().find_tree(root_tree(self.inner(), head)?).map_err(other)?;
        let entry = tree.lookup_entry_by_path(path).map_err(other)?;
        let is_file = |kind| matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
        let Some(entry) = entry.filter(|entry| is_file(entry.mode().kind())) else { return Ok(FileState::Untracked) };
        let committed = entry.object().map_err(other)?;
        let is_same = committed.data == content || committed.data == with_line_feeds(content);
        Ok(if is_same { FileState::Committed } else { FileState::Changed })
    }
}

fn with_line_feeds(content: &[u8]) -> Vec<u8> {
    let is_kept = |at: usize| content[at] != b'\r' || content.get(at + 1) != Some(&b'\n');
    (0..content.len()).filter(|at| is_kept(*at)).map(|at| content[at]).collect()
}

fn other(error: impl std::fmt::Display) -> GitError {
    GitError::Other(error.to_string())
}
