//! The files of a git commit, read from the object database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::object::tree::EntryKind as Mode;
use seatrial_model::OnceMap;

use crate::git::root_tree;
use crate::resolve::Entry;
use crate::tree::SIZE_LIMIT;
use crate::{GitError, ReadError};

/// A symbolic link's target is at most as long as a path may be (PATH_MAX).
const LONGEST_LINK: u64 = 4096;

/// One directory: names with mode and object.
type Directory = Arc<BTreeMap<String, (Mode, ObjectId)>>;

/// The tree of a commit. Paths given to it were resolved: they hold no links.
pub(crate) struct CommitFiles {
    repository: gix::ThreadSafeRepository,
    /// Handles that are not in use; each has caches of its own, so one is kept per thread that reads at the same time.
    handles: Mutex<Vec<gix::Repository>>,
    root: ObjectId,
    directories: OnceMap<String, Result<Directory, ReadError>>,
}

impl std::fmt::Debug for CommitFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommitFiles").field("root", &self.root).finish_non_exhaustive()
    }
}

impl CommitFiles {
    pub(crate) fn new(repository: gix::Repository, commit: ObjectId) -> Result<CommitFiles, GitError> {
        let root = root_tree(&repository, commit)?;
        let repository = repository.into_sync();
        Ok(CommitFiles { repository, handles: Mutex::default(), root, directories: OnceMap::default() })
    }

    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        if path.is_empty() {
            return Ok(Entry::Directory);
        }
        let (mode, id) = self.find(path)?;
        self.entry_of(mode, id)
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.find(path)? {
            (Mode::Commit, _) => Err(ReadError::NotFound),
            (_, id) => self.blob(id, SIZE_LIMIT),
        }
    }

    /// The commit of a submodule whose directory is at a path.
    pub(crate) fn submodule(&self, path: &str) -> Option<String> {
        match self.find(path) {
            Ok((Mode::Commit, id)) => Some(id.to_string()),
            _ => None,
        }
    }

    /// Names in a directory, sorted by bytes.
    pub(crate) fn list(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let directory = self.directory(dir)?;
        let entries = directory.iter().filter_map(|(name, (mode, id))| {
            let entry = self.entry_of(*mode, *id).ok()?;
            Some((name.clone(), entry))
        });
        Ok(entries.collect())
    }

    fn entry_of(&self, mode: Mode, id: ObjectId) -> Result<Entry, ReadError> {
        match mode {
            Mode::Tree => Ok(Entry::Directory),
            Mode::Blob | Mode::BlobExecutable => Ok(Entry::File),
            // The files of a submodule lie in another repository.
            Mode::Commit => Err(ReadError::NotFound),
            Mode::Link => {
                let target = self.blob(id, LONGEST_LINK)?;
                Ok(String::from_utf8(target).map_or(Entry::Special, Entry::Link))
            }
        }
    }

    fn find(&self, path: &str) -> Result<(Mode, ObjectId), ReadError> {
        let name = crate::file_name(path);
        self.directory(crate::parent(path))?.get(name).copied().ok_or(ReadError::NotFound)
    }

    /// A directory, decoded once. Its parents were decoded on the way: a path is never deeper than the trees in the repository.
    fn directory(&self, path: &str) -> Result<Directory, ReadError> {
        self.directories.get(path, || {
            let id = if path.is_empty() {
                self.root
            } else {
                match self.find(path)? {
                    (Mode::Tree, id) => id,
                    (Mode::Commit, _) => return Err(ReadError::NotFound),
                    _ => return Err(ReadError::NotADirectory),
                }
            };
            self.with_handle(|repository| decode_directory(repository, id))
        })
    }

    fn blob(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.with_handle(|repository| {
            let header = repository.try_find_header(id).map_err(|e| ReadError::Io(e.to_string()))?;
            let bytes = header.ok_or_else(|| missing(id))?.size();
            if bytes > limit {
                return Err(ReadError::TooLarge { bytes, limit });
            }
            let object = repository.try_find_object(id).map_err(|e| ReadError::Io(e.to_string()))?;
            Ok(object.ok_or_else(|| missing(id))?.detach().data)
        })
    }

    fn with_handle<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.handles.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = idle.unwrap_or_else(|| self.repository.to_thread_local());
        let result = work(&handle);
        self.handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }
}

fn decode_directory(repository: &gix::Repository, id: ObjectId) -> Result<Directory, ReadError> {
    let object =
        repository.try_find_object(id).map_err(|e| ReadError::Io(e.to_string()))?.ok_or_else(|| missing(id))?;
    let tree = object.try_into_tree().map_err(|e| ReadError::Io(e.to_string()))?;
    let mut names = BTreeMap::new();
    for entry in tree.iter() {
        let entry = entry.map_err(|e| ReadError::Io(e.to_string()))?;
        // Names that are no UTF-8 cannot be named in a manifest either.
        let Ok(name) = std::str::from_utf8(entry.filename()) else { continue };
        names.insert(name.to_owned(), (entry.kind(), entry.object_id()));
    }
    Ok(Arc::new(names))
}

/// A partial clone leaves objects out until git fetches them; we never fetch.
fn missing(id: ObjectId) -> ReadError {
    ReadError::Io(format!("git object {id} is not in this clone; a clone made with `--filter` lacks it"))
}
