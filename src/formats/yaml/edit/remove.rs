//! A pair or an item taken away, with its line and the comment beside it.

use std::ops::Range;

use seatrial_model::Node;

use super::lines::{behind_blank_lines, behind_blanks, is_white, next_line, starts_line};
use super::replace::to_be_inside;
use super::spot::{self, Spot, is_flow};
use super::{EditError, Splice, Step};
use crate::read::span::first_dash;
use crate::text::problem::{WHITE, line_end, line_start};

/// Ways to remove what is at a path.
pub(crate) fn proposals(text: &str, root: &Node, path: &[Step<'_>]) -> Result<Vec<Splice>, EditError> {
    let (last, above) = path.split_last().ok_or(EditError::Impossible)?;
    let holder = spot::find(text, root, above)?;
    if holder.is_alias {
        return Err(EditError::Shared);
    }
    let (index, count) = match last {
        Step::Key(key) => (
            holder.node.entries().iter().position(|e| e.key.text == **key).ok_or(EditError::NotFound)?,
            holder.node.entries().len(),
        ),
        Step::Item(index) => (*index, holder.node.items().len()),
    };
    let own = extent(text, &holder, index)?;
    if count == 1 {
        return Ok(emptied(text, &holder));
    }
    if is_flow(&holder) {
        return Ok(vec![from_flow(text, &holder, index, count, own)?]);
    }
    Ok(lines(text, &holder, own))
}

/// The bytes of a pair from its key on, or of an item from its dash on.
fn extent(text: &str, holder: &Spot<'_>, index: usize) -> Result<Range<usize>, EditError> {
    if let Some(entry) = holder.node.entries().get(index) {
        let spot = spot::pair(text, holder, index)?;
        let start = entry.key.span.start as usize;
        // An explicit key begins with its `?`.
        let before = text.get(..start).unwrap_or_default().trim_end_matches(' ');
        let start = if before.ends_with('?') && !is_flow(holder) { before.len() - 1 } else { start };
        return Ok(start..spot.written.end.max(spot.behind));
    }
    let spot = spot::item(text, holder, index)?;
    if is_flow(holder) {
        return Ok(spot.behind..spot.written.end);
    }
    let dash = first_dash(text, spot.behind - 1, spot.behind).ok_or(EditError::Impossible)?;
    Ok(dash..spot.written.end.max(spot.behind))
}

/// The last child of a collection goes, brackets stay.
fn emptied(text: &str, holder: &Spot<'_>) -> Vec<Splice> {
    let brackets = if holder.node.is_mapping() { "{}" } else { "[]" };
    let (start, end) = (holder.written.start, holder.written.end);
    let in_place = Splice { start, end, text: to_be_inside(text, holder) + brackets };
    let between = text.get(holder.behind..start).unwrap_or_default();
    if is_flow(holder) || !is_white(between) || between.is_empty() {
        return vec![in_place];
    }
    vec![Splice { start: holder.behind, end, text: format!(" {brackets}") }, in_place]
}

/// One of several in brackets, with the comma behind it, or before it when it is the last.
fn from_flow(
    text: &str,
    holder: &Spot<'_>,
    index: usize,
    count: usize,
    own: Range<usize>,
) -> Result<Splice, EditError> {
    // Alone on its lines, with the comma and perhaps a comment behind it.
    let rest = text.get(own.end..line_end(text, own.end)).unwrap_or_default();
    let behind = rest.trim_start_matches(WHITE).strip_prefix(',').map(|behind| behind.trim_start_matches(WHITE));
    if starts_line(text, own.start) && behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('#')) {
        return Ok(Splice { start: line_start(text, own.start), end: next_line(text, own.end), text: String::new() });
    }
    if index + 1 < count {
        let next = extent(text, holder, index + 1)?;
        return Ok(Splice { start: own.start, end: next.start, text: String::new() });
    }
    let before = extent(text, holder, index - 1)?;
    Ok(Splice { start: before.end, end: own.end, text: String::new() })
}

/// Whole lines; behind a dash only up to what follows.
fn lines(text: &str, holder: &Spot<'_>, own: Range<usize>) -> Vec<Splice> {
    let end = next_line(text, own.end);
    let nothing = String::new();
    if !starts_line(text, own.start) {
        return vec![Splice { start: own.start, end: behind_blanks(text, end), text: nothing }];
    }
    let indentation = own.start - line_start(text, own.start);
    let mark = text.get(own.start - indentation..own.start).is_some_and(|before| before.starts_with('\u{feff}'));
    let start = own.start - if mark { 0 } else { indentation };
    if end == text.len() && line_end(text, own.end) == end && own.end >= holder.written.end {
        // The last line has no end, and the one before it stays the last.
        let before = text.get(..start).unwrap_or_default();
        let kept = before.strip_suffix("\r\n").or_else(|| before.strip_suffix('\n')).unwrap_or(before).len();
        return vec![Splice { start: kept, end, text: nothing }];
    }
    let alone = Splice { start, end, text: nothing.clone() };
    // Blank lines below may belong to a text block, and would be part of the one above.
    let with_blanks = Splice { start, end: behind_blank_lines(text, own.end), text: nothing };
    if with_blanks.end > alone.end { vec![alone, with_blanks] } else { vec![alone] }
}
