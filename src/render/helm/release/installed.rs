//! What a release puts into a cluster: the objects of a chart with the values that are given to it, each with the lines that a human edits.

use std::sync::Arc;

use seatrial_kubernetes::{Minor, Scope, kinds, scope};
use seatrial_model::{
    Finding, Hook, HookEvent, Manifest, Needed, Node, ObjectId, Origin, ReleaseName, ReleasePart, ReleaseRole, SetBy,
    Span,
};

use crate::chart::Chart;
use crate::cluster::chance::Chance;
use crate::cluster::lookup::Resources;
use crate::cluster::role::role_of;
use crate::cluster::served::Served;
use crate::major::Major;
use crate::objects::Asked;
use crate::release::changing::changing;
use crate::release::placed::{named_objects, objects};
use crate::render::{Capabilities, Document, Release, RenderedChart, Request, render};

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
    /// Whether values are not held against the schemas of charts.
    pub skips_schemas: bool,
    /// Of what it makes what is random, and when.
    pub chance: Chance,
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
    /// Whether the chart itself did, by `fail` or `required`.
    pub has_refused: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Charts that it depends on and that are not here.
    pub needed: Vec<Needed>,
    /// What its templates asked whether the cluster serves it.
    pub asked: Asked,
}

/// What changes the objects of a chart, and says what is wrong with them.
pub type Change<'a> = dyn Fn(Vec<Manifest>, &mut Vec<Finding>) -> Vec<Manifest> + 'a;

/// What a controller decides of a release.
pub struct Steering<'a> {
    /// What is known of the world.
    pub setting: Setting<'a>,
    /// Default values that take the place of the chart's own.
    pub defaults: Option<&'a Node>,
    /// Whether a hook is made.
    pub makes: &'a dyn Fn(&Hook) -> bool,
    /// Changes the objects of the templates, hooks and tests among them, before they are made.
    pub change: &'a Change<'a>,
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
        let change = |all, _: &mut Vec<Finding>| all;
        let steering = Steering { setting: *setting, defaults: None, makes: &is_installed, change: &change };
        self.render_with(&steering, chart)
    }

    /// The same, as a controller steers it.
    #[must_use]
    pub fn render_with(&self, steering: &Steering<'_>, chart: &Arc<Chart>) -> Installed {
        let capabilities = capabilities(self.minor, steering.setting.helm).with_api_versions(self.served);
        let release = Release {
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            is_upgrade: self.is_upgrade,
            revision: 1,
        };
        let by = SetBy::Values("values");
        let request = Request {
            lookup: steering.setting.lookup,
            checks_schemas: !steering.setting.skips_schemas,
            sees_own_definitions: true,
            defaults: steering.defaults,
            seed: steering.setting.chance.seed,
            now: steering.setting.chance.now,
            ..Request::new(&release, self.values, &by, &capabilities)
        };
        let rendered = render(chart, &request);
        let is_made = |document: &Document| document.hook().is_none_or(steering.makes);
        let (mut installed, all) = collected(&rendered, chart.start(), &is_made);
        if installed.has_failed {
            return installed;
        }
        let name = Arc::new(ReleaseName { name: release.name, namespace: release.namespace });
        let part = |role| ReleasePart { release: Arc::clone(&name), role };
        for mut crd in definitions(&rendered, &mut installed.findings) {
            installed.crds.push(crd.id.clone());
            crd.release = Some(part(ReleaseRole::Definition { is_replaced: false }));
            installed.manifests.push(crd);
        }
        for mut manifest in (steering.change)(all, &mut installed.findings) {
            // What changes it may make a hook of it.
            let role = role_of(&manifest.node);
            if matches!(&role, ReleaseRole::Hook(hook) if !(steering.makes)(hook)) {
                continue;
            }
            manifest.release = Some(part(role));
            installed.manifests.push(manifest);
        }
        let doubled = self.doubled(&installed.manifests);
        installed.findings.extend(doubled);
        installed
    }

    /// Puts the objects that have no namespace of their own into that of the release, as a client does it; `place` is where it is said.
    pub fn into_namespace(&self, manifests: &mut [Manifest], place: Span) {
        self.into_namespace_among(manifests, place, &Served::default());
    }

    /// The same, where definitions say of some kinds whether they live in namespaces.
    pub fn into_namespace_among(&self, manifests: &mut [Manifest], place: Span, defined: &Served) {
        for manifest in manifests.iter_mut().filter(|manifest| manifest.id.namespace.is_none()) {
            let (group, kind) = (&manifest.id.group, &manifest.id.kind);
            let scope = scope(self.minor, group, kind).or_else(|| defined.scope(group, kind));
            // Of a kind that nobody knows, nobody knows where it lives.
            if scope != Some(Scope::Namespaced) {
                continue;
            }
            manifest.id.namespace = Some(self.namespace.to_owned());
            if let Some(metadata) = manifest.node.get_mut("metadata") {
                metadata.set("namespace", Node::string(self.namespace, Origin::from(place)));
            }
        }
    }
}

/// The objects of a render, and all that is wrong with them.
#[must_use]
pub fn placed(rendered: &RenderedChart, chart: Span) -> Installed {
    with_objects(rendered, chart, objects)
}

/// The same for whoever looks at the findings and masks what is secret: only the names of the objects have their places, which take long to
/// find.
#[must_use]
pub fn named(rendered: &RenderedChart, chart: Span) -> Installed {
    with_objects(rendered, chart, named_objects)
}

/// What makes objects of a document, and says what is wrong with it.
type Read = fn(&Document, &RenderedChart, Span) -> (Vec<Manifest>, Vec<Finding>);

fn with_objects(rendered: &RenderedChart, chart: Span, objects: Read) -> Installed {
    let mut installed = told(rendered, chart, &|_| true);
    for document in &rendered.documents {
        let (manifests, findings) = objects(document, rendered, chart);
        installed.manifests.extend(manifests);
        installed.findings.extend(findings);
    }
    installed
}

/// What is wrong with a render as far as the documents that are wanted go, and the objects of all documents.
fn collected(
    rendered: &RenderedChart,
    chart: Span,
    is_wanted: &dyn Fn(&Document) -> bool,
) -> (Installed, Vec<Manifest>) {
    let mut installed = told(rendered, chart, is_wanted);
    let mut all = Vec::new();
    for document in &rendered.documents {
        let (manifests, findings) = objects(document, rendered, chart);
        all.extend(manifests);
        if is_wanted(document) {
            installed.findings.extend(findings);
        }
    }
    (installed, all)
}

/// What is wrong with a render, without its objects.
pub(crate) fn told(rendered: &RenderedChart, chart: Span, is_wanted: &dyn Fn(&Document) -> bool) -> Installed {
    let mut findings = rendered.findings.clone();
    findings.extend(changing(rendered, chart, is_wanted));
    Installed {
        has_failed: rendered.failure.is_some(),
        has_refused: rendered.has_refused(),
        findings,
        needed: rendered.needed.clone(),
        asked: rendered.asked.clone(),
        ..Installed::default()
    }
}

/// Whether a hook is made when the release is installed, upgraded or tested.
fn is_installed(hook: &Hook) -> bool {
    use HookEvent::{PostInstall, PostUpgrade, PreInstall, PreUpgrade, Test};
    let is_made = |event: &HookEvent| matches!(event, PreInstall | PostInstall | PreUpgrade | PostUpgrade | Test);
    hook.is_known && hook.events.iter().any(is_made)
}

/// The objects in `crds/` that a release brings, in Helm's order.
fn definitions(rendered: &RenderedChart, findings: &mut Vec<Finding>) -> Vec<Manifest> {
    let mut all = Vec::new();
    for crd in &rendered.crds {
        let defined = crd.definitions.read(&crd.file);
        all.extend(defined.manifests.iter().cloned());
        findings.extend(defined.findings.iter().cloned());
    }
    all
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
