//! What rendering a source gives: objects, and what is wrong with it. Never an error.

use crate::{Finding, Graph, GraphNode, Level, Manifest, Needed};

/// The result of rendering one source for one environment.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The objects, in the order in which they would be printed.
    pub manifests: Vec<Manifest>,
    /// What is wrong; whatever could be rendered in spite of it stands in `manifests`.
    pub findings: Vec<Finding>,
    /// Who owns what, where an environment was walked from its root.
    pub graph: Option<Graph>,
    /// What is needed and not here.
    pub needed: Vec<Needed>,
}

impl Rendered {
    /// Whether all that the cluster would get is among the objects: nothing is wrong, needed, unknown, or left for others to see.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let has_gap = |graph: &Graph| graph.nodes.iter().any(GraphNode::is_gap);
        !self.has_errors() && self.needed.is_empty() && !self.graph.as_ref().is_some_and(has_gap)
    }

    /// Whether an error was found: what is left is not an environment.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}
