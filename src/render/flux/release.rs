//! HelmReleases, as helm-controller reads them: name, namespaces, chart and values, and what Helm makes of those.

mod chart;
mod chart_reference;
mod collisions;
mod compose;
mod defaults;
mod made;
mod name;
mod packed;
mod policy;
mod post_rendered;
mod rendered;
mod text;
mod values;
mod version;

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use seatrial_model::{Finding, Level, Manifest, Needed, NeededKind, Node, NodeState, ObjectId, tell_once};

use crate::objects::flux_object::is_suspended;
use crate::objects::flux_object::{FluxKind, has_variable, namespace, text as text_of};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::sources::repositories::{Bootstrap, Repositories};

pub use chart_reference::{ChartPlace, ChartReference};
pub(crate) use made::Made;
pub(crate) use rendered::{Outcome, Rendering, asked_too_early};
pub(crate) use values::own_places;

/// A release that helm-controller would make.
#[derive(Clone, Debug)]
pub struct Release {
    /// The HelmRelease.
    pub id: ObjectId,
    /// The name under which Helm knows it.
    pub name: String,
    /// The namespace that it is installed into.
    pub namespace: String,
    /// The namespace that Helm's own records lie in.
    pub storage_namespace: String,
    /// Whether it is left as it is.
    pub is_suspended: bool,
    /// Its chart; `None` where it does not say which.
    pub chart: Option<ChartReference>,
    /// Its values, as far as they are known; where one is not, a text with `${…}` stands in its place.
    pub values: Node,
    /// Whether there may be values of which nothing is known.
    pub has_unknown_values: bool,
}

/// Bytes of values that are read for all releases of an environment.
const MOST_READ: usize = 32 << 20;

/// All releases, and what is to be said of them.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    pub(crate) all: Vec<Release>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
}

/// What releases are read with.
pub(crate) struct Surroundings<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) repositories: &'a Repositories,
    pub(crate) bootstrap: Option<&'a Bootstrap>,
    made: Made<'a>,
    /// Kinds and namespaces of objects whose names are not known.
    unnamed: HashSet<(&'a str, &'a str)>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn new(
        objects: &'a Objects,
        repositories: &'a Repositories,
        bootstrap: Option<&'a Bootstrap>,
    ) -> Surroundings<'a> {
        let unnamed = objects.all().iter().filter(|manifest| has_variable(&manifest.id.name));
        let unnamed = unnamed.map(|manifest| (manifest.id.kind.as_str(), namespace(manifest))).collect();
        Surroundings { objects, repositories, bootstrap, made: Made::of(objects), unnamed }
    }

    /// Whether there is an object, of that kind and in that namespace, whose name is not known: it may be this one.
    fn may_be_there(&self, id: &ObjectId) -> bool {
        self.unnamed.contains(&(id.kind.as_str(), id.namespace.as_deref().unwrap_or_default()))
    }
}

/// A HelmRelease that was read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) release: Release,
    findings: Vec<Finding>,
    /// Objects with values that were not found.
    lacking: Vec<ObjectId>,
}

/// How many bytes of values were read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent(usize);

/// Reads all HelmReleases, but for those that were read. Where something of the environment is not seen, it may hold what is missing: then that
/// is not an error.
pub(crate) fn read_all(
    around: &Surroundings<'_>,
    is_complete: bool,
    known: &HashMap<&ObjectId, &Read>,
    mut spent: Spent,
) -> Releases {
    let manifests: Vec<&Manifest> = unique(around.objects);
    // What somebody brought after it was read may change its values.
    let is_lacking = |read: &Read| read.lacking.iter().any(|id| around.objects.get(id).is_some());
    let read_before = |manifest: &Manifest| known.get(&manifest.id).copied().filter(|read| !is_lacking(read));
    let (old, new): (Vec<&Manifest>, Vec<&Manifest>) =
        manifests.iter().partition(|manifest| read_before(manifest).is_some());
    let mut each: HashMap<&ObjectId, Read> = affordable(new.into_iter(), around, &mut spent)
        .into_par_iter()
        .map(|(manifest, is_affordable)| {
            let mut findings = Vec::new();
            let chart = chart::of(manifest, around, is_complete, &mut findings);
            (&manifest.id, read(manifest, chart, findings, around, is_affordable))
        })
        .collect();
    each.extend(old.into_iter().filter_map(|manifest| Some((&manifest.id, read_before(manifest)?.clone()))));
    let mut releases = Releases::default();
    for Read { release, findings, .. } in manifests.iter().filter_map(|manifest| each.remove(&manifest.id)) {
        releases.findings.extend(findings);
        if !release.is_suspended {
            releases.needed.extend(release.needed());
        }
        releases.all.push(release);
    }
    // A ConfigMap that many releases read is wrong once.
    tell_once(&mut releases.findings);
    if releases.all.iter().any(Release::may_bring_sources) {
        let missing = releases.findings.iter_mut().filter(|finding| finding.rule == ids::MISSING_SOURCE);
        missing.for_each(|finding| finding.level = Level::Note);
    }
    releases.findings.extend(collisions::check(&manifests, &releases.all, around.objects));
    releases
}

/// Reads the HelmReleases of some whose chart is here, and takes them out; the others stay. Those with values that others may bring stay, too,
/// as long as there are some without. What is wrong with them is said at the end.
pub(crate) fn read_local<'a>(
    around: &Surroundings<'a>,
    found: &mut Vec<ObjectId>,
    spent: &mut Spent,
) -> Vec<(&'a Manifest, Read)> {
    let local = |id: &ObjectId| {
        let manifest = around.objects.get(id).filter(|manifest| !is_suspended(manifest))?;
        let chart = chart::of(manifest, around, false, &mut Vec::new())?;
        let is_here = chart.place.is_here();
        is_here.then_some((manifest, chart))
    };
    let local: Vec<(&Manifest, ChartReference)> = found.iter().filter_map(local).collect();
    let (waiting, ready): (Vec<_>, Vec<_>) =
        local.into_iter().partition(|(manifest, _)| values::are_awaited(manifest, around));
    let taken = if ready.is_empty() { waiting } else { ready };
    let ids: HashSet<&ObjectId> = taken.iter().map(|(manifest, _)| &manifest.id).collect();
    found.retain(|id| !ids.contains(id));
    let costs = affordable(taken.iter().map(|(manifest, _)| *manifest), around, spent);
    let each = taken.into_par_iter().zip(costs);
    each.map(|((manifest, chart), (_, is_affordable))| {
        (manifest, read(manifest, Some(chart), Vec::new(), around, is_affordable))
    })
    .collect()
}

/// With each release, whether its values and those of the releases before it are few enough to be read.
fn affordable<'a>(
    manifests: impl Iterator<Item = &'a Manifest>,
    around: &Surroundings<'_>,
    spent: &mut Spent,
) -> Vec<(&'a Manifest, bool)> {
    let each = manifests.map(|manifest| {
        spent.0 += values::cost(manifest, around);
        (manifest, spent.0 <= MOST_READ)
    });
    each.collect()
}

fn unique(objects: &Objects) -> Vec<&Manifest> {
    let mut known = HashSet::new();
    let all = objects.all().iter().filter(|manifest| FluxKind::of(&manifest.id) == Some(FluxKind::HelmRelease));
    all.filter(|manifest| known.insert(&manifest.id)).collect()
}

fn read(
    manifest: &Manifest,
    chart: Option<ChartReference>,
    mut findings: Vec<Finding>,
    around: &Surroundings<'_>,
    is_affordable: bool,
) -> Read {
    let values = match is_affordable {
        true => values::of(manifest, around, &mut findings),
        false => values::too_many(manifest, &mut findings),
    };
    for finding in &mut findings {
        if is_suspended(manifest) {
            finding.level = Level::Note;
        }
        finding.object.get_or_insert_with(|| manifest.id.clone());
    }
    let own = namespace(manifest);
    let release = Release {
        id: manifest.id.clone(),
        name: name::of(manifest),
        namespace: text_of(manifest, &["targetNamespace"]).unwrap_or(own).to_owned(),
        storage_namespace: text_of(manifest, &["storageNamespace"]).unwrap_or(own).to_owned(),
        is_suspended: is_suspended(manifest),
        chart,
        values: values.values,
        has_unknown_values: values.has_unknown,
    };
    Read { release, findings, lacking: values.lacking }
}

impl Release {
    /// What is needed to render it and may be had.
    fn needed(&self) -> Option<Needed> {
        let chart = self.chart.as_ref().filter(|chart| chart.not_fetched.is_none())?;
        let ChartPlace::Elsewhere(url) = &chart.place else { return None };
        Some(Needed {
            kind: if chart.is_of_a_registry() { NeededKind::Chart } else { NeededKind::Source },
            url: url.clone(),
            version: chart.version.clone(),
            asked_by: Some(self.id.clone()),
            span: chart.span,
        })
    }

    /// Whether it may bring sources of Flux; the others bring workloads.
    pub(crate) fn may_bring_sources(&self) -> bool {
        self.chart.as_ref().is_some_and(|chart| chart.name == "flux2-sync")
    }

    /// What became of it.
    pub(crate) fn state(&self) -> NodeState {
        let Some(chart) = &self.chart else { return NodeState::Missing };
        match &chart.place {
            ChartPlace::Directory(_) | ChartPlace::Archive(_) | ChartPlace::Fetched(_) => {
                NodeState::NotFollowed("its chart was not rendered".to_owned())
            }
            ChartPlace::Elsewhere(_) => match &chart.not_fetched {
                Some(why) => NodeState::NotFetched(format!("its chart was not fetched: {why}")),
                None => NodeState::NotFetched("its chart is not here".to_owned()),
            },
            ChartPlace::Unknown(why) => NodeState::Unknown(why.clone()),
            ChartPlace::Missing => NodeState::Missing,
        }
    }

    /// Chart and version: `podinfo 6.5.*`; with the one that was chosen, where it was fetched: `podinfo 6.5.* (6.5.4)`.
    pub(crate) fn from(&self) -> Option<String> {
        let chart = self.chart.as_ref()?;
        let asked = if chart.version.is_empty() { String::new() } else { format!(" {}", chart.version) };
        let chosen = match &chart.place {
            ChartPlace::Fetched(artifact) if artifact.version != chart.version => format!(" ({})", artifact.version),
            _ => String::new(),
        };
        Some(format!("{}{asked}{chosen}", chart.name))
    }
}
