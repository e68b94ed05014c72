//! Lines of the checkout → lines of the head commit. What is checked out on a pull request is the merge commit; links and annotations
//! belong to the head commit, where the target branch may not have moved a file's lines yet.

use std::collections::HashMap;

use seatrial_model::{Location, Report};
use seatrial_tree::Tree;

use crate::context::common_lines::{Run, common_lines};

/// Moves every place of a report to the line that it has in `head`; a line that head does not have stays as it is.
pub(crate) fn show_for_head(report: &mut Report, checkout: &Tree, head: &Tree) {
    let mut shifts = Shifts { checkout, head, known: HashMap::new() };
    for finding in &mut report.findings {
        let labels = std::iter::once(&mut finding.primary).chain(&mut finding.related);
        labels.for_each(|label| shifts.apply(&mut label.location));
    }
    let tests = report.environments.iter_mut().flat_map(|environment| &mut environment.tests);
    tests.filter_map(|test| test.location.as_mut()).for_each(|location| shifts.apply(location));
}

struct Shifts<'a> {
    checkout: &'a Tree,
    head: &'a Tree,
    /// Per path the runs of lines that both have, those of the checkout first; empty where nothing moves.
    known: HashMap<String, Vec<Run>>,
}

impl Shifts<'_> {
    fn apply(&mut self, location: &mut Location) {
        if location.belongs_to.is_some() {
            return;
        }
        if !self.known.contains_key(&location.path) {
            let runs = self.runs(&location.path);
            self.known.insert(location.path.clone(), runs);
        }
        let runs = self.known.get(&location.path).map(Vec::as_slice).unwrap_or_default();
        let line = location.line - 1;
        let run = runs.partition_point(|run| run.old <= line).checked_sub(1).and_then(|at| runs.get(at));
        let Some(run) = run.filter(|run| line < run.old + run.length) else { return };
        let moved = |line: usize| (line + run.new).saturating_sub(run.old).max(1);
        location.line = moved(location.line);
        location.end_line = moved(location.end_line);
        for line in &mut location.excerpt {
            line.number = moved(line.number);
        }
    }

    fn runs(&self, path: &str) -> Vec<Run> {
        let (Ok(ours), Ok(theirs)) = (self.checkout.read(path), self.head.read(path)) else { return Vec::new() };
        if ours.text() == theirs.text() {
            return Vec::new();
        }
        common_lines(ours.text(), theirs.text())
    }
}
