//! Releases whose chart is here → the objects that Helm would install.

use std::sync::Arc;

use seatrial_helm::chart::Loaded;
use seatrial_helm::ids::CHART_DEPENDENCY;
use seatrial_helm::{Install, Installed};
use seatrial_kubernetes::Minor;
use seatrial_kustomize::Builder;
use seatrial_model::{Finding, Level, Manifest, Needed, Node, NodeState, ObjectId, OnceMap, Owner, Span};
use seatrial_tree::TreePath;

use super::post_rendered::{Scope, post_render};
use super::{ChartPlace, Release};
use crate::flux_object::{has_variable, spec, text};
use crate::version::Version;

/// Charts by their places: each is read once, for all releases of all environments.
#[derive(Debug, Default)]
pub(crate) struct Charts(OnceMap<TreePath, Arc<Loaded>>);

/// What came of a release.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) state: NodeState,
    pub(crate) manifests: Vec<Manifest>,
    /// Objects of `crds/`, which Helm leaves as they are where they are there already.
    pub(crate) created_once: Vec<ObjectId>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
}

impl Charts {
    fn get(&self, place: &ChartPlace, asked: Span) -> Option<Arc<Loaded>> {
        match place {
            ChartPlace::Directory(at) | ChartPlace::Archive(at) => Some(self.0.get(at, || Arc::new(load(at, asked)))),
            ChartPlace::Elsewhere(_) | ChartPlace::Unknown(_) | ChartPlace::Missing => None,
        }
    }
}

fn load(at: &TreePath, asked: Span) -> Loaded {
    let name = at.path.rsplit('/').next().unwrap_or(&at.path);
    Loaded::at(&at.tree, &at.path, name, || asked).unwrap_or_else(|error| {
        let finding = Finding::new(crate::ids::MISSING_CHART, asked, format!("the chart `{}` {error}", at.path));
        Loaded { chart: None, findings: vec![finding] }
    })
}

/// What releases are rendered with.
pub(crate) struct Rendering<'a> {
    pub(crate) charts: &'a Charts,
    pub(crate) minor: Minor,
    pub(crate) version: Version,
    /// Builds of kustomize, for post-renderers.
    pub(crate) builder: &'a Builder,
    /// What the definitions of the cluster serve.
    pub(crate) served: &'a [String],
}

impl Rendering<'_> {
    /// Renders a release as helm-controller does; `None` where its chart is not here.
    pub(crate) fn render(&self, release: &Release, manifest: &Manifest) -> Option<Outcome> {
        let Rendering { charts, minor, version, builder, served } = *self;
        let reference = release.chart.as_ref()?;
        let loaded = charts.get(&reference.place, reference.span)?;
        let mut findings = loaded.findings.clone();
        let Some(chart) = &loaded.chart else {
            let state = NodeState::NotFollowed("its chart cannot be read".to_owned());
            return Some(Outcome {
                state,
                manifests: Vec::new(),
                created_once: Vec::new(),
                findings: told(findings, release),
                needed: Vec::new(),
            });
        };
        let install = Install {
            name: &release.name,
            namespace: &release.namespace,
            values: &release.values,
            minor,
            is_upgrade: false,
            served,
        };
        let mut installed = install.render(chart);
        let policy = text(manifest, &["install", "crds"]).unwrap_or("Create");
        let skips_crds = policy == "Skip";
        installed.manifests.retain(|manifest| !(skips_crds && installed.crds.contains(&manifest.id)));
        findings.append(&mut installed.findings);
        let scope = Scope { crds: &installed.crds, with_hooks: version.post_renders_hooks() };
        installed.manifests = post_render(manifest, installed.manifests, scope, builder, &mut findings);
        let namespace = spec(manifest, &["targetNamespace"]);
        let namespace =
            namespace.or_else(|| manifest.node.at(&["metadata", "namespace"])).map_or(manifest.span, Node::span);
        install.into_namespace(&mut installed.manifests, namespace);
        let state = state(release, &installed, &mut findings);
        for manifest in &mut installed.manifests {
            manifest.owner = Some(Owner(release.id.clone()));
        }
        let needed = installed.needed.into_iter().map(|needed| Needed { asked_by: Some(release.id.clone()), ..needed });
        let needed = needed.collect();
        let created_once = if policy == "Create" { installed.crds } else { Vec::new() };
        Some(Outcome { state, manifests: installed.manifests, created_once, findings: told(findings, release), needed })
    }
}

/// What became of a release. What is wrong is no error where it may hang on something that is not here.
fn state(release: &Release, installed: &Installed, findings: &mut [Finding]) -> NodeState {
    let is_unknown = release.has_unknown_values || holds_variable(&release.values);
    let may_hang_on_others = |finding: &&mut Finding| is_unknown || finding.rule == CHART_DEPENDENCY;
    for finding in findings.iter_mut().filter(may_hang_on_others) {
        finding.level = finding.level.min(Level::Note);
    }
    match installed.has_failed {
        false => NodeState::Rendered,
        // source-controller fetches what a chart depends on.
        true if !installed.needed.is_empty() => {
            NodeState::NotFetched("a chart that its chart needs is not here".to_owned())
        }
        true if is_unknown => NodeState::Unknown("its values hang on what only the cluster knows".to_owned()),
        true => NodeState::NotFollowed("its chart cannot be rendered".to_owned()),
    }
}

fn told(mut findings: Vec<Finding>, release: &Release) -> Vec<Finding> {
    for finding in &mut findings {
        finding.object.get_or_insert_with(|| release.id.clone());
    }
    findings
}

/// Whether a value stands for one that only the cluster knows.
fn holds_variable(values: &Node) -> bool {
    values.scalar_text().is_some_and(has_variable)
        || values.entries().iter().any(|entry| holds_variable(&entry.value))
        || values.items().iter().any(holds_variable)
}
