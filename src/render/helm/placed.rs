//! What templates printed, with the lines that a human edits: those of the values where they were printed, else those of the templates.

use std::ops::Range;

use seatrial_gotemplate::{Piece, Place, Text};
use seatrial_model::{Contribution, Finding, Manifest, Node, Origin, SetBy, Span};

use crate::render::{Document, RenderedChart};

/// The objects of a document, and what is wrong with it. `chart` is a place for what nothing is known of.
///
/// A value that was printed has the origin of the value with the action in its chain; what stands in the template as it is has its place there.
pub(crate) fn objects(document: &Document, rendered: &RenderedChart, chart: Span) -> (Vec<Manifest>, Vec<Finding>) {
    let printed = Printed { text: &document.text, rendered, chart };
    let mut findings: Vec<Finding> = document.findings.iter().cloned().map(|finding| printed.tell(finding)).collect();
    if document.node.is_null() {
        return (Vec::new(), findings);
    }
    let mut node = document.node.clone();
    printed.place(&mut node);
    let span = node.span();
    let (manifests, wrong) = seatrial_manifests::objects(vec![seatrial_yaml::Document { node, span }]);
    findings.extend(wrong);
    (manifests, findings)
}

/// A text and where its bytes are from.
struct Printed<'a> {
    text: &'a Text,
    rendered: &'a RenderedChart,
    chart: Span,
}

impl Printed<'_> {
    fn origin(&self, span: Span) -> Origin {
        let bytes = span.start as usize..span.end as usize;
        self.of_bytes(bytes).unwrap_or_else(|| Origin::from(self.chart))
    }

    /// Gives a node and all that is in it the places where they are from.
    fn place(&self, node: &mut Node) {
        let span = node.span();
        match node.scalar_text() {
            Some(_) => node.set_origin(self.origin(span)),
            None => node.set_origin(self.of_container(span)),
        }
        if node.is_mapping() {
            for entry in node.entries_mut() {
                entry.key.span = self.origin(entry.key.span).span;
                self.place(&mut entry.value);
            }
        }
        if node.is_sequence() {
            node.items_mut().iter_mut().for_each(|item| self.place(item));
        }
    }

    /// A container begins with what it holds first; where that stands in a template, it goes on to what of it stands there last.
    fn of_container(&self, span: Span) -> Origin {
        let first = self.origin(Span { end: span.start + 1, ..span });
        if first.over.is_some() {
            return first;
        }
        let last = self.origin(Span { start: span.end.saturating_sub(1).max(span.start), ..span });
        let goes_on = last.over.is_none() && last.span.file == first.span.file && last.span.start >= first.span.start;
        Origin::from(if goes_on { first.span.to(last.span) } else { first.span })
    }

    /// A finding of the parser about the printed text.
    fn tell(&self, mut finding: Finding) -> Finding {
        finding.primary.span = self.origin(finding.primary.span).span;
        for label in &mut finding.related {
            label.span = self.origin(label.span).span;
        }
        finding
    }

    /// The origin of bytes: the first value in them with the others beside it, else the template. `None` where nothing is known of them.
    fn of_bytes(&self, bytes: Range<usize>) -> Option<Origin> {
        let mut values: Vec<(Option<Span>, &Origin)> = Vec::new();
        let mut template: Option<Span> = None;
        for_each_piece(self.text, bytes, |piece, part| {
            let place = piece.place.map(|place| part_of(place, part));
            let span = place.and_then(|place| self.rendered.span(place));
            if !place.is_some_and(|place| place.is_literal) {
                for origin in piece.marks.as_slice().iter().filter_map(|mark| self.rendered.origins.get(*mark)) {
                    if !values.iter().any(|(_, known)| known.span == origin.span) {
                        values.push((span, origin));
                    }
                }
            }
            template = match (template, span) {
                (Some(first), Some(next)) if next.start >= first.end => Some(first.to(next)),
                (first, next) => first.or(next),
            };
        });
        let mut printed = values.into_iter().map(|(action, origin)| {
            let action = action.or(template).unwrap_or(origin.span);
            (SetBy::Template { action }, origin)
        });
        let Some((by, first)) = printed.next() else { return template.map(Origin::from) };
        let beside = printed.map(|(by, origin)| Contribution { by, origin: origin.clone() }).collect();
        Some(Origin::over(first.span, by, Some(first.clone())).with_beside(beside))
    }
}

/// Calls for each piece that has some of the bytes, with those bytes as they lie in it.
fn for_each_piece(text: &Text, bytes: Range<usize>, mut call: impl FnMut(&Piece, Range<usize>)) {
    let pieces = text.pieces();
    let first = pieces.partition_point(|piece| piece.end <= bytes.start);
    let mut begins = first.checked_sub(1).and_then(|before| pieces.get(before)).map_or(0, |before| before.end);
    for piece in pieces.get(first..).unwrap_or_default() {
        if begins >= bytes.end.max(bytes.start + 1) {
            break;
        }
        call(piece, bytes.start.saturating_sub(begins)..bytes.end.min(piece.end).saturating_sub(begins));
        begins = piece.end;
    }
}

/// Of literal text, the part that these bytes are; an action is whole.
fn part_of(place: Place, bytes: Range<usize>) -> Place {
    if !place.is_literal {
        return place;
    }
    let at = |byte: usize| place.start.saturating_add(u32::try_from(byte).unwrap_or(u32::MAX)).min(place.end);
    Place { start: at(bytes.start), end: at(bytes.end.max(bytes.start)), ..place }
}
