//! The parts of a text in which ranges are written.

/// A version in a range: numbers and placeholders, pre-release and metadata.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'a> {
    /// All of it.
    pub(super) text: &'a str,
    /// The parts before, between and behind the dots; what is not there is empty.
    pub(super) numbers: [&'a str; 3],
    /// With its hyphen; may be empty.
    pub(super) pre: &'a str,
}

/// Blanks, as Go's expressions know them.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// What pre-releases and metadata are made of, beside the dots.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// What numbers of a range are made of. A bar is one of these in Masterminds' expression.
fn is_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*' | '|')
}

/// How long the words with single dots between them are that a text begins with.
pub(super) fn dotted(text: &str) -> usize {
    let word = |text: &str| text.find(|c| !is_word(c)).unwrap_or(text.len());
    let mut length = word(text);
    while length > 0
        && let Some(rest) = text.get(length..).and_then(|rest| rest.strip_prefix('.'))
        && word(rest) > 0
    {
        length += 1 + word(rest);
    }
    length
}

/// The version that a text begins with.
pub(super) fn written(text: &str) -> Option<Written<'_>> {
    let mut at = usize::from(text.starts_with('v'));
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let number = |at: usize| rest(at).find(|c| !is_number(c)).unwrap_or(rest(at).len());
    let mut numbers = [""; 3];
    for (place, slot) in numbers.iter_mut().enumerate() {
        let start = if place == 0 { at } else { at + 1 };
        let length = if place == 0 || rest(at).starts_with('.') { number(start) } else { 0 };
        if length == 0 {
            break;
        }
        *slot = text.get(start..start + length).unwrap_or_default();
        at = start + length;
    }
    if numbers.first().is_none_or(|first| first.is_empty()) {
        return None;
    }
    let behind = |sign: char, at: usize| rest(at).strip_prefix(sign).map_or(0, dotted);
    let pre = at;
    at += Some(behind('-', at)).filter(|length| *length > 0).map_or(0, |length| length + 1);
    let pre = text.get(pre..at).unwrap_or_default();
    at += Some(behind('+', at)).filter(|length| *length > 0).map_or(0, |length| length + 1);
    Some(Written { text: text.get(..at).unwrap_or_default(), numbers, pre })
}

/// `1.0 - 2.0` becomes `>= 1.0, <= 2.0 `, wherever it stands, with the blanks around it.
pub(super) fn without_hyphens(text: &str) -> String {
    let mut rewritten = text.to_owned();
    let mut rest = text;
    while !rest.is_empty() {
        let step = match hyphen(rest) {
            Some((whole, from, to)) => {
                rewritten = rewritten.replacen(whole, &format!(">= {from}, <= {to} "), 1);
                whole.len()
            }
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
        rest = rest.get(step..).unwrap_or_default();
    }
    rewritten
}

/// The hyphen range that a text begins with, with the blanks around it, and both ends.
fn hyphen(text: &str) -> Option<(&str, &str, &str)> {
    let from = written(text.trim_start_matches(is_blank))?.text;
    let start = text.len() - text.trim_start_matches(is_blank).len() + from.len();
    let behind = text.get(start..)?;
    let rest = behind.trim_start_matches(is_blank).strip_prefix('-')?;
    let to = rest.trim_start_matches(is_blank);
    if !behind.starts_with(is_blank) || !rest.starts_with(is_blank) {
        return None;
    }
    let end = written(to)?.text;
    let after = to.get(end.len()..)?.trim_start_matches(is_blank);
    Some((text.get(..text.len() - after.len())?, from, end))
}
