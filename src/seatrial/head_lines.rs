//! Lines of the checkout → lines of the head commit. What is checked out on a pull request is the merge commit; links and annotations
//! belong to the head commit, where the target branch may not have moved a file's lines yet.

use std::collections::HashMap;

use seatrial_model::{Location, Report};
use seatrial_tree::Tree;
use similar::{DiffOp, TextDiff};

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
    /// Per path: runs of lines that both have, as first line in the checkout (from 0), in head, and length. Empty where nothing moves.
    known: HashMap<String, Vec<(usize, usize, usize)>>,
}

impl Shifts<'_> {
    fn apply(&mut self, location: &mut Location) {
        if !self.known.contains_key(&location.path) {
            let runs = self.runs(&location.path);
            self.known.insert(location.path.clone(), runs);
        }
        let runs = self.known.get(&location.path).map(Vec::as_slice).unwrap_or_default();
        let run = runs.iter().find(|(from, _, length)| (*from..from + length).contains(&(location.line - 1)));
        let Some((from, to, _)) = run else { return };
        let moved = |line: usize| (line + to).saturating_sub(*from).max(1);
        location.line = moved(location.line);
        location.end_line = moved(location.end_line);
        for line in &mut location.excerpt {
            line.number = moved(line.number);
        }
    }

    fn runs(&self, path: &str) -> Vec<(usize, usize, usize)> {
        let (Ok(ours), Ok(theirs)) = (self.checkout.read(path), self.head.read(path)) else { return Vec::new() };
        if ours.text() == theirs.text() {
            return Vec::new();
        }
        runs_of(ours.text(), theirs.text())
    }
}

fn runs_of(checkout: &str, head: &str) -> Vec<(usize, usize, usize)> {
    let equal = |op: &DiffOp| match *op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    };
    TextDiff::from_lines(checkout, head).ops().iter().filter_map(equal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_below_what_the_target_branch_added_move_up() {
        let runs = runs_of("new\na\nb\nmine\nc\n", "a\nb\nmine\nc\n");
        assert_eq!(runs, [(1, 0, 4)]);
    }
}
