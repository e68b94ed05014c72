//! Kustomize, natively: a directory with a kustomization → objects, each node with the line that set it.

use seatrial_model::{Manifest, Rendered};
use seatrial_tree::Tree;

/// What may be loaded from outside a kustomization's own directory (kustomize: `--load-restrictor`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadRestriction {
    /// Files must lie below the directory of the kustomization that names them.
    #[default]
    RootOnly,
    /// Files may lie anywhere in the tree, as Flux allows.
    None,
}

/// How to build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What may be loaded.
    pub load_restriction: LoadRestriction,
}

/// File names of a kustomization, in the order in which kustomize looks for them.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Builds the kustomization in directory `path`.
#[must_use]
pub fn build(_tree: &Tree, _path: &str, _options: Options) -> Rendered {
    Rendered::default()
}

/// An `--image NAME=REFERENCE[@DIGEST]` of the command line, in the semantics of kustomize's `images`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOverride {
    /// Image name as in the manifests, without tag.
    pub name: String,
    /// New name, tag and digest: `registry/web:1.4.1`, `registry/web@sha256:…`, `registry/web:1.4.1@sha256:…`.
    pub reference: String,
}

impl ImageOverride {
    /// Parses `NAME=REFERENCE[@DIGEST]`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(_text: &str) -> Result<ImageOverride, String> {
        todo!()
    }
}

/// Sets images in every pod template, after everything else. Gives back how many containers each override changed, in order.
pub fn override_images(_manifests: &mut [Manifest], _overrides: &[ImageOverride]) -> Vec<usize> {
    todo!()
}
