//! One environment's source → manifests: the one place that knows every renderer.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use seatrial_discover::{CheckedOut, Discovery, FluxRoot, HelmRelease, Loose, Source};
use seatrial_flux::{Cluster, Directory, Repositories, Repository, SourceName, UNKNOWN_EXTENSION};
use seatrial_helm::Chance;
use seatrial_kubernetes::flux::{Release, installed, release_of_extension};
use seatrial_kubernetes::{ImageReference, Minor};
use seatrial_kustomize::{Builder, Checkout, HelmCharts, ImageOverride, LoadRestriction, Options, override_images};
use seatrial_model::{Finding, Manifest, Node, Rendered, ids};
use seatrial_tree::{EntryKind, Fetched, Tree};
use seatrial_yaml::ParsedFiles;

use crate::config::root_of;
use crate::context::session::Session;
use crate::judge::charts::Charts;
use crate::judge::checkouts::Checkouts;
use crate::judge::outside::Outside;

/// What is rendered, and what for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) source: &'a Source,
    /// Which files kustomizations may read; `None` where nobody says so.
    pub(crate) load_restriction: Option<LoadRestriction>,
    /// The minor of Kubernetes that it is for: charts ask for it.
    pub(crate) minor: Minor,
}

/// Renders environments of one tree, on any number of threads; what they have in common is read and built once.
#[derive(Debug)]
pub(crate) struct Renderer {
    tree: Tree,
    parsed: Arc<ParsedFiles>,
    checkouts: Vec<Checkout>,
    made: RwLock<Arc<Made>>,
    /// Address of the repository, as `origin` has it.
    url: Option<String>,
    /// Checkouts outside of the tree; `None` where none may be read.
    outside: Option<Arc<Outside>>,
    /// What becomes of charts that kustomizations name.
    charts_of_kustomizations: HelmCharts,
    /// What the tree holds, once somebody asked.
    discovery: OnceLock<Discovery>,
}

/// What was made of a tree, once; it holds for what was fetched for it.
#[derive(Debug)]
struct Made {
    /// The tree with what was fetched for it.
    tree: Tree,
    /// What is built under one restriction says nothing of the other.
    restricted: OnceLock<Builder>,
    unrestricted: OnceLock<Builder>,
    /// The tree as Flux reads it.
    own: OnceLock<Arc<Repository>>,
    /// Its charts.
    charts: Charts,
}

impl Made {
    fn of(tree: Tree) -> Arc<Made> {
        let (restricted, unrestricted, own) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Arc::new(Made { tree, restricted, unrestricted, own, charts: Charts::default() })
    }
}

impl Renderer {
    /// For the environments of a tree of which some has been parsed, with copies of other repositories in it.
    pub(crate) fn new(tree: &Tree, parsed: &Arc<ParsedFiles>, checkouts: &Checkouts) -> Renderer {
        Renderer { checkouts: checkouts.all().cloned().collect(), ..Renderer::alone(tree, parsed) }
    }

    /// With the address of the repository: sources with the same one are this repository.
    pub(crate) fn with_url(self, url: Option<String>) -> Renderer {
        Renderer { url, ..self }
    }

    /// With checkouts outside of the tree.
    pub(crate) fn with_outside(mut self, outside: &Arc<Outside>) -> Renderer {
        self.look_outside(outside);
        self
    }

    /// With what becomes of charts that kustomizations name; else one that is not here is needed, and nothing is wrong.
    pub(crate) fn with_charts(self, charts: HelmCharts) -> Renderer {
        Renderer { charts_of_kustomizations: charts, ..self }
    }

    /// With checkouts outside of the tree from now on.
    pub(crate) fn look_outside(&mut self, outside: &Arc<Outside>) {
        self.outside = Some(Arc::clone(outside));
    }

    /// The same of a tree without copies of other repositories.
    pub(crate) fn alone(tree: &Tree, parsed: &Arc<ParsedFiles>) -> Renderer {
        Renderer {
            tree: tree.clone(),
            parsed: Arc::clone(parsed),
            checkouts: Vec::new(),
            made: RwLock::new(Made::of(tree.clone())),
            url: None,
            outside: None,
            charts_of_kustomizations: HelmCharts::HereOrNeeded,
            discovery: OnceLock::new(),
        }
    }

    /// With what was fetched from now on.
    pub(crate) fn use_fetched(&self, fetched: &Fetched) {
        let made = Made::of(self.tree.with_fetched(fetched));
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = made;
    }

    fn made(&self) -> Arc<Made> {
        Arc::clone(&self.made.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Paths of the charts of the tree of which something was made.
    pub(crate) fn charts_made(&self) -> Vec<String> {
        let made = self.made();
        let of_releases = made.own.get().map(|own| own.charts_made()).unwrap_or_default();
        made.charts.asked_for().into_iter().chain(of_releases).collect()
    }

    /// What the tree holds.
    pub(crate) fn discovery(&self) -> &Discovery {
        self.discovery.get_or_init(|| Discovery::of(&self.tree, &self.parsed, ""))
    }

    /// Renders an environment. Gives back how many containers each `--image` changed, too.
    pub(crate) fn render(&self, subject: Subject<'_>, images: &[ImageOverride]) -> (Rendered, Vec<usize>) {
        self.render_by(subject, images, None)
    }

    /// The same, with what charts make at random and the time that it is for them, where those are not the fixed ones.
    pub(crate) fn render_by(
        &self,
        subject: Subject<'_>,
        images: &[ImageOverride],
        chance: Option<Chance>,
    ) -> (Rendered, Vec<usize>) {
        let Subject { source, load_restriction, minor } = subject;
        let mut rendered = match source {
            Source::Flux(root) => self.walk(root, minor, chance.unwrap_or_default()),
            Source::Kustomize(path) => self.build(path, load_restriction, chance),
            Source::Helm(release) => self.release(release, minor, chance.unwrap_or_default()),
            Source::Manifests(path) => seatrial_manifests::render(&self.tree, path),
            Source::Loose(Loose { path, files }) => {
                seatrial_manifests::render_found(&self.tree, &self.parsed, path, files)
            }
            Source::Mixed(path) => self.pick(path),
        };
        let changed = override_images(&mut rendered.manifests, images);
        (rendered, changed)
    }

    /// Renders a release of a chart.
    fn release(&self, release: &HelmRelease, minor: Minor, chance: Chance) -> Rendered {
        let made = self.made();
        made.charts.render(release, &made.tree, minor, chance)
    }

    /// Renders the manifests of a directory that holds other files, too.
    fn pick(&self, path: &str) -> Rendered {
        if !self.tree.kind(path).is_ok_and(|kind| kind == EntryKind::Directory) {
            return seatrial_manifests::render(&self.tree, path);
        }
        let found = self.discovery().mixed(path);
        seatrial_manifests::render_found(&self.tree, &self.parsed, path, &found.files)
    }

    /// Builds a kustomization. Where nobody says what it may read, it is what kustomize lets it; and where Flux evidently reconciles it, what
    /// Flux does. Only whoever reads more can tell, so that the evidence is looked for when it is needed.
    fn build(&self, path: &str, load_restriction: Option<LoadRestriction>, chance: Option<Chance>) -> Rendered {
        let made = self.made();
        let build = |restriction| match chance {
            None => self.kustomize(&made, restriction).build(path),
            // What others have built is of another chance.
            Some(chance) => self.builder(&made.tree, restriction, chance).build(path),
        };
        let restricted = build(load_restriction.unwrap_or_default());
        let reads_more = || restricted.findings.iter().any(|finding| finding.rule == ids::LOAD_RESTRICTION);
        if load_restriction.is_none() && reads_more() && self.discovery().is_reconciled_by_flux(path) {
            return build(LoadRestriction::None);
        }
        restricted
    }

    /// Walks a cluster from its root.
    fn walk(&self, root: &FluxRoot, minor: Minor, chance: Chance) -> Rendered {
        let made = self.made();
        let own = made.own.get_or_init(|| {
            Arc::new(Repository::new(&made.tree, self.checkouts.clone(), &self.parsed, self.url.clone()))
        });
        let others = root.repositories.iter();
        let others = others.map(|(name, place)| (SourceName::parse(name), self.directory(name, place, own)));
        let repositories = Repositories { own: Arc::clone(own), others: others.collect() };
        let entries = self.configured(root, "variables").map(|node| node.entries().to_vec()).unwrap_or_default();
        let variables = entries.into_iter().map(|entry| (entry.key.text.to_string(), entry.value)).collect();
        let version = configured_release(root).into();
        let (path, azure) = (root.path.clone(), root.azure.clone());
        let cluster = Cluster { path, azure, repositories, variables, version, minor, chance };
        let mut rendered = seatrial_flux::render(&cluster);
        rendered.findings.extend(self.unknown_extension(root));
        rendered
    }

    /// The directory in which a source is checked out, or why it cannot be read, as a clause.
    fn directory(&self, name: &str, place: &CheckedOut, own: &Arc<Repository>) -> Result<Directory, String> {
        match place {
            CheckedOut::Inside(path) => match self.tree.kind(path) {
                Ok(EntryKind::Directory) => Ok(Directory { repository: Arc::clone(own), path: path.clone() }),
                Ok(EntryKind::File) => Err(format!("`{path}` is a file")),
                Err(error) => Err(format!("`{path}` {error}")),
            },
            CheckedOut::Outside(path) => {
                let outside = self.outside.as_ref().ok_or_else(|| format!("`{path}` is outside of the repository"))?;
                Ok(Directory { repository: outside.at(name, path)?, path: String::new() })
            }
        }
    }

    /// What the configuration says of an environment that Flux reconciles, with its place.
    fn configured(&self, root: &FluxRoot, key: &str) -> Option<Node> {
        let (config, environment) = root.configured.as_ref()?;
        let node = self.tree.read(config).ok().and_then(|file| root_of(&file))?;
        node.at(&["environments", environment, "flux", key]).cloned()
    }

    /// An extension whose Flux is not in the table.
    fn unknown_extension(&self, root: &FluxRoot) -> Option<Finding> {
        let extension = root.extension.as_ref().filter(|extension| release_of_extension(extension).is_none())?;
        let place = self.configured(root, "extension")?.span();
        let message = format!("it is not known which Flux the extension `{extension}` carries");
        let finding = Finding::new(UNKNOWN_EXTENSION, place, message);
        Some(finding.with_help("say `version:` instead, such as `version: \"2.7\"`"))
    }

    fn kustomize<'m>(&self, made: &'m Made, load_restriction: LoadRestriction) -> &'m Builder {
        let builder = match load_restriction {
            LoadRestriction::RootOnly => &made.restricted,
            LoadRestriction::None => &made.unrestricted,
        };
        builder.get_or_init(|| self.builder(&made.tree, load_restriction, Chance::default()))
    }

    fn builder(&self, tree: &Tree, load_restriction: LoadRestriction, chance: Chance) -> Builder {
        let charts = self.charts_of_kustomizations.clone();
        let options = Options { load_restriction, checkouts: self.checkouts.clone(), charts, chance };
        Builder::new(tree, options, &self.parsed)
    }
}

/// The version of Flux that the configuration says.
fn configured_release(root: &FluxRoot) -> Option<Release> {
    let version = root.version.as_deref().and_then(Release::parse);
    version.or_else(|| root.extension.as_deref().and_then(release_of_extension))
}

/// The version of Flux that reconciles what a source gives: what the configuration says, or what is installed with it.
pub(crate) fn flux_release(source: &Source, manifests: &[Manifest]) -> Option<Release> {
    let configured = if let Source::Flux(root) = source { configured_release(root) } else { None };
    configured.or_else(|| installed(manifests))
}

/// The `--image` flags.
///
/// # Errors
/// A sentence for the first that is malformed.
pub(crate) fn image_overrides(flags: &[String], session: &Session) -> Result<Vec<ImageOverride>, String> {
    let name = session.from_variables.named("--image");
    let parse = |flag: &String| ImageOverride::parse(flag.trim()).map_err(|why| format!("{name}: {why}"));
    flags.iter().map(parse).collect()
}

/// The first `--image` that changed no container in any rendering; `changed` has their counts, a slice for each rendering.
pub(crate) fn unmatched<'a>(images: &'a [ImageOverride], changed: &[&[usize]]) -> Option<&'a ImageOverride> {
    let is_idle = |index: usize| changed.iter().all(|counts| counts.get(index).copied().unwrap_or(0) == 0);
    images.iter().enumerate().find(|(index, _)| is_idle(*index)).map(|(_, image)| image)
}

/// What is said of it.
pub(crate) fn matches_nothing(image: &ImageOverride, session: &Session) -> String {
    format!("{} `{}` matches no rendered image", session.from_variables.named("--image"), image.name)
}

/// Names of the images in pod templates, for the message about an `--image` that matches none.
pub(crate) fn image_names(manifests: &[Manifest]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for manifest in manifests {
        collect_images(&manifest.node, &mut names);
    }
    names.sort();
    names.dedup();
    names
}

fn collect_images(node: &Node, names: &mut Vec<String>) {
    for entry in node.entries() {
        let is_list = entry.key.text == *"containers" || entry.key.text == *"initContainers";
        if is_list {
            let images = entry.value.items().iter().filter_map(|c| c.get("image")?.as_str());
            names.extend(images.map(|image| ImageReference::parse(image).name().to_owned()));
        }
        collect_images(&entry.value, names);
    }
    for item in node.items() {
        collect_images(item, names);
    }
}
