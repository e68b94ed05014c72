//! Objects of a resource file: documents checked, lists opened (kyaml: `kio.FromBytes`, `resource.Factory`).

use seatrial_model::{Finding, Node, Span, ids};
use seatrial_yaml::Document;

use crate::load::repeated_keys;
use crate::objects::resource::Resource;

/// Lists in lists are opened this deep.
const DEEPEST: usize = 8;

/// The resources of a file's documents; a document that is not an object is a finding.
pub(crate) fn resources_of(documents: &[Document], findings: &mut Vec<Finding>) -> Vec<Resource> {
    let mut resources = Vec::new();
    for document in documents {
        take(&document.node, document.span, DEEPEST, &mut resources, findings);
    }
    if repeated_keys::any(findings) {
        resources.iter().for_each(|resource| repeated_keys::tolerate_annotations(resource.node(), findings));
    }
    resources
}

fn take(node: &Node, span: Span, depth: usize, resources: &mut Vec<Resource>, findings: &mut Vec<Finding>) {
    let empty = node.is_null() || (node.is_mapping() && node.entries().is_empty());
    if empty {
        return;
    }
    if !node.is_mapping() {
        let message = format!("a Kubernetes object is a mapping, not {}", node.describe());
        findings.push(Finding::new(ids::INVALID_OBJECT, first_line(node), message));
        return;
    }
    let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
    if kind.ends_with("List") && depth > 0 {
        match node.get("items") {
            Some(items) if items.is_sequence() => {
                for item in items.items() {
                    take(item, item.span(), depth - 1, resources, findings);
                }
                return;
            }
            Some(items) if items.is_null() => return,
            Some(items) => {
                let message = format!("the `items` of a {kind} are a list, not {}", items.describe());
                findings.push(Finding::new(ids::INVALID_OBJECT, items.span(), message));
                return;
            }
            None => {}
        }
    }
    match what_is_missing(node) {
        Some(missing) => findings.push(invalid(node, missing)),
        None => resources.push(Resource::new(node.clone(), span)),
    }
}

/// What kustomize asks for; that no cluster takes an object without `apiVersion` is said of the result.
fn what_is_missing(node: &Node) -> Option<&'static str> {
    if node.get("kind").and_then(Node::scalar_text).is_some_and(|kind| kind.ends_with("List")) {
        return None;
    }
    let has = |path: &[&str]| {
        node.at(path).filter(|n| !n.is_null()).and_then(Node::scalar_text).is_some_and(|text| !text.is_empty())
    };
    let wanted: [(&[&str], &'static str); 2] = [(&["kind"], "kind"), (&["metadata", "name"], "metadata.name")];
    wanted.into_iter().find(|(path, _)| !has(path)).map(|(_, name)| name)
}

fn invalid(node: &Node, missing: &str) -> Finding {
    let finding = Finding::new(ids::INVALID_OBJECT, first_line(node), format!("the object has no `{missing}`"));
    let api_version = node.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    if api_version.starts_with("kustomize.config.k8s.io/") {
        return finding.with_help("this is a kustomization: name its directory, not the file");
    }
    if node.at(&["metadata", "generateName"]).is_some() {
        return finding.with_help("kustomize needs a `metadata.name`; `generateName` is not enough.");
    }
    finding
}

fn first_line(node: &Node) -> Span {
    node.entries().first().map_or(node.span(), |e| e.key.span.to(e.value.span()))
}
