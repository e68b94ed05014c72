//! The YAML that the annotations of `buildMetadata` hold: an origin, or a list of them (kustomize: `resource/origin.go`).

use seatrial_model::{Entry, Node, Sources, Span};
use seatrial_yaml::{Dialect, emit_unfolded, parse};

use crate::kustomization::loosened::fit;
use crate::kustomization::shape::{Member, Shape, member};

/// `resource.Origin`, in the order in which it is printed.
const ORIGIN: &[Member] = &[
    member("path", Shape::String),
    member("repo", Shape::String),
    member("ref", Shape::String),
    member("configuredIn", Shape::String),
    member("configuredBy", Shape::Object(IDENTIFIER)),
];

const IDENTIFIER: &[Member] = &[
    member("apiVersion", Shape::String),
    member("kind", Shape::String),
    member("name", Shape::String),
    member("namespace", Shape::String),
];

/// Reads an origin; what is none is told.
pub(crate) fn origin(text: &str) -> Result<Node, String> {
    read_origin(&yaml_in(text)?)
}

/// The text, if it is an origin.
pub(crate) fn checked(text: &str) -> Result<String, String> {
    origin(text).map(|_| text.to_owned())
}

/// A list of origins, written anew: what kustomize does not know is lost.
pub(crate) fn transformations(text: &str) -> Result<String, String> {
    let list = yaml_in(text)?;
    if !list.is_sequence() && !list.is_null() {
        return Err(format!("it must be a list, not {}", list.describe()));
    }
    let write = |item: &Node| match item.is_null() {
        true => Ok(as_item(&emit_unfolded(item))),
        false => read_origin(item).map(|origin| as_item(&emit_unfolded(&origin))),
    };
    list.items().iter().map(write).collect()
}

/// A mapping of texts without those that are empty.
pub(crate) fn mapping<'k>(pairs: impl IntoIterator<Item = (&'k str, String)>, place: Span) -> Node {
    let pairs = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    let entries = pairs.map(|(key, text)| Entry::new(key, Node::string(text, place))).collect();
    Node::mapping(entries, place)
}

/// A mapping's YAML as an item of a list.
pub(crate) fn as_item(mapping: &str) -> String {
    let lines = mapping.lines().enumerate();
    lines.map(|(index, line)| format!("{}{line}\n", if index == 0 { "- " } else { "  " })).collect()
}

fn read_origin(node: &Node) -> Result<Node, String> {
    if !node.is_mapping() && !node.is_null() {
        return Err(format!("an origin must be a mapping, not {}", node.describe()));
    }
    let mut findings = Vec::new();
    let read = fit(node, ORIGIN, &mut findings);
    if let Some(finding) = findings.into_iter().next() {
        return Err(finding.message);
    }
    let texts = |node: &Node, members: &[Member]| {
        let text = |m: &Member| Some((m.name, node.get(m.name)?.as_str()?.to_owned()));
        mapping(members.iter().filter_map(text), node.span())
    };
    let mut origin = texts(&read, ORIGIN);
    if let Some(by) = read.get("configuredBy").map(|by| texts(by, IDENTIFIER)).filter(|by| !by.entries().is_empty()) {
        origin.set("configuredBy", by);
    }
    Ok(origin)
}

fn yaml_in(text: &str) -> Result<Node, String> {
    let file = Sources::new().add("<annotation>", text.to_owned());
    let parsed = parse(&file, Dialect::Kubectl);
    if let Some(finding) = parsed.findings.into_iter().next() {
        return Err(finding.message);
    }
    let first = parsed.documents.into_iter().next();
    Ok(first.map_or_else(|| Node::null(Span::start_of(file.id())), |document| document.node))
}
