//! Two texts of several lines, line by line.

use super::hunks::{self, hunks};
use crate::alignment::common_ends;
use seatrial_model::{Masker, shown_on_one_line};

/// Lines that stand around a difference.
const AROUND: usize = 2;

/// Lines that are told at most.
const MOST: usize = 60;

/// Characters of a line at most.
const WIDEST: usize = 200;

/// Bytes of a text that is masked as a whole; of a longer one, what differs is.
const MOST_MASKED: usize = 1 << 20;

/// What differs, masked, with a few lines around it; each begins with a blank, `-` or `+`, and `@` stands for lines that are left out.
pub(super) fn between(before: &str, after: &str, masker: &Masker) -> Vec<String> {
    if before.len().max(after.len()) <= MOST_MASKED {
        return of_lines(&lines(&masker.mask(before)), &lines(&masker.mask(after)));
    }
    let (one, other) = (lines(before), lines(after));
    let (one, other) = parts_that_differ(&one, &other);
    of_lines(&lines(&masker.mask(&one.join("\n"))), &lines(&masker.mask(&other.join("\n"))))
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// The lines without those that both begin and end with, but for a few.
fn parts_that_differ<'a, 'b>(one: &'a [&'b str], other: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    let (start, end) = common_ends(one, other);
    let (start, end) = (start.saturating_sub(AROUND), end.saturating_sub(AROUND));
    let part = |lines: &'a [&'b str]| lines.get(start..lines.len() - end).unwrap_or_default();
    (part(one), part(other))
}

fn of_lines(before: &[&str], after: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    let mut left_out = 0;
    for hunk in hunks(before, after, AROUND) {
        let longest = hunk.before.len().max(hunk.after.len());
        if longest > hunks::MOST {
            return vec![format!("@ {longest} lines, which are too many to be compared one by one")];
        }
        if !told.is_empty() {
            told.push("@".to_owned());
        }
        for (sign, text) in hunk.lines {
            if told.len() >= MOST {
                left_out += usize::from(sign != ' ');
                continue;
            }
            told.push(line(sign, text));
        }
    }
    if left_out > 0 {
        told.push(format!("@ {left_out} more lines"));
    }
    told
}

fn line(sign: char, text: &str) -> String {
    let text = shown_on_one_line(text.trim_end_matches(['\n', '\r']));
    let mut line: String = text.chars().take(WIDEST).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    format!("{sign}{line}")
}
