//! Pods on both sides: what a workload made of pods becomes, container by container.

use seatrial_model::{Finding, Node, QuickMap, RuleId};
use seatrial_rules::{Container, Pod};

use super::Transition;
use super::place::at_value;

/// A pod of the head, and what it was.
#[derive(Clone, Copy)]
pub(super) struct PodPair<'a> {
    /// On the base; `None` where its object is new.
    pub(super) before: Option<Pod<'a>>,
    /// On the head.
    pub(super) after: Pod<'a>,
}

/// A container of the head, and what it was: the one of that name.
#[derive(Clone, Copy)]
pub(super) struct ContainerPair<'a> {
    pub(super) before: Option<Container<'a>>,
    pub(super) after: Container<'a>,
}

/// The pods of all objects that something happens to and that are still there.
pub(super) fn pods<'a>(transition: &Transition<'a>) -> impl Iterator<Item = PodPair<'a>> {
    let readable = |pod: &Pod<'_>| !pod.is_misplaced() && !pod.manifest.is_sops_encrypted();
    transition.touched().filter_map(move |object| {
        let after = transition.after(object).and_then(Pod::of).filter(readable)?;
        let before = transition.before(object).and_then(Pod::of);
        Some(PodPair { before, after })
    })
}

impl<'a> PodPair<'a> {
    pub(super) fn containers(&self) -> impl Iterator<Item = ContainerPair<'a>> + use<'a> {
        let mut before: QuickMap<&'a str, Container<'a>> = QuickMap::default();
        for container in self.before.iter().flat_map(Pod::containers) {
            if let Some(name) = name(&container) {
                before.entry(name).or_insert(container);
            }
        }
        self.after.containers().map(move |after| {
            let before = name(&after).and_then(|name| before.get(name)).copied();
            ContainerPair { before, after }
        })
    }

    /// A finding about a field of a container: at a value of it, or at what there is of it.
    pub(super) fn finding(&self, rule: RuleId, container: Container<'a>, field: &str, message: String) -> Finding {
        let keys: Vec<&str> = field.split('/').skip(1).collect();
        let there = (1..=keys.len()).rev().find_map(|count| container.node.at(keys.get(..count)?));
        let value = there.or_else(|| container.node.get("name")).unwrap_or(container.node);
        let (list, index) = (container.list, container.index);
        let field = self.after.pointer(&format!("/spec/{list}/{index}{field}"));
        at_value(rule, value, self.after.manifest, field, message)
    }
}

/// The name of a container.
pub(super) fn name<'a>(container: &Container<'a>) -> Option<&'a str> {
    container.node.get("name").and_then(Node::as_str)
}

/// `container web of Deployment shop/web`, with the name in backticks.
pub(super) fn of(container: Container<'_>, pod: &PodPair<'_>) -> String {
    format!("container `{}` of {}", name(&container).unwrap_or_default(), pod.after.manifest.id)
}
