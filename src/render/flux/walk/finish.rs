//! What is said when all is found: of the releases, and of what objects refer to.

use seatrial_model::{Graph, GraphNode, NodeState, Rendered};

use super::{Walk, Walked, told, unseen};
use crate::checks::dependencies;
use crate::checks::markers;
use crate::checks::owners;
use crate::checks::references::{self, Known};
use crate::image_policy;
use crate::objects::flux_object::FluxKind;
use crate::release::{self, Release};
use crate::resource_sets::input_provider;

impl Walk<'_> {
    /// Judges what was found, and gives it all back.
    pub(super) fn finish(mut self) -> Walked {
        let of_releases = self.releases.findings();
        self.findings.extend(of_releases);
        // Charts bring workloads, not what Flux's own objects refer to. What a suspended one brought once is in the cluster still.
        let mut seen = self.nodes.iter().filter(|node| FluxKind::of(&node.id) != Some(FluxKind::HelmRelease));
        let may_hide = |node: &GraphNode| node.is_gap() || node.state == NodeState::Suspended;
        let is_complete = !self.is_partial && self.needed.is_empty() && !seen.any(may_hide);
        let repositories = &self.cluster.repositories;
        let around = release::Surroundings::new(&self.objects, repositories, self.bootstrap.as_ref());
        let releases = release::read_all(&around, is_complete, &self.releases.read(), self.releases.spent);
        let brings_unseen = |release: &Release| release.may_bring_sources() && !self.releases.is_rendered(&release.id);
        let is_complete = is_complete && !releases.all.iter().any(brings_unseen);
        let is_hidden = self.is_partial || !self.needed.is_empty() || self.nodes.iter().any(unseen::hides_sources);
        unseen::sources_may_be_there(&mut self.findings, is_hidden);
        self.releases.note(&mut self.nodes, &releases.all);
        self.findings.extend(releases.findings);
        self.needed.extend(releases.needed);
        let graph = Graph { nodes: self.nodes };
        self.findings.extend(dependencies::check(&graph, &self.objects, is_complete));
        self.findings.extend(owners::check(&self.objects));
        let known = Known {
            objects: &self.objects,
            repositories,
            bootstrap: self.bootstrap.as_ref(),
            artifacts: &self.artifacts,
            releases: &releases.all,
            is_complete,
        };
        self.findings.extend(references::check(&known));
        self.findings.extend(markers::check(&known));
        self.findings.extend(self.objects.all().iter().flat_map(image_policy::wrong_with));
        self.findings.extend(self.objects.all().iter().flat_map(input_provider::wrong_with));
        told::all_here(&mut self.findings, &self.objects, repositories);
        unseen::name_each_once(&mut self.findings);
        let manifests = self.objects.into_all();
        let rendered = Rendered { manifests, findings: self.findings, graph: Some(graph), needed: self.needed };
        Walked { rendered, releases: releases.all }
    }
}
