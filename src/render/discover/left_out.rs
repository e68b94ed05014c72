//! What is left out of the environments, counted by what it is.

use std::collections::BTreeSet;

use crate::file_sort::FileSort;

/// How many files are not judged, by what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    charts: BTreeSet<String>,
    files: [usize; SORTS.len()],
}

/// The sorts that are counted, in the order in which they are told: one, and many.
const SORTS: [(FileSort, &str, &str); 8] = [
    (FileSort::Patch, "a patch that no kustomization names", "patches that no kustomization names"),
    (FileSort::Template, "a template", "templates"),
    (FileSort::Values, "a Helm values file", "Helm values files"),
    (FileSort::Compose, "a docker-compose file", "docker-compose files"),
    (FileSort::Ci, "a CI definition", "CI definitions"),
    (FileSort::Configuration, "a kustomize configuration file", "kustomize configuration files"),
    (FileSort::Client, "a tool's configuration", "tool configurations"),
    (FileSort::Other, "a YAML file that is not a Kubernetes object", "YAML files that are not Kubernetes objects"),
];

/// What a file of a sort is called.
pub(crate) fn singular(sort: FileSort) -> Option<&'static str> {
    SORTS.iter().find(|(known, ..)| *known == sort).map(|(_, one, _)| *one)
}

impl LeftOut {
    pub(crate) fn count(&mut self, sort: FileSort) {
        let index = SORTS.iter().position(|(known, ..)| *known == sort);
        if let Some(count) = index.and_then(|index| self.files.get_mut(index)) {
            *count += 1;
        }
    }

    pub(crate) fn take_charts(&mut self, charts: impl Iterator<Item = String>) {
        self.charts.extend(charts);
    }

    /// Takes out the charts of which something was made: they were checked.
    pub fn leave_out_charts(&mut self, made: &[String]) {
        made.iter().for_each(|chart| {
            self.charts.remove(chart);
        });
    }

    /// What is left out of either.
    pub fn add(&mut self, other: &LeftOut) {
        self.charts.extend(other.charts.iter().cloned());
        self.files.iter_mut().zip(other.files).for_each(|(count, more)| *count += more);
    }

    /// Sentences without a full stop: `2 docker-compose files`.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let charts = match self.charts.len() {
            0 => None,
            1 => Some("1 Helm chart: checked when it is named, or a release is made of it".to_owned()),
            many => Some(format!("{many} Helm charts: checked when they are named, or a release is made of them")),
        };
        let counted = SORTS.iter().zip(self.files).filter(|(_, count)| *count > 0);
        let counted: Vec<String> = counted
            .map(|((_, one, many), count)| match count {
                1 => format!("1 {}", one.strip_prefix("a ").unwrap_or(one)),
                _ => format!("{count} {many}"),
            })
            .collect();
        let files = (!counted.is_empty()).then(|| format!("skipped: {}", counted.join(", ")));
        charts.into_iter().chain(files).collect()
    }
}
