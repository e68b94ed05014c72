//! HelmReleases, as helm-controller reads them: name, namespaces, chart and values, and what Helm makes of those.

mod chart;
mod collisions;
mod compose;
mod made;
mod name;
mod packed;
mod post_rendered;
mod rendered;
mod text;
mod values;

use std::collections::HashSet;

use rayon::prelude::*;
use seatrial_model::{Finding, Level, Manifest, Needed, NeededKind, Node, NodeState, ObjectId, tell_once};

use crate::flux_object::{FluxKind, has_variable, namespace, text as text_of};
use crate::ids;
use crate::objects::Objects;
use crate::sources::{Bootstrap, Repositories};
use crate::unit::is_suspended;

pub use chart::{ChartPlace, ChartReference};
pub(crate) use made::Made;
pub(crate) use rendered::{Charts, Outcome, Rendering};

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

/// Reads all HelmReleases. Where something of the environment is not seen, it may hold what is missing: then that is not an error.
pub(crate) fn read_all(around: &Surroundings<'_>, is_complete: bool) -> Releases {
    let manifests: Vec<&Manifest> = unique(around.objects);
    let read: Vec<(Release, Vec<Finding>)> = affordable(manifests.iter().copied(), around)
        .into_par_iter()
        .map(|(manifest, is_affordable)| read(manifest, around, is_complete, is_affordable))
        .collect();
    let mut releases = Releases::default();
    for (release, findings) in read {
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

/// Reads the HelmReleases that are not known yet, are not suspended, and whose chart is here. What is wrong with them is said at the end.
pub(crate) fn read_local<'a>(
    around: &Surroundings<'a>,
    is_known: &(dyn Fn(&ObjectId) -> bool + Sync),
) -> Vec<(&'a Manifest, Release)> {
    let new = unique(around.objects).into_iter().filter(|manifest| !is_suspended(manifest) && !is_known(&manifest.id));
    let is_here = |manifest: &&Manifest| {
        let chart = chart::of(manifest, around, false, &mut Vec::new());
        chart.is_some_and(|chart| matches!(chart.place, ChartPlace::Directory(_) | ChartPlace::Archive(_)))
    };
    let read = affordable(new.filter(is_here), around).into_par_iter();
    read.map(|(manifest, is_affordable)| (manifest, self::read(manifest, around, false, is_affordable).0)).collect()
}

/// With each release, whether its values and those of the releases before it are few enough to be read.
fn affordable<'a>(
    manifests: impl Iterator<Item = &'a Manifest>,
    around: &Surroundings<'_>,
) -> Vec<(&'a Manifest, bool)> {
    let mut spent = 0;
    let each = manifests.map(|manifest| {
        spent += values::cost(manifest, around);
        (manifest, spent <= MOST_READ)
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
    around: &Surroundings<'_>,
    is_complete: bool,
    is_affordable: bool,
) -> (Release, Vec<Finding>) {
    let mut findings = Vec::new();
    let chart = chart::of(manifest, around, is_complete, &mut findings);
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
    (release, findings)
}

impl Release {
    /// What is needed to render it, and is not here.
    fn needed(&self) -> Option<Needed> {
        let chart = self.chart.as_ref()?;
        let ChartPlace::Elsewhere(url) = &chart.place else { return None };
        Some(Needed {
            kind: NeededKind::Chart,
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
            ChartPlace::Directory(_) | ChartPlace::Archive(_) => {
                NodeState::NotFollowed("its chart was not rendered".to_owned())
            }
            ChartPlace::Elsewhere(_) => NodeState::NotFetched("its chart is not here".to_owned()),
            ChartPlace::Unknown(why) => NodeState::Unknown(why.clone()),
            ChartPlace::Missing => NodeState::Missing,
        }
    }

    /// Chart and version: `podinfo 6.5.*`.
    pub(crate) fn from(&self) -> Option<String> {
        let chart = self.chart.as_ref()?;
        Some(if chart.version.is_empty() { chart.name.clone() } else { format!("{} {}", chart.name, chart.version) })
    }
}
