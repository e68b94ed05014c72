//! Explicit tags (`!!str`, `!!binary`, …), and what a scalar is as a key.

use std::ops::Range;

use granit_parser::Tag;
use seatrial_model::{Key, Node, ScalarKind, Span, Text, Value};

use crate::problem::Problem;
use crate::{Dialect, plain_kind};

const YAML: &str = "tag:yaml.org,2002:";

/// Text and meaning of a tagged scalar. Unknown tags make a string of it, as go-yaml does.
pub(crate) fn resolve(
    tag: &Tag,
    text: Text,
    dialect: Dialect,
    range: &Range<usize>,
) -> Result<(Text, ScalarKind), Problem> {
    let Some(name) = tag.suffix_in_namespace(YAML) else { return Ok((text, ScalarKind::String)) };
    let plain = plain_kind(&text, dialect);
    let kind = match (&*name, plain) {
        ("int", ScalarKind::Integer) => ScalarKind::Integer,
        ("float", ScalarKind::Integer | ScalarKind::Float) => ScalarKind::Float,
        ("bool", ScalarKind::Bool) => ScalarKind::Bool,
        ("null", ScalarKind::Null) => ScalarKind::Null,
        ("timestamp", ScalarKind::Timestamp) => ScalarKind::Timestamp,
        ("int" | "float" | "bool" | "null", _) => {
            return Err(Problem::new(range.start, range.end, format!("`{text}` is tagged `!!{name}` but is none")));
        }
        _ => ScalarKind::String,
    };
    Ok((text, kind))
}

/// The key that a scalar is.
pub(crate) fn key(node: &Node, range: Range<usize>, _dialect: Dialect) -> Result<Key, Problem> {
    let text = match node.value() {
        Value::Scalar(_) if node.kind() == ScalarKind::Null => {
            return Err(Problem::new(range.start, range.end, "a mapping key is empty or null")
                .with_help("Write the key before the `:`, or put `null` and `~` in quotes."));
        }
        Value::Scalar(text) => text.clone(),
        Value::Sequence(_) | Value::Mapping(_) => {
            return Err(Problem::new(range.start, range.end, "a mapping key is a list or a mapping itself")
                .with_help("Kubernetes knows keys of text only."));
        }
    };
    let file = node.span().file;
    Ok(Key { text, span: Span::new(file, range.start, range.end), kind: node.kind(), style: node.style() })
}
