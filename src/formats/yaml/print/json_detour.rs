//! What kustomize's detour through JSON does to texts, and what it cannot carry: kustomize reads its own JSON with go-yaml version 2.

use seatrial_model::{Entry, Finding, Key, Node, Question, ScalarKind, Span, Style, Value, ids};

use crate::scalars::place::Place;
use crate::scalars::style::is_block_in_first_print;
use crate::text::old_breaks::{NEXT_LINE, folded};

/// go-yaml takes no longer key in front of a `:`, counted in characters of the JSON, quotes included.
const LONGEST_KEY: usize = 1024;

/// The text behind the detour, where it is another: U+0085 stands bare in JSON, so it is folded like a line end in double quotes.
pub(crate) fn changed(text: &str) -> Option<String> {
    (!text.is_ascii() && text.contains(NEXT_LINE)).then(|| folded(text, |c| c == NEXT_LINE, |c| c == ' '))
}

/// The first thing in an object that makes kustomize fail when it prints it: a key that is not text, a number that JSON has not, a
/// character that YAML forbids.
#[must_use]
pub fn kustomize_cannot_print(object: &Node) -> Option<Finding> {
    // At the top, and only there, kustomize takes every key as text.
    let place = Place::Block.inside_of(object);
    object.entries().iter().find_map(|entry| unusual_key(&entry.key).or_else(|| below(&entry.value, place)))
}

fn below(node: &Node, place: Place) -> Option<Finding> {
    let inside = place.inside_of(node);
    match node.value() {
        Value::Mapping(entries) => {
            let first = || entries.iter().find_map(|entry| pair(entry, inside));
            let is_printable = inside == Place::Block && entries.answer(Question::IsPrintable, || first().is_none());
            if is_printable { None } else { first() }
        }
        Value::Sequence(items) => items.iter().find_map(|item| below(item, inside)),
        Value::Scalar(text) => scalar(node, text),
    }
}

fn pair(entry: &Entry, place: Place) -> Option<Finding> {
    let what = match entry.key.kind {
        ScalarKind::String => return unusual_key(&entry.key).or_else(|| below(&entry.value, place)),
        // Its first print puts quotes around it.
        ScalarKind::Timestamp if place == Place::Flow && entry.key.text.contains(':') => {
            return below(&entry.value, place);
        }
        ScalarKind::Bool => "a boolean",
        ScalarKind::Timestamp => "a date",
        _ => "a number",
    };
    let message = format!("the key `{}` is {what}, and kustomize fails on keys that are not strings", entry.key.text);
    Some(finding(entry.key.span, message, "put the key in quotes"))
}

fn unusual_key(key: &Key) -> Option<Finding> {
    let text = key.text.as_str();
    if is_harmless(text) && text.len() <= LONGEST_KEY / 6 {
        return None;
    }
    if let Some(c) = forbidden(text) {
        return Some(character(key.span, c));
    }
    if !is_short_enough(text) {
        let message = "the key is too long for kustomize, which then fails to print the object";
        return Some(finding(key.span, message.to_owned(), "shorten it to at most 1022 characters"));
    }
    (!text.is_ascii() && text.contains(NEXT_LINE)).then(|| character(key.span, NEXT_LINE))
}

/// Whether go-yaml takes the text as a key in JSON.
pub(crate) fn is_short_enough(text: &str) -> bool {
    text.len() <= LONGEST_KEY / 6 || json_length(text) <= LONGEST_KEY
}

fn scalar(node: &Node, text: &str) -> Option<Finding> {
    let infinite =
        || text.trim_start_matches(['+', '-']).starts_with(['.']) && text.ends_with(|c: char| c.is_alphabetic());
    match node.kind() {
        ScalarKind::Float if infinite() => {
            let message = format!("`{text}` is not a number in JSON, and kustomize fails on it");
            Some(finding(node.span(), message, "put it in quotes if a string is meant"))
        }
        ScalarKind::String if is_block_with_a_tab(node, text) => {
            let message = "a text block starts with a tab, and kustomize fails to read it back";
            Some(finding(node.span(), message.to_owned(), "write the text in double quotes, with the tab as `\\t`"))
        }
        ScalarKind::String => forbidden(text).map(|c| character(node.span(), c)),
        _ => None,
    }
}

/// A text block whose first line starts with a tab is printed without saying how deep it is indented.
fn is_block_with_a_tab(node: &Node, text: &str) -> bool {
    let is_block = matches!(node.style(), Style::Literal | Style::Folded);
    is_block && text.starts_with('\t') && is_block_in_first_print(text)
}

fn character(span: Span, c: char) -> Finding {
    let message = format!("the character U+{:04X} makes kustomize fail to print the object", u32::from(c));
    finding(span, message, "remove it")
}

fn finding(span: Span, message: String, help: &str) -> Finding {
    Finding::new(ids::INVALID_OBJECT, span, message).with_help(help)
}

/// A character that Go's JSON leaves as it is and go-yaml refuses.
pub(crate) fn forbidden(text: &str) -> Option<char> {
    if is_harmless(text) {
        return None;
    }
    text.chars().find(|c| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}

/// Whether a text has nothing but ASCII, without DEL: most have, and all of one are looked at together.
pub(crate) fn is_harmless(text: &str) -> bool {
    text.bytes().fold(0, |highest: u8, byte| highest.max(byte)) < 0x7f
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
