//! Which files differ between two commits: by their objects, so that nothing of them is read.

use gix::ObjectId;
use gix::object::tree::EntryKind;

use crate::git::{commit_id, root_tree};
use crate::{GitError, Repository};

/// The files of two commits, each by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedFiles {
    /// Files that only one of both has, or that differ in content or mode; a submodule, whose files are not here, ends in `/`.
    pub changed: Vec<String>,
    /// Files that are the same.
    pub unchanged: Vec<String>,
}

/// What an entry of a directory is.
type What = (EntryKind, ObjectId);

/// An entry of a directory: its name, and what it is.
type Entry = (String, What);

impl Repository {
    /// How the files of two commits compare, sorted by bytes within each directory.
    ///
    /// # Errors
    /// [`GitError`] where an object is not in the clone.
    pub fn changed_files(&self, one: &str, other: &str) -> Result<ChangedFiles, GitError> {
        let mut found = ChangedFiles::default();
        let (one, other) = (self.root_tree(one)?, self.root_tree(other)?);
        let mut pending = vec![(String::new(), Some(one), Some(other))];
        while let Some((directory, one, other)) = pending.pop() {
            let is_same = one == other;
            let (one, other) = (self.entries(one)?, self.entries(other)?);
            for (name, one, other) in paired(one, other) {
                let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
                let is_submodule = [one, other].into_iter().flatten().any(|(kind, _)| kind == EntryKind::Commit);
                let below = |entry: Option<What>| entry.filter(|(kind, _)| *kind == EntryKind::Tree).map(|(_, id)| id);
                let is_file = |entry: Option<What>| entry.is_some() && below(entry).is_none();
                if is_file(one) || is_file(other) {
                    let list = if is_same || one == other { &mut found.unchanged } else { &mut found.changed };
                    list.push(if is_submodule { format!("{path}/") } else { path.clone() });
                }
                if below(one).is_some() || below(other).is_some() {
                    pending.push((path, below(one), below(other)));
                }
            }
        }
        Ok(found)
    }

    fn root_tree(&self, revision: &str) -> Result<ObjectId, GitError> {
        root_tree(self.inner(), commit_id(self.inner(), revision)?)
    }

    /// The entries of a tree; none if there is no tree.
    fn entries(&self, tree: Option<ObjectId>) -> Result<Vec<Entry>, GitError> {
        let Some(tree) = tree else { return Ok(Vec::new()) };
        let tree = self.inner().find_tree(tree).map_err(other)?;
        let mut entries = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(other)?;
            entries.push((entry.filename().to_string(), (entry.kind(), entry.object_id())));
        }
        Ok(entries)
    }
}

/// Entries of two directories by their names.
fn paired(one: Vec<Entry>, other: Vec<Entry>) -> impl Iterator<Item = (String, Option<What>, Option<What>)> {
    let mut pairs = std::collections::BTreeMap::new();
    for (name, entry) in one {
        pairs.insert(name, (Some(entry), None));
    }
    for (name, entry) in other {
        pairs.entry(name).or_insert((None, None)).1 = Some(entry);
    }
    pairs.into_iter().map(|(name, (one, other))| (name, one, other))
}

fn other(error: impl std::fmt::Display) -> GitError {
    GitError::Other(error.to_string())
}
