//! Releases whose chart is here → the objects that helm-controller would install.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::ids::{CHART_DEPENDENCY, CHART_OUTPUT, UNREAD_VALUE};
use seatrial_helm::objects::Asked;
use seatrial_helm::{Chance, Install, Installed, Served, Setting, Steering, is_definition, served_by};
use seatrial_kubernetes::Minor;
use seatrial_kustomize::Builder;
use seatrial_model::{
    Built, Finding, Level, Manifest, Needed, Node, NodeState, ObjectId, Owner, ReleasePart, ReleaseRole, Sources, Span,
};

use super::post_rendered::{PostRenderers, Strategy, set_labels};
use super::{ChartPlace, Release, defaults, policy, version};
use crate::kustomizations::version::Version;
use crate::objects::flux_object::{holds_variable, spec};
use crate::sources::charts::Charts;

/// What came of a release.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) state: NodeState,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
    /// What its templates asked whether the cluster serves it.
    pub(crate) asked: Asked,
    /// What the cluster serves because of it.
    pub(crate) own: BTreeSet<String>,
}

impl Outcome {
    fn nothing(why: &str, findings: Vec<Finding>) -> Outcome {
        let state = NodeState::NotFollowed(why.to_owned());
        let (asked, own) = (Asked::default(), BTreeSet::new());
        Outcome { state, manifests: Vec::new(), findings, needed: Vec::new(), asked, own }
    }

    /// Whether the templates would print something else, now that more is served. What it brings itself is not there when it is installed.
    pub(crate) fn would_differ(&self, served: &Served) -> bool {
        asked_too_early(&self.asked, &self.own, served)
    }
}

/// Whether something that was asked for in vain is served by others.
pub(crate) fn asked_too_early(asked: &Asked, own: &BTreeSet<String>, served: &Served) -> bool {
    asked.missing.iter().any(|version| served.has(version) && !own.contains(version))
}

/// What releases are rendered with.
pub(crate) struct Rendering<'a> {
    pub(crate) charts: &'a Charts,
    /// The table that files of charts are entered into.
    pub(crate) sources: &'a Arc<Sources>,
    pub(crate) minor: Minor,
    pub(crate) version: Version,
    /// Of what they make what is random.
    pub(crate) chance: Chance,
    /// Builds of kustomize, for post-renderers.
    pub(crate) builder: &'a Builder,
    /// What the definitions of the cluster serve.
    pub(crate) served: &'a [String],
    /// Where the values are written that a release alone takes from other objects.
    pub(crate) own_places: &'a HashMap<ObjectId, Vec<Span>>,
}

impl Rendering<'_> {
    /// Renders a release as helm-controller does; `None` where its chart is not here.
    pub(crate) fn render(&self, release: &Release, manifest: &Manifest) -> Option<Outcome> {
        let reference = release.chart.as_ref()?;
        let loaded = match &reference.place {
            ChartPlace::Directory(at) | ChartPlace::Archive(at) => self.charts.at(at, reference.span),
            ChartPlace::Fetched(artifact) => self.charts.of(artifact, &reference.name, reference.span, self.sources),
            ChartPlace::Elsewhere(_) | ChartPlace::Unknown(_) | ChartPlace::Missing => return None,
        };
        let mut findings = loaded.told_by(self.version.helm());
        let Some(chart) = &loaded.chart else {
            return Some(Outcome::nothing("its chart cannot be read", told(findings, release)));
        };
        let another = version::check(reference, chart);
        let is_another = another.is_some();
        let defaults = match defaults::merged(&reference.defaults, chart, reference.span) {
            Ok(defaults) => defaults,
            Err(finding) => {
                findings.extend(another.into_iter().chain([*finding]));
                return Some(Outcome::nothing("its default values cannot be read", told(findings, release)));
            }
        };
        let mut installed = self.install(release, manifest, chart, defaults.as_ref());
        findings.append(&mut installed.findings);
        let state = state(release, &installed, is_another, &mut findings);
        findings.extend(another);
        for manifest in &mut installed.manifests {
            manifest.owner = Some(Owner(release.id.clone()));
            if is_another {
                manifest.built = manifest.built.max(Built::OfAnotherVersion);
            }
        }
        let needed = installed.needed.into_iter().map(|needed| Needed { asked_by: Some(release.id.clone()), ..needed });
        Some(Outcome {
            state,
            needed: needed.collect(),
            asked: installed.asked,
            own: installed.manifests.iter().flat_map(served_by).collect(),
            manifests: installed.manifests,
            findings: told(findings, release),
        })
    }

    /// What Helm makes of the chart, as the HelmRelease says.
    fn install(
        &self,
        release: &Release,
        manifest: &Manifest,
        chart: &Arc<Chart>,
        defaults: Option<&Node>,
    ) -> Installed {
        let strategy = Strategy::of(manifest, self.version);
        let renderers = PostRenderers { release: manifest, strategy, builder: self.builder };
        let (hooks, tests) = (policy::Hooks::of(manifest), policy::Tests::of(manifest));
        let makes = |hook: &seatrial_model::Hook| hooks.make(hook) || tests.make(hook);
        let change = |all, findings: &mut Vec<Finding>| renderers.change(all, findings);
        let disabled = spec(manifest, &["install", "disableSchemaValidation"]).and_then(Node::as_bool);
        let skips_schemas = disabled == Some(true);
        let setting = Setting { helm: self.version.helm(), chance: self.chance, skips_schemas, lookup: None };
        let steering = Steering { setting, defaults, makes: &makes, change: &change };
        let mut installed = self.helm(release).render_with(&steering, chart);
        let crds = policy::Definitions::of(manifest);
        let ignores_others = self.version.ignores_other_objects_in_crds();
        let mut findings = Vec::new();
        installed.manifests.retain_mut(|object| {
            let is_passed_over = ignores_others && !is_definition(object);
            let name = object.id.name.clone();
            let Some(ReleasePart { role, .. }) = &mut object.release else { return true };
            match role {
                ReleaseRole::Definition { .. } if crds == policy::Definitions::Skipped => false,
                ReleaseRole::Definition { .. } if is_passed_over => {
                    findings.push(not_a_definition(object));
                    false
                }
                ReleaseRole::Definition { is_replaced } => {
                    *is_replaced = crds == policy::Definitions::Replaced;
                    set_labels(manifest, object);
                    true
                }
                ReleaseRole::Hook(hook) => hooks.make(hook) || tests.run(&name),
                ReleaseRole::Tracked { .. } => true,
            }
        });
        installed.findings.append(&mut findings);
        // What is given elsewhere may be meant for other releases, too.
        let own = self.own_places.get(&release.id).map(Vec::as_slice).unwrap_or_default();
        let is_in = |place: &Span, span: Span| {
            place.file == span.file && place.start <= span.start && span.end <= place.end.max(place.start + 1)
        };
        let is_its_own = |finding: &Finding| {
            let span = finding.primary.span;
            span.file == manifest.span.file || own.iter().any(|place| is_in(place, span))
        };
        installed.findings.retain(|finding| finding.rule != UNREAD_VALUE || is_its_own(finding));
        installed
    }

    fn helm<'r>(&'r self, release: &'r Release) -> Install<'r> {
        let (name, namespace, values) = (&*release.name, &*release.namespace, &release.values);
        Install { name, namespace, values, minor: self.minor, is_upgrade: false, served: self.served }
    }

    /// Puts the objects into the namespace of the release, once all definitions of the cluster are known.
    pub(crate) fn put_into_namespace(
        &self,
        release: &Release,
        manifest: &Manifest,
        all: &mut [Manifest],
        defined: &Served,
    ) {
        let place = spec(manifest, &["targetNamespace"]).or_else(|| manifest.node.at(&["metadata", "namespace"]));
        let place = place.map_or(manifest.span, Node::span);
        self.helm(release).into_namespace_among(all, place, defined);
    }
}

/// Of `crds/`, helm-controller installs definitions alone.
fn not_a_definition(object: &Manifest) -> Finding {
    let message = format!("helm-controller does not install {}: only definitions belong into `crds/`", object.id);
    let finding = Finding::new(CHART_OUTPUT, object.span, message).with_level(Level::Warning);
    finding.with_object(&object.id).with_help("move it to `templates/`")
}

/// What became of a release. What is wrong is not an error where it may hang on something that is not here: on values, or on the version of the
/// chart that is asked for.
fn state(release: &Release, installed: &Installed, is_another: bool, findings: &mut [Finding]) -> NodeState {
    let is_unknown = release.has_unknown_values || holds_variable(&release.values);
    let may_hang_on_others = |finding: &&mut Finding| is_unknown || is_another || finding.rule == CHART_DEPENDENCY;
    for finding in findings.iter_mut().filter(may_hang_on_others) {
        finding.level = finding.level.min(Level::Note);
    }
    match installed.has_failed {
        false => NodeState::Rendered,
        // source-controller fetches what a chart depends on.
        true if !installed.needed.is_empty() => {
            NodeState::NotFetched("a chart that its chart needs is not here".to_owned())
        }
        true if is_another => {
            NodeState::NotFetched("the version of its chart that is asked for is not here".to_owned())
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

#[cfg(test)]
mod tests {
    use seatrial_tree::Tree;

    use super::*;
    use crate::Cluster;
    use crate::Repositories;
    use crate::Repository;
    use crate::walk;

    #[test]
    fn a_hundred_releases_of_one_chart_parse_it_once() {
        let sources = Arc::new(Sources::new());
        let head = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: a}\n";
        let release = |at: usize| {
            let head = format!(
                "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r{at}, namespace: a}}\n"
            );
            let source = "sourceRef: {kind: GitRepository, name: flux-system}";
            format!("{head}spec: {{chart: {{spec: {{chart: charts/web, {source}}}}}, values: {{at: {at}}}}}\n")
        };
        let releases: String = (0..100).map(release).collect();
        let all = format!("{head}spec: {{url: \"https://example.com/a\"}}\n{releases}");
        let files = [
            ("clusters/dev/all.yaml", all.as_str()),
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("charts/web/templates/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m{{ .Values.at }}}\n"),
            ("charts/web/crds/none.yaml", ""),
        ];
        let own = Arc::new(Repository::new(
            &Tree::memory(files, &sources),
            Vec::new(),
            &Arc::default(),
            Some("https://example.com/a".to_owned()),
        ));
        let walked = walk(&Cluster {
            path: Some("clusters/dev".to_owned()),
            azure: None,
            repositories: Repositories { own: Arc::clone(&own), others: Vec::new() },
            variables: Vec::new(),
            version: Version::default(),
            minor: Minor::DEFAULT,
            chance: Chance::default(),
        });
        let maps = walked.rendered.manifests.iter().filter(|manifest| manifest.id.kind == "ConfigMap");
        assert_eq!(maps.count(), 100, "{:?}", walked.rendered.findings);
        let [place] = own.charts().places().try_into().expect("one chart");
        let loaded = own.charts().here.get(&place, || panic!("it is read again"));
        assert_eq!(loaded.chart.as_ref().map(|chart| chart.times_parsed()), Some(1));
    }
}
