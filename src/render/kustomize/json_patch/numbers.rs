//! Numbers, and annotations that are none yet, on their way through a JSON patch: numbers come back as 64-bit floats, written as Go writes
//! those (kustomize: `Resource.UnmarshalJSON`, kyaml: `FromMap`).
//!
//! The printed object shows it where a float cannot hold an integer, and in annotations, which are texts in the end: `1000000` becomes
//! `1e+06` there, `1.10` becomes `1.1`, and nothing becomes `null`.

use seatrial_golang::float;
use seatrial_model::{Derivation, Entry, Node, ScalarKind, Style, Text};
use seatrial_yaml::{Dialect, plain_kind};

/// Integers up to here are floats without loss.
const EXACT: i64 = 1 << 53;

/// Rereads every number of an object; what is the same is shared.
pub(crate) fn reread(object: &mut Node) {
    replace_each(object, |key| if key == "metadata" { None } else { Some(with_numbers) });
    if object.get("metadata").is_some_and(Node::is_mapping)
        && let Some(mut metadata) = object.get("metadata").cloned()
        && replace_each(&mut metadata, |key| Some(if key == "annotations" { with_texts } else { with_numbers }))
    {
        object.set("metadata", metadata);
    }
}

/// A value, reread; `None` where it stays as it is.
type Reread = fn(&Node) -> Option<Node>;

/// Rereads values of a mapping, each as its key says; whether any is another now.
fn replace_each(mapping: &mut Node, how: impl Fn(&str) -> Option<Reread>) -> bool {
    let reread = |entry: &Entry| Some((entry.key.text.clone(), how(&entry.key.text)?(&entry.value)?));
    let changed: Vec<(Text, Node)> = mapping.entries().iter().filter_map(reread).collect();
    let any = !changed.is_empty();
    changed.into_iter().for_each(|(key, value)| mapping.set(&key, value));
    any
}

fn with_numbers(node: &Node) -> Option<Node> {
    below(node, Some(Derivation::Renumbered), with_numbers).or_else(|| reread_scalar(node, number))
}

fn with_texts(node: &Node) -> Option<Node> {
    below(node, None, with_texts).or_else(|| reread_scalar(node, text))
}

fn below(node: &Node, how: Option<Derivation>, reread: Reread) -> Option<Node> {
    if node.style() != Style::Flow {
        return node.with_each(how, &reread);
    }
    let is_mapping = node.is_mapping();
    node.with_each(None, &|value: &Node| {
        // In brackets, what is left out comes back as an empty text.
        if is_mapping && value.is_null() && value.scalar_text() == Some("") {
            return Some(Node::scalar("", ScalarKind::String, Style::DoubleQuoted, value.origin()));
        }
        reread(value)
    })
}

fn reread_scalar(node: &Node, reread: fn(&Node) -> Option<String>) -> Option<Node> {
    let text = reread(node).filter(|text| node.scalar_text() != Some(text))?;
    let kind = plain_kind(&text, Dialect::Kustomize);
    Some(Node::scalar(text, kind, Style::Plain, node.origin()))
}

/// A number that stays one. Nothing is `null` now, which a later patch keeps.
fn number(node: &Node) -> Option<String> {
    if node.is_null() {
        return Some("null".to_owned());
    }
    let value = value(node)?;
    let exact = node.as_i64().filter(|integer| (-EXACT..=EXACT).contains(integer));
    if let Some(integer) = exact {
        return Some(integer.to_string());
    }
    let digits = value.to_string();
    let is_integer = digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok();
    Some(if is_integer { digits } else { float::general(value) })
}

/// A value of which only the text counts in the end.
fn text(node: &Node) -> Option<String> {
    let text = node.scalar_text()?;
    match node.kind() {
        ScalarKind::Null => Some("null".to_owned()),
        ScalarKind::Bool => Some(text.to_ascii_lowercase()),
        ScalarKind::Timestamp if text.len() == "2001-01-01".len() => Some(format!("{text}T00:00:00Z")),
        _ => value(node).map(float::general),
    }
}

#[allow(clippy::cast_precision_loss, reason = "the loss is what happens")]
fn value(node: &Node) -> Option<f64> {
    if !matches!(node.kind(), ScalarKind::Integer | ScalarKind::Float) {
        return None;
    }
    let plain = node.scalar_text()?.replace('_', "");
    let value = node.as_i64().map(|integer| integer as f64).or_else(|| plain.parse().ok())?;
    Some(value).filter(|value| value.is_finite())
}
