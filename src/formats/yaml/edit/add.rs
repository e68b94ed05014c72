//! A pair or an item that was not there, at the end of its collection.

use seatrial_model::{Node, Style, Value};

use super::form::{as_block, in_brackets, key as key_form, on_lines, on_one_line};
use super::lines::{behind_blank_lines, column, end_of_lines, is_white, next_line};
use super::replace::{indented, quotes_of};
use super::spot::{self, Spot, is_flow};
use super::{Splice, is_block};
use crate::read::span::first_dash;
use crate::text::problem::{WHITE, line_end, line_start};

/// Columns per level.
const INDENT: usize = 2;

/// Ways to add a pair to the mapping at a spot.
pub(crate) fn pair(text: &str, holder: &Spot<'_>, key: &str, value: &Node) -> Vec<Splice> {
    let like = holder.node.entries().last().map_or(Style::Plain, |e| e.key.style);
    if is_flow(holder) {
        let quotes = quotes_of(holder);
        let pair = format!("{}: {}", key_form(key, like, true), in_brackets(value, quotes));
        return in_flow(text, holder, &pair);
    }
    let indent = column(text, holder.written.start);
    let key = key_form(key, like, false);
    let bodies = match value.value() {
        Value::Scalar(_) => {
            let block = value.as_str().filter(|v| v.contains('\n')).and_then(|v| as_block(v, false));
            let block = block.map(|(header, lines)| (format!("{key}: {header}"), lines));
            let inline =
                on_one_line(value, Style::Plain, false).into_iter().map(|v| (format!("{key}: {v}"), Vec::new()));
            block.into_iter().chain(inline).collect()
        }
        _ if is_block(value) => vec![(format!("{key}:"), on_lines(value))],
        _ => vec![(format!("{key}: {}", in_brackets(value, Style::Plain)), Vec::new())],
    };
    let below = indent + if value.is_sequence() { list_indent(text, holder) } else { INDENT };
    let end = end_of_lines(text);
    let bodies = bodies.into_iter().map(|(first, rest)| {
        let rest = if rest.is_empty() { String::new() } else { format!("{end}{}", indented(&rest, below, end)) };
        format!("{:indent$}{first}{rest}", "")
    });
    bodies.flat_map(|body| on_new_lines(text, holder, &body)).collect()
}

/// Ways to add an item to the list at a spot.
pub(crate) fn item(text: &str, holder: &Spot<'_>, value: &Node) -> Vec<Splice> {
    if is_flow(holder) {
        return in_flow(text, holder, &in_brackets(value, quotes_of_items(holder)));
    }
    let Some(dash) = first_dash(text, holder.written.start, holder.written.end) else { return Vec::new() };
    let indent = column(text, dash);
    let like = holder.node.items().last().filter(|i| i.scalar_text().is_some()).map_or(Style::Plain, Node::style);
    let end = end_of_lines(text);
    let bodies: Vec<String> = match value.value() {
        Value::Scalar(_) => {
            let lines = value.as_str().filter(|v| v.contains('\n') && like != Style::DoubleQuoted);
            let block = lines.and_then(|v| as_block(v, false));
            let block = block.map(|(header, lines)| format!("{header}{end}{}", indented(&lines, indent + INDENT, end)));
            block.into_iter().chain(on_one_line(value, like, false)).collect()
        }
        _ if is_block(value) => {
            vec![indented(&on_lines(value), indent + INDENT, end).trim_start_matches(' ').to_owned()]
        }
        _ => vec![in_brackets(value, Style::Plain)],
    };
    bodies.iter().flat_map(|body| on_new_lines(text, holder, &format!("{:indent$}- {body}", ""))).collect()
}

/// Behind the last line of a collection; behind the blank lines below it when those belong to a text block.
fn on_new_lines(text: &str, holder: &Spot<'_>, body: &str) -> Vec<Splice> {
    let end = end_of_lines(text);
    let at_line = |at: usize| {
        let misses_end = at == text.len() && !text.ends_with('\n');
        let text = if misses_end { format!("{end}{body}") } else { format!("{body}{end}") };
        Splice { start: at, end: at, text }
    };
    let last = end_of_last(text, holder);
    vec![at_line(next_line(text, last)), at_line(behind_blank_lines(text, last))]
}

/// Where the last child of a collection ends, an alias or nothing at all included.
fn end_of_last(text: &str, holder: &Spot<'_>) -> usize {
    let last = match holder.node.value() {
        Value::Mapping(entries) => entries.len().checked_sub(1).map(|last| spot::pair(text, holder, last)),
        Value::Sequence(items) => items.len().checked_sub(1).map(|last| spot::item(text, holder, last)),
        Value::Scalar(_) => None,
    };
    match last {
        Some(Ok(spot)) => spot.written.end.max(holder.written.end),
        _ => holder.written.end,
    }
}

/// Before the closing bracket, like the last child there: on a line of its own or behind it.
fn in_flow(text: &str, holder: &Spot<'_>, body: &str) -> Vec<Splice> {
    let count = holder.node.entries().len().max(holder.node.items().len());
    let close = holder.written.end.saturating_sub(1);
    let Some(last) = count.checked_sub(1) else {
        let start = holder.written.start + 1;
        return vec![Splice { start, end: close.max(start), text: body.to_owned() }];
    };
    let (start, end) = if holder.node.is_mapping() {
        let start = holder.node.entries().get(last).map_or(close, |e| e.key.span.start as usize);
        (start, spot::pair(text, holder, last).map_or(close, |s| s.written.end))
    } else {
        spot::item(text, holder, last).map_or((close, close), |s| (s.behind, s.written.end))
    };
    let indentation = text.get(line_start(text, start)..start).unwrap_or_default();
    if !is_white(indentation) || line_start(text, start) <= holder.written.start {
        // Right behind a `:` a comma would be part of the key.
        let separator = if text.get(..end).is_some_and(|before| before.ends_with(':')) { " , " } else { ", " };
        return vec![Splice { start: end, end, text: format!("{separator}{body}") }];
    }
    let new_line = format!("{}{indentation}{body}", end_of_lines(text));
    let rest = text.get(end..line_end(text, end)).unwrap_or_default();
    let behind_comma = rest.trim_start_matches(WHITE).strip_prefix(',');
    let is_last =
        |rest: &str| rest.trim_start_matches(WHITE).is_empty() || rest.trim_start_matches(WHITE).starts_with('#');
    let (start, end, text) = match behind_comma {
        Some(behind) if is_last(behind) => (end + rest.len(), end + rest.len(), format!("{new_line},")),
        None if is_last(rest) => (end, end + rest.len(), format!(",{rest}{new_line}")),
        _ => (end, end, format!(",{new_line}")),
    };
    vec![Splice { start, end, text }]
}

fn quotes_of_items(holder: &Spot<'_>) -> Style {
    let strings = holder.node.items().iter().filter(|item| item.as_str().is_some());
    match strings.map(Node::style).next_back() {
        Some(style) => style,
        None => quotes_of(holder),
    }
}

/// How far lists are indented below their keys among the neighbours; not at all without one.
fn list_indent(text: &str, holder: &Spot<'_>) -> usize {
    let lists = holder.node.entries().iter().filter(|e| e.value.is_sequence() && is_block(&e.value));
    lists
        .map(|e| column(text, e.value.span().start as usize).saturating_sub(column(text, e.key.span.start as usize)))
        .next()
        .unwrap_or(0)
}
