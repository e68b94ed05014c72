//! ResourceSets: what they make is walked like all else.

use seatrial_kustomize::BUDGET_EXCEEDED;
use seatrial_model::{Finding, Manifest, ObjectId};

use super::build::owners_of;
use super::{Walk, node_of};
use crate::objects::flux_object::FluxKind;
use crate::resource_sets::expansion::{self, is_all_there};

/// Sets that are rendered at most.
const MOST_SETS: usize = 2_000;

/// Sets that make sets, below each other.
const DEEPEST: usize = 10;

/// A ResourceSet that is to be rendered.
#[derive(Clone, Debug)]
pub(super) struct PendingSet {
    pub(super) manifest: Manifest,
    pub(super) owner: Option<ObjectId>,
    /// The directories of those that led here.
    pub(super) above: Vec<String>,
}

impl Walk<'_> {
    /// Renders the sets whose inputs were found; one of the others, where nothing else is left. Says whether there was one.
    pub(super) fn render_sets(&mut self, is_last: bool) -> bool {
        let mut rendered = false;
        loop {
            let is_ready = |set: &PendingSet| is_last || is_all_there(&set.manifest, &self.objects);
            let Some(at) = self.sets.iter().position(is_ready) else { return rendered };
            let set = self.sets.remove(at);
            self.render_set(&set);
            rendered = true;
            if is_last {
                // What it made may be what others wait for.
                return rendered;
            }
        }
    }

    fn render_set(&mut self, set: &PendingSet) {
        let PendingSet { manifest, owner, above } = set;
        self.sets_rendered += 1;
        let is_set = |owner: &&Manifest| FluxKind::of(&owner.id) == Some(FluxKind::ResourceSet);
        let depth = owners_of(manifest, &self.objects).filter(is_set).count();
        if self.sets_rendered > MOST_SETS || depth >= DEEPEST {
            let message = format!(
                "the walk ends here: a cluster may have {MOST_SETS} ResourceSets, {DEEPEST} of them made by each other"
            );
            self.findings.push(Finding::new(BUDGET_EXCEEDED, manifest.span, message).with_object(&manifest.id));
            self.is_partial = true;
            return;
        }
        let sources = self.cluster.repositories.own.tree().sources();
        let expanded = expansion::expand(manifest, &self.objects, sources, self.cluster.chance);
        self.set_node(node_of(manifest, owner.as_ref(), expanded.state, expanded.manifests.len()));
        self.findings.extend(self.told_at(manifest, expanded.findings));
        self.take(expanded.manifests, Some(&manifest.id), above);
    }
}
