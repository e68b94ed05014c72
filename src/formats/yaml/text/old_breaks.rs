//! The three line ends that YAML 1.1 has and 1.2 has not: U+0085, U+2028, U+2029. go-yaml reads them so, our parser takes them for text.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::ScalarStyle;

use crate::text::problem::Problem;

/// One of the three.
pub(crate) fn is_old_break(c: char) -> bool {
    matches!(c, NEXT_LINE | '\u{2028}' | '\u{2029}')
}

/// U+0085, which go-yaml reads as `\n`; it keeps the other two.
pub(crate) const NEXT_LINE: char = '\u{85}';

/// A text with the line ends in it folded as in quotes: blanks around them are dropped, a single `\n` is a space, of several the first is
/// dropped.
pub(crate) fn folded(text: &str, is_end: impl Fn(char) -> bool, is_blank: impl Fn(char) -> bool) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&is_end) {
        let line = rest.get(..at).unwrap_or_default();
        let from_end = rest.get(at..).unwrap_or_default();
        let next = from_end.trim_start_matches(|c| is_end(c) || is_blank(c));
        let ends = from_end.get(..from_end.len() - next.len()).unwrap_or_default();
        let mut ends = ends.chars().filter(|c| is_end(*c)).map(|c| if c == NEXT_LINE { '\n' } else { c });
        folded.push_str(line.trim_end_matches(&is_blank));
        let (first, others) = (ends.next(), ends.collect::<String>());
        match first {
            Some('\n') if others.is_empty() => folded.push(' '),
            Some('\n') | None => {}
            Some(kept) => folded.push(kept),
        }
        folded.push_str(&others);
        rest = next;
    }
    folded.push_str(rest);
    folded
}

/// The value that go-yaml reads where one of the three stands bare in a scalar; a problem where it would end a line and the rest with it.
pub(crate) fn read<'a>(
    value: Cow<'a, str>,
    written: &Range<usize>,
    text: &str,
    style: ScalarStyle,
) -> Result<Cow<'a, str>, Problem> {
    let source = text.get(written.clone()).unwrap_or_default();
    let Some(at) = source.find(is_old_break) else { return Ok(value) };
    let is_blank = |c| matches!(c, ' ' | '\t');
    let ends_line = |c: char| is_old_break(c) || is_blank(c);
    match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Ok(folded(&value, is_old_break, is_blank).into()),
        ScalarStyle::Plain => {
            let kept = value.trim_end_matches(ends_line);
            if kept.contains(is_old_break) {
                Err(problem(written.start + at, source, at))
            } else {
                Ok(kept.to_owned().into())
            }
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let rest_is_blank = |(at, _)| {
                let rest = source.get(at..).unwrap_or_default();
                rest.split(['\n', '\r']).next().unwrap_or_default().trim_matches(ends_line).is_empty()
            };
            match source.match_indices(is_old_break).find(|end| !rest_is_blank(*end)) {
                Some((at, _)) => Err(problem(written.start + at, source, at)),
                None => Ok(chomped(&value.replace(NEXT_LINE, "\n"), source).into()),
            }
        }
    }
}

/// The value of a text block with as many line ends behind its last line as its header asks for; all of them are there.
fn chomped(value: &str, source: &str) -> String {
    let kept = value.trim_end_matches(|c| c == '\n' || is_old_break(c));
    let ends = value.get(kept.len()..).unwrap_or_default();
    let header = source.split(['\n', '\r', '#']).next().unwrap_or_default();
    let ends = match ends.chars().next() {
        _ if header.contains('+') => ends,
        Some(first) if !header.contains('-') && !kept.is_empty() => ends.get(..first.len_utf8()).unwrap_or_default(),
        _ => "",
    };
    [kept, ends].concat()
}

/// A comment ends there, and what follows is not a comment any more.
pub(crate) fn check_comment(written: &Range<usize>, text: &str) -> Result<(), Problem> {
    let source = text.get(written.clone()).unwrap_or_default();
    let Some(at) = source.find(is_old_break) else { return Ok(()) };
    let mut lines = source.split(is_old_break).skip(1).map(|line| line.trim_matches([' ', '\t']));
    if lines.all(|line| line.is_empty() || line.starts_with('#')) {
        Ok(())
    } else {
        Err(problem(written.start + at, source, at))
    }
}

fn problem(start: usize, source: &str, at: usize) -> Problem {
    let c = source.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(NEXT_LINE);
    let message = format!("the invisible character U+{:04X} ends the line for kubectl and kustomize", u32::from(c));
    Problem::new(start, start + c.len_utf8(), message)
        .with_help("replace it with a line break or a space, or escape it in double quotes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_as_go_yaml_folds_line_ends_in_quotes() {
        let cases = [
            ("a\u{85}b", "a b"),
            ("\u{85}\u{85} a \u{85} b\u{85}", "\na b "),
            ("a\u{85} \u{85}b", "a\nb"),
            ("a \u{85}  ", "a "),
            ("a \u{2028}  b", "a\u{2028}b"),
            ("a\u{2028} \u{85}b", "a\u{2028}\nb"),
            ("a\u{85}\u{2029}b", "a\u{2029}b"),
        ];
        for (text, expected) in cases {
            assert_eq!(folded(text, is_old_break, |c| c == ' '), expected, "{text:?}");
        }
    }
}
