//! What names the root of a cluster to flux-operator: a FluxInstance, or a release of the chart that makes one.

use seatrial_model::Node;

/// The chart that makes a FluxInstance.
pub(crate) const CHART: &str = "flux-instance";

/// What an instance is synchronised with (flux-operator: `charts/flux-instance`).
pub(crate) fn sync(node: &Node) -> Option<&Node> {
    let text = |path: &[&str]| node.at(path).and_then(Node::as_str).unwrap_or_default();
    let api = text(&["apiVersion"]);
    if text(&["kind"]) == "FluxInstance" && api.starts_with("fluxcd.controlplane.io/") {
        return node.at(&["spec", "sync"]);
    }
    let is_of_the_chart = [&["spec", "chart", "spec", "chart"][..], &["spec", "chartRef", "name"]]
        .iter()
        .any(|path| text(path).ends_with(CHART));
    let is_release = text(&["kind"]) == "HelmRelease" && api.starts_with("helm.toolkit.fluxcd.io/");
    node.at(&["spec", "values", "instance", "sync"]).filter(|_| is_release && is_of_the_chart)
}
