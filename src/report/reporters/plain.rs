//! Text from anywhere → text without characters that a terminal, a log or a reader's eye would be fooled by.

use seatrial_model::{is_unseen, push_escape};

/// On one line: line ends and tabs become blanks, as this is prose; what else is not seen is shown as an escape.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.trim_end_matches(['\n', '\r']).chars() {
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c => push_visible(&mut line, c),
        }
    }
    line
}

/// Its lines; tabs become four blanks, so that widths can be counted.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let visible = |line: &str| {
        let mut shown = String::with_capacity(line.len());
        line.trim_end_matches('\r').replace('\t', "    ").chars().for_each(|c| push_visible(&mut shown, c));
        shown
    };
    text.trim_end_matches(['\n', '\r']).split('\n').map(visible).collect()
}

fn push_visible(out: &mut String, c: char) {
    if is_unseen(c) { push_escape(out, c) } else { out.push(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escape_sequence_and_no_line_end_survives() {
        assert_eq!(one_line("a\u{1b}[31mb\nc\td\r\n"), "a\\u{1b}[31mb c d");
        assert_eq!(one_line("x\u{202e}y\u{9b}z\u{0}"), "x\\u{202e}y\\u{9b}z\\u{0}");
    }

    #[test]
    fn lines_are_split_as_they_were_written() {
        assert_eq!(lines("a\r\n\tb\rc\n\n"), ["a", "    b\\rc"]);
    }
}
