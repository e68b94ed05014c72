//! Nodes as JSON: conversion both ways, numbers as Go reads them, and equality by what a cluster would see.

use std::sync::Arc;

use super::{Entry, Node, ScalarKind, Style, Value};
use crate::Origin;

impl Node {
    /// A node of a JSON value, every part of it with the same origin.
    #[must_use]
    pub fn from_json(json: &serde_json::Value, origin: &Origin) -> Node {
        let scalar = |text: String, kind| Node::scalar(text, kind, Style::Plain, origin.clone());
        match json {
            serde_json::Value::Null => Node::null(origin.clone()),
            serde_json::Value::Bool(b) => scalar(b.to_string(), ScalarKind::Bool),
            serde_json::Value::Number(n) if n.is_f64() => scalar(n.to_string(), ScalarKind::Float),
            serde_json::Value::Number(n) => scalar(n.to_string(), ScalarKind::Integer),
            serde_json::Value::String(s) => scalar(s.clone(), ScalarKind::String),
            serde_json::Value::Array(items) => {
                Node::sequence(items.iter().map(|i| Node::from_json(i, origin)).collect(), origin.clone())
            }
            serde_json::Value::Object(map) => {
                let entries = map.iter().map(|(k, v)| Entry::new(k.as_str(), Node::from_json(v, origin)));
                Node::mapping(entries.collect(), origin.clone())
            }
        }
    }

    /// As JSON: what the API server would be sent. Mappings keep no order, numbers become numbers, timestamps strings.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Mapping(entries) => {
                Json::Object(entries.iter().map(|e| (e.key.text.to_string(), e.value.to_json())).collect())
            }
            Value::Sequence(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Scalar(text) => match self.kind {
                ScalarKind::Null => Json::Null,
                ScalarKind::Bool => Json::Bool(self.as_bool().unwrap_or_default()),
                ScalarKind::Integer => number(parse_integer(text), text),
                ScalarKind::Float => float(text).map_or_else(|| Json::String(text.to_string()), Json::Number),
                ScalarKind::Timestamp | ScalarKind::String => Json::String(text.to_string()),
            },
        }
    }
}

/// Structural equality of what a cluster would see: JSON equality, without building the JSON. Key order, style, comments and origins do not count.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Mapping(a), Value::Mapping(b)) => {
                a.is_same(b)
                    || (a.len() == b.len() && a.iter().all(|e| other.get(&e.key.text).is_some_and(|v| e.value == *v)))
            }
            (Value::Sequence(a), Value::Sequence(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Scalar(a), Value::Scalar(b)) => {
                (self.kind == other.kind && a == b) || self.to_json() == other.to_json()
            }
            _ => false,
        }
    }
}

/// A JSON pointer (RFC 6901) of path segments: `/spec/template/metadata/labels/app.kubernetes.io~1name`.
#[must_use]
pub fn json_pointer<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    segments.into_iter().fold(String::new(), |mut pointer, segment| {
        pointer.push('/');
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}

pub(super) fn parse_integer(text: &str) -> Option<i128> {
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)];
    let radix = prefixed.iter().find_map(|(prefix, radix)| lower.strip_prefix(prefix).map(|rest| (rest, *radix)));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (rest, 8));
    let (body, radix) = radix.or_else(octal).unwrap_or((&lower, 10));
    let magnitude = i128::from_str_radix(body, radix).ok()?;
    if negative { magnitude.checked_neg() } else { Some(magnitude) }
}

fn number(parsed: Option<i128>, text: &str) -> serde_json::Value {
    let as_number =
        parsed.and_then(|n| i64::try_from(n).map(Into::into).or_else(|_| u64::try_from(n).map(Into::into)).ok());
    let number = as_number.or_else(|| float(text));
    number.map_or_else(|| serde_json::Value::String(text.to_owned()), serde_json::Value::Number)
}

fn float(text: &str) -> Option<serde_json::Number> {
    let parsed = text.replace('_', "").parse::<f64>().ok()?;
    serde_json::Number::from_f64(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Span};

    fn here() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn integer(text: &str) -> Node {
        Node::scalar(text, ScalarKind::Integer, Style::Plain, here())
    }

    #[test]
    fn reads_integers_as_go_does() {
        let read = ["0x1F", "0o17", "017", "0b11", "1_000", "-5", "+1"].map(|t| integer(t).as_i64());
        assert_eq!(read, [31, 15, 15, 3, 1000, -5, 1].map(Some));
    }

    #[test]
    fn key_order_and_spelling_of_numbers_do_not_count_for_equality() {
        let a = Node::mapping(vec![Entry::new("a", integer("1_0")), Entry::new("b", integer("2"))], here());
        let b = Node::mapping(vec![Entry::new("b", integer("2")), Entry::new("a", integer("10"))], here());
        assert_eq!(a, b);
    }

    #[test]
    fn escapes_a_json_pointer() {
        assert_eq!(json_pointer(["metadata", "annotations", "a/b~c"]), "/metadata/annotations/a~1b~0c");
    }
}
