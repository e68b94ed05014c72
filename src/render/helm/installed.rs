//! What a release puts into a cluster: the objects of a chart with the values that are given to it, each with the lines that a human edits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use seatrial_kubernetes::{Minor, Scope, kinds, scope};
use seatrial_model::{FileId, Finding, Manifest, Needed, Node, ObjectId, Origin, SetBy, Span};
use seatrial_yaml::{Dialect, parse};

use crate::chart::Chart;
use crate::ids;
use crate::lookup::Resources;
use crate::major::Major;
use crate::placed::objects;
use crate::render::{Capabilities, Document, HookEvent, Release, RenderedChart, Request, render};

/// A release that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Install<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// The values that are given to it.
    pub values: &'a Node,
    /// The minor of the cluster.
    pub minor: Minor,
    /// Whether it is there already.
    pub is_upgrade: bool,
    /// What the cluster serves beside what its minor does and what the chart brings: `example.com/v1`, `example.com/v1/Fish`.
    pub served: &'a [String],
}

/// What is known of the world that a release is made in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting<'a> {
    /// The version of Helm that makes it.
    pub helm: Major,
    /// What `lookup` finds; nothing is looked up without it.
    pub lookup: Option<&'a Resources>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// The objects, in the order in which they are applied: those in `crds/` first. Hooks that are made then are among them, tests are not.
    pub manifests: Vec<Manifest>,
    /// Which of them lie in `crds/`: they are installed once, and never changed.
    pub crds: Vec<ObjectId>,
    /// Whether Helm would have stopped.
    pub has_failed: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Charts that it depends on and that are not here.
    pub needed: Vec<Needed>,
}

impl Install<'_> {
    /// Renders a chart for the release.
    #[must_use]
    pub fn render(&self, chart: &Arc<Chart>) -> Installed {
        self.render_in(&Setting::default(), chart)
    }

    /// Renders a chart for the release, where more is known of the world.
    #[must_use]
    pub fn render_in(&self, setting: &Setting<'_>, chart: &Arc<Chart>) -> Installed {
        let crds = Crds::of(chart);
        let further: Vec<String> = crds.served().chain(self.served.iter().cloned()).collect();
        let capabilities = capabilities(self.minor, setting.helm).with_api_versions(&further);
        let release = Release {
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            is_upgrade: self.is_upgrade,
            revision: 1,
        };
        let by = SetBy::Values("values");
        let request = Request::new(&release, self.values, &by, &capabilities);
        let request = Request { lookup: setting.lookup, ..request };
        let rendered = render(chart, &request);
        let mut installed = placed(&rendered, chart.start(), is_installed);
        if installed.has_failed {
            return installed;
        }
        let (crds, wrong) = crds.of_release(&rendered);
        installed.findings.extend(wrong);
        installed.crds = crds.iter().map(|crd| crd.id.clone()).collect();
        installed.manifests.splice(0..0, crds);
        installed
    }

    /// Puts the objects that have no namespace of their own into that of the release, as a client does it; `place` is where it is said.
    pub fn into_namespace(&self, manifests: &mut [Manifest], place: Span) {
        for manifest in manifests.iter_mut().filter(|manifest| manifest.id.namespace.is_none()) {
            // Of a kind that nobody knows, nobody knows where it lives.
            if scope(self.minor, &manifest.id.group, &manifest.id.kind) != Some(Scope::Namespaced) {
                continue;
            }
            manifest.id.namespace = Some(self.namespace.to_owned());
            if let Some(metadata) = manifest.node.get_mut("metadata") {
                metadata.set("namespace", Node::string(self.namespace, Origin::from(place)));
            }
        }
    }
}

/// The objects of a render, those of the documents that are wanted, and all that is wrong.
#[must_use]
pub fn placed(rendered: &RenderedChart, chart: Span, is_wanted: impl Fn(&Document) -> bool) -> Installed {
    let mut installed = Installed {
        has_failed: rendered.failure.is_some(),
        findings: rendered.findings.clone(),
        needed: rendered.needed.clone(),
        ..Installed::default()
    };
    installed.findings.extend(changing(rendered, chart, &is_wanted));
    for document in rendered.documents.iter().filter(|document| is_wanted(document)) {
        let (manifests, findings) = objects(document, rendered, chart);
        installed.manifests.extend(manifests);
        installed.findings.extend(findings);
    }
    installed
}

/// The values that Helm makes anew with each render, but for those of templates of which nothing is wanted, as tests.
pub(crate) fn changing(rendered: &RenderedChart, chart: Span, is_wanted: &dyn Fn(&Document) -> bool) -> Vec<Finding> {
    let sources = |wanted: bool| -> HashSet<u32> {
        let documents = rendered.documents.iter().filter(|document| is_wanted(document) == wanted);
        let pieces = documents.flat_map(|document| document.text.pieces());
        pieces.filter_map(|piece| Some(piece.place?.source)).collect()
    };
    let (wanted, others) = (sources(true), sources(false));
    let is_left_out = |source: u32| others.contains(&source) && !wanted.contains(&source);
    let all = rendered.changing.iter().filter(|changing| !changing.place.is_some_and(|p| is_left_out(p.source)));
    let told = all.map(|changing| {
        let place = changing.place.and_then(|place| rendered.span(place)).unwrap_or(chart);
        let message = format!("`{}` gives another value with each render", changing.function);
        Finding::new(ids::CHANGING_VALUE, place, message)
    });
    told.collect()
}

/// Whether a document is applied when the release is installed or upgraded.
fn is_installed(document: &Document) -> bool {
    use HookEvent::{PostInstall, PostUpgrade, PreInstall, PreUpgrade};
    document.hook().is_none_or(|hook| {
        let is_made = |event: &HookEvent| matches!(event, PreInstall | PostInstall | PreUpgrade | PostUpgrade);
        hook.is_known && hook.events.iter().any(is_made)
    })
}

/// The objects in `crds/` of a chart and of those within it, switched on or not, by their files.
#[derive(Default)]
struct Crds(HashMap<FileId, (Vec<Manifest>, Vec<Finding>)>);

impl Crds {
    fn of(chart: &Chart) -> Crds {
        let mut crds = Crds::default();
        crds.take(chart);
        crds
    }

    fn take(&mut self, chart: &Chart) {
        for file in chart.crds().filter_map(|file| file.text().ok()) {
            let parsed = parse(&file, Dialect::Kubectl);
            let (manifests, wrong) = seatrial_manifests::objects(parsed.documents);
            let findings = parsed.findings.into_iter().chain(wrong).collect();
            self.0.insert(file.id(), (manifests, findings));
        }
        chart.subcharts.iter().for_each(|subchart| self.take(subchart));
    }

    fn served(&self) -> impl Iterator<Item = String> {
        self.0.values().flat_map(|(manifests, _)| manifests).flat_map(served_by)
    }

    /// Those that a release brings, in Helm's order.
    fn of_release(mut self, rendered: &RenderedChart) -> (Vec<Manifest>, Vec<Finding>) {
        let (mut all, mut findings) = (Vec::new(), Vec::new());
        for file in rendered.crds.iter().filter_map(|crd| crd.file.text().ok()) {
            let (manifests, wrong) = self.0.remove(&file.id()).unwrap_or_default();
            all.extend(manifests);
            findings.extend(wrong);
        }
        (all, findings)
    }
}

/// What a cluster serves once it has a custom resource definition; nothing for any other object.
#[must_use]
pub fn served_by(crd: &Manifest) -> Vec<String> {
    if crd.id.kind != "CustomResourceDefinition" {
        return Vec::new();
    }
    let text = |path: &[&str]| crd.node.at(path).and_then(Node::scalar_text).unwrap_or_default();
    let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
    let versions = crd.node.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
    let names = versions.iter().filter_map(|version| version.get("name").and_then(Node::scalar_text));
    names.flat_map(|version| [format!("{group}/{version}"), format!("{group}/{version}/{kind}")]).collect()
}

/// What a cluster of a minor serves.
fn capabilities(minor: Minor, helm: Major) -> Capabilities {
    let mut served = Vec::new();
    for kind in kinds(minor) {
        let version = kind.api_version();
        if served.last().is_none_or(|last: &String| !last.starts_with(&format!("{version}/"))) {
            served.push(version.clone());
        }
        served.push(format!("{version}/{}", kind.kind));
    }
    Capabilities { kube_version: format!("v{minor}.0"), api_versions: served.into(), helm }
}
