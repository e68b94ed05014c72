//! YAML text → nodes with spans, styles and comments, and back. Knows nothing of Kubernetes or of us.

use std::sync::Arc;

use seatrial_model::{Finding, Node, ScalarKind, SourceFile, Span};

/// How plain scalars are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// kubectl and helm: `sigs.k8s.io/yaml`, go-yaml v2 rules (`yes` is true).
    Kubectl,
    /// kustomize: kyaml, go-yaml v3 rules (`yes` is a string).
    Kustomize,
}

/// One document of a stream that is not empty.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its root.
    pub node: Node,
    /// From its first to its last byte.
    pub span: Span,
}

/// What a stream holds. A document with an error is not among `documents`; the others are.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents that could be read, in order, without empty ones.
    pub documents: Vec<Document>,
    /// `parse-error` and `duplicate-key`.
    pub findings: Vec<Finding>,
}

/// Parses a stream of documents.
#[must_use]
pub fn parse(_file: &Arc<SourceFile>, _dialect: Dialect) -> Parsed {
    Parsed::default()
}

/// What a plain scalar means.
#[must_use]
pub fn plain_kind(_text: &str, _dialect: Dialect) -> ScalarKind {
    ScalarKind::String
}

/// Prints one document as kustomize prints it (keys in the node's order), with a final newline and without `---`.
#[must_use]
pub fn emit(_node: &Node) -> String {
    String::new()
}

/// Prints documents with `---` lines between them.
#[must_use]
pub fn emit_all<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> String {
    nodes.into_iter().map(emit).collect::<Vec<_>>().join("---\n")
}
