//! Where a key of the configuration stands.

use std::sync::Arc;

use seatrial_model::{Node, SourceFile, Span};
use seatrial_yaml::{Dialect, parse};

/// The first document of a configuration as a tree with spans.
pub(crate) fn root_of(file: &Arc<SourceFile>) -> Option<Node> {
    parse(file, Dialect::Kustomize).documents.into_iter().next().map(|document| document.node)
}

/// The value at a path of keys, or the nearest thing above it.
pub(crate) fn place_of(root: &Node, path: &[&str]) -> Span {
    root.at(path).map_or_else(|| find(root, path), Node::span)
}

/// The key at a path (numbers count list items), or the nearest thing above it.
pub(super) fn find(root: &Node, path: &[&str]) -> Span {
    let mut node = root;
    let mut span = node.span();
    for step in path {
        let item = step.parse::<usize>().ok().and_then(|index| node.items().get(index));
        node = match (item, node.entry(step)) {
            (Some(item), _) => {
                span = item.span();
                item
            }
            (None, Some(entry)) => {
                span = entry.key.span;
                &entry.value
            }
            (None, None) => return span,
        };
    }
    span
}
