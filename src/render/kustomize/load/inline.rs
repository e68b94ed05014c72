//! YAML inside of a YAML string: an inline patch, parsed so that every span lies in the kustomization's own lines.

use std::ops::Range;

use seatrial_model::{Finding, Node, Origin, SourceFile, Sources, Span};
use seatrial_yaml::{Dialect, Parsed, parse};

use crate::load::cache::Cache;

/// Whether an entry is the thing itself, not a path.
pub(crate) fn is_inline(entry: &Node) -> bool {
    entry.as_str().is_some_and(|t| t.contains('\n') || t.contains(": ") || t.starts_with('{'))
}

/// Parses the text of a string scalar of `file`.
pub(crate) fn parse_inline(scalar: &Node, file: &SourceFile) -> Parsed {
    parse_text(scalar, scalar.span(), file, Dialect::Kustomize)
}

/// As many bytes are remembered of what is written inline: many kustomizations have the same few lines.
const SHORT: usize = 4096;

/// The same without the blanks at its end, so that text in a literal block there loses its line break. A short text is parsed once.
pub(crate) fn parse_inline_cut(scalar: &Node, file: &SourceFile, cache: &Cache) -> Parsed {
    let whole = scalar.scalar_text().unwrap_or_default();
    let text = whole.trim_end();
    if text.len() > SHORT {
        return parse_part(text, whole, scalar.span(), file, Dialect::Kustomize);
    }
    let parsed = cache.inline(text, || parse_alone(text, Dialect::Kustomize));
    moved(Parsed::clone(&parsed), &SpanMap::new(whole, scalar.span(), file), file)
}

/// Parses the text of a string scalar that stands at a place in `file`, or is that file. Lines in which something was filled in since are
/// those that they were.
#[must_use]
pub fn parse_text(scalar: &Node, place: Span, file: &SourceFile, dialect: Dialect) -> Parsed {
    let text = scalar.scalar_text().unwrap_or_default();
    parse_part(text, text, place, file, dialect)
}

/// Parses the beginning of a text that stands at a place in `file`.
fn parse_part(text: &str, whole: &str, place: Span, file: &SourceFile, dialect: Dialect) -> Parsed {
    moved(parse_alone(text, dialect), &SpanMap::new(whole, place, file), file)
}

fn parse_alone(text: &str, dialect: Dialect) -> Parsed {
    parse(&Sources::new().add("<inline>", text.to_owned()), dialect)
}

/// What was parsed on its own, at its places in a file.
fn moved(mut parsed: Parsed, map: &SpanMap, file: &SourceFile) -> Parsed {
    for document in &mut parsed.documents {
        document.span = map.outer(document.span);
        move_spans(&mut document.node, map);
        file.note_document(&document.node, document.span);
    }
    for finding in &mut parsed.findings {
        move_finding(finding, map);
    }
    parsed
}

/// The places of parts of a text that stands at a place in `file`, or is that file.
#[must_use]
pub fn places_in_text(text: &str, place: Span, file: &SourceFile, parts: &[Range<usize>]) -> Vec<Span> {
    let map = SpanMap::new(text, place, file);
    parts.iter().map(|part| map.outer(Span::new(place.file, part.start, part.end))).collect()
}

fn move_spans(node: &mut Node, map: &SpanMap) {
    node.set_origin(Origin::from(map.outer(node.span())));
    for entry in node.entries_mut() {
        entry.key.span = map.outer(entry.key.span);
        move_spans(&mut entry.value, map);
    }
    for item in node.items_mut() {
        move_spans(item, map);
    }
}

fn move_finding(finding: &mut Finding, map: &SpanMap) {
    finding.primary.span = map.outer(finding.primary.span);
    for label in &mut finding.related {
        label.span = map.outer(label.span);
    }
}

/// From places in a decoded string to places in the file that holds it.
struct SpanMap {
    whole: Span,
    /// Starts of pieces that are alike in both: in the string, in the file, and their length.
    pieces: Vec<(u32, u32, u32)>,
}

impl SpanMap {
    fn new(decoded: &str, whole: Span, file: &SourceFile) -> SpanMap {
        let raw = file.text().get(whole.start as usize..whole.end as usize).unwrap_or_default();
        let is_folded = || raw.lines().count() != decoded.lines().count();
        let pieces = if raw == decoded {
            Some(vec![(0, whole.start, small(raw.len()))])
        } else if raw.starts_with('|') {
            raw.find('\n').map(|header| pieces_of_lines(decoded, raw, header + 1, whole.start))
        } else if decoded.contains('\n') && !is_folded() {
            Some(pieces_of_lines(decoded, raw, 0, whole.start))
        } else {
            same_piece(decoded, raw, whole.start)
        };
        SpanMap { whole, pieces: pieces.unwrap_or_default() }
    }

    fn outer(&self, inner: Span) -> Span {
        let place = |offset: u32| {
            let index = self.pieces.partition_point(|(start, _, _)| *start <= offset).checked_sub(1)?;
            let (start, outer, length) = self.pieces.get(index)?;
            Some(outer + (offset - start).min(*length))
        };
        match (place(inner.start), place(inner.end)) {
            (Some(start), Some(end)) => Span { file: self.whole.file, start, end: end.max(start) },
            _ => self.whole,
        }
    }
}

/// Line by line: the lines of a literal block are those of the file without their indentation.
fn pieces_of_lines(decoded: &str, raw: &str, from: usize, start: u32) -> Vec<(u32, u32, u32)> {
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let (mut inner, mut outer) = (0, from);
    let lines = raw.get(from..).unwrap_or_default().split_inclusive('\n');
    let pieces = decoded.split_inclusive('\n').zip(lines).map(|(line, raw_line)| {
        let bare = raw_line.trim_end_matches(['\n', '\r']);
        let indent = match bare.strip_suffix(line.trim_end_matches('\n')) {
            Some(indentation) => indentation.len(),
            None => blanks(bare).saturating_sub(blanks(line)),
        };
        let piece = (small(inner), start + small(outer + indent), small(bare.len().saturating_sub(indent)));
        inner += line.len();
        outer += raw_line.len();
        piece
    });
    pieces.collect()
}

/// A string on one line without escapes.
fn same_piece(decoded: &str, raw: &str, start: u32) -> Option<Vec<(u32, u32, u32)>> {
    let at = raw.find(decoded).filter(|_| !decoded.contains('\n'))?;
    Some(vec![(0, start + small(at), small(decoded.len()))])
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text at the span of `/a/b` in the patch that stands under `p`.
    fn text_at_value(outer: &str) -> String {
        let file = Sources::new().add("k.yaml", outer.to_owned());
        let document = parse(&file, Dialect::Kustomize).documents.remove(0);
        let scalar = document.node.get("p").expect("a patch");
        let parsed = parse_inline(scalar, &file);
        let span = parsed.documents[0].node.at(&["a", "b"]).expect("a value").span();
        file.text()[span.start as usize..span.end as usize].to_owned()
    }

    #[test]
    fn a_value_in_a_literal_block_lies_on_its_own_line() {
        assert_eq!(text_at_value("x: 1\np: |-\n  # says\n\n  a:\n    b: deep\n"), "deep");
        assert_eq!(text_at_value("p: |\r\n    a:\r\n      b: deep\r\n"), "deep");
    }

    #[test]
    fn a_value_behind_a_line_that_was_filled_in_lies_on_its_own_line() {
        let line_of_value = |text: &str, now: &str| {
            let file = Sources::new().add("k.yaml", text.to_owned());
            let scalar = parse(&file, Dialect::Kustomize).documents.remove(0).node.get("p").cloned();
            let place = scalar.map_or(Span::new(file.id(), 0, text.len()), |scalar| scalar.span());
            let filled = Node::string(now, place);
            let parsed = parse_text(&filled, place, &file, Dialect::Kubectl);
            file.line_column(parsed.documents[0].node.at(&["a", "b"]).expect("a value").span().start)
        };
        assert_eq!(line_of_value("p: |\n  x: ${LONG_NAME}\n  a:\n    b: ${Y}\n", "x: 1\na:\n  b: other\n"), (4, 8));
        assert_eq!(line_of_value("x: ${LONG_NAME}\na:\n  b: deep\n", "x: 1\na:\n  b: deep\n"), (3, 6));
    }

    #[test]
    fn a_value_in_a_quoted_line_lies_in_it_and_one_behind_escapes_is_the_whole_string() {
        assert_eq!(text_at_value("p: '{a: {b: deep}}'\n"), "deep");
        assert_eq!(text_at_value("p: \"{a: {b: \\x64eep}}\"\n"), "\"{a: {b: \\x64eep}}\"");
    }
}
