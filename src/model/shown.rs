//! Text from anywhere → text that shows what is in it: a character that a terminal or a log would obey, or that fools a reader's eye, as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text on one line: its line ends are shown as escapes, too. For a name, a path, a value, a sentence that quotes one.
#[must_use]
pub fn shown_on_one_line(text: &str) -> Cow<'_, str> {
    shown(text, is_unseen)
}

/// The text in the lines that it has.
#[must_use]
pub fn shown_in_lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| c != '\n' && is_unseen(c))
}

/// Whether a character is not seen as what it is: control characters (escape sequences begin with one), those that turn the direction of
/// reading, those that end a line for some readers, and the two that are none and that XML has no way to write.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes a character as an escape: `\n`, `\u{1b}`.
pub fn push_escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

fn shown(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    let Some(first) = text.find(&is_escaped) else { return Cow::Borrowed(text) };
    let (before, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(before);
    for c in rest.chars() {
        if is_escaped(c) {
            push_escape(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown_as_an_escape() {
        let cases = [
            ("plain ünï 名前 🚢", "plain ünï 名前 🚢"),
            ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
            ("\u{1b}[31mred\u{7f}\u{9b}", "\\u{1b}[31mred\\u{7f}\\u{9b}"),
            ("\u{61c}\u{200e}\u{200f}", "\\u{61c}\\u{200e}\\u{200f}"),
            ("a\u{202e}b\u{2066}c\u{2069}", "a\\u{202e}b\\u{2066}c\\u{2069}"),
            ("x\u{2028}y\u{ffff}", "x\\u{2028}y\\u{ffff}"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown_on_one_line(text), expected);
            assert_eq!(shown_on_one_line(expected), expected, "an escape stays one");
        }
    }

    #[test]
    fn lines_stay_lines_where_they_may() {
        assert_eq!(shown_in_lines("a\n\u{0}b\r\n"), "a\n\\u{0}b\\r\n");
    }
}
