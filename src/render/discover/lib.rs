//! Repository → environments: what there is to render when no configuration says so, and what is left out because it is not a manifest.
//!
//! Not here: rendering, and what is wrong with a kustomization: one that cannot be read is an environment all the same, and rendering it says
//! why.

mod charts;
mod client_files;
mod cluster_roots;
mod file_sort;
mod flux;
mod instances;
mod kustomizations;
mod left_out;
mod loose;
mod trials;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use seatrial_tree::{EntryKind, Tree, file_name, join, parent, within};
use seatrial_yaml::ParsedFiles;

use charts::Charts;
use cluster_roots::ClusterRoots;
use file_sort::FileSort;
use flux::Flux;
use kustomizations::Kustomizations;

pub use left_out::LeftOut;

/// What an environment is rendered from. Argo CD comes later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The root of a cluster that Flux reconciles.
    Flux(FluxRoot),
    /// A directory with a kustomization.
    Kustomize(String),
    /// A Helm chart.
    Helm(HelmRelease),
    /// A file or directory of plain manifests, all of which must be objects.
    Manifests(String),
    /// Plain manifests that were looked for, below a directory or in one file.
    Loose(Loose),
    /// The same of a directory, looked for when it is rendered.
    Mixed(String),
}

/// The root of a cluster that Flux reconciles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FluxRoot {
    /// The directory that the bootstrap applies.
    pub path: Option<String>,
    /// A template of Azure that has Flux configurations.
    pub azure: Option<String>,
    /// Directories that stand for sources, by the source's name.
    pub repositories: Vec<(String, CheckedOut)>,
    /// The configuration that names it, and as which environment; variables are read there, with their places.
    pub configured: Option<(String, String)>,
    /// The version of Flux, as written.
    pub version: Option<String>,
    /// The version of the extension of AKS that brings Flux, as written.
    pub extension: Option<String>,
}

/// A Helm chart with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmRelease {
    /// The directory of the chart, or its archive.
    pub chart: String,
    /// Files with values, the last of which counts most.
    pub values: Vec<String>,
    /// The name of the release.
    pub name: String,
    /// The namespace of the release.
    pub namespace: String,
    /// The major version of Helm.
    pub helm: u8,
    /// Files and directories with what `lookup` finds.
    pub lookup: Vec<String>,
    /// Whether nobody has named it: it is tried because it is there.
    pub is_found: bool,
    /// The configuration that names it, and as which environment; single values are read there, with their places.
    pub configured: Option<(String, String)>,
}

/// Where another repository is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckedOut {
    /// At a path in the tree.
    Inside(String),
    /// Outside of it: a path from its root, which begins with `..`.
    Outside(String),
}

/// Plain manifests that no kustomization reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// The directory, or the file.
    pub path: String,
    /// The files, in the order in which kubectl reads them.
    pub files: Arc<[String]>,
}

/// One environment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// A name: the path; `.` for the root.
    pub name: String,
    /// What to render.
    pub source: Source,
}

/// What there is below a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What to render, ordered by path.
    pub environments: Vec<Discovered>,
    /// What looks like a manifest to some tool, and is not one.
    pub left_out: LeftOut,
}

/// A file that a kustomization names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Objects: they are what they are without the kustomization.
    Resource,
    /// A patch, an input of a generator, a configuration: it means something to the kustomization alone.
    Input,
}

/// What a repository holds: read once, asked for any directory.
#[derive(Debug)]
pub struct Discovery {
    tree: Tree,
    parsed: Arc<ParsedFiles>,
    paths: Vec<String>,
    kustomizations: Kustomizations,
    charts: Charts,
    flux: OnceLock<Flux>,
}

impl Discovery {
    /// Of what lies below `scope`, and the kustomizations above it. Hidden directories (`.github`) and installed packages are not looked into.
    #[must_use]
    pub fn of(tree: &Tree, parsed: &Arc<ParsedFiles>, scope: &str) -> Discovery {
        let mut paths = tree.walk(scope);
        let vendored = go_vendor(&paths);
        let is_looked_at = |path: &String| {
            let inside = within(path, scope).unwrap_or(path);
            !is_hidden(inside) && !is_installed(inside) && !upwards(path).any(|dir| vendored.contains(dir))
        };
        paths.retain(is_looked_at);
        Discovery::among(tree, parsed, scope, paths)
    }

    /// Of the files beside a file, and what lies above it: enough to tell what the file is.
    #[must_use]
    pub fn beside(tree: &Tree, parsed: &Arc<ParsedFiles>, file: &str) -> Discovery {
        let dir = parent(file);
        let files = tree.list(dir).unwrap_or_default().into_iter().filter(|(_, kind)| *kind == EntryKind::File);
        Discovery::among(tree, parsed, dir, files.map(|(name, _)| file_in(dir, &name)).collect())
    }

    fn among(tree: &Tree, parsed: &Arc<ParsedFiles>, scope: &str, paths: Vec<String>) -> Discovery {
        let above: Vec<&str> = upwards(scope).skip(1).collect();
        let charts = Charts::of(tree, &paths, &above);
        let kustomizations = Kustomizations::read(tree, parsed, &charts, &paths, &above);
        let (tree, parsed, flux) = (tree.clone(), Arc::clone(parsed), OnceLock::new());
        Discovery { tree, parsed, paths, kustomizations, charts, flux }
    }

    /// The roots of clusters that Flux reconciles, and of what is not applied from there the kustomizations below a directory that no other there includes, and the topmost directories of plain manifests that no kustomization
    /// reaches.
    ///
    /// Components are parts of environments, never environments. Where kustomizations include each other in a cycle, the first of them by path
    /// stands for the circle.
    #[must_use]
    pub fn below(&self, dir: &str) -> Found {
        let clusters = ClusterRoots::below(dir, self.flux(), &self.kustomizations);
        let kustomizations = self.kustomizations.outermost(dir).into_iter().filter(|dir| !clusters.reach(dir));
        let (mut files, mut left_out) = self.sorted(dir);
        files.retain(|file| !clusters.reach(file));
        let (tried, others) = self.tried(dir, &clusters);
        left_out.take_charts(others.into_iter().map(str::to_owned));
        let roots = clusters.roots.iter().map(|root| FluxRoot { path: Some(root.clone()), ..FluxRoot::default() });
        let mut sources: Vec<Source> = roots.map(Source::Flux).collect();
        sources.extend(kustomizations.map(Source::Kustomize).chain(loose::topmost(files).map(Source::Loose)));
        sources.extend(tried.into_iter().map(Source::Helm));
        sources.sort_by(|a, b| a.path().cmp(b.path()));
        let environments = sources.into_iter().map(|source| Discovered { name: source.name(), source });
        Found { environments: environments.collect(), left_out }
    }

    /// The charts below a directory that are tried, with each of their values, and the others: those that a release is made of are judged
    /// with it.
    fn tried<'a>(&'a self, dir: &'a str, clusters: &ClusterRoots) -> (Vec<HelmRelease>, Vec<&'a str>) {
        let all: Vec<&str> = self.charts.topmost(dir).collect();
        if all.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let used = trials::used(&self.tree, &self.parsed, self.paths.iter().filter(|path| !self.charts.hold(path)));
        let is_tried = |chart: &&str| {
            let is_taken = used.contains(*chart) || self.has_kustomization(chart) || clusters.reach(chart);
            !is_taken && trials::is_to_be_tried(&self.tree, chart)
        };
        let (tried, others): (Vec<&str>, Vec<&str>) = all.into_iter().partition(is_tried);
        let trials = tried.into_iter().flat_map(|chart| HelmRelease::trials(&self.tree, chart));
        (trials.map(|release| HelmRelease { is_found: true, ..release }).collect(), others)
    }

    /// The plain manifests below a directory that no kustomization reaches.
    #[must_use]
    pub fn loose(&self, dir: &str) -> Loose {
        loose::of(dir, self.sorted(dir).0)
    }

    /// The plain manifests below a directory that nothing else takes: no kustomization, chart or cluster of the repository.
    #[must_use]
    pub fn mixed(&self, dir: &str) -> Loose {
        let clusters = ClusterRoots::below("", self.flux(), &self.kustomizations);
        let (mut files, _) = self.sorted(dir);
        files.retain(|file| !clusters.reach(file));
        loose::of(dir, files)
    }

    /// Whether Flux evidently reconciles what lies at a path: a Kustomization of Flux refers to it, or to a directory above it. All files are
    /// read the first time.
    #[must_use]
    pub fn is_reconciled_by_flux(&self, path: &str) -> bool {
        self.flux().cover(path)
    }

    /// Whether a Kustomization of Flux patches objects of Flux, wherever they lie. All files are read the first time.
    #[must_use]
    pub fn has_patches_of_flux(&self) -> bool {
        self.flux().patches_its_own()
    }

    fn flux(&self) -> &Flux {
        let files = || self.paths.iter().filter(|path| !self.charts.hold(path));
        self.flux.get_or_init(|| Flux::read(&self.tree, &self.parsed, files()))
    }

    /// Whether a directory has a kustomization.
    #[must_use]
    pub fn has_kustomization(&self, dir: &str) -> bool {
        self.kustomizations.has(dir)
    }

    /// How a kustomization uses a file, when one names it; asked of what lies below a kustomization.
    #[must_use]
    pub fn role(&self, file: &str) -> Option<Role> {
        self.kustomizations.role(file)
    }

    /// What a file is, other than a manifest: `a docker-compose file`.
    #[must_use]
    pub fn not_a_manifest(&self, path: &str) -> Option<&'static str> {
        match self.sort(path) {
            FileSort::Manifest | FileSort::Unknown | FileSort::Other => None,
            FileSort::Chart => Some("part of a Helm chart"),
            sort => left_out::singular(sort),
        }
    }

    /// The files below a directory that are manifests, and the number of the others.
    fn sorted(&self, dir: &str) -> (Vec<&str>, LeftOut) {
        let (mut files, mut left_out) = (Vec::new(), LeftOut::default());
        for path in self.paths_below(dir) {
            if self.kustomizations.reaches(path) {
                continue;
            }
            match self.sort(path) {
                FileSort::Manifest => files.push(path.as_str()),
                sort => left_out.count(sort),
            }
        }
        (files, left_out)
    }

    /// They stand side by side, as paths are sorted by bytes.
    fn paths_below(&self, dir: &str) -> impl Iterator<Item = &String> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let start = self.paths.partition_point(|path| *path < prefix);
        self.paths.iter().skip(start).take_while(move |path| path.starts_with(&prefix))
    }

    fn sort(&self, path: &str) -> FileSort {
        if self.charts.hold(path) {
            return FileSort::Chart;
        }
        file_sort::sort(&self.tree, &self.parsed, path)
    }
}

impl HelmRelease {
    /// A release of a chart that nobody has named, with the chart's own values.
    #[must_use]
    pub fn unnamed(chart: &str) -> HelmRelease {
        HelmRelease {
            chart: chart.to_owned(),
            values: Vec::new(),
            name: "release-name".to_owned(),
            namespace: "default".to_owned(),
            helm: 4,
            lookup: Vec::new(),
            is_found: false,
            configured: None,
        }
    }
}

impl Source {
    /// What it is called where nobody has given it a name: by its path, `.` for the root, and of a chart that is tried with other values by
    /// these, too.
    #[must_use]
    pub fn name(&self) -> String {
        let path = if self.path().is_empty() { "." } else { self.path() };
        match self {
            Source::Helm(HelmRelease { chart, values, .. }) if !values.is_empty() => {
                let values: Vec<&str> = values.iter().map(|file| within(file, chart).unwrap_or(file)).collect();
                format!("{path} with {}", values.join(", "))
            }
            _ => path.to_owned(),
        }
    }

    /// The path of the directory or file.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Source::Kustomize(path)
            | Source::Manifests(path)
            | Source::Mixed(path)
            | Source::Loose(Loose { path, .. }) => path,
            Source::Flux(root) => root.path.as_deref().or(root.azure.as_deref()).unwrap_or_default(),
            Source::Helm(release) => &release.chart,
        }
    }
}

/// Directories into which `go mod vendor` put what others wrote.
fn go_vendor(paths: &[String]) -> BTreeSet<String> {
    let listed = paths.iter().filter_map(|path| path.strip_suffix("/modules.txt"));
    listed.filter(|dir| file_name(dir) == "vendor").map(str::to_owned).collect()
}

/// Whether a package manager put a file there.
fn is_installed(path: &str) -> bool {
    parent(path).split('/').any(|dir| matches!(dir, "node_modules" | "site-packages"))
}

fn is_hidden(path: &str) -> bool {
    let dirs = parent(path);
    dirs.split('/').any(|dir| dir.starts_with('.'))
}

/// A directory and all above it, up to the root.
fn upwards(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir), |dir| (!dir.is_empty()).then(|| parent(dir)))
}

/// A file of a directory.
fn file_in(dir: &str, name: &str) -> String {
    join(dir, name).unwrap_or_default()
}
