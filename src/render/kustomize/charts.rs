//! Charts that a kustomization names: each is one finding, as none is rendered yet. kustomize runs `helm` for them, and that only with
//! `--enable-helm` (kustomize: `HelmChartInflationGenerator`).
//!
//! Not here: the shape of the fields (`field_shapes`), charts of HelmReleases and applications (`render/helm`).

use seatrial_model::{Finding, Node, Span};

use crate::accumulator::Accumulator;
use crate::field_shapes::{HELM_CHART, HELM_GLOBALS};
use crate::ids;
use crate::kustomization::Kustomization;
use crate::plugin_shapes::fit;
use crate::resource::Resource;

/// The charts of `helmCharts` and of the field that it was before; their objects may be what patches are for.
pub(crate) fn of_fields(kustomization: &Kustomization, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    for (field, key) in [("helmCharts", "name"), ("helmChartInflationGenerator", "chartName")] {
        for chart in kustomization.items(field) {
            resources.note_unread(chart.span());
            findings.push(not_rendered(chart.get(key), chart.span()).with_field(field));
        }
    }
}

/// The chart of a `HelmChartInflationGenerator` under `generators`.
pub(crate) fn of_plugin(plugin: &Resource, findings: &mut Vec<Finding>) {
    fit(plugin.node(), HELM_GLOBALS, findings);
    let chart = fit(plugin.node(), HELM_CHART, findings);
    let place = plugin.node().get("kind").map_or(plugin.span, Node::span);
    findings.push(not_rendered(chart.get("name"), place).with_field("generators"));
}

/// `place` where it has no name.
fn not_rendered(name: Option<&Node>, place: Span) -> Finding {
    let what = name.and_then(Node::as_str).map_or("a chart".to_owned(), |name| format!("the chart `{name}`"));
    let message = format!("{what} is not rendered: charts in a kustomization are not supported yet");
    Finding::new(ids::KUSTOMIZE_FIELD, name.map_or(place, Node::span), message)
        .with_note("its objects are missing from the result, and whatever would change them finds nothing; everything else is rendered")
        .with_help(
            "deploy the chart with a Flux HelmRelease or an Argo CD application, or write what `helm template` prints into a file and name \
             that under `resources`",
        )
}
