//! Text from anywhere → text without characters that a terminal, a log or a reader's eye would be fooled by.

/// What stands in the place of a character that is not shown.
const REPLACEMENT: char = '\u{fffd}';

/// On one line: line ends and tabs become blanks, one character for one character.
pub(crate) fn one_line(text: &str) -> String {
    text.trim_end_matches(['\n', '\r'])
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { visible(c) })
        .collect()
}

/// Its lines; tabs become four blanks, so that widths can be counted.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let kept = text.trim_end_matches(['\n', '\r']);
    kept.split('\n')
        .map(|line| line.trim_end_matches('\r').replace('\t', "    ").chars().map(visible).collect())
        .collect()
}

/// Control characters (escape sequences begin with one) and those that turn the direction of reading are not shown.
fn visible(c: char) -> char {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // Line and paragraph separators end a line for some readers; the last two are no characters at all.
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    if c.is_control() || turns || ends_line { REPLACEMENT } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escape_sequence_and_no_line_end_survives() {
        assert_eq!(one_line("a\u{1b}[31mb\nc\td\r\n"), "a\u{fffd}[31mb c d");
        assert_eq!(one_line("x\u{202e}y\u{9b}z\u{0}"), "x\u{fffd}y\u{fffd}z\u{fffd}");
    }

    #[test]
    fn lines_are_split_as_they_were_written() {
        assert_eq!(lines("a\r\n\tb\rc\n\n"), ["a", "    b\u{fffd}c"]);
    }
}
