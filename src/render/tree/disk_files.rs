//! The files below a directory as they lie there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::ReadError;
use crate::resolve::Entry;
use crate::spelling::{is_exact, slashed};
use crate::tree::SIZE_LIMIT;

/// A directory of the file system. Paths given to it were resolved: they hold no links.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    pub(crate) fn open(root: &Path) -> Result<DiskFiles, ReadError> {
        let metadata = fs::metadata(root).map_err(|e| read_error(&e))?;
        if metadata.is_dir() { Ok(DiskFiles { root: root.to_owned() }) } else { Err(ReadError::NotADirectory) }
    }

    /// What lies at a path. `.git` is not part of the tree, as it is not part of a commit's: it may hold a token.
    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        if path.split('/').any(is_git_dir) {
            return Err(ReadError::NotFound);
        }
        let full = self.root.join(path);
        let name = crate::file_name(path);
        if !name.is_empty() && !is_exact(&full, name) {
            return Err(ReadError::NotFound);
        }
        let metadata = fs::symlink_metadata(&full).map_err(|e| read_error(&e))?;
        entry_of(&full, metadata.file_type())
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let file = File::open(self.root.join(path)).map_err(|e| read_error(&e))?;
        let bytes = file.metadata().map_err(|e| read_error(&e))?.len();
        if bytes > SIZE_LIMIT {
            return Err(ReadError::TooLarge { bytes, limit: SIZE_LIMIT });
        }
        let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
        // The file may grow while it is read.
        file.take(SIZE_LIMIT).read_to_end(&mut content).map_err(|e| read_error(&e))?;
        Ok(content)
    }

    /// Names in a directory, sorted by bytes. Names that are no UTF-8 cannot be named in a manifest either and are left out.
    pub(crate) fn list(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names = Vec::new();
        for found in fs::read_dir(self.root.join(dir)).map_err(|e| read_error(&e))? {
            let found = found.map_err(|e| read_error(&e))?;
            let Ok(name) = found.file_name().into_string() else { continue };
            if is_git_dir(&name) {
                continue;
            }
            if let Ok(entry) = found.file_type().map_err(|e| read_error(&e)).and_then(|t| entry_of(&found.path(), t)) {
                names.push((name, entry));
            }
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }
}

/// Also in the spellings that a case-insensitive file system takes for it.
fn is_git_dir(name: &str) -> bool {
    name.eq_ignore_ascii_case(".git")
}

fn entry_of(path: &Path, kind: fs::FileType) -> Result<Entry, ReadError> {
    if kind.is_symlink() {
        let target = fs::read_link(path).map_err(|e| read_error(&e))?;
        // A target that is not UTF-8 cannot be a path of the tree.
        return Ok(target.to_str().map_or(Entry::Special, |t| Entry::Link(slashed(t))));
    }
    Ok(match (kind.is_file(), kind.is_dir()) {
        (true, _) => Entry::File,
        (_, true) => Entry::Directory,
        _ => Entry::Special,
    })
}

fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => ReadError::NotFound,
        // `permission denied`, without the number that Rust puts behind it.
        _ => {
            let text = error.to_string();
            ReadError::Io(text.split(" (os error").next().unwrap_or(&text).to_lowercase())
        }
    }
}
