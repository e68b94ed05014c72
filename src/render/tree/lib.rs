//! A repository's files: working copy, git commit or memory, confined to the root, symbolic links included. The only reader of files.

mod git;
mod path;
mod read_error;
mod tree;

pub use git::{GitError, Repository};
pub use path::{join, parent};
pub use read_error::ReadError;
pub use tree::{EntryKind, Tree};
