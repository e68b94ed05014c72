//! Changing one value in a text and nothing else: every other byte, comment and quote stays. How values look is decided in `edit/form.rs`,
//! where things stand in `edit/spot.rs`, what is cut and pasted in `edit/replace.rs`, `edit/add.rs` and `edit/remove.rs`.
//!
//! Whatever is proposed there is tried here: the changed text is parsed in both dialects and must give the old documents with that one
//! change, or the next proposal is tried.

mod add;
mod form;
mod lines;
mod remove;
mod replace;
mod spot;

use std::sync::Arc;

use seatrial_model::{Entry, Key, Node, SourceFile, Sources, Span, Style, Value};

use crate::read::document::Document;
use crate::read::document::Parsed;
use crate::read::parse::parse;
use crate::scalars::typing::Dialect;

/// One step from a node to a node in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of a list, from 0.
    Item(usize),
}

/// What to do at a path.
#[derive(Clone, Debug)]
pub enum Change {
    /// Puts a value there. The last step may name a key that is not there yet, or the item behind the last one: it is added at the end.
    Set(Node),
    /// Takes the key with its value, or the item, away.
    Remove,
}

/// A piece of a text and what comes in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// First byte that goes.
    pub start: usize,
    /// One past the last byte that goes.
    pub end: usize,
    /// What comes instead.
    pub text: String,
}

impl Splice {
    /// The whole text with the piece replaced.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let (before, after) = (text.get(..self.start).unwrap_or_default(), text.get(self.end..).unwrap_or_default());
        [before, &self.text, after].concat()
    }
}

/// Why a text was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// No such document, key or item.
    #[error("there is nothing at this path")]
    NotFound,
    /// The value stands somewhere else, behind an alias or a merge key, or others refer to it.
    #[error("the value is shared with other places by an anchor")]
    Shared,
    /// No way to write it was found that is read back as wanted.
    #[error("the change cannot be written at this place")]
    Impossible,
}

/// The splice that makes a change in a document (from 0, empty ones not counted) of a file.
///
/// A new scalar is written like the one it replaces: quoted in the same way, as a text block, or plain where that is read back as the same
/// in both dialects; one that is there already stays as it is written. A comment beside a value stays, and so do comments above what is removed.
///
/// # Errors
/// See [`EditError`]; the file is then better changed by hand.
pub fn edit(file: &Arc<SourceFile>, document: usize, path: &[Step<'_>], change: &Change) -> Result<Splice, EditError> {
    let before = parse(file, Dialect::Kustomize);
    let root = &before.documents.get(document).ok_or(EditError::NotFound)?.node;
    let text = file.text();
    let proposals = match change {
        Change::Set(value) => match spot::find(text, root, path) {
            Ok(spot) => replace::proposals(text, &spot, value),
            Err(EditError::NotFound) => missing(text, root, path, value)?,
            Err(error) => return Err(error),
        },
        Change::Remove => remove::proposals(text, root, path)?,
    };
    let places = places(root, path);
    let others = parse(file, Dialect::Kubectl);
    let expected = [
        (Dialect::Kustomize, wanted(&before, document, &places, change).ok_or(EditError::NotFound)?),
        (Dialect::Kubectl, wanted(&others, document, &places, change).ok_or(EditError::NotFound)?),
    ];
    let is_so = |parsed: &Parsed, wanted: &Wanted| {
        parsed.documents.iter().zip(&wanted.documents).all(|(read, wanted)| read.node == *wanted)
    };
    let [(_, for_kustomize), (_, for_kubectl)] = &expected;
    if is_so(&before, for_kustomize) && is_so(&others, for_kubectl) {
        return Ok(Splice { start: 0, end: 0, text: String::new() });
    }
    let mut refusal = EditError::Impossible;
    for splice in proposals {
        match verdict(file, &splice, &expected) {
            Verdict::AsWanted => return Ok(splice),
            // Without an alias nothing is shared: a text block took more lines in.
            Verdict::ElsewhereToo if text.contains('*') => refusal = EditError::Shared,
            Verdict::ElsewhereToo | Verdict::Broken => {}
        }
    }
    Err(refusal)
}

/// Proposals for a key or an item that is not there yet.
fn missing(text: &str, root: &Node, path: &[Step<'_>], value: &Node) -> Result<Vec<Splice>, EditError> {
    let (last, above) = path.split_last().ok_or(EditError::NotFound)?;
    let holder = spot::find(text, root, above)?;
    match last {
        Step::Key(key) if holder.node.is_mapping() && !holder.is_alias => Ok(add::pair(text, &holder, key, value)),
        Step::Key(key) if holder.node.is_null() => {
            let mapping = Node::mapping(vec![Entry::new(*key, value.clone())], holder.node.span());
            Ok(replace::proposals(text, &holder, &mapping))
        }
        Step::Item(index) if *index == holder.node.items().len() && !holder.is_alias => {
            let sequence = Node::sequence(vec![value.clone()], holder.node.span());
            Ok(match holder.node.is_sequence() {
                true => add::item(text, &holder, value),
                false if holder.node.is_null() => replace::proposals(text, &holder, &sequence),
                false => return Err(EditError::NotFound),
            })
        }
        _ if holder.is_alias => Err(EditError::Shared),
        _ => Err(EditError::NotFound),
    }
}

/// A step and, for a key that is there, where it stands: kubectl may call it otherwise (`y` is `true`).
type Placed<'a> = (Step<'a>, Option<Span>);

fn places<'a>(root: &Node, path: &[Step<'a>]) -> Vec<Placed<'a>> {
    let mut node = Some(root);
    let place = |step: &Step<'a>| {
        let (next, span) = match step {
            Step::Key(key) => {
                let entry = node.and_then(|node| node.entry(key));
                (entry.map(|e| &e.value), entry.map(|e| e.key.span))
            }
            Step::Item(index) => (node.and_then(|node| node.items().get(*index)), None),
        };
        node = next;
        (*step, span)
    };
    path.iter().map(place).collect()
}

fn index_of(node: &Node, (step, place): &Placed<'_>) -> Option<usize> {
    match step {
        Step::Key(key) => {
            let entries = node.entries().iter();
            let mut entries = entries.enumerate().filter(|(_, e)| match place {
                Some(span) => e.key.span == *span,
                None => e.key.text == **key,
            });
            entries.next().map(|(index, _)| index)
        }
        Step::Item(index) => (*index < node.items().len()).then_some(*index),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    AsWanted,
    /// The document is changed as wanted, and at other places too.
    ElsewhereToo,
    Broken,
}

fn verdict(file: &Arc<SourceFile>, splice: &Splice, expected: &[(Dialect, Wanted)]) -> Verdict {
    let changed = Sources::new().add(file.path(), splice.apply(file.text()));
    let mut verdict = Verdict::AsWanted;
    for (dialect, wanted) in expected {
        let parsed = parse(&changed, *dialect);
        if parsed.findings.len() != wanted.findings || parsed.documents.len() != wanted.documents.len() {
            return Verdict::Broken;
        }
        let mut pairs = parsed.documents.iter().zip(&wanted.documents);
        match pairs.find(|(read, wanted)| read.node != **wanted) {
            None => {}
            Some((read, document)) if at(&read.node, &wanted.way) == at(document, &wanted.way) => {
                verdict = Verdict::ElsewhereToo;
            }
            Some(_) => return Verdict::Broken,
        }
    }
    verdict
}

/// The node at a way of indices.
fn at<'a>(node: &'a Node, way: &[usize]) -> Option<&'a Node> {
    way.iter()
        .try_fold(node, |node, index| node.items().get(*index).or_else(|| node.entries().get(*index).map(|e| &e.value)))
}

/// What must be read once the change is made.
struct Wanted {
    documents: Vec<Node>,
    /// The way to what is changed.
    way: Vec<usize>,
    findings: usize,
}

fn wanted(before: &Parsed, document: usize, path: &[Placed<'_>], change: &Change) -> Option<Wanted> {
    let mut documents: Vec<Node> = before.documents.iter().map(|Document { node, .. }| node.clone()).collect();
    let target = documents.get_mut(document)?;
    let mut way = Vec::new();
    *target = changed(target, path, change, &mut way)?;
    Some(Wanted { documents, way, findings: before.findings.len() })
}

/// The node with the change made; `None` where the path leads nowhere.
fn changed(node: &Node, path: &[Placed<'_>], change: &Change, way: &mut Vec<usize>) -> Option<Node> {
    let Some((step, rest)) = path.split_first() else {
        return match change {
            Change::Set(value) => Some(value.clone()),
            Change::Remove => None,
        };
    };
    let removes = rest.is_empty() && matches!(change, Change::Remove);
    let (mut entries, mut items) = (node.entries().to_vec(), node.items().to_vec());
    let index = index_of(node, step);
    way.push(index.unwrap_or(entries.len().max(items.len())));
    match (step.0, index) {
        (Step::Key(_), Some(index)) if removes => drop(entries.remove(index)),
        (Step::Item(_), Some(index)) if removes => drop(items.remove(index)),
        (Step::Key(_), Some(index)) => {
            let entry = entries.get_mut(index)?;
            entry.value = changed(&entry.value, rest, change, way)?;
        }
        (Step::Item(_), Some(index)) => {
            let item = items.get_mut(index)?;
            *item = changed(item, rest, change, way)?;
        }
        (_, None) if removes || !rest.is_empty() => return None,
        (Step::Key(key), None) if node.is_mapping() || node.is_null() => {
            entries.push(Entry { key: Key::new(key, node.span()), value: changed(node, rest, change, way)? });
        }
        (Step::Item(index), None) if index == items.len() && (node.is_sequence() || node.is_null()) => {
            items.push(changed(node, rest, change, way)?);
        }
        (_, None) => return None,
    }
    let mut copy = node.clone();
    match step.0 {
        Step::Key(_) => copy.set_entries(entries),
        Step::Item(_) => copy.set_items(items),
    }
    Some(copy)
}

/// Whether a value is written on lines of its own.
fn is_block(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(entries) => !entries.is_empty() && node.style() != Style::Flow,
        Value::Sequence(items) => !items.is_empty() && node.style() != Style::Flow,
        Value::Scalar(_) => false,
    }
}
