//! Helm charts: which files belong to one. Their templates are not manifests before Helm has rendered them.

use std::collections::BTreeSet;

use seatrial_tree::{Tree, file_name, parent, within};

use crate::{file_in, upwards};

/// What makes a directory a chart.
const NAME: &str = "Chart.yaml";

/// What only Helm reads, whatever else lies in the chart's directory.
const OWN: [&str; 6] = ["templates", "charts", "crds", "ci", "files", "tests"];

/// The directories of charts.
#[derive(Debug)]
pub(crate) struct Charts(BTreeSet<String>);

impl Charts {
    /// Among files, and in the directories above them.
    pub(crate) fn of(tree: &Tree, paths: &[String], above: &[&str]) -> Charts {
        let below = paths.iter().filter(|path| file_name(path) == NAME).map(|path| parent(path));
        let above = above.iter().copied().filter(|dir| tree.exists(&file_in(dir, NAME)));
        Charts(below.chain(above).map(str::to_owned).collect())
    }

    /// Whether a file belongs to a chart. A chart in the root has only what Helm reads: the repository may be more than a chart.
    pub(crate) fn hold(&self, path: &str) -> bool {
        upwards(parent(path)).any(|dir| self.0.contains(dir) && (!dir.is_empty() || is_own(path, dir)))
    }

    /// Whether a file lies where only Helm looks: a `kustomization.yaml` there is a template, or a part of a packed chart.
    pub(crate) fn keep_to_themselves(&self, path: &str) -> bool {
        let is_inside = |dir: &str| within(path, dir).is_some_and(|rest| rest.contains('/'));
        upwards(parent(path)).any(|dir| self.0.contains(dir) && is_inside(dir) && is_own(path, dir))
    }

    /// Those below a directory; charts inside of charts are parts of them.
    pub(crate) fn topmost<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = &'a str> {
        let is_part = |chart: &str| {
            let is_own = |above: &str| !above.is_empty() || is_in_own_directory(chart);
            upwards(chart).skip(1).any(|above| self.0.contains(above) && is_own(above))
        };
        self.0.iter().map(String::as_str).filter(move |chart| within(chart, dir).is_some() && !is_part(chart))
    }
}

/// Whether a directory lies where a chart in the root has its own.
fn is_in_own_directory(dir: &str) -> bool {
    dir.split_once('/').is_some_and(|(first, _)| OWN.contains(&first))
}

fn is_own(path: &str, chart: &str) -> bool {
    let rest = within(path, chart).unwrap_or(path);
    rest.split_once('/').is_none_or(|(first, _)| OWN.contains(&first))
}
