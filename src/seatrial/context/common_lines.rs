//! The lines that two versions of a file have in common, found in a time that grows with the files and not with their product.
//!
//! Anchors are lines that each side has once (patience diff); only what lies between two of them, and is short, is compared line by line. So
//! a line that is there many times amid much that changed may count as changed.

use std::ops::Range;

use seatrial_diff::{common_ends, once_in_both};
use similar::DiffOp;
use similar::algorithms::{Capture, myers};

/// Lines between two anchors, of both sides together, that are compared line by line.
const SHORT: usize = 400;

/// How often anchors are looked for between anchors.
const MOST_ROUNDS: usize = 16;

/// Lines that follow each other in both versions; numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first one in the old version.
    pub(crate) old: usize,
    /// The same line in the new version.
    pub(crate) new: usize,
    /// How many there are.
    pub(crate) length: usize,
}

/// The common lines in their order.
pub(crate) fn common_lines(old: &str, new: &str) -> Vec<Run> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let mut search = Search { old: &old, new: &new, runs: Vec::new() };
    search.between(0..old.len(), 0..new.len(), MOST_ROUNDS);
    search.runs
}

struct Search<'a> {
    old: &'a [&'a str],
    new: &'a [&'a str],
    runs: Vec<Run>,
}

impl Search<'_> {
    fn between(&mut self, old: Range<usize>, new: Range<usize>, rounds: usize) {
        let (a, b) = (&self.old[old.clone()], &self.new[new.clone()]);
        let (head, tail) = common_ends(a, b);
        self.add(old.start, new.start, head);
        let (inner_old, inner_new) = (old.start + head..old.end - tail, new.start + head..new.end - tail);
        self.inside(&inner_old, &inner_new, rounds);
        self.add(inner_old.end, inner_new.end, tail);
    }

    /// Two ranges that neither begin nor end with the same line.
    fn inside(&mut self, old: &Range<usize>, new: &Range<usize>, rounds: usize) {
        if old.is_empty() || new.is_empty() {
            return;
        }
        if old.len() + new.len() <= SHORT {
            let mut capture = Capture::new();
            // A capture takes everything.
            let _ = myers::diff_deadline_raw(&mut capture, self.old, old.clone(), self.new, new.clone(), None);
            for op in capture.into_ops() {
                if let DiffOp::Equal { old_index, new_index, len } = op {
                    self.add(old_index, new_index, len);
                }
            }
            return;
        }
        if rounds == 0 {
            return;
        }
        let anchors = once_in_both(&self.old[old.clone()], &self.new[new.clone()]);
        let mut from = (old.start, new.start);
        for (at_old, at_new) in anchors.iter().map(|(a, b)| (old.start + a, new.start + b)) {
            self.between(from.0..at_old, from.1..at_new, rounds - 1);
            self.add(at_old, at_new, 1);
            from = (at_old + 1, at_new + 1);
        }
        if !anchors.is_empty() {
            self.between(from.0..old.end, from.1..new.end, rounds - 1);
        }
    }

    fn add(&mut self, old: usize, new: usize, length: usize) {
        if length == 0 {
            return;
        }
        match self.runs.last_mut().filter(|run| run.old + run.length == old && run.new + run.length == new) {
            Some(run) => run.length += length,
            None => self.runs.push(Run { old, new, length }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at the clock")]
mod tests {
    use super::*;

    fn runs(old: &str, new: &str) -> Vec<(usize, usize, usize)> {
        common_lines(old, new).into_iter().map(|run| (run.old, run.new, run.length)).collect()
    }

    #[test]
    fn lines_below_what_the_target_branch_added_move_up() {
        assert_eq!(runs("new\na\nb\nmine\nc\n", "a\nb\nmine\nc\n"), [(1, 0, 4)]);
    }

    #[test]
    fn lines_are_found_between_what_both_sides_changed() {
        let middle: String = (0..1_000).map(|line| format!("same {line}\n")).collect();
        let changed = |word: &str| (0..300).map(|line| format!("{word} {}\n", line % 7)).collect::<String>();
        let old = format!("{}{middle}{}", changed("a"), changed("b"));
        let new = format!("{}{middle}{}", changed("c"), changed("d"));
        assert_eq!(runs(&old, &new), [(300, 300, 1_000)]);
    }

    #[test]
    fn what_moved_to_another_place_stays_where_it_is() {
        assert_eq!(runs("a\nb\nc\n", "c\na\nb\n"), [(0, 1, 2)]);
        assert_eq!(runs("", "a\n"), []);
    }

    #[test]
    fn files_that_were_rewritten_are_compared_in_moderate_time() {
        let lines = |word: &str, modulus: usize| {
            (0..60_000).map(|line| format!("{word} {}\n", line % modulus)).collect::<String>()
        };
        let start = std::time::Instant::now();
        assert_eq!(runs(&lines("old", 60_000), &lines("new", 60_000)), []);
        // Each line is there often, and in another order on the other side.
        runs(&lines("x", 1_000), &lines("x", 999));
        let turned: String = lines("x", 60_000).split_inclusive('\n').rev().collect();
        assert_eq!(runs(&lines("x", 60_000), &turned).len(), 1);
        assert!(start.elapsed() < std::time::Duration::from_secs(30), "{:?}", start.elapsed());
    }
}
