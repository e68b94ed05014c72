//! Where the repository and its configuration lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_model::Sources;
use seatrial_tree::{ReadError, Repository, Tree, join, parent};
use seatrial_yaml::ParsedFiles;

use crate::config::{self, Config, FILE_NAME};
use crate::stop::Stop;

/// A repository as it lies on disk.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root: of the git working copy; without git, the directory of the configuration or the current one.
    pub(crate) root: PathBuf,
    /// The files.
    pub(crate) tree: Tree,
    /// What of them has been parsed.
    pub(crate) parsed: Arc<ParsedFiles>,
    /// The git repository, when there is one.
    pub(crate) repository: Option<Repository>,
    /// The configuration.
    pub(crate) config: Option<Config>,
    /// Path of the configuration from the root; where it would lie when there is none.
    pub(crate) config_path: String,
}

impl Workspace {
    /// Finds the repository around `directory` (absolute) and reads the configuration.
    ///
    /// # Errors
    /// [`Stop::Usage`] when a file that was named is not there, [`Stop::Config`] when it is wrong.
    pub(crate) fn open(directory: &Path, config: Option<&Path>, sources: &Arc<Sources>) -> Result<Workspace, Stop> {
        let named = config.map(|file| directory.join(file));
        let start = named.as_deref().and_then(Path::parent).unwrap_or(directory);
        let start = start.canonicalize().map_err(|e| Stop::Usage(format!("cannot open `{}`: {e}", start.display())))?;
        let found = Workspace::without_config(&start, &start, sources)?;
        let (root, tree) = (&found.root, &found.tree);
        let config_path = match named.as_deref().and_then(Path::file_name) {
            Some(name) => in_tree(root, &start.join(name)),
            None => nearest_config(tree, &in_tree(root, &start)),
        };
        let config = match tree.read(&config_path) {
            Ok(file) => Some(config::read(&config_path, file.text()).map_err(Stop::Config)?),
            Err(ReadError::NotFound) if named.is_none() => None,
            Err(error) => return Err(Stop::Usage(format!("the configuration `{config_path}` {error}"))),
        };
        Ok(Workspace { config, config_path, ..found })
    }

    /// The repository around `directory` (absolute), whether its configuration can be read or not; where there is no git, the tree of `root`.
    ///
    /// # Errors
    /// [`Stop::Usage`] when it cannot be opened.
    pub(crate) fn around(directory: &Path, root: &Path, sources: &Arc<Sources>) -> Result<Workspace, Stop> {
        let found = Workspace::without_config(directory, root, sources)?;
        let config_path = nearest_config(&found.tree, &in_tree(&found.root, directory));
        let file = found.tree.read(&config_path).ok();
        let config = file.and_then(|file| config::read(&config_path, file.text()).ok());
        Ok(Workspace { config, config_path, ..found })
    }

    fn without_config(directory: &Path, root: &Path, sources: &Arc<Sources>) -> Result<Workspace, Stop> {
        let repository = Repository::open(directory).ok();
        let found = repository.as_ref().and_then(Repository::root).and_then(|root| root.canonicalize().ok());
        let root = found.filter(|root| directory.starts_with(root)).unwrap_or_else(|| root.to_owned());
        let tree = Tree::working_copy(&root, sources)
            .map_err(|e| Stop::Usage(format!("cannot open `{}`: it {e}", root.display())))?;
        let config_path = FILE_NAME.to_owned();
        Ok(Workspace { root, tree, parsed: Arc::default(), repository, config: None, config_path })
    }
}

/// A path below the root with forward slashes.
pub(crate) fn in_tree(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The configuration in `directory` or above it, inside the tree.
fn nearest_config(tree: &Tree, directory: &str) -> String {
    let mut directory = directory;
    loop {
        let candidate = join(directory, FILE_NAME).unwrap_or_else(|| FILE_NAME.to_owned());
        if directory.is_empty() || tree.kind(&candidate).is_ok() {
            return candidate;
        }
        directory = parent(directory);
    }
}
