//! Kustomize, natively: a directory with a kustomization → objects, each node with the line that set it.
//!
//! Behaves as kustomize 5.8 for every field, those of charts included (`charts`), which `render/helm` renders. Problems never stop the rest.
//!
//! What kustomize does and this does not, on purpose: a JSON patch that copies `/metadata` does not take kustomize's own notes
//! (`internal.config.kubernetes.io/…`) with it, and a patch that removes all annotations does not make it forget former names. What is not
//! imitated: the content hash of a generated object that a patch turned into another kind (it hangs on line numbers), schemas in comments
//! (`# {"$ref": …}`), and the order of equal names where Go's maps make it random. An error that kustomize stops at is a finding, and the
//! rest is rendered.
//!
//! Stricter on purpose: what kustomize prints and no cluster takes is printed, too, and an error (a `kind` that is a number) or, without an
//! `apiVersion`, a warning; a build that grows beyond its budget ends (`values/budget`); definitions of `crds` that refer to each other without end, or mark thousands of fields, are refused; a key that
//! stands twice is a warning where kustomize takes the last, and an error in patches that are objects, of which it takes whichever.
//!
//! The folders stand in this order, and each uses only those before it: `findings`, `values`, `kustomization`, `objects`, `merge`, `json_patch`,
//! `paths`, `fields`, `vars`, `gather`, `load`, `transform`, `build_metadata`, `generate`, `charts`, `patch`, `replace`, `finish`, `builder`.
//!
//! Not here: fetching of remote bases and charts, YAML (`formats/yaml`), what objects mean (`check`).

mod build_metadata;
mod builder;
mod charts;
mod fields;
mod findings;
mod finish;
mod gather;
mod generate;
mod json_patch;
mod kustomization;
mod load;
mod merge;
mod objects;
mod patch;
mod paths;
mod replace;
mod transform;
mod values;
mod vars;

pub use builder::additions::Additions;
pub use builder::state::Builder;
pub use findings::ids::own::{BUDGET_EXCEEDED, CATALOG, PATCH_TARGET, REMOTE_BASE, REMOTE_CHART};
pub use load::chart_options::{ClusterGiven, HelmCharts};
pub use load::inline::{parse_text, places_in_text};
pub use load::options::{LoadRestriction, Options};
pub use load::remote::Checkout;
pub use transform::image_override::{ImageOverride, override_images};

use std::sync::Arc;

use seatrial_model::Rendered;
use seatrial_tree::Tree;

/// Builds the kustomization in directory `path`, alone; [`Builder`] is for several.
///
/// Objects come in the order of `kustomize build`, their keys sorted as it prints them: `seatrial_yaml::emit_all` gives its bytes. A `path`
/// that no file names and that cannot be read has no line in the repository: its finding lies at the start of an empty source that is entered
/// into the tree's table under that path.
#[must_use]
pub fn build(tree: &Tree, path: &str, options: Options) -> Rendered {
    Builder::new(tree, options, &Arc::default()).build(path)
}
