//! Directories outside of the repository in which others are checked out: which of them may be read, and their files.
//!
//! Whoever may name any directory may read the runner: its credentials, and what other jobs left there. So a pull request cannot. What it
//! checks out inside of its own repository is its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use seatrial_discover::CheckedOut;
use seatrial_flux::Repository;
use seatrial_model::{BelongsTo, OnceMap, Sources, Span};
use seatrial_tree::Tree;

use crate::config::{self, Config, SourceConfig, checked_out};
use crate::context::authority::Authority;
use crate::context::workspace::{Workspace, normal};

/// Directories outside of a repository. Each is opened once, for the change and for its base: no commit has it.
#[derive(Debug)]
pub(crate) struct Outside {
    root: PathBuf,
    may_read: MayRead,
    /// The line that asks for a directory, by its name and path.
    asked: BTreeMap<(String, String), Span>,
    /// The line for what only the base asks for.
    otherwise: Span,
    sources: Arc<Sources>,
    opened: OnceMap<(String, String), Result<Arc<Repository>, String>>,
}

/// Which directories may be read.
#[derive(Debug)]
enum MayRead {
    All,
    /// Those that the configuration with authority names.
    These(BTreeSet<String>),
    /// None; the reason as a clause.
    Nothing(String),
}

impl Outside {
    /// Of a workspace whose configuration was read.
    pub(crate) fn of(workspace: &Workspace, authority: &Authority, sources: &Arc<Sources>) -> Outside {
        let config_path = &workspace.config_path;
        let may_read = match authority {
            Authority::Checkout => MayRead::All,
            Authority::Base(config) => {
                MayRead::These(named(config, config_path).map(|(_, (_, directory))| directory).collect())
            }
            Authority::Nobody(because) => MayRead::Nothing(because.split("; ").next().unwrap_or_default().to_owned()),
        };
        let file = workspace.tree.read(config_path).ok();
        let otherwise = file.as_ref().map_or_else(|| workspace.tree.stand_in(config_path), |f| Span::start_of(f.id()));
        let mut asked = BTreeMap::new();
        if let Some(config) = workspace.config.as_ref().filter(|config| named(config, config_path).next().is_some()) {
            let root = file.as_ref().and_then(config::root_of);
            for (environment, key) in named(config, config_path) {
                let path = ["environments", environment, "flux", "repositories", &key.0];
                let place = root.as_ref().map_or(otherwise, |root| config::place_of(root, &path));
                asked.entry(key).or_insert(place);
            }
        }
        let (root, sources) = (workspace.root.clone(), Arc::clone(sources));
        Outside { root, may_read, asked, otherwise, sources, opened: OnceMap::default() }
    }

    /// The repository that a source's name stands for at a path, which begins with `..`; or why it is not read, as a clause.
    pub(crate) fn at(&self, name: &str, path: &str) -> Result<Arc<Repository>, String> {
        let key = (name.to_owned(), path.to_owned());
        self.opened.get(&key, || self.open(&key))
    }

    fn open(&self, key: &(String, String)) -> Result<Arc<Repository>, String> {
        let (name, path) = key;
        match &self.may_read {
            MayRead::All => {}
            MayRead::These(directories) if directories.contains(path) => {}
            MayRead::These(_) => {
                let because = "and counts once the target branch names it";
                return Err(format!("`{path}` is outside of the repository, {because}"));
            }
            MayRead::Nothing(because) => {
                return Err(format!("`{path}` is outside of the repository, and is not read: {because}"));
            }
        }
        let real = normal(&self.root.join(path)).canonicalize().map_err(|_| format!("`{path}` does not exist"))?;
        if real.starts_with(&self.root) {
            return Err(format!("`{path}` leads back into this repository"));
        }
        if self.root.starts_with(&real) {
            return Err(format!("`{path}` contains this repository"));
        }
        let asked = self.asked.get(key).copied().unwrap_or(self.otherwise);
        let of = BelongsTo::Checkout { name: name.as_str().into(), asked };
        let tree = Tree::elsewhere(&real, of, &self.sources).map_err(|error| format!("`{path}` {error}"))?;
        Ok(Arc::new(Repository::new(&tree, Vec::new(), &Arc::default(), None)))
    }
}

/// The directories outside of the repository that a configuration names: environment, and the source's name with the path.
fn named<'a>(config: &'a Config, config_path: &'a str) -> impl Iterator<Item = (&'a str, (String, String))> {
    let all = config.environments.iter().flat_map(|(environment, settings)| {
        let flux = if let SourceConfig::Flux(flux) = &settings.source { Some(flux) } else { None };
        flux.into_iter().flat_map(|flux| &flux.repositories).map(move |named| (environment.as_str(), named))
    });
    all.filter_map(move |(environment, (name, path))| match checked_out(config_path, path)? {
        CheckedOut::Outside(path) => Some((environment, (name.clone(), path))),
        CheckedOut::Inside(_) => None,
    })
}
