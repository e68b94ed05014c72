//! Kubernetes objects: identity and rendered manifest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Masker, Node, ReleasePart, Span};

/// API group and kind, without the version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
}

/// Identity of an object, without the version, as Kubernetes identifies it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectId {
    /// API group; empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; `None` for cluster-scoped objects and where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl ObjectId {
    /// An identity from its parts.
    #[must_use]
    pub fn new(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectId {
        ObjectId {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// Group and kind.
    #[must_use]
    pub fn group_kind(&self) -> GroupKind {
        GroupKind { group: self.group.clone(), kind: self.kind.clone() }
    }

    /// `Deployment/web`: how an object is named among others that share its name.
    #[must_use]
    pub fn kind_and_name(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// The identity as readers may see it: a name can be made of a secret.
    #[must_use]
    pub fn masked(&self, masker: &Masker) -> ObjectId {
        let masked = |text: &str| masker.mask(text).into_owned();
        ObjectId {
            group: masked(&self.group),
            kind: masked(&self.kind),
            namespace: self.namespace.as_deref().map(masked),
            name: masked(&self.name),
        }
    }

    /// The identity without a generator's content-hash suffix: stable from base to head.
    #[must_use]
    pub fn stable(&self) -> ObjectId {
        let generated = self.group.is_empty() && (self.kind == "ConfigMap" || self.kind == "Secret");
        let name = if generated { without_hash_suffix(&self.name) } else { &self.name };
        ObjectId { name: name.to_owned(), ..self.clone() }
    }
}

/// `Deployment shop/web`, `Namespace shop`.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A generated name without kustomize's content hash (`-` and ten characters of its alphabet; kustomize: `api/hasher/hasher.go` `encode`).
#[must_use]
pub fn without_hash_suffix(name: &str) -> &str {
    let Some((stem, suffix)) = name.rsplit_once('-') else { return name };
    let encoded = |c: char| matches!(c, '2' | '4'..='9' | 'b'..='d' | 'f'..='h' | 'k' | 'm' | 't');
    if suffix.len() == 10 && suffix.chars().all(encoded) { stem } else { name }
}

/// Who puts the object on the cluster: the Kustomization, HelmRelease or Application that rendered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner(pub ObjectId);

/// One rendered object.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Identity.
    pub id: ObjectId,
    /// API version without the group: `v1`, `v1beta1`.
    pub version: String,
    /// The whole object; every node keeps its origin.
    pub node: Node,
    /// Who owns it; `None` for what Seatrial itself would apply.
    pub owner: Option<Owner>,
    /// The Helm release that brings it, and what it is to it.
    pub release: Option<ReleasePart>,
    /// The document it came from.
    pub span: Span,
    /// Whether everything that should have made it could be applied.
    pub built: Built,
}

/// Whether everything that should have made an object could be applied. Ordered: the later one is worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Built {
    /// All of it.
    #[default]
    Whole,
    /// All of it, of a chart in another version than the cluster gets: whatever is wrong with it may not be there.
    OfAnotherVersion,
    /// Something could not be read or applied that may have been for this object: what it lacks may be in there.
    PerhapsInPart,
    /// Something for this object could not be applied: whatever is wrong with it may follow from that.
    InPart,
}

/// Group and version of an `apiVersion`: `apps/v1` → `apps` and `v1`; the core group is empty.
#[must_use]
pub fn group_and_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The group of an `apiVersion`; the core group is empty.
#[must_use]
pub fn group_of(api_version: &str) -> &str {
    group_and_version(api_version).0
}

impl Manifest {
    /// A manifest of a rendered mapping; `None` when `apiVersion`, `kind` or `metadata.name` is not a string.
    #[must_use]
    pub fn from_node(node: Node) -> Option<Manifest> {
        let api_version = node.get("apiVersion")?.as_str()?;
        let (group, version) = group_and_version(api_version);
        let metadata = node.get("metadata")?;
        let name = metadata.get("name").or_else(|| metadata.get("generateName"))?.as_str()?;
        let namespace = metadata.get("namespace").and_then(Node::as_str).filter(|n| !n.is_empty());
        let id = ObjectId::new(group, node.get("kind")?.as_str()?, namespace, name);
        let (version, span) = (version.to_owned(), node.span());
        Some(Manifest { id, version, node, owner: None, release: None, span, built: Built::Whole })
    }

    /// Where it gets its name, else the document.
    #[must_use]
    pub fn name_span(&self) -> Span {
        self.node.at(&["metadata", "name"]).map_or(self.span, Node::span)
    }

    /// Whether its values are encrypted with SOPS (a top-level `sops` mapping with a `mac`).
    #[must_use]
    pub fn is_sops_encrypted(&self) -> bool {
        self.node.at(&["sops", "mac"]).is_some()
    }

    /// `apiVersion` as written in a manifest: `apps/v1`, `v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.id.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.id.group, self.version) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_a_content_hash_off_a_name() {
        assert_eq!(without_hash_suffix("shop-config-5g2b9f7h4k"), "shop-config");
        assert_eq!(without_hash_suffix("shop-config-production"), "shop-config-production");
        assert_eq!(without_hash_suffix("plain"), "plain");
    }
}
