//! `helm:` environments: a chart of the tree with its values → objects.

use std::sync::Arc;

use seatrial_discover::HelmRelease;
use seatrial_helm::chart::{ChartType, Loaded};
use seatrial_helm::ids::{CHART_ASKS, CHART_DEPENDENCY, KUBE_VERSION, TEMPLATE, UNREAD_VALUE};
use seatrial_helm::{Chance, Install, Installed, Major, Resources, Setting, Values, lint};
use seatrial_kubernetes::Minor;
use seatrial_model::{Finding, Level, Node, OnceMap, Rendered, Span, ids};
use seatrial_tree::Tree;

use crate::config::{place_of, root_of};

/// The charts of a tree: each is read once, for all environments.
#[derive(Debug, Default)]
pub(crate) struct Charts(OnceMap<String, Arc<Loaded>>);

impl Charts {
    /// Those that were asked for, by their paths.
    pub(crate) fn asked_for(&self) -> Vec<String> {
        self.0.keys()
    }

    /// Renders a release.
    pub(crate) fn render(&self, release: &HelmRelease, tree: &Tree, minor: Minor, chance: Chance) -> Rendered {
        let configured = Configured::of(release, tree);
        let loaded = self.0.get(&release.chart, || Arc::new(load(tree, &release.chart, configured.chart)));
        let mut findings = loaded.told_by(helm(release));
        let values = values(release, tree, &configured, &mut findings);
        let Some(chart) = &loaded.chart else { return Rendered { findings, ..Rendered::default() } };
        if release.is_trial() && release.values.is_empty() {
            findings.extend(lint(chart));
        }
        if release.is_trial() && chart.metadata.chart_type() == ChartType::Library {
            return Rendered { findings, ..Rendered::default() };
        }
        let lookup = (!release.lookup.is_empty()).then(|| {
            let (manifests, wrong) = Resources::read(tree, &release.lookup);
            findings.extend(wrong);
            Resources::new(minor, manifests)
        });
        let (name, namespace) = (&*release.name, &*release.namespace);
        let values = &values.into_node();
        let install = Install { name, namespace, values, minor, is_upgrade: false, served: &[] };
        let mut installed = install
            .render_in(&Setting { helm: helm(release), lookup: lookup.as_ref(), chance, skips_schemas: false }, chart);
        install.into_namespace(&mut installed.manifests, configured.namespace);
        if release.is_trial() {
            of_trial(release, &mut installed, &mut findings);
        }
        let is_shared =
            |finding: &Finding| finding.rule == UNREAD_VALUE && configured.shares(finding.primary.span, tree);
        findings.extend(installed.findings.into_iter().filter(|finding| !is_shared(finding)));
        let needed = installed.needed;
        Rendered { manifests: installed.manifests, findings, needed, graph: None }
    }
}

/// A chart may ask for values that nobody has given yet, as `helm lint` has it. Where nobody has named it, it may also need charts that are
/// fetched first, and another version of Kubernetes.
fn of_trial(release: &HelmRelease, installed: &mut Installed, loading: &mut [Finding]) {
    for finding in loading.iter_mut().filter(|finding| release.is_found && finding.rule == CHART_DEPENDENCY) {
        finding.level = finding.level.min(Level::Note);
    }
    for finding in &mut installed.findings {
        if installed.has_refused && finding.rule == TEMPLATE {
            finding.rule = CHART_ASKS;
            finding.level = Level::Note;
        }
        if release.is_found && finding.rule == KUBE_VERSION {
            finding.level = Level::Note;
        }
    }
}

/// The version of Helm that installs a release.
fn helm(release: &HelmRelease) -> Major {
    Major::of(release.helm).unwrap_or_default()
}

/// What the configuration says of a release, with its places.
struct Configured {
    chart: Span,
    values: Vec<Span>,
    namespace: Span,
    set: Option<Node>,
    /// Files of values that other charts are given, too.
    shared: Vec<String>,
}

impl Configured {
    fn of(release: &HelmRelease, tree: &Tree) -> Configured {
        let file = release.configured.as_ref().and_then(|(path, _)| tree.read(path).ok());
        let root = file.as_ref().and_then(root_of);
        let at = release.configured.as_ref().zip(root.as_ref());
        let helm = at.and_then(|((_, environment), root)| root.at(&["environments", environment, "helm"]));
        let chart = at.map(|((_, environment), root)| place_of(root, &["environments", environment, "helm", "chart"]));
        let values = helm.and_then(|helm| helm.get("values")).map(Node::items).unwrap_or_default();
        let place = chart.unwrap_or_else(|| tree.stand_in(&release.chart));
        Configured {
            chart: place,
            values: values.iter().map(Node::span).collect(),
            namespace: helm.and_then(|helm| helm.get("namespace")).map_or(place, Node::span),
            set: helm.and_then(|helm| helm.get("set")).cloned(),
            shared: root.as_ref().map(|root| shared(release, root)).unwrap_or_default(),
        }
    }

    /// Whether a place is in values that other charts are given, too.
    fn shares(&self, span: Span, tree: &Tree) -> bool {
        let file = tree.sources().get(span.file);
        file.is_some_and(|file| self.shared.iter().any(|path| file.path().ends_with(path.as_str())))
    }
}

/// The files of values of a release that another chart is given, too.
fn shared(release: &HelmRelease, root: &Node) -> Vec<String> {
    let plain = |path: &str| path.trim_start_matches("./").trim_end_matches('/').to_owned();
    let text = |node: &Node| node.scalar_text().map(plain).unwrap_or_default();
    let environments = root.get("environments").map(|all| all.entries().iter()).into_iter().flatten();
    let others = environments.filter_map(|entry| entry.value.get("helm"));
    let others = others.filter(|helm| helm.get("chart").map(text).as_deref() != Some(&*plain(&release.chart)));
    others.flat_map(|helm| helm.get("values").map(Node::items).unwrap_or_default()).map(text).collect()
}

fn load(tree: &Tree, path: &str, asked: Span) -> Loaded {
    let nothing = |message: String| Loaded {
        chart: None,
        findings: vec![Finding::new(ids::MISSING_FILE, tree.stand_in(path), message).with_field(path)],
    };
    let shown = if path.is_empty() { "." } else { path };
    if let Err(error) = tree.kind(path) {
        return nothing(format!("the chart `{shown}` {error}"));
    }
    Loaded::at(tree, path, path, || asked).unwrap_or_else(|error| nothing(format!("`{shown}` {error}")))
}

fn values(release: &HelmRelease, tree: &Tree, configured: &Configured, findings: &mut Vec<Finding>) -> Values {
    let mut values = Values::none(configured.chart);
    for (index, path) in release.values.iter().enumerate() {
        let place = configured.values.get(index).copied().unwrap_or(configured.chart);
        let read = tree.read(path).map_err(|error| {
            Box::new(Finding::new(ids::MISSING_FILE, place, format!("the values `{path}` {error}")).with_field(path))
        });
        match read.and_then(|file| values.with_file(&file, helm(release))) {
            Ok(merged) => values = merged,
            Err(finding) => findings.push(*finding),
        }
    }
    if let Some(set) = &configured.set {
        values.with_set(set, findings);
    }
    values
}
