//! A chart where it lies in a tree: a directory or an archive.

use std::sync::Arc;

use seatrial_model::{BelongsTo, Finding, RuleId, Sources, Span};
use seatrial_tree::{Artifact, EntryKind, ReadError, Tree, join};

use super::Chart;
use crate::go_yaml::{SAID, SAID_BY_THREE};
use crate::major::Major;

/// The file that makes a directory a chart.
pub const CHART_FILE: &str = "Chart.yaml";

/// Whether a directory of a tree is a chart.
#[must_use]
pub fn is_chart(tree: &Tree, dir: &str) -> bool {
    join(dir, CHART_FILE).is_some_and(|file| tree.kind(&file) == Ok(EntryKind::File))
}

/// A chart, and what is wrong with it. There is none where Helm would not load it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The chart, for all of its releases.
    pub chart: Option<Arc<Chart>>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Loaded {
    /// The chart at a path, a directory or an archive. The files of an archive belong to a chart of this name, and are told at the line that
    /// asks for it.
    ///
    /// # Errors
    /// Why there is nothing to read.
    pub fn at(tree: &Tree, path: &str, name: &str, asked: impl FnOnce() -> Span) -> Result<Loaded, ReadError> {
        let (chart, findings) = match tree.kind(path)? {
            EntryKind::Directory => Chart::load(tree, path),
            EntryKind::File => {
                let asked = asked();
                let of = BelongsTo::Chart { name: name.into(), asked };
                Chart::unpack(&tree.read_bytes(path)?, &of, tree.sources(), asked)
            }
        };
        Ok(Loaded { chart: chart.map(Arc::new), findings })
    }

    /// A chart that was fetched. Its files belong to a chart of this name, and are told at the line that asks for it; that it cannot be read is
    /// told by `rule`.
    #[must_use]
    pub fn fetched(artifact: &Artifact, name: &str, asked: Span, sources: &Arc<Sources>, rule: RuleId) -> Loaded {
        let of = BelongsTo::Chart { name: name.into(), asked };
        let (chart, findings) = match bytes_of(artifact, name, asked, rule) {
            Ok(bytes) => Chart::unpack(&bytes, &of, sources, asked),
            Err(finding) => (None, vec![*finding]),
        };
        Loaded { chart: chart.map(Arc::new), findings }
    }

    /// What is wrong, with the words of a version of Helm.
    #[must_use]
    pub fn told_by(&self, helm: Major) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        for finding in &mut findings {
            let evidence = &mut finding.evidence;
            let Some(at) = evidence.iter().position(|one| one.title == SAID_BY_THREE) else { continue };
            let mut by_three = evidence.remove(at);
            if helm == Major::Three {
                evidence.retain(|one| one.title != SAID);
                SAID.clone_into(&mut by_three.title);
                evidence.push(by_three);
            }
        }
        findings
    }
}

/// The bytes of a chart that was fetched, or that they cannot be read.
pub(crate) fn bytes_of(artifact: &Artifact, name: &str, asked: Span, rule: RuleId) -> Result<Vec<u8>, Box<Finding>> {
    artifact
        .read()
        .map_err(|why| Box::new(Finding::new(rule, asked, format!("the chart `{name}`, as it was fetched, {why}"))))
}
