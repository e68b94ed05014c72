//! What kustomize's detour through JSON does to texts, and what it cannot carry: kustomize reads its own JSON with go-yaml version 2.

use seatrial_model::{Entry, Finding, Key, Node, ScalarKind, Span, Style, Value, ids};

/// go-yaml takes no longer key in front of a `:`, counted in characters of the JSON, quotes included.
const LONGEST_KEY: usize = 1024;
/// A line end to go-yaml, and an ordinary character to Go's JSON.
const NEXT_LINE: char = '\u{85}';

/// The text behind the detour, where it is another: U+0085 stands bare in JSON, so it is folded like a line end in double quotes.
pub(crate) fn changed(text: &str) -> Option<String> {
    if !text.contains(NEXT_LINE) {
        return None;
    }
    let mut lines = text.split(NEXT_LINE);
    let mut folded = lines.next().unwrap_or_default().trim_end_matches(' ').to_owned();
    let mut ends = 0;
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        ends += 1;
        let line = line.trim_start_matches(' ');
        let line = if lines.peek().is_some() { line.trim_end_matches(' ') } else { line };
        if line.is_empty() && lines.peek().is_some() {
            continue;
        }
        folded.push_str(&if ends == 1 { " ".to_owned() } else { "\n".repeat(ends - 1) });
        folded.push_str(line);
        ends = 0;
    }
    Some(folded)
}

/// The first thing in an object that makes kustomize fail when it prints it: a key that is no text, a number that JSON has not, a
/// character that YAML forbids.
#[must_use]
pub fn kustomize_cannot_print(object: &Node) -> Option<Finding> {
    // At the top, and only there, kustomize takes every key as text.
    object.entries().iter().find_map(|entry| unusual_key(&entry.key).or_else(|| below(&entry.value)))
}

fn below(node: &Node) -> Option<Finding> {
    match node.value() {
        Value::Mapping(entries) => entries.iter().find_map(pair),
        Value::Sequence(items) => items.iter().find_map(below),
        Value::Scalar(text) => scalar(node, text),
    }
}

fn pair(entry: &Entry) -> Option<Finding> {
    let what = match entry.key.kind {
        ScalarKind::String => return unusual_key(&entry.key).or_else(|| below(&entry.value)),
        ScalarKind::Bool => "a boolean",
        ScalarKind::Timestamp => "a date",
        _ => "a number",
    };
    let message = format!("the key `{}` is {what}, and kustomize fails at keys that are no text", entry.key.text);
    Some(finding(entry.key.span, message, "put the key in quotes"))
}

fn unusual_key(key: &Key) -> Option<Finding> {
    let text = key.text.as_str();
    if let Some(c) = forbidden(text) {
        return Some(character(key.span, c));
    }
    if text.len() > LONGEST_KEY / 6 && json_length(text) > LONGEST_KEY {
        let message = "the key is too long for kustomize, which then fails to print the object";
        return Some(finding(key.span, message.to_owned(), "shorten it to at most 1022 characters"));
    }
    text.contains(NEXT_LINE).then(|| character(key.span, NEXT_LINE))
}

fn scalar(node: &Node, text: &str) -> Option<Finding> {
    let infinite =
        || text.trim_start_matches(['+', '-']).starts_with(['.']) && text.ends_with(|c: char| c.is_alphabetic());
    match node.kind() {
        ScalarKind::Float if infinite() => {
            let message = format!("`{text}` is no number in JSON, and kustomize fails at it");
            Some(finding(node.span(), message, "put it in quotes if the text is meant"))
        }
        ScalarKind::String if text.starts_with('\t') && matches!(node.style(), Style::Literal | Style::Folded) => {
            let message = "a text block starts with a tab, and kustomize fails to read it back";
            Some(finding(node.span(), message.to_owned(), "write the text in double quotes, the tab as `\\t`"))
        }
        ScalarKind::String => forbidden(text).map(|c| character(node.span(), c)),
        _ => None,
    }
}

fn character(span: Span, c: char) -> Finding {
    let message = format!("the character U+{:04X} makes kustomize fail to print the object", u32::from(c));
    finding(span, message, "remove it")
}

fn finding(span: Span, message: String, help: &str) -> Finding {
    Finding::new(ids::INVALID_OBJECT, span, message).with_help(help)
}

/// A character that Go's JSON leaves as it is and go-yaml refuses.
fn forbidden(text: &str) -> Option<char> {
    // Most texts have none of the bytes that such a character starts with.
    if !text.bytes().any(|b| matches!(b, 0x7f | 0xc2 | 0xef)) {
        return None;
    }
    text.chars().find(|c| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}

/// Characters of a text in Go's JSON, with its quotes.
fn json_length(text: &str) -> usize {
    let length = |c| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    };
    text.chars().map(length).sum::<usize>() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_next_line_characters_as_go_yaml_folds_line_ends() {
        let cases = [
            ("a", None),
            ("a\u{85}b", Some("a b")),
            ("\u{85}\u{85} a \u{85} b\u{85}", Some("\na b ")),
            ("a\u{85} \u{85}b", Some("a\nb")),
            ("a \u{85}  ", Some("a ")),
        ];
        for (text, expected) in cases {
            assert_eq!(changed(text).as_deref(), expected, "{text:?}");
        }
    }
}
