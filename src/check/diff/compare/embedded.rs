//! Files inside ConfigMaps: YAML and JSON are compared by their values.

use seatrial_model::{Node, Sources};
use seatrial_yaml::{Dialect, parse};

/// A file that is longer is compared as text.
const LONGEST: usize = 1 << 20;

/// Whether two texts are YAML or JSON, by the name of their key, and have the same values.
pub(crate) fn have_same_values(key: &str, before: &Node, after: &Node) -> bool {
    let is_known = [".yaml", ".yml", ".json"].iter().any(|ending| key.to_ascii_lowercase().ends_with(ending));
    let texts = (before.scalar_text(), after.scalar_text());
    let (true, (Some(one), Some(other))) = (is_known, texts) else { return false };
    matches!((documents(one), documents(other)), (Some(one), Some(other)) if one == other)
}

/// The documents of a text; `None` where it cannot be read.
fn documents(text: &str) -> Option<Vec<Node>> {
    if text.len() > LONGEST {
        return None;
    }
    let file = Sources::new().add("embedded.yaml", text.to_owned());
    let parsed = parse(&file, Dialect::Kubectl);
    if !parsed.findings.is_empty() {
        return None;
    }
    Some(parsed.documents.into_iter().map(|document| document.node).collect())
}
