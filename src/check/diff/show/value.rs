//! A value as text.

use seatrial_model::{Masker, Node, Value, shown_in_lines};
use seatrial_yaml::emit;

/// Characters of a value at most.
const LONGEST: usize = 2_000;

/// Lines of a value at most.
const MOST_LINES: usize = 40;

/// Bytes of a text that are looked at, when only its beginning will be shown.
const BEGINNING: usize = 20 * LONGEST;

/// A value as YAML, masked and cut; a string of one line without quotes that it does not need, one of several lines as it is.
pub(super) fn shown(node: &Node, masker: &Masker) -> String {
    let text = match node.value() {
        Value::Scalar(text) if text.contains('\n') => cut(&masker.mask(beginning(text))),
        Value::Scalar(text) if text.len() > BEGINNING => cut(&masker.mask(beginning(text))),
        _ => cut(&masker.mask(emit(node).trim_end())),
    };
    shown_in_lines(&text).into_owned()
}

/// Two texts of one line that are longer than this are shown from where they begin to differ.
const LONG: usize = 120;

/// Characters that stand before the difference of two long texts.
const BEFORE: usize = 20;

/// Two values beside each other: of long texts that begin alike, what differs.
pub(super) fn shown_beside(before: &Node, after: &Node, masker: &Masker) -> (String, String) {
    let is_line = |text: &&str| !text.contains('\n');
    let texts = before.as_str().filter(is_line).zip(after.as_str().filter(is_line));
    let Some((one, other)) = texts.filter(|(one, other)| one.len().max(other.len()) > LONG) else {
        return (shown(before, masker), shown(after, masker));
    };
    let (one, other) = (masker.mask(one), masker.mask(other));
    let common = one.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b).count();
    let cut_at = |text: &str| match common.saturating_sub(BEFORE) {
        0 => cut(text),
        skipped => cut(&format!("…{}", text.chars().skip(skipped).collect::<String>())),
    };
    (shown_in_lines(&cut_at(&one)).into_owned(), shown_in_lines(&cut_at(&other)).into_owned())
}

/// The text of a string of several lines.
pub(super) fn long_text(node: &Node) -> Option<&str> {
    node.as_str().filter(|text| text.trim_end().contains('\n'))
}

/// How long a secret value is, roughly: that it became empty or much longer is worth knowing.
pub(super) fn size_class(node: &Node) -> String {
    if node.scalar_text().is_some_and(|text| text.starts_with("ENC[")) {
        return "*** (encrypted)".to_owned();
    }
    let length = node.scalar_text().map_or(0, str::len);
    let class = match length {
        0 => "empty",
        1..=15 => "under 16 bytes",
        16..=255 => "16 to 255 bytes",
        256..=4_095 => "256 bytes to 4 kB",
        _ => "4 kB or more",
    };
    format!("*** ({class})")
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(BEGINNING);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// As many characters and lines as can be read; how much is left out is said.
fn cut(text: &str) -> String {
    let lines = text.lines().count();
    let mut kept: String = text.chars().take(LONGEST).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    if kept.lines().count() > MOST_LINES {
        kept = kept.lines().take(MOST_LINES).collect::<Vec<_>>().join("\n");
    }
    let left_out = lines.saturating_sub(kept.lines().count());
    if left_out > 0 {
        kept = format!("{}\n… {left_out} more lines", kept.trim_end_matches('\n'));
    }
    kept
}
