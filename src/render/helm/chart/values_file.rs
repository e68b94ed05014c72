//! Files with values: documents with mappings, the later over the earlier (helm: `LoadValues`).

use std::cell::LazyCell;
use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node, SourceFile, Span};
use seatrial_yaml::{Dialect, parse};

use crate::go_yaml::taken::{as_taken, is_refused};
use crate::go_yaml::{Refusal, SAID, SAID_BY_THREE, wrong_marker};
use crate::ids;

/// The values of a file, and beside them those of its first document where it has several; `None` where Helm cannot read it.
pub(crate) fn read(file: &Arc<SourceFile>, findings: &mut Vec<Finding>) -> Option<(Node, Option<Node>)> {
    let mut parsed = parse(file, Dialect::Kubectl);
    parsed.findings.extend(wrong_marker(file));
    let is_broken = parsed.findings.iter().any(is_refused);
    let by_four = LazyCell::new(|| Refusal::of_documents(file));
    // Of several documents, Helm 3 reads the first.
    let by_three = LazyCell::new(|| Refusal::of_first_document(file));
    findings.extend(parsed.findings.into_iter().map(|finding| {
        if !is_refused(&finding) {
            return as_taken(finding);
        }
        let told = [by_four.said(&finding), by_three.said(&finding)];
        let [by_four, by_three] = told.map(|said| format!("cannot load values.yaml: {said}"));
        finding.with_evidence(SAID, by_four).with_evidence(SAID_BY_THREE, by_three)
    }));
    if is_broken {
        return None;
    }
    let mut values = Node::mapping(Vec::new(), Span::start_of(file.id()));
    let first = parsed.documents.first().filter(|_| parsed.documents.len() > 1);
    let first = first.map(|document| Some(&document.node).filter(|node| node.is_mapping()).unwrap_or(&values).clone());
    for document in parsed.documents {
        let node = document.node;
        if node.is_mapping() {
            values = if values.entries().is_empty() { node } else { merged(&values, &node) };
        } else if !node.is_null() {
            let message = format!("the values are {}, not a mapping", node.describe());
            findings.push(Finding::new(ids::CHART, node.span(), message));
            return None;
        }
    }
    Some((values, first))
}

/// Mappings are merged, all else is replaced (helm: `MergeMaps`).
fn merged(below: &Node, above: &Node) -> Node {
    let mut result = below.clone();
    for Entry { key, value } in above.entries() {
        let value = match result.get(&key.text) {
            Some(old) if old.is_mapping() && value.is_mapping() => merged(old, value),
            _ => value.clone(),
        };
        result.set(&key.text, value);
    }
    result
}
