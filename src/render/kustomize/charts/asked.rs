//! Which charts a kustomization names: in `helmCharts`, in the field that it was before, and in plugins (kustomize:
//! `HelmChartInflationGenerator`, `types.SplitHelmParameters`).
//!
//! Not here: what comes of each (`inflate`), the shape of the fields (`kustomization`).

use seatrial_model::{Entry, Finding, Node, Span};

use crate::kustomization::charts::{HELM_CHART, HELM_GLOBALS};
use crate::kustomization::file::Kustomization;
use crate::kustomization::loosened::fit;
use crate::objects::resource::Resource;

/// Where charts lie when nobody says it.
const DEFAULT_HOME: &str = "charts";

/// The names of today for the fields of a `helmChartInflationGenerator`.
const RENAMED: [(&str, &str); 7] = [
    ("chartName", "name"),
    ("chartVersion", "version"),
    ("chartRepoUrl", "repo"),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
    ("valuesMerge", "valuesMerge"),
    ("releaseName", "releaseName"),
];

/// A chart that is to be rendered.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The fields of an item of `helmCharts`.
    pub(crate) fields: Node,
    /// The directory of charts, from that of the kustomization.
    pub(crate) home: String,
    /// The namespace of the release where the chart's own fields say none.
    pub(crate) namespace: Option<String>,
    /// Where it stands.
    pub(crate) place: Span,
    /// The field of the kustomization.
    pub(crate) field: &'static str,
}

impl Asked {
    /// A field that is a text and not empty.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a field is `true`.
    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.fields.get(key).and_then(Node::as_bool) == Some(true)
    }

    /// The items of a field that is a list.
    pub(crate) fn items(&self, key: &str) -> &[Node] {
        self.fields.get(key).map(Node::items).unwrap_or_default()
    }

    /// Where a field is written, or the chart.
    pub(crate) fn span(&self, key: &str) -> Span {
        self.fields.get(key).map_or(self.place, Node::span)
    }
}

/// The charts of a kustomization, in kustomize's order; `namespace` is its own, or that of those who include it.
pub(crate) fn of_fields(kustomization: &Kustomization, namespace: Option<&Node>) -> Vec<Asked> {
    let old = kustomization.items("helmChartInflationGenerator");
    let home = match kustomization.get("helmGlobals") {
        Some(globals) => home(globals),
        None => old.iter().rev().find_map(home),
    };
    let asked = |fields: Node, field: &'static str| Asked {
        place: fields.get("name").map_or(fields.span(), Node::span),
        home: home.unwrap_or(DEFAULT_HOME).to_owned(),
        namespace: namespace.and_then(Node::as_str).map(str::to_owned),
        fields,
        field,
    };
    let new = kustomization.items("helmCharts").iter().map(|fields| asked(fields.clone(), "helmCharts"));
    new.chain(old.iter().map(|fields| asked(renamed(fields), "helmChartInflationGenerator"))).collect()
}

/// The chart of a plugin, which nobody gives a namespace.
pub(crate) fn of_plugin(plugin: &Resource, findings: &mut Vec<Finding>) -> Asked {
    let globals = fit(plugin.node(), HELM_GLOBALS, findings);
    let fields = fit(plugin.node(), HELM_CHART, findings);
    let kind = plugin.node().get("kind").map_or(plugin.span, Node::span);
    Asked {
        place: fields.get("name").map_or(kind, Node::span),
        home: home(&globals).unwrap_or(DEFAULT_HOME).to_owned(),
        namespace: None,
        fields,
        field: "generators",
    }
}

fn home(globals: &Node) -> Option<&str> {
    globals.get("chartHome").and_then(Node::as_str).filter(|home| !home.is_empty())
}

fn renamed(old: &Node) -> Node {
    let entries = RENAMED.into_iter().filter_map(|(old_name, name)| {
        let entry = old.entry(old_name)?;
        Some(Entry::new(name, entry.value.clone()))
    });
    Node::mapping(entries.collect(), old.span())
}
