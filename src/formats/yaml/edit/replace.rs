//! A value in the place of another.

use seatrial_model::{Node, Style, Value};

use super::form::{as_block, in_brackets, on_lines, on_one_line};
use super::lines::{behind_blank_lines, column, end_of_lines, ends_line, is_white, next_line, starts_line};
use super::spot::{Holder, Spot};
use super::{Splice, is_block};
use crate::text::problem::{WHITE, line_end, line_start};

/// Columns per level.
const INDENT: usize = 2;

/// Ways to put `value` at a spot, best first.
pub(crate) fn proposals(text: &str, spot: &Spot<'_>, value: &Node) -> Vec<Splice> {
    let mut splices = Vec::new();
    let style = spot.node.style();
    if !spot.in_flow && is_block_text(spot, value) {
        splices.extend(text_block(text, spot, value));
    }
    if let Value::Scalar(_) = value.value() {
        let like = if spot.node.scalar_text().is_some() { style } else { Style::Plain };
        for form in on_one_line(value, like, spot.in_flow) {
            splices.extend(inline(text, spot, &form));
        }
        return splices;
    }
    let brackets = inline(text, spot, &in_brackets(value, quotes_of(spot)));
    let stays_in_brackets = spot.in_flow || (style == Style::Flow && !is_empty(spot.node)) || is_empty(value);
    if stays_in_brackets {
        return brackets;
    }
    // A comment behind the value would go to the last line.
    if !ends_line(text, spot.written.end) {
        splices.extend(brackets);
        splices.extend(lines(text, spot, value));
        return splices;
    }
    splices.extend(lines(text, spot, value));
    splices.extend(brackets);
    splices
}

/// Whether a text is better written as a block: the old one was, or it has several lines and the old one had no quotes.
fn is_block_text(spot: &Spot<'_>, value: &Node) -> bool {
    let Some(new) = value.as_str() else { return false };
    match spot.node.style() {
        _ if spot.node.scalar_text().is_none() => new.contains('\n'),
        Style::Literal | Style::Folded => true,
        Style::Plain | Style::SingleQuoted => new.contains('\n'),
        Style::DoubleQuoted | Style::Flow => false,
    }
}

/// The style of quotes that JSON asks for, where the file looks like JSON there.
pub(crate) fn quotes_of(spot: &Spot<'_>) -> Style {
    let keys = spot.node.entries().iter().map(|e| e.key.style);
    if keys.clone().count() > 0 && keys.into_iter().all(|style| style == Style::DoubleQuoted) {
        return Style::DoubleQuoted;
    }
    Style::Plain
}

/// On the line of its key, dash or bracket.
fn inline(text: &str, spot: &Spot<'_>, form: &str) -> Vec<Splice> {
    let between = text.get(spot.behind..spot.written.start).unwrap_or_default();
    let gap = match spot.holder {
        Holder::Key { has_colon: false, .. } => ": ",
        Holder::Key { .. } => " ",
        Holder::Item { .. } if !spot.in_flow => " ",
        _ => "",
    };
    let comment = header_comment(text, spot).map(|comment| format!(" {comment}")).unwrap_or_default();
    let in_place = Splice {
        start: spot.written.start,
        end: spot.written.end,
        text: format!("{}{form}{comment}", to_be_inside(text, spot)),
    };
    if spot.written.is_empty() {
        let at = spot.written.start;
        if let Some(question) = explicit_key(text, spot) {
            let (at, end_of_line) = (line_end(text, at), end_of_lines(text));
            return vec![Splice { start: at, end: at, text: format!("{end_of_line}{:question$}: {form}", "") }];
        }
        let touches = text.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with(WHITE));
        let gap = if touches && gap.is_empty() && !spot.in_flow { " " } else { gap };
        return vec![Splice { start: at, end: at, text: format!("{gap}{form}") }];
    }
    // A collection on lines of its own leaves them; comments between it and its key stay, and none gets behind another one.
    let comments_meet = !is_white(between) && !ends_line(text, spot.written.end);
    if is_block(spot.node) && spot.holder != Holder::Document && !comments_meet {
        let text = format!("{gap}{form}{}", between.trim_end_matches(WHITE));
        return vec![Splice { start: spot.behind, end: spot.written.end, text }, in_place];
    }
    vec![in_place]
}

/// The column of the `?` before a key that has no `:`.
fn explicit_key(text: &str, spot: &Spot<'_>) -> Option<usize> {
    if spot.in_flow || !matches!(spot.holder, Holder::Key { has_colon: false, .. }) {
        return None;
    }
    let start = line_start(text, spot.behind);
    let question = text.get(start..spot.behind)?.find('?')?;
    let before = text.get(start..start + question)?;
    before.trim_matches([' ', '-']).is_empty().then(|| column(text, start + question))
}

/// The blanks that a value below its key needs where a list does not: it must be indented.
pub(crate) fn to_be_inside(text: &str, spot: &Spot<'_>) -> String {
    let missing = match spot.holder {
        Holder::Key { column: key, .. } if starts_line(text, spot.written.start) => {
            (key + 1).saturating_sub(column(text, spot.written.start))
        }
        _ => 0,
    };
    if missing > 0 { " ".repeat(INDENT) } else { String::new() }
}

/// As `|` or `>` with lines below.
fn text_block(text: &str, spot: &Spot<'_>, value: &Node) -> Vec<Splice> {
    let Some(new) = value.as_str() else { return Vec::new() };
    let folded = spot.node.style() == Style::Folded;
    let old_block = is_old_block(spot);
    if !old_block && !ends_line(text, spot.written.end) {
        return Vec::new();
    }
    let comment = header_comment(text, spot).map(|comment| format!(" {comment}"));
    let indent = old_indent(text, spot).filter(|_| old_block).unwrap_or(match spot.holder {
        Holder::Document => INDENT,
        Holder::Key { column, .. } | Holder::Item { column } => column + INDENT,
    });
    let forms = folded.then(|| as_block(new, true)).into_iter().chain([as_block(new, false)]).flatten();
    let mut splices = Vec::new();
    for (header, lines) in forms {
        let holder = if let Holder::Key { column, .. } | Holder::Item { column } = spot.holder { column } else { 0 };
        // The indicator counts from the holder.
        let header = header.replace('2', &indent.saturating_sub(holder).to_string());
        let body = indented(&lines, indent, end_of_lines(text));
        let gap = if spot.written.is_empty() { " " } else { "" };
        let keeps = header.contains('+');
        let block = format!("{gap}{header}{}{}{body}", comment.as_deref().unwrap_or_default(), end_of_lines(text));
        let end = spot.written.end;
        // Blank lines below are part of a block that keeps them.
        let last = behind_blank_lines(text, end);
        if keeps && last > next_line(text, end) {
            splices.push(Splice {
                start: spot.written.start,
                end: last,
                text: format!("{block}{}", end_of_lines(text)),
            });
        }
        splices.push(Splice { start: spot.written.start, end, text: block });
    }
    splices
}

fn is_old_block(spot: &Spot<'_>) -> bool {
    matches!(spot.node.style(), Style::Literal | Style::Folded) && spot.node.scalar_text().is_some()
}

/// The comment behind the `|` or `>` of the old block.
fn header_comment<'a>(text: &'a str, spot: &Spot<'_>) -> Option<&'a str> {
    let end = line_end(text, spot.written.start).min(spot.written.end);
    let header = text.get(spot.written.start..end).filter(|_| is_old_block(spot) && !spot.is_alias)?;
    header.get(header.find('#')?..).map(|comment| comment.trim_end_matches(WHITE))
}

/// How far the lines of the old block are indented.
fn old_indent(text: &str, spot: &Spot<'_>) -> Option<usize> {
    let body = text.get(next_line(text, spot.written.start)..spot.written.end)?;
    let first = body.lines().find(|line| !is_white(line))?;
    let header = text.get(spot.written.start..line_end(text, spot.written.start))?;
    let hint = header.split('#').next()?.chars().find_map(|c| c.to_digit(10));
    match (hint, spot.holder) {
        (Some(hint), Holder::Key { column, .. } | Holder::Item { column }) => Some(column + hint as usize),
        (Some(hint), Holder::Document) => Some(hint as usize),
        (None, _) => Some(first.len() - first.trim_start_matches(' ').len()),
    }
}

/// A collection on lines of its own.
fn lines(text: &str, spot: &Spot<'_>, value: &Node) -> Vec<Splice> {
    let end_of_line = end_of_lines(text);
    let between = text.get(spot.behind..spot.written.start).unwrap_or_default();
    let new = on_lines(value);
    let indent = match spot.holder {
        Holder::Document => 0,
        Holder::Item { column } => column + INDENT,
        Holder::Key { has_colon: false, .. } => return Vec::new(),
        Holder::Key { column: key, .. } if value.is_sequence() => key + list_indent(text, spot),
        Holder::Key { .. } if is_block(spot.node) && spot.node.is_mapping() => column(text, spot.written.start),
        Holder::Key { column: key, .. } => key + INDENT,
    };
    let body = indented(&new, indent, end_of_line);
    let end = spot.written.end;
    if !spot.written.is_empty() && !is_white(between) && starts_line(text, spot.written.start) {
        // Comments stand between the key and the lines.
        return vec![Splice { start: line_start(text, spot.written.start), end, text: body }];
    }
    // An anchor or a tag stays.
    let kept = between.trim_end_matches(WHITE).len();
    let comment = header_comment(text, spot);
    let (start, text) = match spot.holder {
        Holder::Document => {
            let comment = comment.map(|comment| format!("{comment}{end_of_line}")).unwrap_or_default();
            (spot.written.start, comment + &body)
        }
        _ if kept > 0 || comment.is_some() => {
            let comment = comment.map(|comment| format!(" {comment}")).unwrap_or_default();
            (spot.behind + kept, format!("{comment}{end_of_line}{body}"))
        }
        Holder::Item { .. } => (spot.behind, format!(" {}", body.trim_start_matches(' '))),
        Holder::Key { .. } => (spot.behind, format!("{end_of_line}{body}")),
    };
    vec![Splice { start, end: end.max(start), text }]
}

/// How far a list is indented below its key: as the old one, else not at all.
fn list_indent(text: &str, spot: &Spot<'_>) -> usize {
    match spot.holder {
        Holder::Key { column: key, .. } if is_block(spot.node) && spot.node.is_sequence() => {
            column(text, spot.written.start).saturating_sub(key)
        }
        _ => 0,
    }
}

/// Lines behind their indentation, with line ends between them; empty lines stay empty.
pub(crate) fn indented(lines: &[String], indent: usize, end_of_line: &str) -> String {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") });
    lines.collect::<Vec<_>>().join(end_of_line)
}

fn is_empty(node: &Node) -> bool {
    match node.value() {
        Value::Scalar(_) => false,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
    }
}
