//! What templates printed, with the lines that a human edits: those of the values where they were printed, else those of the templates.

use std::ops::Range;
use std::sync::Arc;

use seatrial_gotemplate::{Piece, Place, Text};
use seatrial_model::{Contribution, Finding, Manifest, Node, Origin, SetBy, SourceFile, Span};
use seatrial_yaml::{Dialect, parse};

use crate::chart::Chart;
use crate::go_yaml::taken::as_taken;
use crate::release::changing::changing;
use crate::render::{Document, Printing, RenderedChart};
use crate::values::origins::Origins;

/// What `helm template` prints, as a program reads it that has a dialect of YAML of its own: the documents, each node with the line that a
/// human edits, and all that is wrong.
#[must_use]
pub fn read_printed(
    rendered: &RenderedChart,
    chart: &Chart,
    printing: &Printing,
    dialect: Dialect,
) -> (Vec<seatrial_yaml::Document>, Vec<Finding>) {
    let (mut documents, mut findings) = (Vec::new(), rendered.findings.clone());
    findings.extend(changing(rendered, chart.start(), &|document| printing.prints(document)));
    for file in rendered.crds.iter().filter(|_| printing.include_crds).filter_map(|crd| crd.file.text().ok()) {
        let parsed = parse(&file, dialect);
        documents.extend(parsed.documents);
        findings.extend(parsed.findings);
    }
    let last = rendered.documents.iter().rposition(|document| document.hook().is_none());
    for (index, document) in rendered.documents.iter().enumerate().filter(|(_, one)| printing.prints(one)) {
        let span = |place: Place| rendered.span(place);
        let origins = &rendered.origins;
        let printed = Printed { text: &document.text, origins, span: &span, otherwise: chart.start() };
        let parsed = parse(&as_printed(document, last == Some(index), chart), dialect);
        findings.extend(parsed.findings.into_iter().map(|finding| printed.tell(finding)));
        for mut read in parsed.documents {
            printed.place(&mut read.node);
            documents.push(seatrial_yaml::Document { span: read.node.span(), ..read });
        }
    }
    (documents, findings)
}

/// A document as it stands among the others: Helm ends each with another line, and the manifests with one alone. Only texts that keep their
/// last lines differ by that, and those that have no end of their last line.
fn as_printed(document: &Document, is_last: bool, chart: &Chart) -> Arc<SourceFile> {
    let text = &*document.text;
    if text.ends_with('\n') && !["|+", ">+", "+\n"].iter().any(|mark| text.contains(mark)) {
        return Arc::clone(&document.file);
    }
    let text = if is_last { text.trim_end() } else { text };
    chart.sources().add(document.file.path(), format!("{text}\n"))
}

/// The objects of a document, and what is wrong with it. `chart` is a place for what nothing is known of.
///
/// A value that was printed has the origin of the value with the action in its chain; what stands in the template as it is has its place there.
pub(crate) fn objects(document: &Document, rendered: &RenderedChart, chart: Span) -> (Vec<Manifest>, Vec<Finding>) {
    let span = |place: Place| rendered.span(place);
    let printed = Printed { text: &document.text, origins: &rendered.origins, span: &span, otherwise: chart };
    let mut findings: Vec<Finding> =
        document.findings.iter().map(|finding| printed.tell(as_taken(finding.clone()))).collect();
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

/// The same for whoever only asks what is wrong with the objects and what is secret in them: of what nothing is wrong with, the places of the
/// names are found, and no others.
pub(crate) fn named_objects(
    document: &Document,
    rendered: &RenderedChart,
    chart: Span,
) -> (Vec<Manifest>, Vec<Finding>) {
    if !document.findings.is_empty() {
        return objects(document, rendered, chart);
    }
    if document.node.is_null() {
        return (Vec::new(), Vec::new());
    }
    let (node, span) = (document.node.clone(), document.node.span());
    let (mut manifests, wrong) = seatrial_manifests::objects(vec![seatrial_yaml::Document { node, span }]);
    if !wrong.is_empty() {
        return objects(document, rendered, chart);
    }
    let span = |place: Place| rendered.span(place);
    let printed = Printed { text: &document.text, origins: &rendered.origins, span: &span, otherwise: chart };
    for metadata in manifests.iter_mut().filter_map(|manifest| manifest.node.get_mut("metadata")) {
        for key in ["name", "namespace"] {
            metadata.get_mut(key).into_iter().for_each(|name| printed.place(name));
        }
    }
    (manifests, Vec::new())
}

/// A text that a template printed, and where its bytes are from.
pub struct Printed<'a> {
    /// The text.
    pub text: &'a Text,
    /// The origins of the values, by their marks.
    pub origins: &'a Origins,
    /// Where a place of a template is.
    pub span: &'a dyn Fn(Place) -> Option<Span>,
    /// A place for what nothing is known of.
    pub otherwise: Span,
}

impl Printed<'_> {
    fn origin(&self, span: Span) -> Origin {
        let bytes = span.start as usize..span.end as usize;
        self.of_bytes(bytes).unwrap_or_else(|| Origin::from(self.otherwise))
    }

    /// Gives a node of the text, as it was parsed, and all that is in it the places where they are from.
    pub fn place(&self, node: &mut Node) {
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

    /// A finding of the parser about the text, where it is from.
    #[must_use]
    pub fn tell(&self, mut finding: Finding) -> Finding {
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
            let span = place.and_then(self.span);
            if !place.is_some_and(|place| place.is_literal) {
                for origin in piece.marks.as_slice().iter().filter_map(|mark| self.origins.get(*mark)) {
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
