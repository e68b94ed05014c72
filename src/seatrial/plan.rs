//! Which environments are looked at, and what of their configuration may be believed.

use std::path::{Component, Path};

use seatrial_discover::{Source, discover};
use seatrial_kubernetes::Minor;
use seatrial_model::Span;
use seatrial_schema::nearest;
use seatrial_tree::{EntryKind, join, parent};

use crate::config::{self, Config, EnvironmentConfig, TestConfig};
use crate::stop::Stop;
use crate::workspace::{Workspace, in_tree};

/// One environment to look at.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its name.
    pub(crate) name: String,
    /// What is rendered; the path is one of the tree.
    pub(crate) source: Source,
    /// Kubernetes minor to check against.
    pub(crate) minor: Minor,
    /// Where the configuration names the source; `None` when it was discovered.
    pub(crate) place: Option<Span>,
    /// Its configuration; `None` when it was discovered.
    pub(crate) config: Option<EnvironmentConfig>,
}

impl Planned {
    /// The path of the source.
    pub(crate) fn path(&self) -> &str {
        match &self.source {
            Source::Kustomize(path) | Source::Manifests(path) => path,
        }
    }

    /// `kustomize deploy/overlays/dev`.
    pub(crate) fn describe(&self) -> String {
        let shown = |path: &str| if path.is_empty() { ".".to_owned() } else { path.to_owned() };
        match &self.source {
            Source::Kustomize(path) => format!("kustomize {}", shown(path)),
            Source::Manifests(path) => format!("manifests {}", shown(path)),
        }
    }
}

/// The environments of the configuration, or what is discovered; only those that were asked for.
///
/// # Errors
/// [`Stop::Usage`] for a name that is not there, or a path that leads out of the repository.
pub(crate) fn environments(workspace: &Workspace, wanted: &[String]) -> Result<Vec<Planned>, Stop> {
    let all = match &workspace.config {
        Some(config) => configured(workspace, config)?,
        None => discovered(workspace),
    };
    for name in wanted {
        if !all.iter().any(|planned| planned.name == *name) {
            let hint = nearest(name, all.iter().map(|p| p.name.as_str()));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Stop::Usage(format!("there is no environment `{name}`{hint}")));
        }
    }
    let chosen: Vec<Planned> = all.into_iter().filter(|p| wanted.is_empty() || wanted.contains(&p.name)).collect();
    if chosen.is_empty() {
        return Err(Stop::Usage(format!(
            "there is nothing to render: no environment in `{}`, no kustomization and no manifest in the repository",
            workspace.config_path
        )));
    }
    Ok(chosen)
}

fn configured(workspace: &Workspace, config: &Config) -> Result<Vec<Planned>, Stop> {
    let file = workspace.tree.read(&workspace.config_path).ok();
    let root = file.as_ref().and_then(config::root_of);
    let plan = |(name, environment): (&String, &EnvironmentConfig)| {
        let Some((path, kind)) = path_of(environment) else {
            return Err(Stop::Usage(format!("environment `{name}` has no source")));
        };
        let source = source_of(environment, &workspace.config_path).ok_or_else(|| {
            Stop::Usage(format!("the path `{path}` of environment `{name}` leads out of the repository"))
        })?;
        Ok(Planned {
            name: name.clone(),
            source,
            minor: minor_of(environment),
            place: root.as_ref().map(|root| config::place_of(root, &["environments", name, kind, "path"])),
            config: Some(environment.clone()),
        })
    };
    config.environments.iter().map(plan).collect()
}

/// What lies at a path that the command line names, seen from `directory`.
///
/// # Errors
/// [`Stop::Usage`] when there is nothing, or when it lies outside of the repository.
pub(crate) fn at_path(directory: &Path, workspace: &Workspace, path: &Path) -> Result<Planned, Stop> {
    if let Some(path) = plainly_in_tree(directory, workspace, path) {
        return Ok(at_real_path(workspace, path));
    }
    let cannot = |why: &str| Stop::Usage(format!("cannot open `{}`: {why}", path.display()));
    let absolute = directory.join(path).canonicalize();
    let absolute = absolute.map_err(|error| {
        let is_address = path.to_str().is_some_and(|text| text.contains("://") || text.starts_with("git@"));
        if is_address {
            return cannot("nothing is fetched; clone the repository and name the directory in the clone");
        }
        cannot(&error.to_string())
    })?;
    if !absolute.starts_with(&workspace.root) {
        let root = workspace.root.display();
        return Err(Stop::Usage(format!("`{}` lies outside the repository `{root}`", path.display())));
    }
    Ok(at_real_path(workspace, in_tree(&workspace.root, &absolute)))
}

/// The path in the tree of something that is named from inside of it without `..`: the tree remembers the way there, which may be that of
/// thousands.
fn plainly_in_tree(directory: &Path, workspace: &Workspace, path: &Path) -> Option<String> {
    let inside = directory.strip_prefix(&workspace.root).ok()?;
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let whole = inside.join(path);
    workspace.tree.real_path(whole.to_str().filter(|_| is_plain)?).ok()
}

fn at_real_path(workspace: &Workspace, path: String) -> Planned {
    let source = if is_kustomization(workspace, &path) { Source::Kustomize } else { Source::Manifests };
    let name = if path.is_empty() { ".".to_owned() } else { path.clone() };
    Planned { name, source: source(path), minor: Minor::DEFAULT, place: None, config: None }
}

/// Whether a directory of the tree has a kustomization.
fn is_kustomization(workspace: &Workspace, path: &str) -> bool {
    let has = |name: &&str| workspace.tree.kind(&join(path, name).unwrap_or_default()).is_ok();
    let is_directory = workspace.tree.kind(path).is_ok_and(|kind| kind == EntryKind::Directory);
    is_directory && seatrial_kustomize::FILE_NAMES.iter().any(has)
}

/// The path that an environment is rendered from, as written, and the key that names it.
fn path_of(environment: &EnvironmentConfig) -> Option<(&str, &'static str)> {
    let kustomize = environment.kustomize.as_ref().map(|source| (source.path.as_str(), "kustomize"));
    kustomize.or_else(|| environment.manifests.as_ref().map(|source| (source.path.as_str(), "manifests")))
}

/// The minor that an environment of a configuration is checked against.
pub(crate) fn minor_of(environment: &EnvironmentConfig) -> Minor {
    environment.kubernetes.as_deref().and_then(|text| Minor::parse(text).ok()).unwrap_or(Minor::DEFAULT)
}

/// What an environment of a configuration is rendered from; `None` where that leads out of the tree.
pub(crate) fn source_of(environment: &EnvironmentConfig, config_path: &str) -> Option<Source> {
    let (path, kind) = path_of(environment)?;
    let path = join(parent(config_path), path)?;
    Some(if kind == "kustomize" { Source::Kustomize(path) } else { Source::Manifests(path) })
}

fn discovered(workspace: &Workspace) -> Vec<Planned> {
    let found = discover(&workspace.tree, &workspace.parsed).into_iter();
    let plan = |d: seatrial_discover::Discovered| Planned {
        name: d.name,
        source: d.source,
        minor: Minor::DEFAULT,
        place: None,
        config: None,
    };
    found.map(plan).collect()
}

/// What the base commit's configuration allows.
#[derive(Clone, Debug)]
pub(crate) enum Authority {
    /// No pull request, or `--trust-head`: the checkout's own configuration.
    Checkout,
    /// The base commit's configuration.
    Base(Box<Config>),
    /// Nothing is deployed; the reason as a clause.
    Nobody(String),
}

impl Authority {
    /// Where an environment may be deployed: its configuration with the cluster of whoever has the say; or why not, as a clause.
    pub(crate) fn deployable(&self, planned: &Planned) -> Result<EnvironmentConfig, String> {
        let own = planned.config.clone().filter(|c| c.deploy.is_some());
        let Some(own) = own else { return Err("no `deploy:` in seatrial.yaml".to_owned()) };
        match self {
            Authority::Checkout => Ok(own),
            Authority::Nobody(because) => Err(because.clone()),
            Authority::Base(base) => match base.environments.get(&planned.name) {
                Some(before) if before.deploy.is_some() => {
                    Ok(EnvironmentConfig { cluster: before.cluster.clone(), ..own })
                }
                _ => Err("the pull request adds this deployment; it takes effect after merge, or with --trust-head"
                    .to_owned()),
            },
        }
    }

    /// Sentences about configuration of the pull request that takes effect after merge only.
    pub(crate) fn deferred(&self, head: &Config) -> Vec<String> {
        let Authority::Base(base) = self else { return Vec::new() };
        let mut sentences = Vec::new();
        for (name, environment) in &head.environments {
            if base.environments.get(name).is_some_and(|before| before.cluster != environment.cluster) {
                sentences.push(format!("the change of `cluster` of {name} takes effect after merge"));
            }
        }
        for test in head.tests.iter().filter(|t| t.leaves_the_cluster() && !self.allows(t)) {
            sentences.push(format!(
                "the test `{}` is new or changed and leaves the cluster: it runs after merge",
                test.name.value
            ));
        }
        if head.report != base.report {
            sentences.push("the change of `report` takes effect after merge".to_owned());
        }
        sentences
    }

    /// Whether a test may run: those inside the cluster always, those that leave it as the base has them.
    pub(crate) fn allows(&self, test: &TestConfig) -> bool {
        match self {
            Authority::Checkout => true,
            Authority::Nobody(_) => !test.leaves_the_cluster(),
            Authority::Base(base) => {
                let same = |before: &&TestConfig| {
                    before.name.value == test.name.value
                        && before.environment == test.environment
                        && before.http == test.http
                };
                !test.leaves_the_cluster() || base.tests.iter().any(|before| same(&before))
            }
        }
    }
}
