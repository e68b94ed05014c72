//! `vars`: which object and field each one names, gathered over bases and components (kustomize: `types/var.go`,
//! `ResAccumulator.MergeVars`).
//!
//! A var looks for its object where it is defined, among what that kustomization and its bases have; the object then carries the var's
//! name along, whatever it is called later. Not here: values and where they go (`resolution`, `expansion`), what is said when an
//! object or a field does not exist (`findings`).

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_model::{Finding, Node, Span};

use crate::gather::accumulator::Accumulator;
use crate::objects::resource::{Gvk, Id};
use crate::vars::findings as told;

/// The field that is meant where none is named (kustomize: `DefaultReplacementFieldPath`).
const DEFAULT_FIELD: &str = "metadata.name";

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

/// The vars of a kustomization and everything below it, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vars(BTreeMap<Arc<str>, Arc<Var>>);

impl Var {
    fn read(item: &Node) -> Var {
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

impl Vars {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them by name, as kustomize goes through them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Var> {
        self.0.values().map(Arc::as_ref)
    }

    /// Takes in the vars of a base; `entry` names the base (kustomize: `VarSet.MergeSet`).
    pub(crate) fn include(&mut self, base: &Vars, entry: Span, findings: &mut Vec<Finding>) {
        for (name, var) in &base.0 {
            match self.0.get(name) {
                Some(first) => findings.push(told::included_twice(var, first, entry)),
                None => drop(self.0.insert(Arc::clone(name), Arc::clone(var))),
            }
        }
    }
}

/// Takes in the vars that a kustomization defines, once its objects are complete.
pub(crate) fn define(items: &[Node], resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    for item in items {
        let var = Var::read(item);
        if let Some(first) = resources.vars.0.get(&var.name) {
            findings.push(told::defined_twice(&var, first));
            continue;
        }
        let named = resources.with_name(&var.object, item.span()).to_vec();
        let all = resources.resources();
        let is_meant = |position: &&usize| all.get(**position).is_some_and(|r| r.any_ids().any(|id| var.means(id)));
        let meant: Vec<usize> = named.iter().filter(is_meant).copied().collect();
        match meant.as_slice() {
            // kustomize says so only when it looks for the value.
            [] => {}
            [position] => resources.change(*position, |resource| resource.vars.push(Arc::clone(&var.name))),
            several => {
                let several: Vec<_> = several.iter().filter_map(|position| all.get(*position)).collect();
                findings.push(told::several_objects(&var, &several));
                continue;
            }
        }
        resources.vars.0.insert(Arc::clone(&var.name), Arc::new(var));
    }
}
