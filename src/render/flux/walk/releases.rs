//! Releases of charts that are here: what they install is walked like all else.

use std::collections::HashMap;

use rayon::prelude::*;
use seatrial_helm::served_by;
use seatrial_model::{GraphNode, NodeState, ObjectId, tell_once};

use super::Walk;
use crate::release::{self, Outcome, Release, Rendering};

/// What became of the releases that were rendered, and how many objects each has.
pub(super) type Released = HashMap<ObjectId, (NodeState, usize)>;

impl Walk<'_> {
    /// Renders the releases that are new and whose chart is here. Says whether there was one.
    pub(super) fn render_releases(&mut self) -> bool {
        let repositories = &self.cluster.repositories;
        let around = release::Surroundings::new(&self.objects, repositories, self.bootstrap.as_ref());
        let new = release::read_local(&around, &|id| self.released.contains_key(id));
        if new.is_empty() {
            return false;
        }
        let view = repositories.own.archived("", None);
        let (charts, minor, version) = (repositories.own.charts(), self.cluster.minor, self.version);
        let served: Vec<String> = self.objects.all().iter().flat_map(served_by).collect();
        let rendering = Rendering { charts, minor, version, builder: &view.builder, served: &served };
        let rendered: Vec<(Release, Option<Outcome>)> = new
            .into_par_iter()
            .map(|(manifest, release)| {
                let outcome = rendering.render(&release, manifest);
                (release, outcome)
            })
            .collect();
        let mut findings = Vec::new();
        for (release, outcome) in rendered {
            // Each is rendered once, whatever comes of it.
            self.released.insert(release.id.clone(), (release.state(), 0));
            let Some(mut outcome) = outcome else { continue };
            let is_there = |id: &ObjectId| outcome.created_once.contains(id) && self.objects.is_applied(id);
            outcome.manifests.retain(|manifest| !is_there(&manifest.id));
            self.released.insert(release.id.clone(), (outcome.state, outcome.manifests.len()));
            findings.extend(outcome.findings);
            self.needed.extend(outcome.needed);
            self.take(outcome.manifests, Some(&release.id), &[]);
        }
        // What is wrong with a chart is wrong once, however many releases are made of it.
        tell_once(&mut findings);
        self.findings.extend(findings);
        true
    }
}

/// Notes what became of the releases.
pub(super) fn note(nodes: &mut [GraphNode], releases: &[Release], released: &Released) {
    let by_id: HashMap<&ObjectId, &Release> = releases.iter().map(|release| (&release.id, release)).collect();
    for node in nodes {
        let Some(release) = by_id.get(&node.id) else { continue };
        node.from = release.from();
        if node.state == NodeState::Suspended {
            continue;
        }
        match released.get(&node.id) {
            Some((state, objects)) => (node.state, node.objects) = (state.clone(), *objects),
            None => node.state = release.state(),
        }
    }
}
