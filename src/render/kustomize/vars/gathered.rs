//! `vars`: which object and field each one names, gathered over bases and components (kustomize: `types/var.go`,
//! `ResAccumulator.MergeVars`).
//!
//! A var looks for its object where it is defined, among what that kustomization and its bases have; the object then carries the var's
//! name along, whatever it is called later. Not here: values and where they go (`resolution`, `expansion`), what is said when an
//! object or a field does not exist (`findings`).

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_model::{Finding, Span};

use crate::vars::findings as told;
use crate::vars::var::Var;

/// The vars of a kustomization and everything below it, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vars(BTreeMap<Arc<str>, Arc<Var>>);

impl Vars {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them by name, as kustomize goes through them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Var> {
        self.0.values().map(Arc::as_ref)
    }

    /// The var of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Var> {
        self.0.get(name).map(Arc::as_ref)
    }

    /// Takes in a var that a kustomization defines.
    pub(crate) fn add(&mut self, var: Var) {
        self.0.insert(Arc::clone(&var.name), Arc::new(var));
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
