//! What controllers make in the cluster, and where the walk goes on from there: Azure's extension, flux-operator, source-watcher, and the
//! bootstrap that is not in Git.

use seatrial_model::{GraphNode, Manifest, NodeState, ObjectId};

use super::{Pending, Walk, node_of, path_of};
use crate::objects::azure::{Azure, Configuration};
use crate::objects::flux_object::text;
use crate::objects::implied;
use crate::sources::artifacts::{self, copied_from, sources_of};
use crate::sources::repositories::{Bootstrap, source_of};

impl Walk<'_> {
    /// What Azure's extension makes in the cluster.
    pub(super) fn begin_with_azure(&mut self, azure: Azure) {
        self.is_partial |= !azure.findings.is_empty();
        self.findings.extend(azure.findings);
        let repositories = &self.cluster.repositories;
        let is_here = |path: &Manifest| repositories.own.tree().exists(&path_of(path));
        for configuration in azure.configurations {
            let Configuration { source, kustomizations } = configuration;
            let url = text(&source, &["url"]);
            let is_own = repositories.is_own(url).unwrap_or_else(|| kustomizations.iter().any(is_here));
            if is_own
                && self.bootstrap.is_none()
                && source.id.kind == "GitRepository"
                && !repositories.is_mapped(&source.id)
            {
                self.bootstrap = Some(Bootstrap::of(&source));
            }
            self.set_node(node_of(&source, None, NodeState::Leaf, 0));
            self.objects.imply(source);
            for kustomization in kustomizations {
                self.follow(kustomization, None, &[]);
            }
        }
    }

    /// Follows a Kustomization that a controller makes.
    fn follow(&mut self, kustomization: Manifest, owner: Option<&ObjectId>, above: &[String]) {
        if !self.known.contains_key(&kustomization.id) {
            self.set_node(node_of(&kustomization, owner, NodeState::Missing, 0));
            let (manifest, owner, above) = (kustomization.clone(), owner.cloned(), above.to_vec());
            self.pending.push(Pending { manifest, owner, above });
        }
        self.objects.imply(kustomization);
    }

    /// What flux-operator makes of a FluxInstance: the root that it names, unless that is what contains it.
    pub(super) fn follow_instance(&mut self, instance: &Manifest, above: &[String]) {
        let Some((source, kustomization)) = implied::of_instance(instance) else { return };
        if self.bootstrap.is_none() {
            self.bootstrap = Some(Bootstrap::of(&source));
        }
        let is_above = above.contains(&path_of(&kustomization));
        self.objects.imply(source);
        if is_above || self.objects.is_applied(&kustomization.id) {
            self.objects.imply(kustomization);
        } else {
            self.follow(kustomization, Some(&instance.id), above);
        }
    }

    /// Makes the artifacts of the generators whose sources were found; of all, where nothing else is left. Says whether there was one.
    pub(super) fn expand(&mut self, is_last: bool) -> bool {
        let mut expanded = false;
        loop {
            let is_ready =
                |(generator, _): &(Manifest, _)| is_last || sources_of(generator).all(|id| self.is_known(&id));
            let Some(at) = self.generators.iter().position(is_ready) else { return expanded };
            let (generator, owner) = self.generators.remove(at);
            let made = artifacts::expand(&generator, &self.surroundings(&self.objects));
            self.set_node(node_of(&generator, owner.as_ref(), made.state, made.made.len()));
            self.findings.extend(made.findings);
            self.needed.extend(made.needed);
            self.artifacts.has_more |= made.has_more;
            self.is_partial |= made.has_more;
            for made in made.made {
                let state = made.view.as_ref().err().cloned().unwrap_or(NodeState::Leaf);
                let node = node_of(&made.manifest, Some(&generator.id), state, 0);
                self.set_node(GraphNode { from: Some(made.from.clone()), ..node });
                self.artifacts.add(&made);
                self.objects.imply(made.manifest);
            }
            expanded = true;
            if is_last {
                // What it made may be what others wait for.
                return expanded;
            }
        }
    }

    /// The source that the bootstrap makes need not lie in Git (AKS makes it, or Terraform): the first one that nobody defines, and whose
    /// Kustomization has a path here, is this repository.
    pub(super) fn guess_the_bootstrap(&mut self, waiting: &[Pending]) -> bool {
        if self.bootstrap.is_some() {
            return false;
        }
        let tree = self.cluster.repositories.own.tree();
        let is_mapped = |id: &ObjectId| self.cluster.repositories.is_mapped(id);
        let may_be = |id: &ObjectId| id.kind != "ExternalArtifact" && self.objects.get(id).is_none() && !is_mapped(id);
        let built = waiting.iter().filter_map(|pending| {
            let manifest = &pending.manifest;
            let id = source_of(manifest)?;
            Some((id, vec![path_of(manifest)]))
        });
        let copied = self.generators.iter().flat_map(|(generator, _)| {
            sources_of(generator).map(move |id| {
                let paths = copied_from(generator, &id);
                (id, paths)
            })
        });
        let undefined = built
            .chain(copied)
            .find_map(|(id, paths)| (may_be(&id) && paths.iter().any(|path| tree.exists(path))).then_some(id));
        self.bootstrap = undefined.map(Bootstrap::named);
        self.bootstrap.is_some()
    }
}
