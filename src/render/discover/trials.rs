//! Charts that are tried where nobody says what they are installed with: their own values, and each file of values that they are tested with.

use std::collections::BTreeSet;

use seatrial_model::Node;
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, Tree, confined, join};
use seatrial_yaml::{Dialect, ParsedFiles};

use crate::{HelmRelease, file_in, upwards};

/// Directories of charts that are not there to be installed.
const EXAMPLES: [&str; 6] = ["testdata", "test-data", "fixtures", "test-fixtures", "starters", "examples"];

/// The group of the releases of Flux.
const RELEASES: &str = "helm.toolkit.fluxcd.io/";

/// What says that a kustomization has charts.
const OF_KUSTOMIZATION: [&str; 2] = ["helmCharts", "helmChartInflationGenerator"];

impl HelmRelease {
    /// A chart with its own values, and with each `ci/*-values.yaml`, as `ct` tries it.
    #[must_use]
    pub fn trials(tree: &Tree, chart: &str) -> Vec<HelmRelease> {
        let ci = join(chart, "ci").unwrap_or_default();
        let names = tree.list(&ci).unwrap_or_default().into_iter();
        let names = names.filter(|(name, kind)| *kind == EntryKind::File && name.ends_with("-values.yaml"));
        let with = names.map(|(name, _)| vec![file_in(&ci, &name)]);
        let trial = |values| HelmRelease { values, ..HelmRelease::unnamed(chart) };
        std::iter::once(Vec::new()).chain(with).map(trial).collect()
    }

    /// Whether nobody says that it is installed: its chart is tried.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.configured.is_none()
    }
}

/// Whether a chart is one that somebody may install as it is, and not an example, a stencil, or a part of a kustomization.
pub(crate) fn is_to_be_tried(tree: &Tree, chart: &str) -> bool {
    if chart.split('/').any(|part| EXAMPLES.iter().any(|example| part.starts_with(example))) {
        return false;
    }
    let is_stencil = |text: &str| text.contains("{{") || text.contains("<CHARTNAME>");
    let is_one = tree.read(&file_in(chart, "Chart.yaml")).is_ok_and(|file| !is_stencil(file.text()));
    let belongs_to_kustomization = || {
        let above = upwards(chart).skip(1).take(2);
        let files = above.flat_map(|dir| KUSTOMIZATION_FILES.iter().map(move |name| file_in(dir, name)));
        let mut texts = files.filter_map(|path| tree.read(&path).ok());
        texts.any(|file| OF_KUSTOMIZATION.iter().any(|word| file.text().contains(word)))
    };
    is_one && !belongs_to_kustomization()
}

/// The directories of charts that releases of Flux are made of, by what they say.
pub(crate) fn used<'a>(tree: &Tree, parsed: &ParsedFiles, paths: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for path in paths.filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
        let Ok(file) = tree.read(path) else { continue };
        if !file.text().contains(RELEASES) {
            continue;
        }
        for document in &parsed.get(&file, Dialect::Kubectl).documents {
            let chart =
                document.node.at(&["spec", "chart", "spec", "chart"]).or_else(|| document.node.at(&["spec", "chart"]));
            let chart = chart.and_then(Node::scalar_text).map(confined);
            used.extend(chart.filter(|chart| !chart.is_empty()));
        }
    }
    used
}
