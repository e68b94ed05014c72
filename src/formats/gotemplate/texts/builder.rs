//! How texts are put together from others, and from what templates print.

use std::ops::Range;
use std::rc::Rc;

use crate::texts::marks::Marks;
use crate::texts::text::{Extra, Piece, Place, Text};

/// How far the pieces of a text have been gone through.
struct Cursor {
    /// The number of the next piece.
    first: usize,
    /// The byte where it begins.
    begin: usize,
}

/// Builds a text from parts, and keeps what is known of them.
#[derive(Debug, Default)]
pub struct TextBuilder {
    string: String,
    pieces: Vec<Piece>,
    /// All bytes, once something was pushed that is not UTF-8.
    raw: Option<Vec<u8>>,
}

impl TextBuilder {
    /// A builder with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty builder with room for so many bytes and pieces.
    #[must_use]
    pub fn with_room(bytes: usize, pieces: usize) -> Self {
        Self { string: String::with_capacity(bytes), pieces: Vec::with_capacity(pieces), raw: None }
    }

    /// A text with its pieces; where it has none, `marks` say what made it.
    pub fn push(&mut self, text: &Text, marks: &Marks) {
        self.push_slice(text, 0..text.string.len(), marks);
    }

    /// A part of a text with its pieces.
    pub fn push_slice(&mut self, text: &Text, range: Range<usize>, marks: &Marks) {
        if let Some(raw) = text.raw()
            && range == (0..text.string.len())
        {
            return self.with_raw(raw, |builder| builder.push_pieces(text, range, marks));
        }
        self.push_pieces(text, range, marks);
    }

    /// Pushes a string whose bytes are these.
    fn with_raw(&mut self, bytes: &[u8], push: impl FnOnce(&mut Self)) {
        let mut raw = self.raw.take().unwrap_or_else(|| self.string.clone().into_bytes());
        push(self);
        raw.extend_from_slice(bytes);
        self.raw = Some(raw);
    }

    fn push_pieces(&mut self, text: &Text, range: Range<usize>, marks: &Marks) {
        let pieces = text.pieces();
        if pieces.is_empty() {
            return self.push_placed(&text.string[range], None, marks);
        }
        let first = pieces.partition_point(|piece| piece.end <= range.start);
        let mut cursor = Cursor { first, begin: if first == 0 { 0 } else { pieces[first - 1].end } };
        self.push_from(text, &mut cursor, range, marks);
    }

    /// A part of a text that has pieces. It does not begin before the cursor, which moves on to its end.
    fn push_from(&mut self, text: &Text, cursor: &mut Cursor, range: Range<usize>, marks: &Marks) {
        if range.is_empty() {
            return;
        }
        let mut end = self.string.len();
        self.push_bytes(&text.string[range.clone()]);
        for piece in &text.pieces()[cursor.first..] {
            let begin = cursor.begin;
            if begin >= range.end {
                break;
            }
            let (from, to) = (begin.max(range.start), piece.end.min(range.end));
            let place = piece.place.map(|place| place.cut(from - begin, to - from));
            end += to - from;
            self.add(end, place, piece.marks_or(marks));
            if piece.end > range.end {
                break;
            }
            cursor.first += 1;
            cursor.begin = piece.end;
        }
    }

    /// The lines of a text that is UTF-8, with its pieces. `before`, of which nothing is known, is put in front of each line.
    pub fn push_lines(&mut self, text: &Text, before: &str, marks: &Marks) {
        let (mut cursor, mut from) = (Cursor { first: 0, begin: 0 }, 0);
        let has_pieces = !text.pieces().is_empty();
        loop {
            self.push_placed(before, None, &Marks::NONE);
            let rest = &text.string.as_bytes()[from..];
            let line = rest.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let to = line.map_or(text.string.len(), |length| from + length);
            match has_pieces {
                true => self.push_from(text, &mut cursor, from..to, marks),
                false => self.push_placed(&text.string[from..to], None, marks),
            }
            from = to;
            if line.is_none() {
                return;
            }
        }
    }

    /// A string that these values made.
    pub fn push_str(&mut self, string: &str, marks: &Marks) {
        self.push_placed(string, None, marks);
    }

    /// A string that this action made of these values.
    pub fn push_placed(&mut self, string: &str, place: Option<Place>, marks: &Marks) {
        if string.is_empty() {
            return;
        }
        self.push_bytes(string);
        self.add(self.string.len(), place, marks);
    }

    fn push_bytes(&mut self, string: &str) {
        self.string.push_str(string);
        if let Some(raw) = &mut self.raw {
            raw.extend_from_slice(string.as_bytes());
        }
    }

    /// Notes what made the bytes from the last piece up to `end`.
    #[inline]
    fn add(&mut self, end: usize, place: Option<Place>, marks: &Marks) {
        match self.pieces.last_mut() {
            Some(last) if last.place == place && last.marks == *marks && !place.is_some_and(|p| p.is_literal) => {
                last.end = end;
            }
            _ => self.pieces.push(Piece { end, place, marks: marks.clone() }),
        }
    }

    /// A text with its pieces; where it does not know better, this action made it of these values.
    pub(crate) fn push_at(&mut self, text: &Text, place: Option<Place>, marks: &Marks) {
        match text.raw() {
            Some(raw) => self.with_raw(raw, |builder| builder.push_pieces_at(text, place, marks)),
            None => self.push_pieces_at(text, place, marks),
        }
    }

    fn push_pieces_at(&mut self, text: &Text, place: Option<Place>, marks: &Marks) {
        let start = self.string.len();
        self.push_bytes(&text.string);
        let pieces = text.pieces();
        self.pieces.reserve(pieces.len());
        for piece in pieces {
            self.add(start + piece.end, piece.place.or(place), piece.marks_or(marks));
        }
        let known = pieces.last().map_or(0, |piece| piece.end);
        if known < text.string.len() {
            self.add(self.string.len(), place, marks);
        }
    }

    /// What was pushed so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> Text {
        let knows = self.pieces.iter().any(|piece| piece.place.is_some() || !piece.marks.is_empty());
        let pieces = if knows { self.pieces } else { Vec::new() };
        let raw = self.raw.map(Vec::into_boxed_slice);
        let extra = (knows || raw.is_some()).then(|| Rc::new(Extra { pieces, raw }));
        Text { string: self.string.into(), extra }
    }
}
