//! Streams as files of Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle;
use std::path::Path;

/// Whether two paths lead to one file: the streams are not files there.
pub(super) fn is_one_file(_: &Path, _: &Path) -> bool {
    false
}

/// What a stream writes to.
pub(super) fn file(stream: &impl AsHandle) -> io::Result<File> {
    stream.as_handle().try_clone_to_owned().map(File::from)
}
