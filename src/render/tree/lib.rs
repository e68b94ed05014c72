//! A repository's files: working copy, git commit or memory, confined to the root, symbolic links included. The only reader of files.
//!
//! Not here: what the files mean, writing, fetching.
#![allow(clippy::disallowed_methods, reason = "this is the one crate that reads a repository's files")]

mod archive;
mod changed_files;
mod commit_and_copies;
mod commit_files;
mod composed;
mod decode;
mod disk_files;
mod fetched;
mod file_state;
mod git;
mod kustomization_files;
mod left_out;
mod memory_files;
mod path;
mod read_error;
mod resolve;
mod spelling;
mod tree;
mod tree_path;

pub use archive::{Archived, decompressed, each_archived};
pub use changed_files::ChangedFiles;
pub use fetched::{Artifact, Fetched, Key, NotFetched, digest, is_digest};
pub use file_state::FileState;
pub use git::{GitError, Repository};
pub use kustomization_files::KUSTOMIZATION_FILES;
pub use left_out::LeavesOut;
pub use path::{confined, file_name, join, parent, within};
pub use read_error::ReadError;
pub use tree::{EntryKind, Listed, SIZE_LIMIT, Tree};
pub use tree_path::TreePath;
