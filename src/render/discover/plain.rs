//! Which directories hold plain manifests.

use std::collections::BTreeSet;

use seatrial_tree::{Tree, parent};

/// The topmost directories that hold manifests themselves, ordered by path. Charts are left out: their templates are no manifests.
pub(crate) fn topmost(tree: &Tree, paths: &[String]) -> Vec<String> {
    let is_chart = |path: &&String| path.rsplit('/').next() == Some("Chart.yaml");
    let charts: BTreeSet<&str> = paths.iter().filter(is_chart).map(|path| parent(path)).collect();
    let mut dirs: BTreeSet<&str> = BTreeSet::new();
    for path in paths {
        let dir = parent(path);
        let known = dirs.contains(dir) || upwards(dir).any(|above| charts.contains(above));
        if !known && is_manifest(tree, path) {
            dirs.insert(dir);
        }
    }
    let topmost = dirs.iter().filter(|dir| !upwards(dir).skip(1).any(|above| dirs.contains(above)));
    topmost.map(|dir| (*dir).to_owned()).collect()
}

/// A directory and all above it, up to the root.
fn upwards(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir), |dir| (!dir.is_empty()).then(|| parent(dir)))
}

/// Whether a file looks like Kubernetes objects. By its text, so that a manifest with an error in it is still one.
fn is_manifest(tree: &Tree, path: &str) -> bool {
    let json = path.ends_with(".json");
    if !json && !path.ends_with(".yaml") && !path.ends_with(".yml") {
        return false;
    }
    let Ok(file) = tree.read(path) else { return false };
    if json {
        return ["\"apiVersion\"", "\"kind\""].iter().all(|key| file.text().contains(key));
    }
    let has_key = |key: &str| file.text().lines().any(|line| line.trim_start_matches('\u{FEFF}').starts_with(key));
    has_key("apiVersion:") && has_key("kind:")
}
