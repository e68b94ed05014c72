//! From a cluster's root along Flux's objects, until nothing is new.
//!
//! The controllers wait for what is not there yet, whoever brings it; so a Kustomization is built when all that it reads from has been found,
//! and those that wait for what never comes are built last, without it.

mod build;
mod finish;
mod made;
mod nodes;
mod releases;
mod sets;
mod taken;
mod told;
mod unseen;

use std::sync::Arc;

use rayon::prelude::*;
use seatrial_helm::{Chance, Served};
use seatrial_kubernetes::Minor;
use seatrial_kustomize::{Additions, BUDGET_EXCEEDED};
use seatrial_model::{Finding, GraphNode, Manifest, Needed, Node, ObjectId, QuickMap, Rendered, Span};
use seatrial_tree::{confined, join};

use build::build;
use nodes::node_of;
use releases::Releases;
use sets::PendingSet;

use crate::kustomizations::remote_bases;
use crate::kustomizations::unit::{self, locate};
use crate::kustomizations::version::Version;
use crate::objects::azure;
use crate::objects::flux_object::{FluxKind, text};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::objects::implied;
use crate::release::Release;
use crate::sources::built::{Built, Surroundings};
use crate::sources::composed::Artifacts;
use crate::sources::repositories::{Bootstrap, Repositories, source_of};
use crate::variables::substitute_from::is_all_there;

/// What is walked.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The directory that the bootstrap applies, in this repository.
    pub path: Option<String>,
    /// A template of Azure in it that has Flux configurations.
    pub azure: Option<String>,
    /// The checkouts that sources stand for.
    pub repositories: Repositories,
    /// Variables that the bootstrap supplies: their values keep their places.
    pub variables: Vec<(String, Node)>,
    /// The version of Flux, where it is known.
    pub version: Version,
    /// The minor of Kubernetes: charts ask for it.
    pub minor: Minor,
    /// Of what charts and ResourceSets make what is random, and the time that it is for them.
    pub chance: Chance,
}

/// A Kustomization that is to be built.
#[derive(Clone, Debug)]
struct Pending {
    manifest: Manifest,
    owner: Option<ObjectId>,
    /// The directories of those that led here.
    above: Vec<String>,
}

/// Kustomizations that are walked at most.
const MOST_KUSTOMIZATIONS: usize = 10_000;

/// Objects that a cluster has at most.
const MOST_OBJECTS: usize = 200_000;

/// Kustomizations that are built at one go.
const AT_ONCE: usize = 256;

/// How often a cluster is walked because a chart asked for what is found later.
const MOST_WALKS: usize = 3;

struct Walk<'a> {
    cluster: &'a Cluster,
    version: Version,
    bootstrap: Option<Bootstrap>,
    objects: Objects,
    nodes: Vec<GraphNode>,
    known: QuickMap<ObjectId, usize>,
    pending: Vec<Pending>,
    /// Those that wait for nothing any more, the next one last.
    ready: Vec<Pending>,
    /// How many Kustomizations were built.
    built: usize,
    artifacts: Artifacts,
    /// Generators whose artifacts are not made yet, and who applies them.
    generators: Vec<(Manifest, Option<ObjectId>)>,
    releases: Releases,
    /// ResourceSets that are not rendered yet, and how many were.
    sets: Vec<PendingSet>,
    sets_rendered: usize,
    /// Something that is applied is not seen, and stands nowhere in the graph.
    is_partial: bool,
    findings: Vec<Finding>,
    needed: Vec<Needed>,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// The objects, and what is to be said of them.
    pub rendered: Rendered,
    /// The releases of charts, which are not among the objects.
    pub releases: Vec<Release>,
}

/// Renders what the controllers would apply to a cluster.
#[must_use]
pub fn render(cluster: &Cluster) -> Rendered {
    walk(cluster).rendered
}

/// The same, with the releases of charts.
#[must_use]
pub fn walk(cluster: &Cluster) -> Walked {
    let mut served = Served::default();
    for _ in 0..MOST_WALKS {
        let walk = walked(cluster, served);
        if !walk.releases.asked_too_early() {
            return walk.finish();
        }
        served = walk.releases.served;
    }
    walked(cluster, served).finish()
}

/// Walks a cluster that serves so much already.
fn walked(cluster: &Cluster, served: Served) -> Walk<'_> {
    let mut walk = Walk {
        cluster,
        version: cluster.version,
        bootstrap: None,
        objects: Objects::default(),
        nodes: Vec::new(),
        known: QuickMap::default(),
        pending: Vec::new(),
        ready: Vec::new(),
        built: 0,
        artifacts: Artifacts::default(),
        generators: Vec::new(),
        releases: Releases::after(served),
        sets: Vec::new(),
        sets_rendered: 0,
        is_partial: false,
        findings: Vec::new(),
        needed: Vec::new(),
    };
    walk.begin();
    loop {
        while walk.has_more() {
            walk.step();
        }
        if !walk.render_releases() {
            return walk;
        }
    }
}

impl Walk<'_> {
    /// Whether something was found and not looked into yet.
    fn has_more(&self) -> bool {
        !(self.pending.is_empty() && self.ready.is_empty() && self.generators.is_empty() && self.sets.is_empty())
    }

    fn begin(&mut self) {
        let cluster = self.cluster;
        if let Some(template) = &cluster.azure {
            self.begin_with_azure(azure::read(cluster.repositories.own.tree(), template));
        }
        if let Some(path) = &cluster.path {
            self.begin_at(path);
        }
    }

    /// What the bootstrap applies: the root's directory, by the Kustomization in it that reconciles it, where there is one.
    fn begin_at(&mut self, path: &str) {
        let own = &self.cluster.repositories.own;
        let dir = confined(path);
        let view = own.archived("", None);
        let nowhere = || Span::start_of(own.tree().sources().add(path, String::new()).id());
        let mut rendered = match view.tree.kind(&dir) {
            Ok(_) => view.builder.build_with(&dir, &Additions::none(self.somewhere(&dir))),
            Err(error) => {
                let message = format!("`{path}` {error}");
                self.findings.push(Finding::new(ids::MISSING_FILE, nowhere(), message));
                return;
            }
        };
        self.version = self.version.or_installed(&rendered.manifests);
        self.bootstrap = self.bootstrap.take().or_else(|| bootstrap(&rendered.manifests, &dir));
        let itself = rendered.manifests.iter().find(|manifest| self.is_root(manifest, &dir)).cloned();
        let Some(root) = itself else {
            remote_bases::are_not_fetched(&mut rendered.findings);
            if rendered.manifests.is_empty() && rendered.findings.is_empty() && rendered.needed.is_empty() {
                let message = format!("`{path}` applies nothing to the cluster");
                self.findings.push(Finding::new(ids::EMPTY_CLUSTER, self.somewhere(&dir), message));
            }
            self.findings.extend(rendered.findings);
            self.needed.extend(rendered.needed);
            let above = vec![dir];
            self.take(rendered.manifests, None, &above);
            return;
        };
        // What it takes variables from lies in what it builds, perhaps.
        let mut objects = Objects::default();
        rendered.manifests.into_iter().for_each(|manifest| objects.add(manifest));
        let around = self.surroundings(&objects);
        let built = match locate(&root, &around) {
            Ok(located) => unit::build(&root, &located, &around),
            Err(instead) => *instead,
        };
        let above = vec![dir];
        self.note(&root, Some(&root.id), &built);
        self.findings.extend(built.findings);
        self.needed.extend(built.needed);
        self.take(built.manifests, Some(&root.id), &above);
    }

    /// A place in a directory, for what is said about it.
    fn somewhere(&self, dir: &str) -> Span {
        let tree = self.cluster.repositories.own.tree();
        let file = tree.walk(dir).into_iter().find(|path| path.ends_with(".yaml") || path.ends_with(".yml"));
        let file = file.and_then(|path| tree.read(&path).ok());
        Span::start_of(file.map_or_else(|| tree.sources().add(dir, String::new()).id(), |file| file.id()))
    }

    /// Whether it reconciles the root: by the source that this repository is, or by one that is checked out here.
    fn is_root(&self, manifest: &Manifest, dir: &str) -> bool {
        let Some(source) = source_of(manifest).filter(|_| is_kustomization(manifest)) else { return false };
        let repositories = &self.cluster.repositories;
        match repositories.mapped(&source) {
            Some(Ok(checkout)) => {
                let is_here = Arc::ptr_eq(&checkout.repository, &repositories.own);
                is_here && join(&checkout.path, &path_of(manifest)).as_deref() == Some(dir)
            }
            Some(Err(_)) => false,
            None => {
                let is_own = self.bootstrap.as_ref().is_some_and(|bootstrap| bootstrap.source == source);
                is_own && path_of(manifest) == dir
            }
        }
    }

    fn surroundings<'a>(&'a self, objects: &'a Objects) -> Surroundings<'a> {
        let (strictness, unset) = self.version.substitution();
        Surroundings {
            repositories: &self.cluster.repositories,
            bootstrap: self.bootstrap.as_ref(),
            objects,
            artifacts: &self.artifacts,
            supplied: &self.cluster.variables,
            strictness,
            unset,
        }
    }

    /// Builds what can be built now; what waits in vain, when nothing else is left.
    fn step(&mut self) {
        if self.ready.is_empty() {
            self.gather();
        }
        // Each of them may bring many others: what is too much is seen before it is all there.
        let later = self.ready.len().saturating_sub(AT_ONCE);
        let mut ready = self.ready.split_off(later);
        ready.reverse();
        if self.stop_at_the_limit(&ready) {
            return;
        }
        let around = self.surroundings(&self.objects);
        let built: Vec<(Pending, Built)> = ready
            .into_par_iter()
            .map(|pending| {
                let built = build(&pending, &around);
                (pending, built)
            })
            .collect();
        for (pending, built) in built {
            self.note(&pending.manifest, pending.owner.as_ref(), &built);
            self.findings.extend(self.told_at(&pending.manifest, built.findings));
            self.needed.extend(built.needed);
            let mut above = pending.above;
            above.extend(built.directory);
            self.take(built.manifests, Some(&pending.manifest.id), &above);
        }
    }

    /// Finds what can be built; nothing, when more has become known.
    fn gather(&mut self) {
        self.render_sets(false);
        self.expand(false);
        let pending = std::mem::take(&mut self.pending);
        let (mut ready, mut waiting): (Vec<Pending>, Vec<Pending>) =
            pending.into_iter().partition(|pending| self.is_ready(&pending.manifest));
        let has_moved =
            |walk: &mut Walk<'_>| walk.guess_the_bootstrap(&waiting) || walk.expand(true) || walk.render_sets(true);
        if ready.is_empty() && !has_moved(self) {
            std::mem::swap(&mut ready, &mut waiting);
        }
        self.pending.splice(0..0, waiting);
        // The first one is taken first.
        ready.reverse();
        self.ready = ready;
    }

    /// Ends the walk where Kustomizations multiply: each of a few directories may lead to the next by many names.
    fn stop_at_the_limit(&mut self, ready: &[Pending]) -> bool {
        self.built += ready.len();
        let is_too_much = self.built > MOST_KUSTOMIZATIONS || self.objects.all().len() > MOST_OBJECTS;
        if let Some(next) = ready.first().filter(|_| is_too_much) {
            let message = format!(
                "the walk ends here: a cluster may have {MOST_KUSTOMIZATIONS} Kustomizations and {MOST_OBJECTS} objects"
            );
            let place = crate::kustomizations::fields::place(&next.manifest);
            self.findings.push(Finding::new(BUDGET_EXCEEDED, place, message).with_object(&next.manifest.id));
            self.pending.clear();
            self.ready.clear();
        }
        is_too_much
    }

    fn is_ready(&self, kustomization: &Manifest) -> bool {
        source_of(kustomization).is_none_or(|id| self.is_known(&id)) && is_all_there(kustomization, &self.objects)
    }

    fn is_known(&self, source: &ObjectId) -> bool {
        let is_bootstrap = self.bootstrap.as_ref().is_some_and(|bootstrap| bootstrap.source == *source);
        is_bootstrap || self.objects.get(source).is_some()
    }
}

/// Where the source of the cluster's root is defined: as the Kustomization that reconciles the root refers to it, or as a FluxInstance has it.
fn bootstrap(manifests: &[Manifest], dir: &str) -> Option<Bootstrap> {
    let roots = manifests.iter().filter(|manifest| is_kustomization(manifest) && path_of(manifest) == dir);
    // Several Kustomizations may build the root of their sources.
    let mut sources: Vec<ObjectId> = roots.filter_map(source_of).collect();
    sources.sort_by_key(|id| (id.name != "flux-system", id.kind != "GitRepository"));
    if let Some(source) = sources.into_iter().next() {
        let object = manifests.iter().find(|manifest| manifest.id == source);
        return Some(object.map_or_else(|| Bootstrap::named(source.clone()), Bootstrap::of));
    }
    let (source, _) = manifests.iter().find_map(implied::of_instance)?;
    Some(Bootstrap::of(&source))
}

fn is_kustomization(manifest: &Manifest) -> bool {
    FluxKind::of(&manifest.id) == Some(FluxKind::Kustomization)
}

/// The directory that a Kustomization builds, from the root of its source.
fn path_of(manifest: &Manifest) -> String {
    confined(text(manifest, &["path"]).unwrap_or_default())
}
