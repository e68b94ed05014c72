//! What the root of a build takes in before it changes any of it. A controller builds a directory for many clusters, each time with other
//! patches: what they are applied to is gathered once.
//!
//! It is shared when it does not depend on what is added: not when the root asks for `buildMetadata`, as every object notes its way then,
//! not when an `openapi` changes what is known of kinds, and not when it is too much.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, Span};

use crate::accumulator::Accumulator;
use crate::builder::Build;
use crate::directories::Frame;
use crate::kustomization::Kustomization;

/// What tells it from others: the directory, and where somebody names the directories in it who made a kustomization for it.
pub(crate) type Key = (String, Option<Span>);

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    resources: Accumulator,
    findings: Vec<Finding>,
    /// Whether kustomize would have read its own schemas for it.
    built_in_schemas_used: bool,
}

impl Build<'_> {
    /// Takes in all that a kustomization includes and generates by itself, without its components.
    pub(crate) fn gather(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let key = kustomization.gathered_as.as_ref().filter(|_| self.stack.len() == 1 && self.is_like_others());
        let Some(key) = key else { return self.take_in(kustomization, resources) };
        let cache = self.files.cache;
        match cache.gathered(key, || self.gather_for_all(kustomization)) {
            Some(gathered) => {
                *resources = gathered.resources.fork();
                self.findings.extend_from_slice(&gathered.findings);
                self.files.built_in_schemas_used |= gathered.built_in_schemas_used;
            }
            None => self.take_in(kustomization, resources),
        }
    }

    /// Whether a base is here what it is in other builds.
    fn is_like_others(&self) -> bool {
        self.trail.is_none() && !self.files.schemas_are_set
    }

    /// The same for all who build the directory; `None` where each of them has to do it.
    fn gather_for_all(&self, kustomization: &Kustomization) -> Option<Arc<Gathered>> {
        let mut build = Build {
            files: self.files.anew(),
            findings: Vec::new(),
            built: HashMap::new(),
            stack: self.stack.clone(),
            frame: Frame::default(),
            trail: None,
        };
        let mut resources = Accumulator::default();
        build.take_in(kustomization, &mut resources);
        if resources.budget.is_exceeded() || !build.is_like_others() {
            return None;
        }
        let built_in_schemas_used = build.files.built_in_schemas_used;
        Some(Arc::new(Gathered { resources, findings: build.findings, built_in_schemas_used }))
    }
}
