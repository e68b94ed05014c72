//! `valuesFiles`: the files of which source-controller makes the default values of a chart (`internal/helm/chart`: `mergeFileValues`,
//! `mergeChartValues`).

use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::{Major, Values};
use seatrial_model::{Finding, Node, SourceFile, Span};
use seatrial_tree::{TreePath, confined, join};

use crate::objects::ids;

/// The default values of a chart, among its files.
const OWN: &str = "values.yaml";

/// A file of default values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultsFile {
    /// As it is written.
    written: String,
    span: Span,
    place: Place,
    /// Whether it may be missing.
    is_optional: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A path from the root of a source that is here.
    Tree(TreePath),
    /// A path in the chart, of a repository of charts.
    Chart(String),
}

/// The files that a release or a HelmChart asks for; the chart's own file alone is what it has anyway.
pub(super) fn asked_for(spec: &Node, root: Option<&TreePath>) -> Vec<DefaultsFile> {
    let files = spec.get("valuesFiles").map(Node::items).unwrap_or_default();
    let names = files.iter().filter_map(|node| Some((node, node.scalar_text()?)));
    let is_optional = spec.get("ignoreMissingValuesFiles").and_then(Node::as_bool) == Some(true);
    let each = names.map(|(node, written)| {
        let path = confined(written);
        let place = match root {
            Some(root) => Place::Tree(TreePath { path: join(&root.path, &path).unwrap_or(path), ..root.clone() }),
            None => Place::Chart(path),
        };
        DefaultsFile { written: written.to_owned(), span: node.span(), place, is_optional }
    });
    let all: Vec<DefaultsFile> = each.collect();
    match all.as_slice() {
        [only] if confined(&only.written) == OWN => Vec::new(),
        _ => all,
    }
}

/// The default values that files make; `None` where they are those of the chart itself.
///
/// # Errors
/// What keeps source-controller from making the chart.
pub(super) fn merged(files: &[DefaultsFile], chart: &Chart, place: Span) -> Result<Option<Node>, Box<Finding>> {
    if files.is_empty() {
        return Ok(None);
    }
    let mut values = Values::none(place);
    for file in files {
        if file.place == Place::Chart(OWN.to_owned()) {
            values = values.with_node(&chart.values);
            continue;
        }
        match file.read(chart) {
            Ok(text) => {
                values = values.with_file(&text, Major::Three).map_err(|mut finding| {
                    // Helm is not asked: source-controller reads it.
                    finding.evidence.clear();
                    finding
                })?;
            }
            Err(_) if file.is_optional => {}
            Err(why) => {
                let message = format!("the values file `{}` {why}", file.written);
                let help = "`ignoreMissingValuesFiles: true` passes over what is missing";
                return Err(Box::new(Finding::new(ids::MISSING_VALUES, file.span, message).with_help(help)));
            }
        }
    }
    Ok(Some(values.into_node()))
}

impl DefaultsFile {
    fn read(&self, chart: &Chart) -> Result<Arc<SourceFile>, String> {
        match &self.place {
            Place::Tree(at) => at.tree.read(&at.path).map_err(|error| error.to_string()),
            Place::Chart(path) => {
                let file = chart.files.iter().find(|file| file.name() == path);
                let file = file.ok_or_else(|| "does not exist in the chart".to_owned())?;
                file.text().map_err(|error| error.to_string())
            }
        }
    }
}
