//! Where a value stands: what is before it, which bytes it has, and how far its surroundings are indented.

use std::ops::Range;

use seatrial_model::{Entry, Node, Style};

use super::lines::{behind_blanks, column};
use super::{EditError, Step};
use crate::read::span::first_dash;
use crate::text::problem::{WHITE, line_end};

/// A value and its place.
pub(crate) struct Spot<'a> {
    pub(crate) node: &'a Node,
    /// Right behind the `:` or `-` before it; behind the key when it has no `:`.
    pub(crate) behind: usize,
    /// Its bytes, anchor and tag not among them; empty when it is absent.
    pub(crate) written: Range<usize>,
    pub(crate) holder: Holder,
    /// Whether it stands in `[…]` or `{…}`.
    pub(crate) in_flow: bool,
    /// Whether it is an alias, so that its node stands elsewhere.
    pub(crate) is_alias: bool,
}

/// What a value belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nothing: it is the document.
    Document,
    /// A key at this column.
    Key { column: usize, has_colon: bool },
    /// A `-` at this column; in brackets, nothing.
    Item { column: usize },
}

/// The value at a path.
pub(crate) fn find<'a>(text: &str, root: &'a Node, path: &[Step<'_>]) -> Result<Spot<'a>, EditError> {
    let mut spot = Spot {
        node: root,
        behind: root.span().start as usize,
        written: written(text, root),
        holder: Holder::Document,
        in_flow: false,
        is_alias: false,
    };
    for step in path {
        if spot.is_alias {
            return Err(EditError::Shared);
        }
        spot = match step {
            Step::Key(key) => {
                let index = spot.node.entries().iter().position(|e| e.key.text == **key);
                pair(text, &spot, index.ok_or(EditError::NotFound)?)?
            }
            Step::Item(index) => item(text, &spot, *index)?,
        };
    }
    Ok(spot)
}

/// The value of the pair at an index.
pub(crate) fn pair<'a>(text: &str, holder: &Spot<'a>, index: usize) -> Result<Spot<'a>, EditError> {
    let Entry { key, value } = holder.node.entries().get(index).ok_or(EditError::NotFound)?;
    let (start, end) = (key.span.start as usize, key.span.end as usize);
    // A pair that a merge key brought stands elsewhere.
    if !(holder.written.start <= start && end <= holder.written.end) {
        return Err(EditError::Shared);
    }
    let colon = behind_blanks(text, end);
    let has_colon = text.as_bytes().get(colon) == Some(&b':');
    let behind = if has_colon { colon + 1 } else { end };
    let column = column(text, start);
    Ok(Spot { holder: Holder::Key { column, has_colon }, in_flow: is_flow(holder), ..value_at(text, value, behind) })
}

/// The item at an index.
pub(crate) fn item<'a>(text: &str, holder: &Spot<'a>, index: usize) -> Result<Spot<'a>, EditError> {
    let items = holder.node.items().get(..=index).ok_or(EditError::NotFound)?;
    let in_flow = is_flow(holder);
    let mut from = holder.written.start + usize::from(in_flow);
    let mut found = Err(EditError::NotFound);
    for node in items {
        let (behind, column) = if in_flow {
            let rest = text.get(from..).unwrap_or_default();
            let separators = rest.len() - rest.trim_start_matches(|c| WHITE.contains(&c) || c == ',').len();
            (from + separators, 0)
        } else {
            let last = holder.written.end.saturating_sub(1);
            let dash = first_dash(text, from, last).ok_or(EditError::Impossible)?;
            (dash + 1, column(text, dash))
        };
        let spot = Spot { holder: Holder::Item { column }, in_flow, ..value_at(text, node, behind) };
        from = spot.written.end;
        found = Ok(spot);
    }
    found
}

/// Whether what is in a value stands in brackets.
pub(crate) fn is_flow(spot: &Spot<'_>) -> bool {
    spot.in_flow || spot.node.style() == Style::Flow
}

/// The bytes of a value behind `behind`.
fn value_at<'a>(text: &str, node: &'a Node, behind: usize) -> Spot<'a> {
    let at = behind_blanks(text, behind);
    let is_alias = text.as_bytes().get(at) == Some(&b'*');
    let written = if is_alias {
        let rest = text.get(at..).unwrap_or_default();
        at..at + rest.find(|c| WHITE.contains(&c) || ",]}".contains(c)).unwrap_or(rest.len())
    } else {
        let own = range(node);
        match text.get(behind..own.start) {
            // Nothing, perhaps behind an anchor or a tag.
            Some(before) if own.is_empty() => {
                let at = behind + before.trim_end_matches(WHITE).len();
                at..at
            }
            Some(_) if !own.is_empty() => written(text, node),
            _ => behind..behind,
        }
    };
    Spot { node, behind, written, holder: Holder::Document, in_flow: false, is_alias }
}

/// The bytes of a value, with the `:` of a last pair that has no value.
fn written(text: &str, node: &Node) -> Range<usize> {
    let own = range(node);
    let (mut end, mut last) = (own.end, Some(node));
    while let Some(node) = last.filter(|node| node.style() != Style::Flow) {
        last = node.items().last();
        if let Some(Entry { key, value }) = node.entries().last() {
            let colon = behind_blanks(text, key.span.end as usize);
            let has_colon = own.end <= colon + 1 && text.as_bytes().get(colon) == Some(&b':');
            end = if has_colon { end.max(colon + 1) } else { end };
            // A value in front of its key is an alias.
            last = Some(value).filter(|value| value.span().start >= key.span.end);
        }
    }
    // An absent value at the end has the line ends behind it.
    let last = own.start + text.get(own.start..end).unwrap_or_default().trim_end_matches(WHITE).len();
    own.start..line_end(text, last).min(end)
}

fn range(node: &Node) -> Range<usize> {
    node.span().start as usize..node.span().end as usize
}
