//! What is wrong with an expression, in Go's words.

use super::Expression;

/// What is wrong with a pattern, as Go says it.
#[must_use]
pub fn in_words_of_go(error: &str, pattern: &str) -> String {
    let named = || error.split('`').nth(1).unwrap_or_default();
    if error.contains("has no `]`") {
        return format!("missing closing ]: `{}`", pattern.rfind('[').map_or("", |at| &pattern[at..]));
    }
    if error == "unclosed group" {
        return format!("missing closing ): `{pattern}`");
    }
    if error == "unopened group" {
        return format!("unexpected ): `{pattern}`");
    }
    if error.contains("nothing before") {
        return format!("missing argument to repetition operator: `{}`", named());
    }
    if error.contains("repeats a repetition") {
        return format!("invalid nested repetition operator: `{}`", doubled(pattern).unwrap_or_else(named));
    }
    if error.contains("is not a count") {
        return format!("invalid repeat count: `{}`", named());
    }
    if error.contains("is not an escape sequence") {
        return format!("invalid escape sequence: `{}`", named());
    }
    if error.contains("character class range") {
        return format!("invalid character class range: `{}`", backwards(pattern).unwrap_or(pattern));
    }
    error.to_owned()
}

/// Two repetitions behind each other.
fn doubled(pattern: &str) -> Option<&str> {
    let pair = Expression::new(r"(?:[*+?]|\{[0-9,]+\})\??(?:[*+?]|\{[0-9,]+\})").ok()?;
    pair.find(pattern, 1).pop().map(|range| &pattern[range])
}

/// A range whose end is before its start.
fn backwards(pattern: &str) -> Option<&str> {
    let ranges = Expression::new(r"(?s).-.").ok()?.find(pattern, -1);
    let is_backwards = |range: &str| range.chars().next() > range.chars().last();
    ranges.into_iter().map(|range| &pattern[range]).find(|range| is_backwards(range))
}
