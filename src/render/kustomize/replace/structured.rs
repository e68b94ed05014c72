//! A value in the YAML or JSON that a text of an object holds, replaced, and the text written anew (kustomize:
//! `filters/replacement`, `setValueInStructuredData`).

use std::fmt::Write as _;

use seatrial_golang::float;
use seatrial_model::{Node, ScalarKind, Value};
use seatrial_yaml::{emit_styled, explicit_tag};

use crate::paths::dotted::{Step, at, at_mut, lookup};
use crate::paths::matcher::{Create, Found, document_in, matches};
use crate::paths::pattern::Patterns;
use crate::values::go_json::go_json;

/// A text that changed, and where it stands.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) steps: Vec<Step>,
    pub(crate) text: String,
}

/// Replaces what a path leads to in a text on its way; `None` where it leads into no text or to nothing in one.
pub(crate) fn replace_in_text(
    object: &Node,
    path: &[String],
    create: Option<&Create<'_>>,
    patterns: &mut Patterns,
    set: &dyn Fn(&mut Node),
    may_read: &dyn Fn(&str) -> bool,
) -> Option<Rewritten> {
    let TextOnTheWay { steps, rest, document } = text_on_the_way(object, path, may_read)?;
    let original = at(object, &steps)?.scalar_text()?;
    let mut document = document?;
    let found = matches(&mut document, rest, create, patterns).ok()?;
    if found.is_empty() {
        return None;
    }
    for place in &found {
        if let Found::At(steps) = place
            && let Some(value) = at_mut(&mut document, steps)
        {
            set(value);
        }
    }
    // What the budget does not reach for is not written either.
    if !may_read(original) {
        return None;
    }
    let text = match original.trim_start().chars().next() {
        Some('{' | '[') => json(&document, is_pretty(original))?,
        _ => emit_styled(&document, original).trim().to_owned(),
    };
    Some(Rewritten { steps, text })
}

/// A text that a path leads into.
struct TextOnTheWay<'a> {
    steps: Vec<Step>,
    /// What of the path lies in the text.
    rest: &'a [String],
    /// What it holds; nothing in an empty one.
    document: Option<Node>,
}

/// The first text on the way that can be read.
fn text_on_the_way<'a>(object: &Node, path: &'a [String], may_read: &dyn Fn(&str) -> bool) -> Option<TextOnTheWay<'a>> {
    (1..path.len()).find_map(|length| {
        let (way, rest) = path.split_at(length);
        let steps = lookup(object, way).ok()??;
        let text = at(object, &steps)?.scalar_text().filter(|text| may_read(text))?;
        document_in(text).ok().map(|document| TextOnTheWay { steps, rest, document })
    })
}

fn is_pretty(json: &str) -> bool {
    json.contains('\n') && json.contains("  ")
}

/// JSON as Go writes it, keys sorted; `None` for what is none.
fn json(node: &Node, pretty: bool) -> Option<String> {
    let mut out = String::new();
    write_json(node, pretty.then_some(0), &mut out)?;
    Some(out)
}

/// `indent` counts levels in pretty JSON.
fn write_json(node: &Node, indent: Option<usize>, out: &mut String) -> Option<()> {
    let inner = indent.map(|i| i + 1);
    let line = |level: Option<usize>, out: &mut String| {
        if let Some(level) = level {
            out.push('\n');
            out.push_str(&"  ".repeat(level));
        }
    };
    match node.value() {
        Value::Scalar(text) => out.push_str(&json_scalar(node, text)?),
        Value::Sequence(items) if items.is_empty() => out.push_str("[]"),
        Value::Mapping(entries) if entries.is_empty() => out.push_str("{}"),
        Value::Sequence(items) => {
            for (position, item) in items.iter().enumerate() {
                out.push(if position == 0 { '[' } else { ',' });
                line(inner, out);
                write_json(item, inner, out)?;
            }
            line(indent, out);
            out.push(']');
        }
        Value::Mapping(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.text.as_bytes().cmp(b.key.text.as_bytes()));
            for (position, entry) in sorted.into_iter().enumerate() {
                if entry.key.kind != ScalarKind::String {
                    return None;
                }
                out.push(if position == 0 { '{' } else { ',' });
                line(inner, out);
                let colon = if indent.is_some() { ": " } else { ":" };
                let _ = write!(out, "{}{colon}", go_json(&entry.key.text.as_str().into()));
                write_json(&entry.value, inner, out)?;
            }
            line(indent, out);
            out.push('}');
        }
    }
    Some(())
}

fn json_scalar(node: &Node, text: &str) -> Option<String> {
    if explicit_tag(node).is_some() {
        return match node.kind() {
            // An integer where a float is wanted is one.
            ScalarKind::Float => text.parse::<f64>().ok().map(float::json),
            _ => None,
        };
    }
    match node.kind() {
        ScalarKind::Float => text.replace('_', "").parse::<f64>().ok().filter(|f| f.is_finite()).map(float::json),
        ScalarKind::Integer => match node.to_json() {
            serde_json::Value::Number(number) if number.is_f64() => number.as_f64().map(float::json),
            number => Some(number.to_string()),
        },
        _ => Some(go_json(&node.to_json())),
    }
}
