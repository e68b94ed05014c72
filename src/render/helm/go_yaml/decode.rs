//! What is wrong with nodes that were read: aliases, keys, merges, tags (go-yaml: `decode.go`), and what JSON does not have
//! (`sigs.k8s.io/yaml`).

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_golang::float_format;
use seatrial_golang::quote::quote;
use seatrial_model::ScalarKind;
use seatrial_yaml::{Dialect, is_true, number, plain_kind};

use super::Wrong;
use super::parser::Node;

/// Values that are looked at: aliases multiply them.
const MOST: usize = 1_000_000;

/// What would keep Go from decoding a document.
pub(super) fn check(node: &Rc<Node>) -> Result<(), Wrong> {
    Decoder { left: MOST }.check(node)?;
    let mut left = MOST;
    unsupported_key(node, &mut left).map_or(Ok(()), |message| Err(Wrong::NotJson(message)))
}

struct Decoder {
    left: usize,
}

fn fail<T>(message: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Nowhere(message.into()))
}

impl Decoder {
    fn check(&mut self, node: &Rc<Node>) -> Result<(), Wrong> {
        self.left = self.left.checked_sub(1).ok_or(Wrong::Unknown)?;
        match &**node {
            Node::Scalar { text, tag, is_plain } => scalar(text, tag, *is_plain),
            Node::Sequence(items) => items.iter().try_for_each(|item| self.check(item)),
            Node::Alias { name, to: None } => fail(format!("anchor '{name}' value contains itself")),
            Node::Alias { to: Some(to), .. } => self.check(to),
            Node::Mapping(pairs) => pairs.iter().try_for_each(|(key, value)| {
                if is_merge(key) {
                    return self.merge(value);
                }
                self.check(key)?;
                if matches!(target(key), Some(Node::Mapping(_) | Node::Sequence(_))) {
                    return fail(format!("invalid map key: {}", shown(key)));
                }
                self.check(value)
            }),
        }
    }

    fn merge(&mut self, value: &Rc<Node>) -> Result<(), Wrong> {
        const REFUSED: &str = "map merge requires map or sequence of maps as the value";
        let is_mapping = |node: &Rc<Node>| matches!(target(node), Some(Node::Mapping(_)) | None);
        match &**value {
            Node::Mapping(_) => self.check(value),
            Node::Alias { .. } if is_mapping(value) => self.check(value),
            Node::Sequence(items) => {
                items.iter().rev().try_for_each(|item| if is_mapping(item) { self.check(item) } else { fail(REFUSED) })
            }
            Node::Alias { .. } | Node::Scalar { .. } => fail(REFUSED),
        }
    }
}

/// What an alias leads to; the node itself for others.
fn target(node: &Rc<Node>) -> Option<&Node> {
    match &**node {
        Node::Alias { to, .. } => to.as_deref(),
        node => Some(node),
    }
}

fn is_merge(key: &Rc<Node>) -> bool {
    matches!(&**key, Node::Scalar { text, tag, is_plain } if text == "<<" && (*is_plain || tag == "!!merge"))
}

/// The kind of a scalar without a tag, or with one that says it.
fn kind(text: &str, tag: &str, is_plain: bool) -> ScalarKind {
    match tag {
        "" if !is_plain => ScalarKind::String,
        "" | "!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp" => plain_kind(text, Dialect::Kubectl),
        _ => ScalarKind::String,
    }
}

fn scalar(text: &str, tag: &str, is_plain: bool) -> Result<(), Wrong> {
    let found = match kind(text, tag, is_plain) {
        ScalarKind::Null => "!!null",
        ScalarKind::Bool => "!!bool",
        ScalarKind::Integer => "!!int",
        ScalarKind::Float => "!!float",
        ScalarKind::String | ScalarKind::Timestamp => "!!str",
    };
    match tag {
        "!!binary" if STANDARD.decode(text.replace(['\n', '\r'], "")).is_err() => {
            fail("!!binary value contains invalid base64 data")
        }
        "!!float" if found == "!!int" => Ok(()),
        "!!timestamp" if plain_kind(text, Dialect::Kustomize) == ScalarKind::Timestamp => Ok(()),
        "!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp" if tag != found => {
            fail(format!("cannot decode {found} `{text}` as a {tag}"))
        }
        _ => Ok(()),
    }
}

/// A value as Go's `%#v` shows it.
fn shown(node: &Rc<Node>) -> String {
    match &**node {
        Node::Alias { to, .. } => to.as_ref().map(shown).unwrap_or_default(),
        Node::Sequence(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Node::Mapping(pairs) => {
            let mut pairs: Vec<(String, String)> =
                pairs.iter().map(|(key, value)| (shown(key), shown(value))).collect();
            pairs.sort();
            let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", pairs.join(", "))
        }
        Node::Scalar { text, tag, is_plain } => match kind(text, tag, *is_plain) {
            ScalarKind::Null => "interface {}(nil)".to_owned(),
            ScalarKind::Bool => is_true(text).to_string(),
            ScalarKind::Integer => number(text).map_or_else(|| text.clone(), |number| format!("{number}")),
            ScalarKind::Float => {
                number(text).map_or_else(|| text.clone(), |number| float_format::format(number, 'g', None))
            }
            ScalarKind::String | ScalarKind::Timestamp => quote(text),
        },
    }
}

/// A key that JSON does not have.
fn unsupported_key(node: &Rc<Node>, left: &mut usize) -> Option<String> {
    *left = left.checked_sub(1)?;
    match &**node {
        Node::Scalar { .. } => None,
        Node::Alias { to, .. } => to.as_ref().and_then(|to| unsupported_key(to, left)),
        Node::Sequence(items) => items.iter().find_map(|item| unsupported_key(item, left)),
        Node::Mapping(pairs) => pairs.iter().find_map(|(key, value)| {
            let is_null = matches!(target(key), Some(Node::Scalar { text, tag, is_plain }) if kind(text, tag, *is_plain) == ScalarKind::Null);
            if is_null {
                let value = shown(value).replace("interface {}(nil)", "<nil>");
                return Some(format!("unsupported map key of type: %!s(<nil>), key: <nil>, value: {value}"));
            }
            unsupported_key(value, left)
        }),
    }
}
