//! Roots of clusters: directories with objects of Flux that nobody else reconciles.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_tree::{parent, within};

use crate::flux::{Flux, FluxObject};
use crate::kustomizations::Kustomizations;
use crate::{Role, upwards};

/// The roots below a directory, and what is reconciled from them.
#[derive(Debug, Default)]
pub(crate) struct ClusterRoots {
    /// Ordered by path.
    pub(crate) roots: Vec<String>,
    reached: Reach,
}

/// Directories with all that lies in them, and single files.
#[derive(Debug)]
struct Reach {
    /// The directories that an object leads to.
    leads: fn(&FluxObject) -> &[String],
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

/// Roots that say so themselves (what is in them reconciles them), and those that nobody reconciles and that lead somewhere.
fn candidates(flux: &Flux, kustomizations: &Kustomizations) -> BTreeSet<String> {
    let certain_roots: BTreeSet<String> =
        flux.all().iter().flat_map(|object| certain(object, kustomizations)).collect();
    // What an earlier one reaches is not a root, and then what a later one reaches: by paths that are written out, as one that is filled in
    // leads to one of many clusters. What a bootstrap has made a root stays one.
    let bootstraps = flux.all().iter().filter(|object| object.is_bootstrap || object.is_instance);
    let bootstrapped: BTreeSet<String> = bootstraps.flat_map(|object| certain(object, kustomizations)).collect();
    let mut roots: Vec<String> = certain_roots.into_iter().collect();
    for _ in 0..2 {
        let mut reached = Reach::along(|object| &object.named);
        roots.retain(|root| {
            let is_root = !reached.holds(root) || bootstrapped.contains(root);
            if is_root {
                reached.follow(root, flux, kustomizations);
            }
            is_root
        });
        roots.reverse();
    }
    let loose = loose(&roots, flux, kustomizations);
    let beside: BTreeSet<&str> = if roots.is_empty() {
        // A Kustomization that nobody applies may be one that was switched off: roots lead to further ones, where any does.
        let leads_on = |objects: &[&FluxObject]| {
            objects.iter().flat_map(|object| &object.dirs).any(|dir| flux.within(dir).next().is_some())
        };
        loose.iter().filter(|(_, objects)| leads_on(objects)).map(|(dir, _)| parent(dir)).collect()
    } else {
        roots.iter().map(|root| parent(root)).collect()
    };
    let is_root = |dir: &&String| beside.is_empty() || beside.contains(parent(dir));
    let further: Vec<String> = loose.keys().filter(is_root).cloned().collect();
    roots.into_iter().chain(further).collect()
}

/// The topmost directories with objects that nobody reconciles.
fn loose<'a>(
    roots: &[String],
    flux: &'a Flux,
    kustomizations: &Kustomizations,
) -> BTreeMap<String, Vec<&'a FluxObject>> {
    let dirs = flux.all().iter().flat_map(|object| object.dirs.iter().cloned());
    let referred = Reach { paths: dirs.collect(), has_root: true, ..Reach::default() };
    let mut reached = Reach::default();
    roots.iter().for_each(|root| reached.follow(root, flux, kustomizations));
    let mut loose: BTreeMap<String, Vec<&FluxObject>> = BTreeMap::new();
    for object in flux.all().iter().filter(|object| !reached.holds(&object.file) && !referred.holds(&object.file)) {
        loose.entry(kustomizations.outermost_over(&object.file)).or_default().push(object);
    }
    let dirs: BTreeSet<String> = loose.keys().cloned().collect();
    loose.retain(|dir, objects| {
        let is_topmost = !upwards(dir).skip(1).any(|above| !above.is_empty() && dirs.contains(above));
        let mut led_to = objects.iter().flat_map(|object| &object.dirs).peekable();
        // Whoever applies all that lies in a directory does not apply a part of it again.
        let is_apart = |led_to: &String| within(led_to, dir).is_none();
        is_topmost && led_to.peek().is_some() && (kustomizations.has(dir) || led_to.all(is_apart))
    });
    loose
}

/// Directories that an object says to be roots: a FluxInstance's, one that applies the object itself, and one that a bootstrap has put it
/// into.
fn certain<'a>(object: &'a FluxObject, kustomizations: &'a Kustomizations) -> impl Iterator<Item = String> + 'a {
    let is_inside = move |dir: &str| object.is_bootstrap && within(&object.file, dir).is_some();
    let is_root = move |dir: &&String| object.is_instance || is_inside(dir) || kustomizations.builds(dir, &object.file);
    object.named.iter().filter(is_root).cloned()
}

impl Default for Reach {
    fn default() -> Reach {
        Reach::along(|object| &object.dirs)
    }
}

impl Reach {
    fn along(leads: fn(&FluxObject) -> &[String]) -> Reach {
        Reach { leads, paths: BTreeSet::new(), has_root: false }
    }

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
                // A patch says something where it is named, not where it lies.
                let is_meant = |object: &&FluxObject| {
                    object.file == path || kustomizations.role(&object.file) != Some(Role::Input)
                };
                let objects = flux.within(&path).filter(is_meant);
                pending.extend(objects.flat_map(|object| (self.leads)(object).iter().cloned()));
            }
        }
    }
}
