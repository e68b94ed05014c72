//! A quick reader for what nearly all files are made of: block mappings and lists, scalars, flow collections on one line, comments, `---`.
//!
//! It yields the events of the parser, to the byte, and refuses the whole text when anything in it is rarer (an anchor, a tag, a tab
//! between tokens, brackets over several lines) or wrong: then the parser reads it, and tells what is wrong. So it may always refuse, and
//! must never guess. Lines and indentation are here; scalars are in `scalar.rs`, flow collections in `flow.rs`, what comes out in `read.rs`.

mod flow;
mod read;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use read::Read;
use read::What;

/// Collections that may be open at once.
const DEEPEST: usize = 100;

/// Bytes of a key; the parser counts, and allows 1024.
const LONGEST_KEY: usize = 1000;

/// Bytes that are looked at together.
const CHUNK: usize = 128;

/// The events of a text, unless it is one for the parser.
pub(crate) fn read(text: &str) -> Option<Read> {
    if !is_plain_text(text) {
        return None;
    }
    let read = Read::with_room_for(text.len());
    let mut reader = Reader {
        text,
        at: 0,
        line: 0,
        read,
        open: Vec::new(),
        awaited: None,
        document: Document::None,
        counted: (0, 0),
    };
    reader.lines()?;
    Some(reader.read)
}

/// Whether a text is free of characters with a meaning of their own: controls, U+0085 and other line ends, byte order marks.
fn is_plain_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_unusual = |byte: u8| byte >= 0x7f || (byte < b' ' && byte != b'\n' && byte != b'\t');
    bytes.chunks(CHUNK).zip((0..).step_by(CHUNK)).all(|(chunk, start)| {
        // Without an early end it is done many bytes at a time.
        let found = chunk.iter().fold(0, |found, byte| found | u8::from(is_unusual(*byte)));
        found == 0 || (start..start + chunk.len()).all(|at| !is_special(bytes.get(at..).unwrap_or_default()))
    })
}

/// Whether a text begins with a character that has a meaning of its own.
fn is_special(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0..=8 | 0x0b..=0x1f | 0x7f, ..]
            | [0xc2, 0x80..=0x9f, ..]
            | [0xe2, 0x80, 0xa8 | 0xa9, ..]
            | [0xef, 0xbb, 0xbf, ..]
            | [0xef, 0xbf, 0xbe | 0xbf, ..]
    )
}

struct Reader<'t> {
    text: &'t str,
    /// What is read next.
    at: usize,
    /// Where its line begins.
    line: usize,
    read: Read,
    /// The collections around it, the innermost last.
    open: Vec<Open>,
    /// A key whose value was not on its line.
    awaited: Option<Awaited>,
    document: Document,
    /// A place, and how many characters stand in front of it on its line.
    counted: (usize, usize),
}

#[derive(Clone, Copy)]
struct Open {
    shape: Shape,
    /// The column of its keys or dashes.
    indent: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Mapping,
    Sequence,
    /// A sequence whose dashes stand in the column of the key that it belongs to.
    Indentless,
}

#[derive(Clone, Copy)]
struct Awaited {
    colon: usize,
    /// Where its value comes among the events, should there be none.
    index: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Document {
    /// None has begun.
    None,
    /// One has begun with `---`, and holds nothing yet.
    Empty,
    /// One has a root.
    Filled,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_blank_or_end(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b' ' | b'\n' | b'\t'))
    }

    fn skip_spaces(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        rest.iter().position(|byte| *byte != b' ').map_or(self.text.len(), |spaces| at + spaces)
    }

    /// The line feed at the end of the line, or the end of the text.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        rest.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |length| at + length)
    }

    /// The innermost collection's column.
    fn indent(&self) -> usize {
        self.open.last().map_or(0, |open| open.indent)
    }

    fn lines(&mut self) -> Option<()> {
        loop {
            self.line = self.at;
            let first = self.skip_spaces(self.line);
            match self.byte(first) {
                None => break,
                Some(b'\n') => self.at = first + 1,
                Some(b'#') => self.own_line_comment(first),
                Some(b'-') if first == self.line && self.text.get(first..first + 3) == Some("---") => {
                    self.marker(first)?;
                }
                Some(b'.') if first == self.line && self.text.get(first..first + 3) == Some("...") => return None,
                Some(_) => self.content(first)?,
            }
        }
        self.end_document(self.text.len());
        Some(())
    }

    fn own_line_comment(&mut self, start: usize) {
        let end = self.line_end(start);
        let next = (end + 1).min(self.text.len());
        let touches_next = match self.byte(self.skip_spaces(next)) {
            Some(byte) => byte != b'\n',
            // What is open ends on the last line.
            None => end < self.text.len() && !self.open.is_empty(),
        };
        self.read.comment(start..end, start - self.line, touches_next);
        self.at = next;
    }

    /// What follows something on its line: nothing, or a comment. `at` is behind it.
    fn rest_of_line(&mut self, at: usize) -> Option<()> {
        let next = self.skip_spaces(at);
        match self.byte(next) {
            None => self.at = next,
            Some(b'\n') => self.at = next + 1,
            Some(b'#') if next > at => self.comment_beside(next),
            Some(_) => return None,
        }
        Some(())
    }

    fn comment_beside(&mut self, start: usize) {
        let end = self.line_end(start);
        self.read.comment_beside(start..end);
        self.at = (end + 1).min(self.text.len());
    }

    /// `---`
    fn marker(&mut self, start: usize) -> Option<()> {
        let next = self.skip_spaces(start + 3);
        if !matches!(self.byte(next), None | Some(b'\n')) {
            return None;
        }
        self.end_document(start);
        self.read.document_start(start..start + 3);
        self.document = Document::Empty;
        self.at = (next + 1).min(self.text.len());
        Some(())
    }

    fn end_document(&mut self, at: usize) {
        self.leave_empty();
        while let Some(open) = self.open.pop() {
            self.end_collection(open, at);
        }
        match self.document {
            Document::None => return,
            Document::Empty => self.read.nothing_at_last_end(),
            Document::Filled => {}
        }
        self.read.document_end();
    }

    fn end_collection(&mut self, open: Open, at: usize) {
        let what = if open.shape == Shape::Mapping { What::MappingEnd } else { What::SequenceEnd };
        self.read.push(what, at..at, 0);
    }

    /// The key that awaited a value has none.
    fn leave_empty(&mut self) {
        if let Some(Awaited { colon, index }) = self.awaited.take() {
            self.read.insert_nothing(index, colon);
        }
    }

    /// A line with a key or with a dash.
    fn content(&mut self, first: usize) -> Option<()> {
        let column = first - self.line;
        let is_dash = self.byte(first) == Some(b'-') && self.is_blank_or_end(first + 1);
        if self.is_nested(column, is_dash) {
            if self.document == Document::None {
                self.read.document_start(first..first);
            }
            self.document = Document::Filled;
        } else {
            self.leave_empty();
            while let Some(open) = self.open.pop_if(|open| ends_at(*open, column, is_dash)) {
                self.end_collection(open, first);
            }
            let Open { shape, indent } = *self.open.last()?;
            if indent != column || (shape == Shape::Mapping) == is_dash {
                return None;
            }
            return if is_dash { self.entry(first) } else { self.key_or_scalar(first, true) };
        }
        let shape = match is_dash {
            false => Shape::Mapping,
            true if self.awaited.is_some() && self.indent() == column => Shape::Indentless,
            true => Shape::Sequence,
        };
        let is_root = self.awaited.take().is_none();
        match shape {
            Shape::Mapping if is_root => {
                self.open(shape, first, first)?;
                self.key_or_scalar(first, true)
            }
            Shape::Mapping if matches!(self.byte(first), Some(b'|' | b'>')) => None,
            Shape::Mapping => self.key_or_scalar(first, false),
            Shape::Sequence => {
                self.open(shape, first, first)?;
                self.entry(first)
            }
            Shape::Indentless => {
                self.open(shape, first, self.skip_spaces(first + 1))?;
                self.entry(first)
            }
        }
    }

    /// Whether a line begins what the key before it awaits, or the root.
    fn is_nested(&self, column: usize, is_dash: bool) -> bool {
        if self.document != Document::Filled {
            return true;
        }
        let indent = self.indent();
        self.awaited.is_some() && (column > indent || (column == indent && is_dash))
    }

    /// Opens a collection whose first key or dash is at `first`; the parser says that it starts at `start`.
    fn open(&mut self, shape: Shape, first: usize, start: usize) -> Option<()> {
        if self.open.len() >= DEEPEST {
            return None;
        }
        let what = if shape == Shape::Mapping { What::MappingStart } else { What::SequenceStart };
        self.read.push(what, start..start, start - self.line);
        self.open.push(Open { shape, indent: first - self.line });
        Some(())
    }

    /// What follows a dash, which may be another one.
    fn entry(&mut self, dash: usize) -> Option<()> {
        let at = self.skip_spaces(dash + 1);
        match self.byte(at)? {
            b'\n' | b'\t' | b'#' => None,
            b'-' if self.is_blank_or_end(at + 1) => {
                self.open(Shape::Sequence, at, at)?;
                self.entry(at)
            }
            _ => self.key_or_scalar(at, false),
        }
    }

    /// `key:` with what follows it, or a scalar or flow collection, unless a key must be here.
    fn key_or_scalar(&mut self, at: usize, is_key: bool) -> Option<()> {
        if matches!(self.byte(at), Some(b'|' | b'>' | b'[' | b'{')) {
            return if is_key { None } else { self.value(at) };
        }
        let scalar = self.inline_scalar(at)?;
        let colon = scalar.range.end;
        if self.byte(colon) != Some(b':') || !self.is_blank_or_end(colon + 1) {
            return if is_key { None } else { self.scalar(scalar) };
        }
        if colon - at > LONGEST_KEY || scalar.is_folded {
            return None;
        }
        if !is_key {
            self.open(Shape::Mapping, at, at)?;
        }
        self.read.scalar(scalar);
        let next = self.skip_spaces(colon + 1);
        match self.byte(next) {
            None | Some(b'\n' | b'#') => {
                self.awaited = Some(Awaited { colon, index: self.read.len() });
                self.rest_of_line(colon + 1)
            }
            Some(_) => self.value(next),
        }
    }

    /// A value that stands behind its key or dash.
    fn value(&mut self, at: usize) -> Option<()> {
        match self.byte(at)? {
            b'|' | b'>' => self.block_scalar(at),
            b'[' | b'{' => {
                let end = self.flow(at, 0)?;
                self.rest_of_line(end)
            }
            _ => {
                let scalar = self.inline_scalar(at)?;
                self.scalar(scalar)
            }
        }
    }
}

/// Whether a collection ends in front of a line that begins with a key or a dash in a column.
fn ends_at(open: Open, column: usize, is_dash: bool) -> bool {
    open.indent > column || (open.indent == column && open.shape == Shape::Indentless && !is_dash)
}
