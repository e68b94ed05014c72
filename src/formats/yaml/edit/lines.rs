//! Lines of a text: where they start and end, and which line end the file has.

use crate::text::problem::{WHITE, line_end, line_start};

/// The line end of the file: that of its first line.
pub(crate) fn end_of_lines(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line behind the one of `at` starts; the end of the text when it is the last.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    match text.get(end..) {
        Some(rest) if rest.starts_with("\r\n") => end + 2,
        Some(rest) if !rest.is_empty() => end + 1,
        _ => end,
    }
}

/// Where the lines behind that of `at` are no longer blank.
pub(crate) fn behind_blank_lines(text: &str, at: usize) -> usize {
    let mut next = next_line(text, at);
    while next < text.len() && is_white(text.get(next..line_end(text, next)).unwrap_or_default()) {
        next = next_line(text, next);
    }
    next
}

/// Whether only blanks stand before `at` on its line; a byte order mark is none.
pub(crate) fn starts_line(text: &str, at: usize) -> bool {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    before.trim_start_matches('\u{feff}').trim_matches(' ').is_empty()
}

/// Whether nothing but blanks follows `at` on its line.
pub(crate) fn ends_line(text: &str, at: usize) -> bool {
    is_white(text.get(at..line_end(text, at)).unwrap_or_default())
}

/// The column of `at` in characters, from 0; a byte order mark is none.
pub(crate) fn column(text: &str, at: usize) -> usize {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    before.trim_start_matches('\u{feff}').chars().count()
}

/// Whether a piece holds white space only, or nothing.
pub(crate) fn is_white(text: &str) -> bool {
    text.trim_start_matches(WHITE).is_empty()
}

/// Where blanks from `at` on end, lines included.
pub(crate) fn behind_blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches(WHITE).len()
}
