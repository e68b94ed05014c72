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
use seatrial_helm::{Chance, Origins};
use seatrial_model::{Finding, Level, Manifest, Node, NodeState, Sources};

use crate::objects::flux_object::is_suspended;
use crate::objects::flux_object::{holds_variable, items, spec};
use crate::objects::found::Objects;

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

/// Renders a set, with what is random of `chance`.
pub(crate) fn expand(set: &Manifest, objects: &Objects, sources: &Arc<Sources>, chance: Chance) -> Expanded {
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
        chance,
        origins,
        templates: functions::templates(),
        printer: template::printer(),
        budget: Budget { bytes: MOST_BYTES, ..Budget::default() },
        made: made::Made::default(),
        step: 0,
        findings: Vec::new(),
    };
    rendering.all(&inputs.sets);
    let Rendering { made, mut findings, .. } = rendering;
    let has_failed = findings.iter().any(|finding| finding.level == Level::Error);
    let is_known = !spec(set, &["inputs"]).is_some_and(holds_variable);
    if has_failed && !is_known {
        findings.iter_mut().for_each(|finding| finding.level = Level::Note);
    }
    let state = match inputs.unknown {
        _ if has_failed && !is_known => {
            NodeState::Unknown("its inputs hold values that only the cluster knows".to_owned())
        }
        _ if has_failed => NodeState::NotFollowed("its templates fail".to_owned()),
        Some(why) => NodeState::Unknown(why),
        None => NodeState::Rendered,
    };
    // flux-operator applies all of a set, or nothing.
    let manifests = if has_failed { Vec::new() } else { made.into_manifests() };
    Expanded { state, manifests, findings }
}

/// A set that is being rendered.
struct Rendering<'a> {
    set: &'a Manifest,
    objects: &'a Objects,
    sources: &'a Arc<Sources>,
    chance: Chance,
    origins: Origins,
    /// Without any template, to begin with.
    templates: Templates,
    /// Prints an object as YAML.
    printer: Templates,
    /// Of all templates together.
    budget: Budget<'a>,
    made: made::Made,
    /// The step that is rendered; before all steps, that which is in none.
    step: usize,
    findings: Vec<Finding>,
}

impl Rendering<'_> {
    /// All templates over all input sets, step by step: those that are objects first, as they go before those of a text.
    fn all(&mut self, inputs: &[inputs::InputSet]) {
        let whole = self.set.node.get("spec").into_iter();
        let steps = items(self.set, &["steps"]);
        if let Some(other) = ["resources", "resourcesTemplate"].iter().find_map(|name| spec(self.set, &[name]))
            && !steps.is_empty()
        {
            let message = "a ResourceSet with `steps` has its resources in them alone";
            self.wrong(Finding::new(crate::objects::ids::RESOURCE_SET, other.span(), message));
        }
        for (number, step) in whole.chain(steps).enumerate() {
            self.step = number;
            for node in step.get("resources").map(Node::items).unwrap_or_default() {
                let template = template::of_object(node, self);
                self.render(template, inputs);
            }
            if let Some(node) = step.get("resourcesTemplate").filter(|node| !node.is_null()) {
                let template = template::of_text(node, self);
                self.render(template, inputs);
            }
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
