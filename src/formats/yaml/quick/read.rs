//! What the quick reader has read: events in little room, and as the builder takes them.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Placement, ScalarStyle, StructureStyle};

use crate::text::event::Spot;

/// The events of a text.
pub(crate) struct Read {
    events: Vec<Small>,
    /// The values of scalars that are not in the text as they are, in order.
    values: Vec<String>,
    /// Where the last event ended that is not a comment.
    last_end: usize,
}

/// An event and its place.
#[derive(Clone, Copy)]
struct Small {
    what: What,
    column: u32,
    start: u32,
    end: u32,
}

#[derive(Clone, Copy)]
pub(super) enum What {
    DocumentStart,
    DocumentEnd,
    Comment(Placement),
    /// A scalar whose value is in the text; without the quotes, where it has some.
    Scalar(ScalarStyle),
    /// A scalar whose value is made.
    MadeScalar(ScalarStyle),
    /// A value that is not there.
    Nothing,
    SequenceStart,
    MappingStart,
    FlowSequenceStart,
    FlowMappingStart,
    SequenceEnd,
    MappingEnd,
}

/// A scalar on its way to be an event.
pub(super) struct Scalar {
    pub(super) style: ScalarStyle,
    pub(super) range: Range<usize>,
    /// Its value, where it is not in the text as it is.
    pub(super) made: Option<String>,
    /// Whether it is in quotes over several lines.
    pub(super) is_folded: bool,
}

impl Read {
    pub(super) fn with_room_for(bytes: usize) -> Read {
        Read { events: Vec::with_capacity(bytes / 16), values: Vec::new(), last_end: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn push(&mut self, what: What, range: Range<usize>, column: usize) {
        self.last_end = range.end;
        self.events.push(small(what, range, column));
    }

    pub(super) fn comment(&mut self, range: Range<usize>, column: usize, touches_next: bool) {
        let placement = if touches_next { Placement::Above } else { Placement::Free };
        self.events.push(small(What::Comment(placement), range, column));
    }

    pub(super) fn comment_beside(&mut self, range: Range<usize>) {
        self.events.push(small(What::Comment(Placement::Right), range, 0));
    }

    pub(super) fn document_start(&mut self, range: Range<usize>) {
        self.push(What::DocumentStart, range, 0);
    }

    pub(super) fn document_end(&mut self) {
        self.push(What::DocumentEnd, self.last_end..self.last_end, 0);
    }

    pub(super) fn scalar(&mut self, scalar: Scalar) {
        let Scalar { style, range, made, .. } = scalar;
        let what = if made.is_some() { What::MadeScalar(style) } else { What::Scalar(style) };
        self.values.extend(made);
        self.push(what, range, 0);
    }

    /// A document holds nothing.
    pub(super) fn nothing_at_last_end(&mut self) {
        self.push(What::Nothing, self.last_end..self.last_end, 0);
    }

    /// A key has no value: its place is that of the colon, in front of the comments that were read since.
    pub(super) fn insert_nothing(&mut self, index: usize, colon: usize) {
        self.last_end = colon;
        self.events.insert(index.min(self.events.len()), small(What::Nothing, colon..colon, 0));
    }

    /// The events, for the text that was read.
    pub(crate) fn events(self, text: &str) -> impl Iterator<Item = (Event<'_>, Spot)> {
        let mut values = self.values.into_iter();
        self.events.into_iter().map(move |small| {
            let range = small.start as usize..small.end as usize;
            let event = match small.what {
                What::DocumentStart => Event::DocumentStart(!range.is_empty(), None),
                What::DocumentEnd => Event::DocumentEnd,
                What::Comment(placement) => {
                    Event::Comment(Cow::Borrowed(text.get(range.start + 1..range.end).unwrap_or_default()), placement)
                }
                What::Scalar(style) => {
                    let quote = usize::from(style != ScalarStyle::Plain);
                    let value = text.get(range.start + quote..range.end - quote).unwrap_or_default();
                    Event::Scalar(Cow::Borrowed(value), style, 0, None)
                }
                What::MadeScalar(style) => Event::Scalar(Cow::Owned(values.next().unwrap_or_default()), style, 0, None),
                What::Nothing => Event::Scalar(Cow::Borrowed("~"), ScalarStyle::Plain, 0, None),
                What::SequenceStart => Event::SequenceStart(StructureStyle::Block, 0, None),
                What::MappingStart => Event::MappingStart(StructureStyle::Block, 0, None),
                What::FlowSequenceStart => Event::SequenceStart(StructureStyle::Flow, 0, None),
                What::FlowMappingStart => Event::MappingStart(StructureStyle::Flow, 0, None),
                What::SequenceEnd => Event::SequenceEnd,
                What::MappingEnd => Event::MappingEnd,
            };
            (event, Spot { range, column: small.column as usize, tag: None })
        })
    }
}

/// Files are no larger than 4 GiB.
fn small(what: What, range: Range<usize>, column: usize) -> Small {
    Small { what, column: column as u32, start: range.start as u32, end: range.end as u32 }
}
