//! Roots of clusters: directories with objects of Flux that nobody else reconciles.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_tree::{parent, within};

use crate::flux::{Flux, FluxObject};
use crate::kustomizations::Kustomizations;
use crate::upwards;

/// The roots below a directory, and what is reconciled from them.
#[derive(Debug, Default)]
pub(crate) struct ClusterRoots {
    /// Ordered by path.
    pub(crate) roots: Vec<String>,
    reached: Reach,
}

/// Directories with all that lies in them, and single files.
#[derive(Debug, Default)]
struct Reach {
    paths: BTreeSet<String>,
    /// The root of the repository has a kustomization: what that does not include is not reached.
    has_root: bool,
}

impl ClusterRoots {
    pub(crate) fn below(dir: &str, flux: &Flux, kustomizations: &Kustomizations) -> ClusterRoots {
        if flux.is_empty() {
            return ClusterRoots::default();
        }
        let candidates = candidates(flux, kustomizations);
        let mut roots: Vec<String> = candidates.into_iter().filter(|root| within(root, dir).is_some()).collect();
        roots.sort();
        let mut reached = Reach::default();
        roots.iter().for_each(|root| reached.follow(root, flux, kustomizations));
        ClusterRoots { roots, reached }
    }

    /// Whether a directory or file is applied to one of the clusters.
    pub(crate) fn reach(&self, path: &str) -> bool {
        self.reached.holds(path)
    }
}

/// Roots that say so themselves (what is in them reconciles them); else those that nobody reconciles, and that lead somewhere.
fn candidates(flux: &Flux, kustomizations: &Kustomizations) -> BTreeSet<String> {
    let certain: BTreeSet<String> = flux.all().iter().flat_map(|object| certain(object, kustomizations)).collect();
    let reach = |root: &String| {
        let mut reach = Reach::default();
        reach.follow(root, flux, kustomizations);
        reach
    };
    let of_certain: BTreeMap<&String, Reach> = certain.iter().map(|root| (root, reach(root))).collect();
    let is_reached = |root: &String| {
        let others = of_certain.iter().filter(|(other, _)| **other != root);
        // Of two that reach each other, the first is the root.
        others.into_iter().any(|(other, reached)| {
            let is_mutual = of_certain.get(root).is_some_and(|own| own.holds(other));
            reached.holds(root) && (!is_mutual || *other < root)
        })
    };
    let mut roots: BTreeSet<String> = certain.iter().filter(|root| !is_reached(root)).cloned().collect();
    let mut all = Reach::default();
    roots.iter().for_each(|root| all.follow(root, flux, kustomizations));

    let referred =
        Reach { paths: flux.all().iter().flat_map(|object| object.dirs.iter().cloned()).collect(), has_root: true };
    let mut loose: BTreeMap<String, Vec<&FluxObject>> = BTreeMap::new();
    for object in flux.all().iter().filter(|object| !all.holds(&object.file) && !referred.holds(&object.file)) {
        loose.entry(kustomizations.outermost_over(&object.file)).or_default().push(object);
    }
    let dirs: BTreeSet<&String> = loose.keys().collect();
    let topmost =
        |dir: &&String| !upwards(dir).skip(1).any(|above| !above.is_empty() && dirs.contains(&above.to_owned()));
    let leads =
        |dir: &&String| loose.get(*dir).is_some_and(|objects| objects.iter().any(|object| !object.dirs.is_empty()));
    let loose_roots: Vec<&String> = loose.keys().filter(topmost).filter(leads).collect();
    let beside: BTreeSet<&str> = roots.iter().map(|root| parent(root)).collect();
    let leads_on = |dir: &String| {
        let objects = loose.get(dir).into_iter().flatten();
        objects.flat_map(|object| &object.dirs).any(|dir| flux.within(dir).next().is_some())
    };
    let found: Vec<&String> = if roots.is_empty() {
        let leading: BTreeSet<&str> = loose_roots.iter().filter(|dir| leads_on(dir)).map(|dir| parent(dir)).collect();
        // A Kustomization that nobody applies may be one that was switched off: roots lead to further ones, where any does.
        let is_root = |dir: &&&String| leading.is_empty() || leading.contains(parent(dir));
        loose_roots.iter().filter(is_root).copied().collect()
    } else {
        loose_roots.into_iter().filter(|dir| beside.contains(parent(dir))).collect()
    };
    roots.extend(found.into_iter().cloned());
    roots
}

/// Directories that an object says to be roots: a FluxInstance's, and one that applies the object itself.
fn certain<'a>(object: &'a FluxObject, kustomizations: &'a Kustomizations) -> impl Iterator<Item = String> + 'a {
    let is_root = |dir: &&String| object.is_instance || kustomizations.builds(dir, &object.file);
    object.dirs.iter().filter(is_root).cloned()
}

impl Reach {
    fn holds(&self, path: &str) -> bool {
        upwards(path).any(|above| (!above.is_empty() || !self.has_root) && self.paths.contains(above))
    }

    /// Adds all that is reconciled from a directory.
    fn follow(&mut self, root: &str, flux: &Flux, kustomizations: &Kustomizations) {
        self.has_root |= kustomizations.has("");
        let mut pending = vec![root.to_owned()];
        while let Some(path) = pending.pop() {
            if self.holds(&path) || !self.paths.insert(path.clone()) {
                continue;
            }
            // The whole repository is what its kustomization includes, where it has one.
            let is_narrow = path.is_empty() && self.has_root;
            pending.extend(kustomizations.included_from(&path, is_narrow));
            if !is_narrow {
                pending.extend(flux.within(&path).flat_map(|object| object.dirs.iter().cloned()));
            }
        }
    }
}
