//! Where scalars really begin and end: the parser leaves out the header of block scalars and includes what follows them.

use granit_parser::StructureStyle;

use crate::read::frame::Shape;
use crate::text::event::Spot;
use crate::text::problem::{self, Problem, WHITE, line_end};

/// The range of a block scalar from its `|` or `>` to the end of its last line that is not blank.
///
/// `from` is where the node before it ended; between the two lie only white space, comments, indicators, anchors and tags.
pub(crate) fn block_scalar(text: &str, from: usize, content: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = header(text, from, content.start).unwrap_or(content.start);
    let body = text.get(start..content.end).unwrap_or_default();
    // Blanks behind the last word are part of the line.
    let last = start + body.trim_end_matches(WHITE).len();
    start..line_end(text, last).min(content.end).max(last)
}

fn header(text: &str, from: usize, until: usize) -> Option<usize> {
    first_indicator(text, from, until, |bytes, at| matches!(bytes.get(at), Some(b'|' | b'>')))
}

/// Offset and column at which a collection starts: a block sequence at its first `-`, which the parser leaves out.
pub(crate) fn collection_start(
    text: &str,
    last_end: usize,
    shape: &Shape,
    style: StructureStyle,
    spot: &Spot,
) -> (usize, usize) {
    let start = spot.range.start;
    let place = (start, spot.column);
    if style == StructureStyle::Flow {
        return place;
    }
    let dash = match shape {
        Shape::Sequence => first_dash(text, last_end, start),
        Shape::Mapping { .. } => None,
    };
    dash.map_or(place, |dash| (dash, column(text, dash)))
}

/// Where the `-` of a block sequence stands whose first item begins at `until`. `from` is as for [`block_scalar`].
pub(crate) fn first_dash(text: &str, from: usize, until: usize) -> Option<usize> {
    let is_dash = |bytes: &[u8], at: usize| {
        bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
    };
    first_indicator(text, from, (until + 1).min(text.len()), is_dash)
}

fn first_indicator(text: &str, from: usize, until: usize, is_it: impl Fn(&[u8], usize) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < until.min(bytes.len()) {
        match bytes.get(at)? {
            _ if is_it(bytes, at) => return Some(at),
            b'#' => at = skip(bytes, at, |b| matches!(b, b'\n' | b'\r')),
            b'&' | b'!' => at = skip(bytes, at, |b| b.is_ascii_whitespace()),
            _ => at += 1,
        }
    }
    None
}

fn skip(bytes: &[u8], from: usize, stop: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().skip(from).position(stop).map_or(bytes.len(), |n| from + n)
}

/// The column of a place before which only indicators stand on its line, from 0.
fn column(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rev().take_while(|b| !matches!(b, b'\n' | b'\r')).count()
}

/// A block collection may not be preceded by a tab on its line; the parser is more lenient there than kubectl.
pub(crate) fn no_tab_before(text: &str, at: usize) -> Result<(), Problem> {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let mut blanks = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t'));
    if blanks.any(|b| *b == b'\t') { Err(problem::tab(text, at)) } else { Ok(()) }
}
