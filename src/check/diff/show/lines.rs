//! Two texts of several lines, line by line.

use seatrial_model::shown_on_one_line;
use similar::{Algorithm, ChangeTag, TextDiff};

/// Lines that stand around a difference.
const AROUND: usize = 2;

/// Lines that are told at most.
const MOST: usize = 60;

/// Characters of a line at most.
const WIDEST: usize = 200;

/// Longer texts are not compared line by line.
const MOST_COMPARED: usize = 20_000;

/// What differs, with a few lines around it; each begins with a blank, `-` or `+`, and `@` stands for lines that are left out. Empty where the
/// texts are too long to be compared.
pub(super) fn between(before: &str, after: &str) -> Vec<String> {
    if before.lines().count().max(after.lines().count()) > MOST_COMPARED {
        return Vec::new();
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(before, after);
    let mut told = Vec::new();
    let mut left_out = 0;
    for group in diff.grouped_ops(AROUND) {
        if !told.is_empty() {
            told.push("@".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            if told.len() >= MOST {
                left_out += usize::from(change.tag() != ChangeTag::Equal);
                continue;
            }
            told.push(line(change.tag(), change.value()));
        }
    }
    if left_out > 0 {
        told.push(format!("@ {left_out} more lines"));
    }
    told
}

fn line(tag: ChangeTag, text: &str) -> String {
    let sign = match tag {
        ChangeTag::Equal => ' ',
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
    };
    let text = shown_on_one_line(text.trim_end_matches(['\n', '\r']));
    let mut line: String = text.chars().take(WIDEST).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    format!("{sign}{line}")
}
