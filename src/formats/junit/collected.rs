//! Text that is gathered piece by piece and kept in bounds, and its last steps: colours taken out, secrets masked, cut to what is shown.

use std::borrow::Cow;

use seatrial_model::Masker;

use crate::entities::resolved;

/// Bytes that are gathered beyond what is shown. They are masked with the rest and then cut off: of a secret that the first cut halves,
/// nothing is left.
const EDGE: usize = 4 << 10;

/// The beginning of a text.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    text: String,
    is_cut: bool,
}

impl Beginning {
    /// Adds a piece, as far as at most `most` bytes are to be shown.
    pub(crate) fn push(&mut self, piece: &str, most: usize) {
        let room = (most + EDGE).saturating_sub(self.text.len());
        let taken = piece.floor_char_boundary(room);
        self.text.push_str(&piece[..taken]);
        self.is_cut |= taken < piece.len();
    }

    /// Adds a piece of a paragraph, which does not begin with a blank line.
    pub(crate) fn push_to_paragraph(&mut self, piece: &str, most: usize) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            return self.push(piece, most);
        }
        let blank = piece.len() - piece.trim_start().len();
        match piece[..blank].rfind('\n') {
            _ if blank == piece.len() => {}
            Some(at) => self.push(&piece[at + 1..], most),
            None => self.push(piece, most),
        }
    }

    /// What follows is a paragraph of its own.
    pub(crate) fn end_paragraph(&mut self, most: usize) {
        if !self.is_cut {
            self.text.truncate(self.text.trim_end().len());
        }
        if !self.text.is_empty() {
            self.push("\n\n", most);
        }
    }

    /// Whether nothing but blanks is there.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// What is shown of it.
    pub(crate) fn shown(&self, most: usize, masker: &Masker) -> String {
        let text = without_colours(&self.text);
        let masked = masker.mask(&text);
        let safe = if self.is_cut { masked.len().saturating_sub(EDGE) } else { masked.len() };
        let end = masked.floor_char_boundary(safe.min(most));
        let shown = masked[..end].trim_end();
        if self.is_cut || end < masked.trim_end().len() { format!("{shown}…") } else { shown.to_owned() }
    }
}

/// The end of a text.
#[derive(Debug, Default)]
pub(crate) struct End {
    text: String,
    is_cut: bool,
}

impl End {
    /// Adds a piece, as far as at most `most` bytes are to be shown.
    pub(crate) fn push(&mut self, piece: &str, most: usize) {
        let kept = most + EDGE;
        let from = piece.ceil_char_boundary(piece.len().saturating_sub(kept));
        if from > 0 {
            self.text.clear();
            self.is_cut = true;
        }
        self.text.push_str(&piece[from..]);
        // Twice as much as is kept, so that the whole is moved once for as many bytes as were added.
        if self.text.len() > 2 * kept {
            let from = self.text.ceil_char_boundary(self.text.len() - kept);
            self.text.drain(..from);
            self.is_cut = true;
        }
    }

    /// What is shown of it.
    pub(crate) fn shown(&self, most: usize, masker: &Masker) -> String {
        let text = without_colours(&self.text);
        let masked = masker.mask(&text);
        let safe = if self.is_cut { EDGE.min(masked.len()) } else { 0 };
        let start = masked.ceil_char_boundary(safe.max(masked.len().saturating_sub(most)));
        let rest = &masked[start..];
        if start == 0 {
            return rest.trim().to_owned();
        }
        // The line that was cut is left out, unless it is all there is.
        match rest.split_once('\n').filter(|(_, lines)| !lines.trim().is_empty()) {
            Some((_, lines)) => format!("…\n{}", lines.trim_end()),
            None => format!("…{}", rest.trim()),
        }
    }
}

/// As much of the text of an attribute as is worth resolving, where at most `most` bytes of it are to be shown.
pub(crate) fn gathered(written: &str, most: usize) -> Cow<'_, str> {
    // A reference has a dozen bytes at most. One more than is kept says that something was cut.
    resolved(&written[..written.floor_char_boundary(12 * (most + EDGE + 1))])
}

/// A name on one line: blanks folded, at most so many characters.
pub(crate) fn name(text: &str, most: usize, masker: &Masker) -> String {
    // A character has four bytes at most, and a reference to one a dozen.
    let gathered = &text[..text.floor_char_boundary(12 * most + EDGE)];
    let is_cut = gathered.len() < text.len();
    let words = without_colours(&resolved(gathered));
    let folded = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let masked = masker.mask(&folded);
    let safe = if is_cut { masked.len().saturating_sub(EDGE) } else { masked.len() };
    let masked = &masked[..masked.floor_char_boundary(safe)];
    match masked.char_indices().nth(most) {
        Some(_) => format!("{}…", masked.chars().take(most - 1).collect::<String>()),
        None if is_cut => format!("{masked}…"),
        None => masked.to_owned(),
    }
}

/// The text without the escape sequences that colour it, and with the line ends of Unix.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\u{fffd}', '#', '\r']) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        rest = if let Some(after) = found.strip_prefix("\r\n") {
            out.push('\n');
            after
        } else if let Some(after) = after_sequence(found) {
            after
        } else {
            let mut characters = found.chars();
            out.extend(characters.next());
            characters.as_str()
        };
    }
    out.push_str(rest);
    out
}

/// What follows `ESC [ … m` and its relatives, where the text begins with one; of a colour also where ESC is what Go (U+FFFD) and pytest
/// (`#x1B`) make of a character that XML does not have.
fn after_sequence(text: &str) -> Option<&str> {
    const LONGEST: usize = 32;
    let parameters = ["\u{1b}[", "\u{fffd}[", "#x1B["].iter().find_map(|escape| text.strip_prefix(escape))?;
    let end = parameters.bytes().take(LONGEST).position(|byte| !matches!(byte, 0x20..=0x3F))?;
    let is_sequence = match parameters.as_bytes()[end] {
        b'm' => true,
        byte => text.starts_with('\u{1b}') && matches!(byte, 0x40..=0x7E),
    };
    is_sequence.then(|| &parameters[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_secret_at_the_edge_nothing_is_left() {
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        let secrets = "hunter2hunter2 ".repeat(1_000);
        for before in EDGE..EDGE + 40 {
            for middle in ["hunter2hunter2", &secrets] {
                let text = format!("{}{middle}{}", "a".repeat(before), "z".repeat(before));
                let (mut beginning, mut end) = (Beginning::default(), End::default());
                for piece in [&text[..before / 2], &text[before / 2..]] {
                    beginning.push(piece, 20);
                    end.push(piece, 20);
                }
                let (beginning, end) = (beginning.shown(20, &masker), end.shown(20, &masker));
                assert!(beginning.trim_end_matches('…').chars().all(|c| c == 'a'), "{beginning}");
                assert!(end.trim_start_matches('…').chars().all(|c| c == 'z'), "{end}");
            }
        }
    }

    #[test]
    fn much_masked_text_does_not_bring_the_edge_into_sight() {
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        for shift in 0..15 {
            let text = format!("{}{}", "-".repeat(shift), "hunter2hunter2 ".repeat(2_000));
            let (mut beginning, mut end) = (Beginning::default(), End::default());
            beginning.push(&text, 20_000);
            end.push(&text, 20_000);
            for shown in [beginning.shown(20_000, &masker), end.shown(20_000, &masker)] {
                assert!(shown.contains("*** ***") && !shown.contains('h'), "{shift}: {shown}");
            }
        }
    }

    #[test]
    fn ends_are_kept_whatever_the_pieces() {
        let masker = Masker::new();
        let mut end = End::default();
        for number in 0..100_000 {
            end.push(&format!("line {number}\n"), 30);
        }
        assert_eq!(end.shown(30, &masker), "…\nline 99998\nline 99999");
        assert!(end.text.capacity() < 64 << 10, "{}", end.text.capacity());
        let mut whole = End::default();
        whole.push("short\n", 100);
        assert_eq!(whole.shown(100, &masker), "short");
    }

    #[test]
    fn colours_go_and_other_control_characters_stay_for_the_sinks_to_escape() {
        assert_eq!(
            without_colours("\u{1b}[31;1mred\u{1b}[0m\r\n\u{1b}]0;title\u{7}\r|\u{1b}["),
            "red\n\u{1b}]0;title\u{7}\r|\u{1b}["
        );
        assert_eq!(
            without_colours("\u{fffd}[31mred\u{fffd}[0m \u{fffd}[x #x1B[1mbold #12 #x1B"),
            "red \u{fffd}[x bold #12 #x1B"
        );
    }

    #[test]
    fn names_are_one_line_of_bounded_length() {
        let masker = Masker::new();
        assert_eq!(name(" adds\n  &lt;two&gt;\tnumbers ", 300, &masker), "adds <two> numbers");
        let long = name(&"é".repeat(1 << 20), 300, &masker);
        assert_eq!((long.chars().count(), long.ends_with('…')), (300, true));
    }
}
