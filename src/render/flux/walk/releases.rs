//! Releases of charts that are here: what they install is walked like all else.
//!
//! A template may ask whether the cluster serves a kind. What any object of the environment defines is there in the end, whoever brings it and
//! in which order; so a release that asked too early is rendered again.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use seatrial_helm::Served;
use seatrial_helm::objects::Asked;
use seatrial_model::{Finding, GraphNode, Manifest, Node, NodeState, ObjectId, ReleasePart, ReleaseRole, tell_once};

use super::{Cluster, Walk};
use crate::release::{self, Outcome, Read, Release, Rendering, Spent, asked_too_early};

/// How often releases are rendered because of what others define: a chart may define what makes another one define more.
const MOST_ROUNDS: usize = 6;

/// The releases of a walk.
#[derive(Debug, Default)]
pub(super) struct Releases {
    /// Found, and not rendered yet.
    found: Vec<ObjectId>,
    rendered: HashMap<ObjectId, Known>,
    /// What the definitions of all objects serve.
    pub(super) served: Served,
    pub(super) spent: Spent,
    findings: Vec<Finding>,
}

/// A release that was rendered.
#[derive(Debug)]
struct Known {
    read: Read,
    state: NodeState,
    /// How many objects it has.
    objects: usize,
    asked: Asked,
    own: BTreeSet<String>,
}

impl Releases {
    /// The releases of a walk of which something was found before.
    pub(super) fn after(served: Served) -> Releases {
        Releases { served, ..Releases::default() }
    }

    pub(super) fn find(&mut self, id: &ObjectId) {
        self.found.push(id.clone());
    }

    pub(super) fn is_rendered(&self, id: &ObjectId) -> bool {
        self.rendered.contains_key(id)
    }

    /// Those that were rendered, as they were read.
    pub(super) fn read(&self) -> HashMap<&ObjectId, &Read> {
        self.rendered.iter().map(|(id, known)| (id, &known.read)).collect()
    }

    /// What is wrong with those that were rendered. What is wrong with a chart is wrong once, however many releases are made of it; one of
    /// them may hang on what is not known, and be no error.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.sort_by_key(|finding| Reverse(finding.level));
        tell_once(&mut findings);
        findings
    }

    /// Whether a release that was rendered before others were found would be another one now.
    pub(super) fn asked_too_early(&self) -> bool {
        self.rendered.values().any(|known| asked_too_early(&known.asked, &known.own, &self.served))
    }

    /// Notes in the graph what became of the releases.
    pub(super) fn note(&self, nodes: &mut [GraphNode], releases: &[Release]) {
        let by_id: HashMap<&ObjectId, &Release> = releases.iter().map(|release| (&release.id, release)).collect();
        for node in nodes {
            let Some(release) = by_id.get(&node.id) else { continue };
            node.from = release.from();
            if node.state == NodeState::Suspended {
                continue;
            }
            match self.rendered.get(&node.id) {
                Some(known) => (node.state, node.objects) = (known.state.clone(), known.objects),
                None => node.state = release.state(),
            }
        }
    }
}

impl Walk<'_> {
    /// Renders the releases that are new and whose chart is here. Says whether there was one.
    pub(super) fn render_releases(&mut self) -> bool {
        if self.releases.found.is_empty() {
            return false;
        }
        let repositories = &self.cluster.repositories;
        let around = release::Surroundings::new(&self.objects, repositories, self.bootstrap.as_ref());
        let new = release::read_local(&around, &mut self.releases.found, &mut self.releases.spent);
        if new.is_empty() {
            return false;
        }
        let rendered = self.rendered(new);
        for (read, outcome) in rendered {
            let id = read.release.id.clone();
            let Some(mut outcome) = outcome else { continue };
            outcome.manifests.retain(|manifest| !self.is_defined_already(manifest));
            let Outcome { state, manifests, asked, own, .. } = outcome;
            self.releases.findings.extend(outcome.findings);
            self.needed.extend(outcome.needed);
            self.releases.rendered.insert(id.clone(), Known { read, state, objects: manifests.len(), asked, own });
            self.take(manifests, Some(&id), &[]);
        }
        true
    }

    /// Whether a definition of `crds/` is there already, and is left as it is: by its policy, or since it is the same.
    fn is_defined_already(&self, manifest: &Manifest) -> bool {
        let Some(ReleasePart { role: ReleaseRole::Definition { is_replaced }, .. }) = manifest.release else {
            return false;
        };
        let there = self.objects.get(&manifest.id).filter(|_| self.objects.is_applied(&manifest.id));
        let spec = |object: &Manifest| object.node.get("spec").map(Node::to_json);
        there.is_some_and(|there| !is_replaced || spec(there) == spec(manifest))
    }

    /// What comes of releases, each as it is once all of them are there.
    fn rendered(&self, new: Vec<(&Manifest, Read)>) -> Vec<(Read, Option<Outcome>)> {
        let own = &self.cluster.repositories.own;
        let view = own.archived("", None);
        let (charts, version, builder, sources) = (own.charts(), self.version, &view.builder, own.tree().sources());
        let Cluster { minor, chance, .. } = *self.cluster;
        let own_places = &release::own_places(&self.objects);
        let mut served = self.releases.served.clone();
        let mut outcomes: Vec<Option<Outcome>> = new.iter().map(|_| None).collect();
        let mut due: Vec<usize> = (0..new.len()).collect();
        for _ in 0..MOST_ROUNDS {
            let versions = served.versions();
            let rendering =
                Rendering { charts, sources, minor, version, chance, builder, served: &versions, own_places };
            let render = |at: usize| {
                let (manifest, read) = new.get(at)?;
                Some((at, rendering.render(&read.release, manifest)?))
            };
            let made: Vec<(usize, Outcome)> = due.into_par_iter().filter_map(render).collect();
            for (at, outcome) in made {
                outcome.manifests.iter().for_each(|manifest| {
                    served.add(manifest);
                });
                if let Some(place) = outcomes.get_mut(at) {
                    *place = Some(outcome);
                }
            }
            let would_differ = |outcome: &Option<Outcome>| outcome.as_ref().is_some_and(|o| o.would_differ(&served));
            due = outcomes.iter().enumerate().filter(|(_, outcome)| would_differ(outcome)).map(|(at, _)| at).collect();
            if due.is_empty() {
                break;
            }
        }
        let rendering = Rendering { charts, sources, minor, version, chance, builder, served: &[], own_places };
        let each = new.into_iter().zip(outcomes).map(|((manifest, read), mut outcome)| {
            if let Some(outcome) = &mut outcome {
                rendering.put_into_namespace(&read.release, manifest, &mut outcome.manifests, &served);
            }
            (read, outcome)
        });
        each.collect()
    }
}
