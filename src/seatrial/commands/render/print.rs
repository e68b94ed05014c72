//! Manifests on standard output: YAML as `kustomize build` prints it, a JSON list, or a line per object.

use seatrial_model::{Manifest, Node, shown_on_one_line};

use crate::cli::ManifestFormat;

/// How one document of YAML is printed.
pub(crate) type Emit = fn(&Node) -> String;

/// The text of manifests.
pub(crate) fn print(manifests: &[Manifest], format: ManifestFormat, emit: Emit) -> String {
    match format {
        ManifestFormat::Yaml => documents(manifests.iter().map(|manifest| emit(&manifest.node))),
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

/// Documents with `---` lines between them.
pub(crate) fn documents(mut texts: impl Iterator<Item = String>) -> String {
    let mut all = texts.next().unwrap_or_default();
    for text in texts {
        all.push_str("---\n");
        all.push_str(&text);
    }
    all
}
