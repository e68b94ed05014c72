//! Kinds: where their objects live and how they stand in URLs.

use serde::Deserialize;

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
}

/// One kind of one API version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Row")]
pub struct KindInfo {
    /// API group; empty for the core group.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Name in URLs: `deployments`.
    pub plural: String,
    /// Where its objects live.
    pub scope: Scope,
    /// Whether it has a `status` subresource.
    pub has_status: bool,
}

impl KindInfo {
    /// `apiVersion` as written in a manifest: `apps/v1`, `v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// A kind as the embedded index holds it.
#[derive(Deserialize)]
struct Row(String, String, String, String, bool, bool);

impl From<Row> for KindInfo {
    fn from(Row(group, version, kind, plural, namespaced, has_status): Row) -> KindInfo {
        let scope = if namespaced { Scope::Namespaced } else { Scope::Cluster };
        KindInfo { group, version, kind, plural, scope, has_status }
    }
}
