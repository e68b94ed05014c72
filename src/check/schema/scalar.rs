//! One scalar against the type and format of its field.
//!
//! As the API server's JSON decoder decides (Go's `encoding/json` into the field's Go type): no conversion between strings,
//! numbers and booleans, and null fits everything.

use seatrial_kubernetes::{Schema, Type};
use seatrial_model::{Node, ScalarKind, Value};

use crate::Problem;
use crate::quantity::{is_quantity, meant};

/// What is wrong with a node where `schema` wants a scalar; `None` when it fits.
pub(crate) fn problem(schema: &Schema, node: &Node) -> Option<Problem> {
    let Value::Scalar(text) = node.value() else { return Some(wrong_type(schema, node)) };
    let kind = node.kind();
    let fits = match schema.value_type() {
        Type::String => matches!(kind, ScalarKind::String | ScalarKind::Timestamp),
        Type::Integer => kind == ScalarKind::Integer || is_integral(node),
        Type::Number => kind == ScalarKind::Integer || float(node).is_some(),
        Type::Boolean => kind == ScalarKind::Bool,
        Type::IntOrString if schema.format() == Some("quantity") => {
            is_text(kind) || kind == ScalarKind::Integer || float(node).is_some()
        }
        Type::IntOrString => is_text(kind) || kind == ScalarKind::Integer || is_integral(node),
        Type::Object | Type::Array => false,
        Type::Any => true,
    };
    if !fits {
        return Some(wrong_type(schema, node));
    }
    match schema.format() {
        Some("quantity") if is_text(kind) => quantity(text),
        Some("byte") => byte(text),
        Some("date-time") => time(text),
        Some("int32") => range(node, i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int-or-string") if !is_text(kind) => range(node, i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => range(node, i64::MIN, i64::MAX),
        _ => None,
    }
}

/// A value of another type than `schema` wants.
pub(crate) fn wrong_type(schema: &Schema, node: &Node) -> Problem {
    let expected = match schema.value_type() {
        Type::Object => "a mapping",
        Type::Array => "a list",
        Type::String => "a string",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
        Type::IntOrString if schema.format() == Some("quantity") => "a quantity",
        Type::IntOrString => "an integer or a string",
        Type::Any => "a value",
    };
    let whole = matches!(expected, "an integer" | "an integer or a string");
    let found = if whole && float(node).is_some() { "a fraction" } else { node.describe() };
    Problem::WrongType { expected: expected.to_owned(), found: found.to_owned() }
}

fn is_text(kind: ScalarKind) -> bool {
    matches!(kind, ScalarKind::String | ScalarKind::Timestamp)
}

/// The value of a float scalar that JSON can hold.
fn float(node: &Node) -> Option<f64> {
    let text = node.scalar_text().filter(|_| node.kind() == ScalarKind::Float)?;
    text.replace('_', "").parse().ok().filter(|f: &f64| f.is_finite())
}

/// `3.0` is sent as `3`.
fn is_integral(node: &Node) -> bool {
    float(node).is_some_and(|f| f.fract() == 0.0)
}

fn range(node: &Node, least: i64, most: i64) -> Option<Problem> {
    #[allow(clippy::cast_precision_loss, reason = "a float that is off by so little is refused or taken alike")]
    let inside = match float(node) {
        Some(f) => f >= least as f64 && f <= most as f64,
        None => node.as_i64().is_some_and(|n| (least..=most).contains(&n)),
    };
    (!inside).then(|| Problem::Invalid(format!("must be between {least} and {most}")))
}

fn quantity(text: &str) -> Option<Problem> {
    if is_quantity(text) {
        return None;
    }
    let example = meant(text).map_or_else(|| "`100m` or `512Mi`".to_owned(), |meant| format!("`{meant}`"));
    Some(Problem::Invalid(format!("must be a quantity such as {example}")))
}

/// The shape of RFC 3339, which Go's `time.Parse` wants: `2026-01-31T12:00:00Z`.
fn time(text: &str) -> Option<Problem> {
    let shape = |text: &str, shape: &str| {
        let fits = |(c, s): (u8, u8)| if s == b'0' { c.is_ascii_digit() } else { c == s };
        text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
    };
    let date = text.get(..19).is_some_and(|start| shape(start, "0000-00-00T00:00:00"));
    let rest = text.get(19..).unwrap_or_default();
    let fraction = rest.strip_prefix('.').map(|digits| digits.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = fraction.unwrap_or(rest);
    let fits = date && (zone == "Z" || shape(zone, "+00:00") || shape(zone, "-00:00"));
    (!fits).then(|| Problem::Invalid("must be a time such as `2026-01-31T12:00:00Z`".to_owned()))
}

/// Standard base64 with padding, as Go's decoder takes it: line ends inside are skipped. The value may be a secret and is not shown.
fn byte(text: &str) -> Option<Problem> {
    let digits = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n'));
    let (mut length, mut padding) = (0_usize, 0_usize);
    for byte in digits {
        length += 1;
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return Some(not_base64()),
        }
    }
    (length % 4 != 0 || padding > 2).then(not_base64)
}

fn not_base64() -> Problem {
    Problem::Invalid("must be base64".to_owned())
}
