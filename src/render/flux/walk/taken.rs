//! What a walk takes in: objects, and their places in the graph.

use seatrial_model::{GraphNode, Manifest, NodeState, ObjectId};

use super::nodes::{leaf_state, node_of};
use super::sets::PendingSet;
use super::{Pending, Walk};
use crate::objects::flux_object::FluxKind;
use crate::sources::built::Built;

impl Walk<'_> {
    /// Takes objects in, and follows those that are new.
    pub(super) fn take(&mut self, manifests: Vec<Manifest>, owner: Option<&ObjectId>, above: &[String]) {
        let is_instance = |manifest: &&Manifest| {
            matches!(FluxKind::of(&manifest.id), Some(FluxKind::FluxInstance | FluxKind::HelmRelease))
        };
        let instances: Vec<Manifest> = manifests.iter().filter(is_instance).cloned().collect();
        for manifest in manifests {
            let kind = FluxKind::of(&manifest.id);
            let is_new = !self.objects.is_applied(&manifest.id);
            if kind == Some(FluxKind::HelmRelease) && is_new {
                self.releases.find(&manifest.id);
            }
            self.releases.served.add(&manifest);
            match kind {
                Some(FluxKind::Kustomization) if is_new && !self.known.contains_key(&manifest.id) => {
                    self.pending.push(Pending {
                        manifest: manifest.clone(),
                        owner: owner.cloned(),
                        above: above.to_vec(),
                    });
                    // Its place in the graph is where it was found.
                    self.known.insert(manifest.id.clone(), self.nodes.len());
                    self.nodes.push(node_of(&manifest, owner, NodeState::Missing, 0));
                }
                Some(FluxKind::ArtifactGenerator) if is_new => {
                    self.generators.push((manifest.clone(), owner.cloned()));
                    self.set_node(node_of(&manifest, owner, NodeState::Missing, 0));
                }
                Some(FluxKind::ResourceSet) if is_new && manifest.id.kind == "ResourceSet" => {
                    let (manifest, owner) = (manifest.clone(), owner.cloned());
                    self.set_node(node_of(&manifest, owner.as_ref(), NodeState::Missing, 0));
                    self.sets.push(PendingSet { manifest, owner, above: above.to_vec() });
                }
                Some(kind) if kind != FluxKind::Kustomization && is_new => {
                    self.nodes.push(node_of(&manifest, owner, leaf_state(kind, &manifest), 0));
                }
                _ => {}
            }
            self.objects.add(manifest);
        }
        for instance in instances {
            self.follow_instance(&instance, above);
        }
    }

    /// Notes what came of a Kustomization.
    pub(super) fn note(&mut self, manifest: &Manifest, owner: Option<&ObjectId>, built: &Built) {
        self.set_node(node_of(manifest, owner, built.state.clone(), built.manifests.len()));
    }

    /// Puts a node into the graph, in the place that it has.
    pub(super) fn set_node(&mut self, node: GraphNode) {
        match self.known.get(&node.id).and_then(|at| self.nodes.get_mut(*at)) {
            Some(place) => *place = node,
            None => {
                self.known.insert(node.id.clone(), self.nodes.len());
                self.nodes.push(node);
            }
        }
    }
}
