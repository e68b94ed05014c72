//! Which environments are looked at, and with which options.

use std::collections::BTreeMap;
use std::path::Path;

use seatrial_discover::{CheckedOut, LeftOut, Loose, Source};
use seatrial_kubernetes::Minor;
use seatrial_kustomize::LoadRestriction;
use seatrial_model::{Span, listed_in_backticks};
use seatrial_schema::nearest;
use seatrial_tree::{EntryKind, ReadError, file_name, join};

use crate::cli::PathKind;
use crate::config::{self, Config, EnvironmentConfig, RuleLevel};
use crate::context::workspace::Workspace;
use crate::judge::renderer::{Renderer, Subject};
use crate::process::stop::Stop;

/// Names of environments that a message lists.
const MOST_NAMES: usize = 12;

/// One environment to look at.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its name.
    pub(crate) name: String,
    /// What is rendered; the path is one of the tree.
    pub(crate) source: Source,
    /// Which files its kustomizations may read; `None` where nobody says so.
    pub(crate) load_restriction: Option<LoadRestriction>,
    /// Kubernetes minor to check against.
    pub(crate) minor: Minor,
    /// Where the configuration names the source; `None` when it was discovered.
    pub(crate) place: Option<Span>,
    /// Its configuration; `None` when it was discovered.
    pub(crate) config: Option<EnvironmentConfig>,
    /// What the command line says of it.
    pub(crate) flags: PlanFlags,
}

/// What the command line says of every environment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlanFlags {
    /// Which files kustomizations may read, whatever the configuration says.
    pub(crate) load_restriction: Option<LoadRestriction>,
    /// The minor where the configuration does not say it.
    pub(crate) minor: Option<Minor>,
    /// What the paths that are named are, whatever they look like.
    pub(crate) path_kind: Option<PathKind>,
}

impl PlanFlags {
    /// The minor that an environment is checked against.
    pub(crate) fn minor_of(self, environment: Option<&EnvironmentConfig>) -> Minor {
        environment.and_then(|environment| environment.kubernetes).or(self.minor).unwrap_or(Minor::DEFAULT)
    }
}

impl Planned {
    /// What was found or named on the command line, without a configuration.
    pub(crate) fn found(source: Source, flags: PlanFlags) -> Planned {
        let name = source.name();
        let (load_restriction, minor) = (flags.load_restriction, flags.minor_of(None));
        Planned { name, source, load_restriction, minor, place: None, config: None, flags }
    }

    /// An environment of a configuration that no command line says anything of.
    ///
    /// # Errors
    /// A clause, where its path leads out of the repository.
    pub(crate) fn configured(
        name: &str,
        environment: &EnvironmentConfig,
        config_path: &str,
    ) -> Result<Planned, String> {
        let source = environment.source.in_tree(config_path, name);
        let flags = PlanFlags::default();
        Ok(Planned {
            name: name.to_owned(),
            source: source.ok_or_else(|| format!("the path of environment `{name}` leads out of the repository"))?,
            load_restriction: environment.source.load_restriction(),
            minor: flags.minor_of(Some(environment)),
            place: None,
            config: Some(environment.clone()),
            flags,
        })
    }

    /// Whether nobody has said which minor of Kubernetes it is.
    pub(crate) fn is_minor_assumed(&self) -> bool {
        let configured = self.config.as_ref().and_then(|environment| environment.kubernetes);
        configured.or(self.flags.minor).is_none()
    }

    /// What is rendered, and what for.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject { source: &self.source, load_restriction: self.load_restriction, minor: self.minor }
    }

    /// The path of the source.
    pub(crate) fn path(&self) -> &str {
        self.source.path()
    }

    /// Directories of the tree that hold other repositories.
    pub(crate) fn repositories(&self) -> impl Iterator<Item = &str> {
        let of_flux = if let Source::Flux(root) = &self.source { root.repositories.as_slice() } else { &[] };
        of_flux.iter().filter_map(|(_, place)| match place {
            CheckedOut::Inside(path) => Some(path.as_str()),
            CheckedOut::Outside(_) => None,
        })
    }

    /// `kustomize deploy/overlays/dev`.
    pub(crate) fn describe(&self) -> String {
        let shown = |path: &str| if path.is_empty() { ".".to_owned() } else { path.to_owned() };
        match &self.source {
            Source::Flux(_) => format!("flux {}", shown(self.path())),
            Source::Kustomize(path) => format!("kustomize {}", shown(path)),
            Source::Helm(release) => format!("helm {}", shown(&release.chart)),
            Source::Manifests(path) | Source::Mixed(path) | Source::Loose(Loose { path, .. }) => {
                format!("manifests {}", shown(path))
            }
        }
    }
}

/// What is looked at, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) environments: Vec<Planned>,
    /// What was found where environments were looked for.
    pub(crate) left_out: LeftOut,
    /// Sentences about what was named and is not looked at.
    pub(crate) notices: Vec<String>,
}

/// The environments of the configuration, or what is discovered; only those that were asked for.
///
/// # Errors
/// [`Stop::Usage`] for a name that is not there, or a path that leads out of the repository.
pub(crate) fn environments(
    workspace: &Workspace,
    renderer: &Renderer,
    wanted: &[String],
    flags: PlanFlags,
) -> Result<Plan, Stop> {
    let Plan { environments: all, left_out, notices } = match &workspace.config {
        Some(config) => configured(workspace, config, flags)?,
        None => discovered(renderer, flags),
    };
    for name in wanted {
        if !all.iter().any(|planned| planned.name == *name) {
            return Err(no_environment(name, all.iter().map(|planned| planned.name.as_str())));
        }
    }
    let chosen: Vec<Planned> = all.into_iter().filter(|p| wanted.is_empty() || wanted.contains(&p.name)).collect();
    if chosen.is_empty() {
        let seen: String = left_out.sentences().iter().map(|sentence| format!("; {sentence}")).collect();
        return Err(Stop::Usage(format!(
            "there is nothing to render: no environment in `{}`, no kustomization and no manifest in the repository{seen}",
            workspace.config_path
        )));
    }
    Ok(Plan { environments: chosen, left_out, notices })
}

/// That there is no environment of a name, which are meant perhaps, and which there are.
pub(crate) fn no_environment<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Stop {
    let all: Vec<&str> = all.collect();
    let by_last = || {
        let near = all.iter().find(|path| file_name(path) == name).map(|path| file_name(path));
        let near = near.or_else(|| nearest(name, all.iter().map(|path| file_name(path))))?;
        all.iter().copied().find(|path| file_name(path) == near)
    };
    let hint = nearest(name, all.iter().copied()).or_else(by_last);
    let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let begin = if hint.is_empty() { "; there" } else { " There" };
    let verb = if all.len() == 1 { "is only" } else { "are" };
    let there_are = match listed_in_backticks(&all, MOST_NAMES) {
        names if names.is_empty() => names,
        names => format!("{begin} {verb} {names}"),
    };
    Stop::Usage(format!("there is no environment `{name}`{hint}{there_are}"))
}

fn configured(workspace: &Workspace, config: &Config, flags: PlanFlags) -> Result<Plan, Stop> {
    let file = workspace.tree.read(&workspace.config_path).ok();
    let root = file.as_ref().and_then(config::root_of);
    let plan = |(name, environment): (&String, &EnvironmentConfig)| {
        // Reading the configuration has seen to it that the path lies in the repository.
        let source = environment
            .source
            .in_tree(&workspace.config_path, name)
            .ok_or_else(|| Stop::Usage(format!("the path of environment `{name}` leads out of the repository")))?;
        let [key, field] = environment.source.place();
        let place = ["environments", name, key, field];
        Ok(Planned {
            name: name.clone(),
            source,
            load_restriction: flags.load_restriction.or(environment.source.load_restriction()),
            minor: flags.minor_of(Some(environment)),
            place: root.as_ref().map(|root| config::place_of(root, &place)),
            config: Some(environment.clone()),
            flags,
        })
    };
    let environments = config.environments.iter().map(plan).collect::<Result<_, Stop>>()?;
    Ok(Plan { environments, ..Plan::default() })
}

/// What lies at a path that the command line names, seen from `directory`. Links are followed inside of the tree, never out of it.
///
/// # Errors
/// [`Stop::Usage`] when there is nothing, or when it lies outside of the repository.
pub(crate) fn at_path(directory: &Path, workspace: &Workspace, path: &Path, flags: PlanFlags) -> Result<Planned, Stop> {
    let cannot = |why: &str| cannot_open(path, why);
    let root = workspace.root.display();
    let absolute = directory.join(path);
    let Some(in_tree) = workspace.lexically_in_tree(&absolute).or_else(|| workspace.really_in_tree(&absolute)) else {
        return Err(Stop::Usage(format!("`{}` is outside the repository `{root}`", path.display())));
    };
    match workspace.tree.real_path(&in_tree) {
        Ok(real) => Ok(at_real_path(workspace, real, flags)),
        Err(ReadError::OutsideRoot) => Err(leads_out(path, &workspace.root)),
        Err(error) => Err(cannot(&format!("it {error}"))),
    }
}

/// Why there is nothing to open; of an address, since nothing is fetched.
pub(crate) fn cannot_open(path: &Path, why: &str) -> Stop {
    let why = if is_address(path) {
        "nothing is fetched; clone the repository and name the directory in the clone"
    } else {
        why
    };
    Stop::Usage(format!("cannot open `{}`: {why}", path.display()))
}

/// What a link out of the repository is answered with.
pub(crate) fn leads_out(path: &Path, root: &Path) -> Stop {
    Stop::Usage(format!("`{}` leads out of the repository `{}`", path.display(), root.display()))
}

fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains("://") || text.starts_with("git@"))
}

fn at_real_path(workspace: &Workspace, path: String, flags: PlanFlags) -> Planned {
    let source = if is_kustomization(workspace, &path) { Source::Kustomize } else { Source::Manifests };
    // It takes the place of kustomize, which lets nothing more be read unless it is told to.
    let load_restriction = Some(flags.load_restriction.unwrap_or_default());
    Planned { load_restriction, ..Planned::found(source(path), flags) }
}

/// Whether a directory of the tree has a kustomization.
fn is_kustomization(workspace: &Workspace, path: &str) -> bool {
    let has = |name: &&str| workspace.tree.kind(&join(path, name).unwrap_or_default()).is_ok();
    let is_directory = workspace.tree.kind(path).is_ok_and(|kind| kind == EntryKind::Directory);
    is_directory && seatrial_tree::KUSTOMIZATION_FILES.iter().any(has)
}

pub(crate) fn discovered(renderer: &Renderer, flags: PlanFlags) -> Plan {
    let found = renderer.discovery().below("");
    let environments = found.environments.into_iter().map(|d| Planned::found(d.source, flags)).collect();
    Plan { environments, left_out: found.left_out, notices: Vec::new() }
}

/// The levels that the configuration gives to rules.
pub(crate) fn levels(config: Option<&Config>) -> BTreeMap<String, RuleLevel> {
    config.iter().flat_map(|c| &c.rules).map(|(rule, level)| (rule.clone(), *level)).collect()
}
