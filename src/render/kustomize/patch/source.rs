//! What a patch is: where its text stands, and whether it is a strategic merge or a JSON patch.

use seatrial_model::{Finding, Node, Span};
use seatrial_yaml::Document;
use serde::de::IgnoredAny;

use crate::findings::ids;
use crate::json_patch::patch::JsonPatch;
use crate::load::files::Files;
use crate::load::inline::{is_inline, parse_inline, parse_inline_cut};
use crate::load::repeated_keys;

/// A patch, read.
#[derive(Clone, Debug)]
pub(crate) enum Patch {
    /// Partial objects.
    StrategicMerge(Vec<Node>),
    /// Operations.
    Json(JsonPatch),
}

/// What becomes of the blanks around a patch that is written inline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blanks {
    Kept,
    /// `patches` cuts them off (kustomize: `PatchTransformer`).
    Cut,
}

impl Patch {
    /// Whether it holds no object and no operation.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Patch::StrategicMerge(objects) => objects.is_empty(),
            Patch::Json(patch) => patch.is_empty(),
        }
    }
}

/// Reads the `path` or `patch` of an entry; what is wrong is a finding.
pub(crate) fn read_patch(
    entry: &Node,
    blanks: Blanks,
    dir: &str,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Patch> {
    let before = findings.len();
    let text = |name: &str| entry.get(name).filter(|n| n.as_str().is_some_and(|t| !t.trim().is_empty()));
    let documents = match (text("path"), text("patch")) {
        (Some(path), None) => documents_of_file(path, dir, files, findings)?,
        (None, Some(patch)) => documents_of_text(patch, blanks, files, findings)?,
        (Some(path), Some(patch)) => {
            let message = "a patch has either `path` or `patch`, not both";
            findings
                .push(Finding::new(ids::KUSTOMIZE, path.span(), message).with_related(patch.span(), "the other one"));
            return None;
        }
        (None, None) => {
            findings.push(Finding::new(ids::KUSTOMIZE, entry.span(), "a patch must have a `path` or a `patch`"));
            return None;
        }
    };
    let patch = classify(&documents, findings);
    if let Some(Patch::Json(_)) = patch {
        repeated_keys::tolerate(findings.get_mut(before..).unwrap_or_default());
    }
    patch
}

/// Reads an item of `patchesStrategicMerge`: a path, or the patch itself.
pub(crate) fn read_path_or_text(
    item: &Node,
    dir: &str,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Patch> {
    let documents = if is_inline(item) {
        documents_of_text(item, Blanks::Kept, files, findings)?
    } else {
        documents_of_file(item, dir, files, findings)?
    };
    classify(&documents, findings)
}

fn documents_of_file(
    path: &Node,
    dir: &str,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Vec<Document>> {
    let file = files.text(dir, path, findings)?;
    json_or_yaml(file.text(), path, findings)?;
    Some(files.documents(&file, findings).documents.clone())
}

fn documents_of_text(
    text: &Node,
    blanks: Blanks,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Vec<Document>> {
    let file = files.tree.sources().get(text.span().file)?;
    json_or_yaml(text.as_str().unwrap_or_default().trim(), text, findings)?;
    let parsed = match blanks {
        Blanks::Kept => parse_inline(text, &file),
        Blanks::Cut => parse_inline_cut(text, &file, files.cache),
    };
    let broken = !parsed.findings.is_empty() && parsed.documents.is_empty();
    findings.extend(parsed.findings);
    (!broken).then_some(parsed.documents)
}

/// What begins with `[` is read as JSON, so that the brackets of YAML are refused (kustomize: `jsonPatchFromBytes`).
fn json_or_yaml(text: &str, named: &Node, findings: &mut Vec<Finding>) -> Option<()> {
    let error = Some(text).filter(|t| t.starts_with('[')).and_then(|t| serde_json::from_str::<IgnoredAny>(t).err());
    let Some(error) = error else { return Some(()) };
    let message = format!("a patch that begins with `[` must be JSON, and this is not: {error}");
    findings.push(
        Finding::new(ids::KUSTOMIZE, named.span(), message).with_help("write the list with `- ` before each operation"),
    );
    None
}

fn classify(documents: &[Document], findings: &mut Vec<Finding>) -> Option<Patch> {
    if let Some(list) = documents.iter().map(|d| &d.node).find(|n| n.is_sequence()) {
        return match JsonPatch::read(list, findings) {
            Ok(patch) => Some(Patch::Json(patch)),
            Err(error) => {
                findings.push(Finding::new(ids::KUSTOMIZE, error.span, error.message));
                None
            }
        };
    }
    let (mut patches, before) = (Vec::new(), findings.len());
    for document in documents {
        take_objects(&document.node, &mut patches, findings);
    }
    // What is not a patch is not an empty one.
    (!patches.is_empty() || findings.len() == before).then_some(Patch::StrategicMerge(patches))
}

fn take_objects(node: &Node, patches: &mut Vec<Node>, findings: &mut Vec<Finding>) {
    if node.is_null() || (node.is_mapping() && node.entries().is_empty()) {
        return;
    }
    let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
    if kind.ends_with("List") && node.get("items").is_some_and(Node::is_sequence) {
        for item in node.get("items").map(Node::items).unwrap_or_default() {
            take_objects(item, patches, findings);
        }
        return;
    }
    let name = node.at(&["metadata", "name"]).and_then(Node::scalar_text).unwrap_or_default();
    if let Some(missing) = missing_identity(node, kind, name) {
        findings.push(missing);
        return;
    }
    patches.push(node.clone());
}

fn missing_identity(node: &Node, kind: &str, name: &str) -> Option<Finding> {
    let missing = match (kind.is_empty(), name.is_empty()) {
        (false, false) => return None,
        (true, _) => "kind",
        (_, true) => "metadata.name",
    };
    let start = node.entries().first().map_or(node.span(), |e| e.key.span.to(e.value.span()));
    let first_line = Span { end: start.end.min(node.span().end), ..start };
    let message = format!("a strategic merge patch must have a `{missing}`, even with a `target`");
    Some(Finding::new(ids::KUSTOMIZE, first_line, message).with_help("with a `target`, any name and kind will do"))
}
