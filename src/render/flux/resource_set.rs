//! ResourceSets of flux-operator: templates with `<<` and `>>` over input sets → objects, each value with the line of the input or of the
//! template that made it. How it behaves is read from its documentation (`docs/api/v1/resourceset.md`), nothing of it from its code.
//!
//! Not here: which sets there are and when they are rendered (`walk`). What an operator alone knows (the `id` of an input set, what a provider
//! of pull requests, branches or tags exports) is unknown, not empty.

mod functions;
mod inputs;
mod made;
mod stretches;
mod template;

use std::sync::Arc;

use seatrial_gotemplate::{Budget, Templates};
use seatrial_helm::Origins;
use seatrial_model::{Finding, Level, Manifest, Node, NodeState, Sources};

use crate::flux_object::{has_variable, items, spec};
use crate::objects::Objects;
use crate::unit::is_suspended;

pub(crate) use inputs::is_all_there;

/// Bytes that the templates of one set may print.
const MOST_BYTES: u64 = 64 << 20;

/// What came of a set.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub(crate) state: NodeState,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
}

/// Renders a set.
pub(crate) fn expand(set: &Manifest, objects: &Objects, sources: &Arc<Sources>) -> Expanded {
    let nothing = |state| Expanded { state, manifests: Vec::new(), findings: Vec::new() };
    if is_suspended(set) {
        return nothing(NodeState::Suspended);
    }
    let mut origins = Origins::default();
    let inputs = match inputs::of(set, objects, &mut origins) {
        Ok(inputs) => inputs,
        Err(inputs::Refused::Unknown(why)) => return nothing(NodeState::Unknown(why)),
        Err(inputs::Refused::Wrong(finding)) => {
            let state = NodeState::NotFollowed("its inputs are too many".to_owned());
            return Expanded { findings: vec![*finding], ..nothing(state) };
        }
    };
    let mut rendering = Rendering {
        set,
        objects,
        sources,
        origins,
        templates: functions::templates(),
        budget: Budget { bytes: MOST_BYTES, ..Budget::default() },
        made: made::Made::default(),
        findings: Vec::new(),
    };
    rendering.all(&inputs.sets);
    let Rendering { made, mut findings, .. } = rendering;
    if holds_variables(spec(set, &["inputs"])) {
        findings.iter_mut().for_each(|finding| finding.level = Level::Note);
    }
    let has_failed = findings.iter().any(|finding| finding.level == Level::Error);
    let state = match inputs.unknown {
        _ if has_failed => NodeState::NotFollowed("its templates fail".to_owned()),
        Some(why) => NodeState::Unknown(why),
        None => NodeState::Rendered,
    };
    // flux-operator applies all of a set, or nothing.
    let manifests = if has_failed { Vec::new() } else { made.into_manifests() };
    Expanded { state, manifests, findings }
}

/// A field of the set, and of each of its steps.
fn fields<'a>(set: &'a Manifest, steps: &'a [Node], name: &str) -> Vec<&'a Node> {
    spec(set, &[name]).into_iter().chain(steps.iter().filter_map(|step| step.get(name))).collect()
}

/// Whether there is a text with a variable that was not filled in.
fn holds_variables(node: Option<&Node>) -> bool {
    let Some(node) = node else { return false };
    node.scalar_text().is_some_and(has_variable)
        || node.items().iter().any(|item| holds_variables(Some(item)))
        || node.entries().iter().any(|entry| holds_variables(Some(&entry.value)))
}

/// A set that is being rendered.
struct Rendering<'a> {
    set: &'a Manifest,
    objects: &'a Objects,
    sources: &'a Arc<Sources>,
    origins: Origins,
    /// Without any template, to begin with.
    templates: Templates,
    /// Of all templates together.
    budget: Budget<'a>,
    made: made::Made,
    findings: Vec<Finding>,
}

impl Rendering<'_> {
    /// All templates over all input sets: those that are objects first, as they go before those of a text.
    fn all(&mut self, inputs: &[inputs::InputSet]) {
        let set = self.set;
        let steps = items(set, &["steps"]);
        let resources = fields(set, steps, "resources").into_iter().flat_map(Node::items);
        let texts = fields(set, steps, "resourcesTemplate");
        for node in resources {
            let template = template::of_object(node, self);
            self.render(template, inputs);
        }
        for node in texts {
            let template = template::of_text(node, self);
            self.render(template, inputs);
        }
    }

    fn render(&mut self, template: Option<template::Template>, inputs: &[inputs::InputSet]) {
        let Some(template) = template else { return };
        for input in inputs {
            if self.made.is_full() {
                return;
            }
            let Some(text) = self.execute(&template, input) else { return };
            self.take(&template, &text);
        }
    }
}
