//! Files with values: documents with mappings, the later over the earlier (helm: `LoadValues`).

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node, SourceFile, Span};
use seatrial_yaml::{Dialect, parse};

use crate::go_yaml::{SAID, SAID_BY_THREE, of_documents, of_go_yaml, wrong_marker};
use crate::ids;
use crate::taken::{as_taken, is_refused};

/// The values of a file, and beside them those of its first document where it has several; `None` where Helm cannot read it.
pub(crate) fn read(file: &Arc<SourceFile>, findings: &mut Vec<Finding>) -> Option<(Node, Option<Node>)> {
    let mut parsed = parse(file, Dialect::Kubectl);
    parsed.findings.extend(wrong_marker(file));
    let is_broken = parsed.findings.iter().any(is_refused);
    let said = |finding: &Finding| format!("cannot load values.yaml: {}", of_documents(finding, file));
    findings.extend(parsed.findings.into_iter().map(|finding| {
        let by_three = is_refused(&finding).then(|| of_go_yaml(&finding, file));
        let finding = as_helm_takes_it(finding, &said);
        match by_three {
            None => finding,
            // Of several documents, Helm 3 reads the first.
            Some(said) => finding.with_evidence(
                SAID_BY_THREE,
                format!("cannot load values.yaml: error converting YAML to JSON: {said}"),
            ),
        }
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

/// Of a key that is there twice, Helm takes the last; what is not YAML it refuses in words of its own.
pub(crate) fn as_helm_takes_it(finding: Finding, said: &dyn Fn(&Finding) -> String) -> Finding {
    if !is_refused(&finding) {
        return as_taken(finding);
    }
    let said = said(&finding);
    finding.with_evidence(SAID, said)
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
