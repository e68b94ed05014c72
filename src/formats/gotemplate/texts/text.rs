//! Strings that remember what made their bytes. Every cut and join keeps that.

use std::fmt;
use std::ops::{Deref, Range};
use std::rc::Rc;

use crate::texts::builder::TextBuilder;
use crate::texts::marks::Marks;

/// Where in a template something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number that was given with the text when it was parsed; never that of a string that `tpl` executes.
    pub source: u32,
    /// First byte of the action or of the literal text.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
    /// Whether this is text outside of actions; its bytes are then one to one those of the template.
    pub is_literal: bool,
}

impl Place {
    /// The place of what is made of the bytes of this one: not the bytes themselves any more.
    #[must_use]
    pub fn changed(self) -> Self {
        Self { is_literal: false, ..self }
    }

    /// The place of a part of what stands there: of literal text, just that part.
    pub(crate) fn cut(self, from: usize, length: usize) -> Self {
        let within = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        if !self.is_literal {
            return self;
        }
        let start = self.start.saturating_add(within(from)).min(self.end);
        Self { start, end: start.saturating_add(within(length)).min(self.end), ..self }
    }
}

/// A stretch of a text that one action made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The byte behind the stretch; it begins where the one before ends.
    pub end: usize,
    /// The action, or the literal text of the template.
    pub place: Option<Place>,
    /// The values that were printed.
    pub marks: Marks,
}

impl Piece {
    /// What an action printed knows its values, even where there are none.
    pub(crate) fn marks_or<'m>(&'m self, marks: &'m Marks) -> &'m Marks {
        if self.marks.is_empty() && self.place.is_none() { marks } else { &self.marks }
    }
}

/// A string of Go: shared, and with what is known of its bytes.
#[derive(Clone)]
pub struct Text {
    pub(crate) string: Rc<str>,
    pub(crate) extra: Option<Rc<Extra>>,
}

#[derive(Default)]
pub(crate) struct Extra {
    pub(crate) pieces: Vec<Piece>,
    /// The bytes, where they are not UTF-8; the string then has U+FFFD for what is not.
    pub(crate) raw: Option<Box<[u8]>>,
}

impl Text {
    /// A string of which nothing is known.
    #[must_use]
    pub fn new(string: impl Into<Rc<str>>) -> Self {
        Self { string: string.into(), extra: None }
    }

    /// A string of Go with any bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(string) => Self::new(string),
            Err(_) => Self {
                string: String::from_utf8_lossy(bytes).into(),
                extra: Some(Rc::new(Extra { pieces: Vec::new(), raw: Some(bytes.into()) })),
            },
        }
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The string, shared.
    #[must_use]
    pub fn shared(&self) -> Rc<str> {
        self.string.clone()
    }

    /// The bytes as Go has them: for what encodes or digests. They differ from the string's where they are not UTF-8.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw().unwrap_or(self.string.as_bytes())
    }

    pub(crate) fn raw(&self) -> Option<&[u8]> {
        self.extra.as_ref()?.raw.as_deref()
    }

    /// What made the bytes; nothing where that is not known.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        self.extra.as_ref().map(|extra| extra.pieces.as_slice()).unwrap_or_default()
    }

    /// The piece that a byte belongs to.
    #[must_use]
    pub fn piece_at(&self, byte: usize) -> Option<&Piece> {
        let pieces = self.pieces();
        pieces.get(pieces.partition_point(|piece| piece.end <= byte))
    }

    /// The marks of all pieces.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks::of(self.pieces().iter().flat_map(|piece| piece.marks.as_slice()).copied())
    }

    /// A part of the text, with what is known of it. The range must be on the borders of characters.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        if range == (0..self.string.len()) {
            return self.clone();
        }
        if self.pieces().is_empty() {
            return Self::new(&self.string[range]);
        }
        let mut builder = TextBuilder::default();
        builder.push_slice(self, range, &Marks::NONE);
        builder.finish()
    }

    /// All of these behind each other.
    #[must_use]
    pub fn concat<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut builder = TextBuilder::default();
        parts.into_iter().for_each(|part| builder.push(part, &Marks::NONE));
        builder.finish()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new("")
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.string
    }
}

impl PartialEq for Text {
    /// Texts are equal when their bytes are, whatever made them.
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.string, f)
    }
}

impl From<&str> for Text {
    fn from(string: &str) -> Self {
        Self::new(string)
    }
}

impl From<String> for Text {
    fn from(string: String) -> Self {
        Self::new(string)
    }
}

impl From<Rc<str>> for Text {
    fn from(string: Rc<str>) -> Self {
        Self::new(string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(start: u32, end: u32, is_literal: bool) -> Option<Place> {
        Some(Place { source: 0, start, end, is_literal })
    }

    fn shown(text: &Text) -> Vec<(usize, Option<u32>, Vec<u32>)> {
        let one = |p: &Piece| (p.end, p.place.map(|p| p.start), p.marks.as_slice().to_vec());
        text.pieces().iter().map(one).collect()
    }

    #[test]
    fn a_slice_and_a_join_keep_what_made_the_bytes() {
        let mut builder = TextBuilder::new();
        builder.push_placed("abc", place(0, 3, true), &Marks::NONE);
        builder.push_placed("def", place(3, 9, false), &Marks::one(7));
        let text = builder.finish();
        assert_eq!(shown(&text), [(3, Some(0), vec![]), (6, Some(3), vec![7])]);
        assert_eq!(shown(&text.slice(2..4)), [(1, Some(2), vec![]), (2, Some(3), vec![7])]);
        assert_eq!(text.slice(1..2).pieces()[0].place, place(1, 2, true));
        let mut joined = TextBuilder::new();
        joined.push_str("  ", &Marks::NONE);
        joined.push_slice(&text, 4..6, &Marks::NONE);
        let joined = joined.finish();
        assert_eq!(joined.as_str(), "  ef");
        assert_eq!(shown(&joined), [(2, None, vec![]), (4, Some(3), vec![7])]);
        assert_eq!(joined.piece_at(3).map(|p| p.end), Some(4));
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_kept() {
        let text = Text::from_bytes(b"a\xff");
        assert_eq!((text.as_str(), text.bytes()), ("a\u{fffd}", b"a\xff".as_slice()));
        let joined = Text::concat([&Text::new("é"), &text, &Text::new("b"), &text]);
        assert_eq!(joined.bytes(), [b"\xc3\xa9a\xff".as_slice(), b"ba\xff"].concat());
        assert_eq!(joined.as_str(), "éa\u{fffd}ba\u{fffd}");
    }
}
