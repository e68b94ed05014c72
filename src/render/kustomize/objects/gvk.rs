//! Group, version and kind.

use std::sync::Arc;

use seatrial_model::{Node, group_and_version};

/// Group, version and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Gvk {
    pub(crate) group: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) kind: Arc<str>,
}

impl Gvk {
    /// Of the `apiVersion` and `kind` of an object (kyaml: `resid.GvkFromNode`; a group ends at the first slash).
    pub(crate) fn of(node: &Node) -> Gvk {
        let api_version = node.get("apiVersion").and_then(Node::scalar_text).unwrap_or_default();
        let (group, version) = group_and_version(api_version);
        let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// `apps/v1`, `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }
}
