//! Where an event of a text stands, whoever read it.

use std::ops::Range;

/// The place of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Its bytes.
    pub(crate) range: Range<usize>,
    /// Characters in front of it on its line. Only told of collections, and of comments on lines of their own.
    pub(crate) column: usize,
    /// The bytes of an explicit tag.
    pub(crate) tag: Option<Range<usize>>,
}

impl From<granit_parser::Span> for Spot {
    fn from(span: granit_parser::Span) -> Spot {
        Spot {
            range: span.byte_range().unwrap_or_default(),
            column: span.start.col(),
            tag: span.tag_span().and_then(|tag| tag.byte_range()),
        }
    }
}
