//! Manifests on standard output: YAML as `kustomize build` prints it, a JSON list, or a line per object.

use seatrial_model::{Manifest, shown_on_one_line};

use crate::cli::ManifestFormat;

/// The text of manifests.
pub(crate) fn print(manifests: &[Manifest], format: ManifestFormat) -> String {
    match format {
        ManifestFormat::Yaml => seatrial_yaml::emit_all(manifests.iter().map(|m| &m.node)),
        ManifestFormat::Json => {
            let items: Vec<_> = manifests.iter().map(|m| m.node.to_json()).collect();
            let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": items });
            format!("{list:#}\n")
        }
        ManifestFormat::Tree => {
            let line = |m: &Manifest| format!("{} {}", m.api_version(), m.id);
            manifests.iter().map(|m| format!("{}\n", shown_on_one_line(&line(m)))).collect()
        }
    }
}
