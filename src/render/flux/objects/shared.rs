//! Objects that say themselves that others may have them, too.

use seatrial_model::{Manifest, Node};

/// What says that an object is not put back to what its owner has.
const SHARED: [(&str, &str); 3] = [
    ("kustomize.toolkit.fluxcd.io/ssa", "Merge"),
    ("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"),
    ("kustomize.toolkit.fluxcd.io/ssa", "Ignore"),
];

pub(crate) fn is_shared(manifest: &Manifest) -> bool {
    let value = |of: &str, key: &str| manifest.node.at(&["metadata", of, key]).and_then(Node::scalar_text);
    let says = |key: &str, wanted: &str| {
        ["labels", "annotations"]
            .iter()
            .any(|of| value(of, key).is_some_and(|value| value.eq_ignore_ascii_case(wanted)))
    };
    SHARED.iter().any(|(key, wanted)| says(key, wanted)) || says("kustomize.toolkit.fluxcd.io/reconcile", "disabled")
}
