//! Explicit tags (`!!str`, `!!binary`, …), and what a scalar is as a key.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use granit_parser::Tag;
use seatrial_model::{Key, Node, ScalarKind, Span, Text, Value};

use crate::scalars::number;
use crate::scalars::timestamp;
use crate::scalars::typing::Dialect;
use crate::scalars::typing::plain_kind;
use crate::scalars::typing::{integer, is_true};
use crate::text::problem::Problem;

const YAML: &str = "tag:yaml.org,2002:";

/// Text and meaning of a tagged scalar that would be `untagged` without. Unknown tags make a string of it, as go-yaml does.
pub(crate) fn resolve(
    tag: &Tag,
    text: Text,
    untagged: ScalarKind,
    dialect: Dialect,
    range: &Range<usize>,
) -> Result<(Text, ScalarKind), Problem> {
    let problem = |message| Err(Problem::new(range.start, range.end, message));
    let Some(name) = tag.suffix_in_namespace(YAML) else {
        // A lone `!` means "no tag" to version 3.
        let kind = if tag.original() == "!" && dialect == Dialect::Kustomize { untagged } else { ScalarKind::String };
        return Ok((text, kind));
    };
    let kind = match (&*name, plain_kind(&text, dialect)) {
        ("int", ScalarKind::Integer) => ScalarKind::Integer,
        // go-yaml makes no float of an integer that needs the 64th bit.
        ("float", ScalarKind::Integer) if is_unsigned_64(&text) => {
            return problem("the value is tagged `!!float` but is an integer".to_owned());
        }
        ("float", ScalarKind::Integer | ScalarKind::Float) => ScalarKind::Float,
        ("bool", ScalarKind::Bool) => ScalarKind::Bool,
        ("null", ScalarKind::Null) => ScalarKind::Null,
        ("timestamp", ScalarKind::Timestamp) => ScalarKind::Timestamp,
        ("timestamp", _) if timestamp::parse(&text).is_some() => ScalarKind::String,
        ("int" | "float" | "bool" | "null" | "timestamp", _) => {
            return problem(format!("the value is tagged `!!{name}` but is not one"));
        }
        ("binary", _) => match decoded(&text) {
            Some(decoded) => return Ok((decoded.into(), ScalarKind::String)),
            None => return problem("the value is tagged `!!binary` but is not valid base64".to_owned()),
        },
        _ => ScalarKind::String,
    };
    Ok((text, kind))
}

fn is_unsigned_64(text: &str) -> bool {
    integer(&text.replace('_', "")).is_some_and(|value| i64::try_from(value).is_err())
}

/// Base64 as Go reads it: line ends inside are skipped. Every byte that is not UTF-8 becomes a replacement character, as in Go's JSON.
fn decoded(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = BASE64.decode(compact).ok()?;
    let decoded = bytes.utf8_chunks().map(|chunk| {
        let wrong = "\u{fffd}".repeat(chunk.invalid().len());
        format!("{}{wrong}", chunk.valid())
    });
    Some(decoded.collect())
}

/// The key that a scalar is. For kubectl, booleans and numbers become what JSON calls them: `n` is the key `false`.
pub(crate) fn key(node: &Node, range: Range<usize>, dialect: Dialect) -> Result<Key, Problem> {
    let text = match node.value() {
        Value::Scalar(_) if node.kind() == ScalarKind::Null => {
            return Err(Problem::new(range.start, range.end, "a mapping key is empty or null")
                .with_help("write the key before the `:`, or put `null` and `~` in quotes"));
        }
        Value::Scalar(text) if dialect == Dialect::Kustomize => text.clone(),
        Value::Scalar(text) => match node.kind() {
            ScalarKind::Bool => Text::from_static(if is_true(text) { "true" } else { "false" }),
            ScalarKind::Integer => same_or(text, number::integer(text)),
            ScalarKind::Float => same_or(text, number::float_key(text)),
            ScalarKind::Null | ScalarKind::Timestamp | ScalarKind::String => text.clone(),
        },
        Value::Sequence(_) | Value::Mapping(_) => {
            return Err(no_scalar_key(range));
        }
    };
    let file = node.span().file;
    Ok(Key { text, span: Span::new(file, range.start, range.end), kind: node.kind(), style: node.style() })
}

/// A list or a mapping in the place of a key.
pub(crate) fn no_scalar_key(range: Range<usize>) -> Problem {
    Problem::at(range, "a mapping key is itself a list or a mapping")
        .with_help("Kubernetes allows only strings as keys")
}

fn same_or(text: &Text, canonical: String) -> Text {
    if *text == *canonical { text.clone() } else { canonical.into() }
}
