//! A var: a name for a field of an object (kustomize: `types.Var`).

use std::sync::Arc;

use seatrial_model::{Node, Span};

use crate::objects::gvk::Gvk;
use crate::objects::id::Id;

/// The field that is meant where none is named (kustomize: `DefaultReplacementFieldPath`).
pub(crate) const DEFAULT_FIELD: &str = "metadata.name";

/// A name for a field of an object (kustomize: `types.Var`).
#[derive(Debug)]
pub(crate) struct Var {
    pub(crate) name: Arc<str>,
    /// Where the name is written.
    pub(crate) place: Span,
    /// `objref`, or the whole item where there is none.
    pub(crate) reference: Node,
    pub(crate) gvk: Gvk,
    pub(crate) object: String,
    /// Empty where any will do.
    pub(crate) namespace: String,
    pub(crate) field: String,
    /// Where the field is written, or the name where none is.
    pub(crate) field_place: Span,
}

impl Var {
    /// Reads an item of `vars`.
    pub(crate) fn read(item: &Node) -> Var {
        let name = item.get("name");
        let reference = item.get("objref").unwrap_or(item);
        let text = |key: &str| item.at(&["objref", key]).and_then(Node::as_str).unwrap_or_default();
        let field = item.at(&["fieldref", "fieldPath"]).filter(|f| f.as_str().is_some_and(|t| !t.is_empty()));
        let place = name.unwrap_or(item).span();
        Var {
            name: name.and_then(Node::as_str).unwrap_or_default().into(),
            place,
            gvk: gvk(text("apiVersion"), text("group"), text("version"), text("kind")),
            object: text("name").to_owned(),
            namespace: text("namespace").to_owned(),
            field: field.and_then(Node::as_str).unwrap_or(DEFAULT_FIELD).to_owned(),
            field_place: field.map_or(place, Node::span),
            reference: reference.clone(),
        }
    }

    /// Whether an identity is the object's. Its group and version must be named as they are; a namespace that is named excludes kinds
    /// that have none (kustomize: `ResAccumulator.MergeVars`).
    pub(crate) fn means(&self, id: &Id) -> bool {
        *id.name == *self.object
            && id.gvk == self.gvk
            && (self.namespace.is_empty() || *id.namespace == *self.namespace)
    }
}

/// `apiVersion` over group and version (kustomize: `types.Target.GVK`).
fn gvk(api_version: &str, group: &str, version: &str, kind: &str) -> Gvk {
    let parts: Vec<&str> = api_version.split('/').collect();
    let (group, version) = match parts.as_slice() {
        [""] => (group, version),
        [version] => (group, *version),
        [group, version] => (*group, *version),
        _ => (group, version),
    };
    Gvk { group: group.into(), version: version.into(), kind: kind.into() }
}
