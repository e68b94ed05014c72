//! Identities: how kustomize tells objects apart, and how findings name them.

use std::borrow::Cow;
use std::sync::Arc;

use seatrial_model::{Node, ObjectId, group_and_version};

use crate::objects::definitions::Definitions;
use crate::objects::gvk::Gvk;
use crate::objects::merge_keys;

/// Namespace that kustomize gives to kinds that have none (kyaml: `resid.TotallyNotANamespace`).
const NO_NAMESPACE: &str = "_non_namespaceable_";

/// The longest name that Kubernetes has is of 253 characters.
const LONGEST_PART: usize = 253;

/// An identity as kustomize compares them: with the version, and with the effective namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) gvk: Gvk,
    pub(crate) name: Arc<str>,
    /// `default` where none is written, a constant for kinds without namespace.
    pub(crate) namespace: Arc<str>,
}

impl Id {
    /// The identity of an object, or of a patch.
    pub(crate) fn of(node: &Node) -> Id {
        Id::with_scopes(node, None)
    }

    /// The identity, where the repository says which kinds have a namespace.
    pub(crate) fn with_scopes(node: &Node, scopes: Option<&Definitions>) -> Id {
        let gvk = Gvk::of(node);
        let name = node.at(&["metadata", "name"]).filter(|n| !n.is_null()).and_then(Node::scalar_text);
        let namespace = effective_namespace(&gvk, written_namespace(node), scopes);
        Id { name: name.unwrap_or_default().into(), namespace: namespace.into(), gvk }
    }

    /// The identity of an object that had this one; what is the same is shared.
    pub(crate) fn again(&self, node: &Node, scopes: Option<&Definitions>) -> Id {
        let share = |old: &Arc<str>, text: &str| if **old == *text { Arc::clone(old) } else { text.into() };
        let api_version = node.get("apiVersion").and_then(Node::scalar_text).unwrap_or_default();
        let (group, version) = group_and_version(api_version);
        let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
        let gvk = Gvk {
            group: share(&self.gvk.group, group),
            version: share(&self.gvk.version, version),
            kind: share(&self.gvk.kind, kind),
        };
        let metadata = node.get("metadata");
        let text = |key| metadata.and_then(|m| m.get(key)).filter(|n| !n.is_null()).and_then(Node::scalar_text);
        let written = text("namespace").unwrap_or_default();
        // A kind has a namespace, or has none, whatever else is changed.
        let namespace = match gvk == self.gvk {
            true if self.is_cluster_scoped() => Arc::clone(&self.namespace),
            true => share(&self.namespace, if written.is_empty() { "default" } else { written }),
            false => share(&self.namespace, effective_namespace(&gvk, written, scopes)),
        };
        Id { name: share(&self.name, text("name").unwrap_or_default()), namespace, gvk }
    }

    /// Whether the kind certainly has no namespace.
    pub(crate) fn is_cluster_scoped(&self) -> bool {
        &*self.namespace == NO_NAMESPACE
    }

    /// The identity that findings carry; `namespace` is the one that is written, or empty.
    pub(crate) fn object_id(&self, namespace: &str) -> ObjectId {
        let namespace = Some(namespace).filter(|n| !n.is_empty()).map(shortened);
        let (group, kind) = (shortened(&self.gvk.group), shortened(&self.gvk.kind));
        ObjectId::new(&group, &kind, namespace.as_deref(), &shortened(&self.name))
    }

    /// `Deployment apps/v1 shop/web`: for messages.
    pub(crate) fn describe(&self) -> String {
        let (name, namespace) = (shortened(&self.name), shortened(&self.namespace));
        let place = if self.is_cluster_scoped() || &*self.namespace == "default" {
            name.into_owned()
        } else {
            format!("{namespace}/{name}")
        };
        format!("{} {} {place}", shortened(&self.gvk.kind), shortened(&self.gvk.api_version()))
    }
}

fn effective_namespace<'a>(gvk: &Gvk, namespace: &'a str, scopes: Option<&Definitions>) -> &'a str {
    let key = || (gvk.api_version(), gvk.kind.to_string());
    let by_repository = || scopes.is_some_and(|d| d.scopes.get(&key()) == Some(&false));
    if merge_keys::is_cluster_scoped(gvk) || by_repository() {
        NO_NAMESPACE
    } else if namespace.is_empty() {
        "default"
    } else {
        namespace
    }
}

/// The namespace as an object has it; empty where there is none.
pub(crate) fn written_namespace(node: &Node) -> &str {
    node.at(&["metadata", "namespace"]).filter(|n| !n.is_null()).and_then(Node::scalar_text).unwrap_or_default()
}

/// A part of an identity as findings have it: one of megabytes would stand in thousands of them.
fn shortened(part: &str) -> Cow<'_, str> {
    if part.len() <= LONGEST_PART {
        return Cow::Borrowed(part);
    }
    match part.char_indices().nth(LONGEST_PART) {
        Some((end, _)) => Cow::Owned(format!("{}…", part.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(part),
    }
}
