//! Numbers, and annotations that are none yet, on their way through a JSON patch: numbers come back as 64-bit floats, written as Go writes
//! those (kustomize: `Resource.UnmarshalJSON`, kyaml: `FromMap`).
//!
//! The printed object shows it where a float cannot hold an integer, and in annotations, which are texts in the end: `1000000` becomes
//! `1e+06` there, `1.10` becomes `1.1`, and nothing becomes `null`.

use seatrial_golang::float;
use seatrial_model::{Node, ScalarKind, Style};
use seatrial_yaml::{Dialect, plain_kind};

/// Integers up to here are floats without loss.
const EXACT: i64 = 1 << 53;

/// Rereads every number of an object.
pub(crate) fn reread(object: &mut Node) {
    for entry in object.entries_mut() {
        if entry.key.text != "metadata" {
            reread_below(&mut entry.value, number);
            continue;
        }
        for entry in entry.value.entries_mut() {
            let is_text = entry.key.text == "annotations";
            reread_below(&mut entry.value, if is_text { text } else { number });
        }
    }
}

fn reread_below(node: &mut Node, reread: fn(&Node) -> Option<String>) {
    let in_brackets = node.style() == Style::Flow;
    for entry in node.entries_mut() {
        // In brackets, what is left out comes back as an empty text.
        if in_brackets && entry.value.is_null() && entry.value.scalar_text() == Some("") {
            entry.value = Node::scalar("", ScalarKind::String, Style::DoubleQuoted, entry.value.origin());
            continue;
        }
        reread_below(&mut entry.value, reread);
    }
    for item in node.items_mut() {
        reread_below(item, reread);
    }
    let Some(text) = reread(node).filter(|text| node.scalar_text() != Some(text)) else { return };
    let kind = plain_kind(&text, Dialect::Kustomize);
    *node = Node::scalar(text, kind, Style::Plain, node.origin());
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
