//! Where the repository and its configuration lie. By the letters of the path: a symbolic link inside of a repository does not lead to
//! another configuration, nor to another repository.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use seatrial_model::Sources;
use seatrial_tree::{ReadError, Repository, Tree, join, parent};
use seatrial_yaml::ParsedFiles;

use crate::config::{self, Config, ConfigProblem, FILE_NAME};
use crate::process::stop::Stop;

/// A repository as it lies on disk.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root, without links: of the git working copy; without git, the directory of the configuration or the current one.
    pub(crate) root: PathBuf,
    /// The root as the path to it is written.
    lexical_root: PathBuf,
    /// The files.
    pub(crate) tree: Tree,
    /// What of them has been parsed.
    pub(crate) parsed: Arc<ParsedFiles>,
    /// The git repository, when there is one.
    pub(crate) repository: Option<Repository>,
    /// Where the configuration is looked for.
    pub(crate) place: ConfigPlace,
    /// The commit whose files these are; `None` for a working copy.
    pub(crate) commit: Option<String>,
    /// The configuration, once [`Workspace::read_config`] has read it.
    pub(crate) config: Option<Config>,
    /// Path of the configuration from the root; where it would lie when there is none.
    pub(crate) config_path: String,
}

/// Where a configuration is looked for; both are paths from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigPlace {
    /// At a path that `--config` names.
    At(String),
    /// In a directory or above it.
    From(String),
}

impl ConfigPlace {
    /// The path of the configuration in a tree; where it would lie when there is none.
    pub(crate) fn in_tree(&self, tree: &Tree) -> String {
        match self {
            ConfigPlace::At(path) => path.clone(),
            ConfigPlace::From(directory) => nearest_config(tree, directory),
        }
    }
}

/// The git repository that a workspace would be opened in.
pub(crate) fn repository_of(directory: &Path, config: Option<&Path>) -> Option<Repository> {
    let named = config.map(|file| normal(&directory.join(file)));
    let start = named.as_deref().and_then(Path::parent).unwrap_or(directory);
    let root = repository_around(&normal(start))?.canonicalize().ok()?;
    Repository::open(&root).ok()
}

impl Workspace {
    /// Finds the repository around `directory` (absolute), or around the configuration that is named, and where its configuration lies.
    ///
    /// # Errors
    /// [`Stop::Usage`] when it cannot be opened.
    pub(crate) fn open(directory: &Path, config: Option<&Path>, sources: &Arc<Sources>) -> Result<Workspace, Stop> {
        let named = config.map(|file| normal(&directory.join(file)));
        let start = named.as_deref().and_then(Path::parent).unwrap_or(directory);
        let mut found = Workspace::around(start, start, sources)?;
        if let Some(file) = named {
            found.place = ConfigPlace::At(in_tree(&found.lexical_root, &file));
            found.config_path = found.place.in_tree(&found.tree);
        }
        Ok(found)
    }

    /// The repository around `directory` (absolute); where there is no git, the tree of `root`.
    ///
    /// # Errors
    /// [`Stop::Usage`] when it cannot be opened.
    pub(crate) fn around(directory: &Path, root: &Path, sources: &Arc<Sources>) -> Result<Workspace, Stop> {
        let directory = normal(directory);
        let around = repository_around(&directory);
        let lexical_root = around.clone().unwrap_or_else(|| normal(root));
        let cannot = |error: String| Stop::Usage(format!("cannot open `{}`: {error}", lexical_root.display()));
        let root = lexical_root.canonicalize().map_err(|error| cannot(error.to_string()))?;
        let repository = around.and_then(|_| Repository::open(&root).ok());
        let tree = Tree::working_copy(&root, sources).map_err(|error| cannot(format!("it {error}")))?;
        let place = ConfigPlace::From(in_tree(&lexical_root, &directory));
        let config_path = place.in_tree(&tree);
        tracing::debug!(root = %root.display(), git = repository.is_some(), config = %config_path, "repository");
        Ok(Workspace {
            root,
            lexical_root,
            tree,
            parsed: Arc::default(),
            repository,
            place,
            commit: None,
            config: None,
            config_path,
        })
    }

    /// Looks at other files of the same repository: those of a commit.
    pub(crate) fn look_at(&mut self, commit: String, tree: Tree) {
        self.config_path = self.place.in_tree(&tree);
        self.commit = Some(commit);
        (self.tree, self.parsed) = (tree, Arc::default());
    }

    /// Reads the configuration, where there is one.
    ///
    /// # Errors
    /// [`Stop::Usage`] when a file that was named is not there, [`Stop::Config`] when it is wrong or cannot be read.
    pub(crate) fn read_config(&mut self) -> Result<(), Stop> {
        let path = &self.config_path;
        match self.tree.read(path) {
            Ok(file) => self.config = Some(config::read(path, file.text()).map_err(Stop::Config)?),
            Err(ReadError::NotFound) => match self.place {
                ConfigPlace::At(_) => {
                    return Err(Stop::Usage(format!("the configuration `{path}` {}", ReadError::NotFound)));
                }
                ConfigPlace::From(_) => {}
            },
            Err(error) => return Err(Stop::Config(vec![ConfigProblem::of_file(path, &error.to_string())])),
        }
        Ok(())
    }

    /// A path that the command line names, from the root of the tree by its letters; `None` where it lies elsewhere.
    pub(crate) fn lexically_in_tree(&self, path: &Path) -> Option<String> {
        let path = normal(path);
        let below = path.strip_prefix(&self.lexical_root).or_else(|_| path.strip_prefix(&self.root)).ok()?;
        Some(slashed(below))
    }

    /// The same where links lead to it; `None` where there is nothing, or it lies elsewhere.
    pub(crate) fn really_in_tree(&self, path: &Path) -> Option<String> {
        let real = path.canonicalize().ok()?;
        real.strip_prefix(&self.root).ok().map(slashed)
    }
}

/// The first part of a path of a tree that is a symbolic link; what lies behind a part that does not exist is none.
pub(crate) fn link_on_the_way(tree: &Tree, path: &str) -> Option<String> {
    let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
    let prefixes = ends.filter_map(|end| path.get(..end)).filter(|prefix| !prefix.is_empty());
    prefixes.into_iter().find(|prefix| tree.is_link(prefix)).map(str::to_owned)
}

/// The innermost repository around a directory, by the letters of its path: whatever lies behind a link inside of a repository belongs to
/// that one.
fn repository_around(directory: &Path) -> Option<PathBuf> {
    let mut at = PathBuf::new();
    let mut found: Option<PathBuf> = None;
    for part in directory.components() {
        at.push(part);
        // `C:` alone is the current directory of that drive.
        if matches!(part, Component::Prefix(_)) {
            continue;
        }
        if found.is_some() && at.is_symlink() {
            break;
        }
        if at.join(".git").exists() {
            found = Some(at.clone());
        }
    }
    found
}

/// An absolute path without `.` and `..`, by its letters: no link is followed.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// A path below the root with forward slashes.
pub(crate) fn in_tree(root: &Path, path: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The configuration in `directory` or above it, inside the tree.
fn nearest_config(tree: &Tree, directory: &str) -> String {
    let mut directory = directory;
    loop {
        let candidate = join(directory, FILE_NAME).unwrap_or_else(|| FILE_NAME.to_owned());
        if directory.is_empty() || tree.exists(&candidate) {
            return candidate;
        }
        directory = parent(directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out_by_their_letters() {
        for (path, expected) in [("/a/./b/../c", "/a/c"), ("/a/../../b", "/b"), ("/", "/")] {
            assert_eq!(normal(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn what_lies_behind_a_link_inside_of_a_repository_belongs_to_that_repository() {
        let scratch = tempfile::tempdir().expect("a directory");
        let at = |path: &str| scratch.path().join(path);
        for directory in ["real/.git", "real/docs", "real/nested/.git", "other/.git"] {
            std::fs::create_dir_all(at(directory)).expect("made");
        }
        let link = |target: &str, path: &str| std::os::unix::fs::symlink(target, at(path)).expect("linked");
        link("docs", "real/ci");
        link("../other", "real/elsewhere");
        link("real", "above");
        let table = [
            ("real/docs", Some("real")),
            ("real/ci", Some("real")),
            ("real/elsewhere", Some("real")),
            ("real/nested", Some("real/nested")),
            ("above/docs", Some("above")),
            ("above/ci", Some("above")),
        ];
        for (directory, expected) in table {
            assert_eq!(repository_around(&at(directory)), expected.map(at), "{directory}");
        }
    }
}
