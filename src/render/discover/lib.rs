//! Repository → environments: what there is to render when no configuration says so.

use seatrial_tree::Tree;

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
    /// A name: the path.
    pub name: String,
    /// What to render.
    pub source: Source,
}

/// The kustomizations that nobody includes, or, where there is none, the plain manifests.
#[must_use]
pub fn discover(_tree: &Tree) -> Vec<Discovered> {
    Vec::new()
}
