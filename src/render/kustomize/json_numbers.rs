//! Numbers, and annotations that are none yet, on their way through a JSON patch: numbers come back as 64-bit floats, written as Go writes
//! those (kustomize: `Resource.UnmarshalJSON`, kyaml: `FromMap`).
//!
//! The printed object shows it where a float cannot hold an integer, and in annotations, which are texts in the end: `1000000` becomes
//! `1e+06` there, `1.10` becomes `1.1`, and nothing becomes `null`.

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
    Some(if is_integer { digits } else { go_float(value) })
}

/// A value of which only the text counts in the end.
fn text(node: &Node) -> Option<String> {
    let text = node.scalar_text()?;
    match node.kind() {
        ScalarKind::Null => Some("null".to_owned()),
        ScalarKind::Bool => Some(text.to_ascii_lowercase()),
        ScalarKind::Timestamp if text.len() == "2001-01-01".len() => Some(format!("{text}T00:00:00Z")),
        _ => value(node).map(go_float),
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

/// The shortest digits, with an exponent below 0.0001 and from a million on (Go: `strconv.FormatFloat` with `g`, `%v`).
pub(crate) fn go_float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::go_float;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases = [
            (1.0, "1"),
            (-0.5, "-0.5"),
            (123_456.0, "123456"),
            (1_000_000.0, "1e+06"),
            (-1_234_567.0, "-1.234567e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (6.02e123, "6.02e+123"),
            (1.5, "1.5"),
            (1_234_567.5, "1.2345675e+06"),
            (-0.0, "-0"),
            (1e21, "1e+21"),
        ];
        for (value, expected) in cases {
            assert_eq!(go_float(value), expected);
        }
    }
}
