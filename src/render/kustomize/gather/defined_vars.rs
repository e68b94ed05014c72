//! The vars that a kustomization defines find their objects among what it has gathered.

use std::sync::Arc;

use seatrial_model::{Finding, Node};

use crate::gather::accumulator::Accumulator;
use crate::vars::findings as told;
use crate::vars::var::Var;

/// Takes in the vars that a kustomization defines, once its objects are complete.
pub(crate) fn define(items: &[Node], resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    for item in items {
        let var = Var::read(item);
        if let Some(first) = resources.vars.get(&var.name) {
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
        resources.vars.add(var);
    }
}
