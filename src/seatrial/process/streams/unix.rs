//! Streams as files of Unix.

use std::fs::{File, metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Whether two paths lead to one file that exists.
pub(super) fn is_one_file(path: &Path, other: &Path) -> bool {
    let identity = |path: &Path| metadata(path).ok().map(|file| (file.dev(), file.ino()));
    identity(path).is_some_and(|file| identity(other) == Some(file))
}

/// What a stream writes to.
pub(super) fn file(stream: &impl AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}
