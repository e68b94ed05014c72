//! What Helm reads of each document before it sorts them: `apiVersion`, `kind`, name and annotations (helm: `releaseutil.SimpleHead`).

use seatrial_model::{Finding, Node, ids};

use crate::major::Major;

/// Why Helm cannot read the head of a document: Go's message, and the same at its place.
pub(crate) fn unreadable(node: &Node, helm: Major) -> Option<(String, Finding)> {
    const METADATA: &str =
        "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";
    let text = |node: &Node| node.scalar_text().is_some();
    let map = |node: &Node| node.is_mapping() || node.is_null();
    let wrong = |path: &str, node: &Node, wanted: &str, of_type: &str| {
        // The Go of Helm 3 names the struct, but for what lies in the one without a name.
        let of = if helm == Major::Three && !path.contains('.') { "SimpleHead" } else { "" };
        let message =
            format!("json: cannot unmarshal {} into Go struct field {of}.{path} of type {of_type}", kind(node));
        let said = format!("`{path}` is {}, not {wanted}", node.describe());
        Some((message, Finding::new(ids::PARSE_ERROR, node.span(), said)))
    };
    for name in ["apiVersion", "kind"] {
        if let Some(value) = node.get(name).filter(|value| !text(value)) {
            return wrong(name, value, "a string", "string");
        }
    }
    let metadata = node.get("metadata")?;
    if !map(metadata) {
        return wrong("metadata", metadata, "a mapping", METADATA);
    }
    if let Some(name) = metadata.get("name").filter(|name| !text(name)) {
        return wrong("metadata.name", name, "a string", "string");
    }
    let annotations = metadata.get("annotations")?;
    if !map(annotations) {
        return wrong("metadata.annotations", annotations, "a mapping", "map[string]string");
    }
    let entry = annotations.entries().iter().find(|entry| !text(&entry.value))?;
    let (message, finding) =
        wrong(&format!("metadata.annotations.{}", entry.key.text), &entry.value, "a string", "string")?;
    // The Go of Helm 3 does not name the key.
    let without_key = || message.replace(&format!(".metadata.annotations.{}", entry.key.text), ".metadata.annotations");
    Some((if helm == Major::Three { without_key() } else { message }, finding))
}

/// What JSON calls it.
fn kind(node: &Node) -> &'static str {
    use seatrial_model::ScalarKind;
    if node.is_mapping() {
        return "object";
    }
    if node.is_sequence() {
        return "array";
    }
    match node.kind() {
        ScalarKind::Bool => "bool",
        ScalarKind::Integer | ScalarKind::Float => "number",
        _ => "string",
    }
}
