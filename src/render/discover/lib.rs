//! Repository → environments: what there is to render when no configuration says so.
//!
//! Not here: rendering, and what is wrong with a kustomization: one that cannot be read is an environment all the same, and rendering it says
//! why.

mod kustomizations;
mod plain;

use seatrial_tree::Tree;
use seatrial_yaml::ParsedFiles;

/// What an environment is rendered from. Flux, Helm and Argo CD come later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A directory with a kustomization.
    Kustomize(String),
    /// A file or directory of plain manifests.
    Manifests(String),
}

/// One environment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// A name: the path; `.` for the root.
    pub name: String,
    /// What to render.
    pub source: Source,
}

/// The kustomizations that nobody includes, or, where there is none, the plain manifests; ordered by path.
///
/// Hidden directories (`.github`) are not looked into. Components are parts of environments, never environments. Where kustomizations include
/// each other in a circle, the first of them by path stands for the circle.
#[must_use]
pub fn discover(tree: &Tree, parsed: &ParsedFiles) -> Vec<Discovered> {
    let paths: Vec<String> = tree.walk("").into_iter().filter(|path| !is_hidden(path)).collect();
    let kustomizations = kustomizations::outermost(tree, parsed, &paths);
    let sources: Vec<Source> = if kustomizations.is_empty() {
        plain::topmost(tree, &paths).into_iter().map(Source::Manifests).collect()
    } else {
        kustomizations.into_iter().map(Source::Kustomize).collect()
    };
    sources.into_iter().map(|source| Discovered { name: name(&source), source }).collect()
}

fn is_hidden(path: &str) -> bool {
    let dirs = path.rsplit_once('/').map_or("", |(dir, _)| dir);
    dirs.split('/').any(|dir| dir.starts_with('.'))
}

fn name(source: &Source) -> String {
    let (Source::Kustomize(path) | Source::Manifests(path)) = source;
    if path.is_empty() { ".".to_owned() } else { path.clone() }
}
