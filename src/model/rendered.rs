//! What rendering a source gives: objects, and what is wrong with it. Never an error.

use crate::{Finding, Graph, Level, Manifest, Needed};

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
    /// Whether an error was found: what is left is not an environment.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}
