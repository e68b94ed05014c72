//! Two lists of lines → the parts that differ, with a few lines around each.

use std::ops::Range;

use seatrial_model::QuickMap;
use similar::algorithms::{Capture, Replace, myers};
use similar::{DiffOp, group_diff_ops};

use crate::alignment::common_ends;

/// Of more lines that differ, or lie between some that do, nobody looks for those that are equal.
pub(super) const MOST: usize = 10_000;

/// A part that differs.
pub struct Hunk<'a> {
    /// Its lines on the base, from 0.
    pub before: Range<usize>,
    /// Its lines on the head, from 0.
    pub after: Range<usize>,
    /// Each line with a blank, `-` or `+`.
    pub lines: Vec<(char, &'a str)>,
}

impl Hunk<'_> {
    /// `@@ -3,7 +3,8 @@`, as `diff -u` writes it.
    #[must_use]
    pub fn header(&self) -> String {
        let range = |lines: &Range<usize>| match lines.len() {
            // Of no lines, the one before.
            0 => format!("{},0", lines.start),
            1 => format!("{}", lines.start + 1),
            count => format!("{},{count}", lines.start + 1),
        };
        format!("@@ -{} +{} @@", range(&self.before), range(&self.after))
    }
}

/// The parts that differ, each with so many lines around it; where there are too many lines, all of them as one part.
#[must_use]
pub fn hunks<'a>(before: &[&'a str], after: &[&'a str], around: usize) -> Vec<Hunk<'a>> {
    let (start, end) = common_ends(before, after);
    let middle = (start..before.len() - end, start..after.len() - end);
    let groups = group_diff_ops(ops(before, after, middle, end), around);
    groups.iter().filter_map(|group| hunk(group, before, after)).collect()
}

/// How one list becomes the other: what both begin and end with is equal, and the middle is compared.
fn ops(before: &[&str], after: &[&str], (old, new): (Range<usize>, Range<usize>), end: usize) -> Vec<DiffOp> {
    let mut ops = Vec::new();
    let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    if old.start > 0 {
        ops.push(equal(0, 0, old.start));
    }
    if old.len().max(new.len()) > MOST {
        let (old_index, new_index) = (old.start, new.start);
        ops.push(DiffOp::Replace { old_index, old_len: old.len(), new_index, new_len: new.len() });
    } else {
        let (one, other) = numbered(before, after);
        let mut capture = Replace::new(Capture::new());
        // A capture takes everything.
        let _ = myers::diff_deadline_raw(&mut capture, &one[..], old.clone(), &other[..], new.clone(), None);
        ops.extend(capture.into_inner().into_ops());
    }
    if end > 0 {
        ops.push(equal(old.end, new.end, end));
    }
    ops
}

/// Each line as a number, equal ones with the same.
fn numbered(before: &[&str], after: &[&str]) -> (Vec<u32>, Vec<u32>) {
    let mut known: QuickMap<String, u32> = QuickMap::default();
    let mut number = |line: &&str| {
        if let Some(number) = known.get(*line) {
            return *number;
        }
        let number = u32::try_from(known.len()).unwrap_or(u32::MAX);
        known.insert((*line).to_owned(), number);
        number
    };
    (before.iter().map(&mut number).collect(), after.iter().map(&mut number).collect())
}

fn hunk<'a>(group: &[DiffOp], before: &[&'a str], after: &[&'a str]) -> Option<Hunk<'a>> {
    let (first, last) = (group.first()?, group.last()?);
    let mut lines = Vec::new();
    for op in group {
        let signed = |lines: &[&'a str], range: Range<usize>, sign| {
            lines.get(range).unwrap_or_default().iter().map(|line| (sign, *line)).collect::<Vec<_>>()
        };
        match op {
            DiffOp::Equal { .. } => lines.extend(signed(before, op.old_range(), ' ')),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                lines.extend(signed(before, op.old_range(), '-'));
                lines.extend(signed(after, op.new_range(), '+'));
            }
        }
    }
    let range = |first: Range<usize>, last: Range<usize>| first.start..last.end;
    let (before, after) = (range(first.old_range(), last.old_range()), range(first.new_range(), last.new_range()));
    Some(Hunk { before, after, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_has_the_lines_that_differ_and_those_around() {
        let (one, other) = (["a", "b", "c", "d", "e"], ["a", "b", "x", "d", "e", "f"]);
        let told: Vec<(Range<usize>, Range<usize>, String)> = hunks(&one, &other, 1)
            .into_iter()
            .map(|hunk| {
                (hunk.before, hunk.after, hunk.lines.iter().map(|(sign, line)| format!("{sign}{line}")).collect())
            })
            .collect();
        assert_eq!(told, [(1..5, 1..6, " b-c+x d e+f".to_owned())]);
        assert!(hunks(&one, &one, 1).is_empty());
        assert_eq!(hunks(&[], &["a"], 1)[0].lines, [('+', "a")]);
    }

    #[test]
    fn too_many_lines_are_one_part() {
        let many: Vec<String> = (0..30_000).map(|number| number.to_string()).collect();
        let one: Vec<&str> = many.iter().map(String::as_str).collect();
        let other: Vec<&str> = one.iter().rev().copied().collect();
        assert_eq!(hunks(&one, &other, 1).len(), 1);
    }
}
