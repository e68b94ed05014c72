//! The tree itself: paths are resolved, files are read and entered into the table of sources, each once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use seatrial_model::{BelongsTo, Encoding, OnceMap, SourceFile, Sources, Span};

use crate::commit_and_copies::CommitAndCopies;
use crate::commit_files::CommitFiles;
use crate::composed::Composed;
use crate::decode::decode;
use crate::disk_files::DiskFiles;
use crate::fetched::Fetched;
use crate::left_out::{LeavesOut, Remaining};
use crate::memory_files::MemoryFiles;
use crate::resolve::{Entry, Resolved, resolve};
use crate::{GitError, ReadError, TreePath, archive, git};

/// The largest file that is read, in bytes: 256 MiB. Spans are 32 bits wide, and nobody writes such a manifest by hand.
pub const SIZE_LIMIT: u64 = 256 * 1024 * 1024;

/// What a path is, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// A tree of files. Cheap to clone, may be read by many threads; each text file is read and entered into the table once.
///
/// Paths are relative to the root, with forward slashes; `.` and `..` in them are taken out by their letters, then every symbolic link is
/// followed by us. A file that is reached through links is entered under its real path: that is the file a human must edit.
#[derive(Clone, Debug)]
pub struct Tree(Arc<Inner>, Fetched);

#[derive(Debug)]
struct Inner {
    files: Files,
    belongs_to: BelongsTo,
    sources: Arc<Sources>,
    resolved: OnceMap<String, Result<Resolved, ReadError>>,
    texts: OnceMap<String, Result<Arc<SourceFile>, ReadError>>,
}

/// Where the files are.
#[derive(Debug)]
enum Files {
    Disk(DiskFiles),
    Commit(Box<CommitAndCopies>),
    Memory(MemoryFiles),
    Remaining(Remaining),
    Composed(Composed),
}

impl Files {
    fn look(&self, path: &str) -> Result<Entry, ReadError> {
        match self {
            Files::Disk(files) => files.look(path),
            Files::Commit(files) => files.look(path),
            Files::Memory(files) => files.look(path),
            Files::Remaining(files) => files.look(path),
            Files::Composed(files) => files.look(path),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self {
            Files::Disk(files) => files.read(path),
            Files::Commit(files) => files.read(path),
            Files::Memory(files) => files.read(path),
            Files::Remaining(files) => files.base.0.files.read(path),
            Files::Composed(files) => {
                let TreePath { tree, path } = files.real(path)?;
                tree.0.files.read(&tree.real_path(path)?)
            }
        }
    }

    fn list(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        match self {
            Files::Disk(files) => files.list(dir),
            Files::Commit(files) => files.list(dir),
            Files::Memory(files) => Ok(files.list(dir)),
            Files::Remaining(files) => files.list(dir),
            Files::Composed(files) => Ok(files.list(dir)),
        }
    }
}

/// A name in a directory, and what it is; or why its link leads nowhere.
pub type Listed = (String, Result<EntryKind, ReadError>);

impl Tree {
    /// The files below a directory as they lie there, without `.git`.
    ///
    /// # Errors
    /// When the directory cannot be opened.
    pub fn working_copy(root: &Path, sources: &Arc<Sources>) -> Result<Tree, ReadError> {
        Ok(Tree::new(Files::Disk(DiskFiles::open(root)?), sources))
    }

    /// The files below a directory that belongs to another repository.
    ///
    /// # Errors
    /// When the directory cannot be opened.
    pub fn elsewhere(root: &Path, belongs_to: BelongsTo, sources: &Arc<Sources>) -> Result<Tree, ReadError> {
        Ok(Tree::of(Files::Disk(DiskFiles::open(root)?), belongs_to, sources))
    }

    /// The tree of a commit of the repository whose root (not a directory below it) is `root`; `revision` is what `git rev-parse` takes.
    /// Submodules are absent.
    ///
    /// # Errors
    /// When there is no such repository or commit.
    pub fn commit(root: &Path, revision: &str, sources: &Arc<Sources>) -> Result<Tree, GitError> {
        Tree::commit_with_copies(root, revision, Vec::new(), sources)
    }

    /// As [`Tree::commit`]; what the commit lacks of these directories comes from the working copy, as they were checked out beside it.
    ///
    /// # Errors
    /// As [`Tree::commit`].
    pub fn commit_with_copies(
        root: &Path,
        revision: &str,
        copies: Vec<String>,
        sources: &Arc<Sources>,
    ) -> Result<Tree, GitError> {
        let repository = git::open_at(root)?;
        let commit = git::commit_id(&repository, revision)?;
        let commit = CommitFiles::new(repository, commit)?;
        let working_copy = DiskFiles::open(root).map_err(|error| GitError::Other(error.to_string()))?;
        let files = CommitAndCopies::new(commit, working_copy, copies);
        Ok(Tree::new(Files::Commit(Box::new(files)), sources))
    }

    /// Files in memory: for tests. Of two texts under one path the last counts.
    #[must_use]
    pub fn memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, sources: &Arc<Sources>) -> Tree {
        Tree::memory_of(BelongsTo::Repository, files, sources)
    }

    /// As [`Tree::memory`], of something that may be another repository.
    #[must_use]
    pub fn memory_of<'a>(
        belongs_to: BelongsTo,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        sources: &Arc<Sources>,
    ) -> Tree {
        let files = files.into_iter().map(|(path, text)| (path, text.as_bytes()));
        Tree::of(Files::Memory(MemoryFiles::new(files)), belongs_to, sources)
    }

    /// The files in an archive: tar, packed with gzip or not.
    ///
    /// # Errors
    /// A clause: it is not one, is too large, or holds what leads elsewhere.
    pub fn unpacked(packed: &[u8], belongs_to: BelongsTo, sources: &Arc<Sources>) -> Result<Tree, String> {
        let files = archive::files(packed)?;
        let files = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        Ok(Tree::of(Files::Memory(MemoryFiles::new(files)), belongs_to, sources))
    }

    /// The same tree without what is left out of it, and without symbolic links. Files keep their places: they are those of this tree.
    #[must_use]
    pub fn without(&self, left_out: Arc<dyn LeavesOut>) -> Tree {
        let belongs_to = self.0.belongs_to.clone();
        Tree::of(Files::Remaining(Remaining::new(self.clone(), left_out)), belongs_to, self.sources())
            .with_fetched(&self.1)
    }

    /// A tree of files of others: each path stands for a file there (whose path has no links), and its text keeps its place.
    #[must_use]
    pub fn composed(files: BTreeMap<String, TreePath>, sources: &Arc<Sources>) -> Tree {
        Tree::new(Files::Composed(Composed::new(files)), sources)
    }

    fn new(files: Files, sources: &Arc<Sources>) -> Tree {
        Tree::of(files, BelongsTo::Repository, sources)
    }

    fn of(files: Files, belongs_to: BelongsTo, sources: &Arc<Sources>) -> Tree {
        let (resolved, texts) = (OnceMap::default(), OnceMap::default());
        Tree(Arc::new(Inner { files, belongs_to, sources: Arc::clone(sources), resolved, texts }), Fetched::default())
    }

    /// The same files with what was fetched for them.
    #[must_use]
    pub fn with_fetched(&self, fetched: &Fetched) -> Tree {
        Tree(Arc::clone(&self.0), fetched.clone())
    }

    /// What was fetched for its files.
    #[must_use]
    pub fn fetched(&self) -> &Fetched {
        &self.1
    }

    /// What its files belong to; those of a composed tree may belong to several.
    #[must_use]
    pub fn belongs_to(&self) -> &BelongsTo {
        &self.0.belongs_to
    }

    /// Tells it from all others; its clones are the same.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// A place for what is said of a path at which there is no text.
    #[must_use]
    pub fn stand_in(&self, path: &str) -> Span {
        let file = self.0.sources.add_of(&self.0.belongs_to, path, String::new(), Encoding::Utf8);
        Span::start_of(file.id())
    }

    /// The table that files are entered into.
    #[must_use]
    pub fn sources(&self) -> &Arc<Sources> {
        &self.0.sources
    }

    /// A text file; read and entered into the table once, under its real path.
    ///
    /// UTF-8 is kept byte for byte, a byte order mark included. UTF-16 with a mark is decoded: spans are then of the decoded text, and
    /// `SourceFile::file_range` gives their bytes.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self, path: &str) -> Result<Arc<SourceFile>, ReadError> {
        self.read_real(&self.resolve_file(path)?)
    }

    /// The text of a file whose path has no links.
    fn read_real(&self, real: &str) -> Result<Arc<SourceFile>, ReadError> {
        match &self.0.files {
            Files::Remaining(files) => return files.base.read_real(real),
            Files::Composed(files) => {
                let TreePath { tree, path } = files.real(real)?;
                return tree.read(path);
            }
            Files::Disk(_) | Files::Commit(_) | Files::Memory(_) => {}
        }
        self.0.texts.get(real, || {
            let (text, encoding) = decode(self.0.files.read(real)?)?;
            Ok(self.0.sources.add_of(&self.0.belongs_to, real, text, encoding))
        })
    }

    /// A file's bytes; read anew at every call.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let real = self.resolve_file(path)?;
        self.0.files.read(&real).map(Arc::from)
    }

    /// What a path is.
    ///
    /// # Errors
    /// [`ReadError::NotFound`], [`ReadError::OutsideRoot`], [`ReadError::Io`].
    pub fn kind(&self, path: &str) -> Result<EntryKind, ReadError> {
        let resolved = self.resolve(path)?;
        Ok(if resolved.directory { EntryKind::Directory } else { EntryKind::File })
    }

    /// The path with all symbolic links followed: two paths are one file when these are equal.
    ///
    /// # Errors
    /// As [`Tree::kind`].
    pub fn real_path(&self, path: &str) -> Result<String, ReadError> {
        self.resolve(path).map(|resolved| resolved.path)
    }

    /// Where a file really is: in this tree, or in the one that this is made of.
    ///
    /// # Errors
    /// As [`Tree::kind`].
    pub fn whence(&self, path: &str) -> Result<TreePath, ReadError> {
        let path = self.real_path(path)?;
        match &self.0.files {
            Files::Composed(files) => files.real(&path).cloned(),
            Files::Remaining(files) => files.base.whence(&path),
            Files::Disk(_) | Files::Commit(_) | Files::Memory(_) => Ok(TreePath { tree: self.clone(), path }),
        }
    }

    /// Whether anything can be read at a path, links followed.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.kind(path).is_ok()
    }

    /// Whether a symbolic link lies at a path itself, whatever it points to.
    #[must_use]
    pub fn is_link(&self, path: &str) -> bool {
        let normal = crate::join("", path);
        normal.is_some_and(|path| matches!(self.0.files.look(&path), Ok(Entry::Link(_))))
    }

    /// The submodule of a commit that a path lies in, by its letters: its directory and the commit that it is at.
    #[must_use]
    pub fn submodule(&self, path: &str) -> Option<(String, String)> {
        let files = match &self.0.files {
            Files::Commit(files) => files,
            Files::Remaining(files) => return files.base.submodule(path),
            Files::Disk(_) | Files::Memory(_) | Files::Composed(_) => return None,
        };
        let path = crate::join("", path)?;
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut directories = ends.filter_map(|end| path.get(..end));
        directories.find_map(|directory| Some((directory.to_owned(), files.submodule(directory)?)))
    }

    /// Names in a directory with what they are, sorted by bytes; entries that lead out of the root are left out, and so are dangling links
    /// and what is neither file nor directory.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn list(&self, dir: &str) -> Result<Vec<(String, EntryKind)>, ReadError> {
        let entries = self.list_with_links(dir)?.into_iter();
        Ok(entries.filter_map(|(name, kind)| Some((name, kind.ok()?))).collect())
    }

    /// The same with the links that lead out of the root or nowhere, and why.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn list_with_links(&self, dir: &str) -> Result<Vec<Listed>, ReadError> {
        let real = self.resolve_directory(dir)?;
        let kind_of = |name: &str, entry| {
            let path = below(&real, name);
            let kind = match entry {
                Entry::File => EntryKind::File,
                Entry::Directory => EntryKind::Directory,
                Entry::Special => return None,
                Entry::Link(_) => return Some(self.kind(&path)),
            };
            // Who lists a directory reads what is in it, and need not look there again.
            let resolved = Resolved { path: path.clone(), directory: kind == EntryKind::Directory };
            self.0.resolved.put(path, Ok(resolved));
            Some(Ok(kind))
        };
        let entries = self.0.files.list(&real)?.into_iter();
        Ok(entries.filter_map(|(name, entry)| kind_of(&name, entry).map(|kind| (name, kind))).collect())
    }

    /// All files below a directory, sorted by bytes; links to files are among them, and so are links that lead nowhere or out of the root:
    /// reading one says so. Links to directories are not followed, `.git` is not entered. Empty for what is not a directory; a directory below that cannot be read is left out.
    #[must_use]
    pub fn walk(&self, dir: &str) -> Vec<String> {
        let Ok(real) = self.resolve_directory(dir) else { return Vec::new() };
        let mut found = Vec::new();
        let mut pending = vec![real];
        while let Some(dir) = pending.pop() {
            for (name, entry) in self.0.files.list(&dir).unwrap_or_default() {
                let path = below(&dir, &name);
                match entry {
                    Entry::Directory => pending.push(path),
                    Entry::File => found.push(path),
                    Entry::Link(_) if self.kind(&path) != Ok(EntryKind::Directory) => found.push(path),
                    Entry::Link(_) | Entry::Special => {}
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// What lies at a path without links on the way, its last component not followed.
    pub(crate) fn look(&self, path: &str) -> Result<Entry, ReadError> {
        self.0.files.look(path)
    }

    /// What lies in a directory, links not followed.
    pub(crate) fn list_entries(&self, dir: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        self.0.files.list(dir)
    }

    fn resolve(&self, path: &str) -> Result<Resolved, ReadError> {
        let normal = crate::join("", path).ok_or(ReadError::OutsideRoot)?;
        let look = |at: &str| self.0.files.look(at);
        self.0.resolved.get(normal.as_str(), || {
            // What lies in one directory shares the way to it.
            let mut at = Resolved::root();
            let mut start = 0;
            for (end, _) in normal.match_indices('/') {
                let (dir, name) = (normal.get(..end).unwrap_or_default(), normal.get(start..end).unwrap_or_default());
                at = self.0.resolved.get(dir, || below_directory(&at, name, look))?;
                start = end + 1;
            }
            below_directory(&at, normal.get(start..).unwrap_or_default(), look)
        })
    }

    fn resolve_file(&self, path: &str) -> Result<String, ReadError> {
        let resolved = self.resolve(path)?;
        if resolved.directory { Err(ReadError::IsDirectory) } else { Ok(resolved.path) }
    }

    fn resolve_directory(&self, path: &str) -> Result<String, ReadError> {
        let resolved = self.resolve(path)?;
        if resolved.directory { Ok(resolved.path) } else { Err(ReadError::NotADirectory) }
    }
}

fn below_directory(
    dir: &Resolved,
    name: &str,
    look: impl Fn(&str) -> Result<Entry, ReadError>,
) -> Result<Resolved, ReadError> {
    if dir.directory { resolve(&dir.path, name, look) } else { Err(ReadError::NotFound) }
}

fn below(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

#[cfg(test)]
mod tests;
