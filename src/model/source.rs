//! Files that were read, their identity, and byte ranges in them. Reading files is not done here.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock, RwLock};

use crate::confidential::Tells;
use crate::secrets::{Marks, SecretLog};
use crate::{BelongsTo, Text};

/// Identity of a file in a [`Sources`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range in the text of a file.
///
/// The text is the file as it lies there, byte for byte, when it is UTF-8; [`SourceFile::file_range`] gives the bytes of any file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte, from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end` (bytes, exclusive) of `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end) }
    }

    /// The start of `file`: for findings about a whole file.
    #[must_use]
    pub fn start_of(file: FileId) -> Span {
        Span { file, start: 0, end: 0 }
    }

    /// The smallest span that covers both; `self` when they lie in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// How the bytes of a file are text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// UTF-16 with a byte order mark, low bytes first.
    Utf16LittleEndian,
    /// UTF-16 with a byte order mark, high bytes first.
    Utf16BigEndian,
}

impl Encoding {
    /// A text as bytes of a file. The mark is not added: it is part of the text.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16LittleEndian => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16BigEndian => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// How many bytes of a file a text is.
    fn length(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian => 2 * text.encode_utf16().count(),
        }
    }
}

/// One file: what it belongs to, its path in that (forward slashes, relative to the root), and its text.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    belongs_to: BelongsTo,
    path: Arc<str>,
    text: String,
    encoding: Encoding,
    line_starts: OnceLock<Vec<u32>>,
    is_plain: OnceLock<bool>,
    tells_of_secrets: OnceLock<Option<Tells>>,
    marks: Marks,
    log: Arc<SecretLog>,
}

impl SourceFile {
    /// The identity of this file in its table.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// What it belongs to; two files of different ones may have the same path.
    #[must_use]
    pub fn belongs_to(&self) -> &BelongsTo {
        &self.belongs_to
    }

    /// The path as readers see it: with the name of what it belongs to before it, where that is not this repository.
    #[must_use]
    pub fn shown_path(&self) -> Cow<'_, str> {
        match self.belongs_to.name() {
            None => Cow::Borrowed(&self.path),
            Some(name) => Cow::Owned(format!("{name}: {}", self.path)),
        }
    }

    /// Path in what it belongs to, forward slashes, relative to the root; or a name in angle brackets for what is not a file (`<command line>`).
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the file is text; [`Encoding::encode`] turns a changed text into the bytes to write.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes of a span in the file as it lies there.
    #[must_use]
    pub fn file_range(&self, span: Span) -> Range<usize> {
        let (start, end) = (span.start as usize, span.end as usize);
        let before = self.text.get(..start).unwrap_or(&self.text);
        let inside = self.text.get(start..end).unwrap_or_default();
        let from = self.encoding.length(before);
        from..from + self.encoding.length(inside)
    }

    /// A piece of this file's text that shares its memory.
    #[must_use]
    pub fn slice(self: &Arc<Self>, start: usize, end: usize) -> Text {
        Text::slice(self, start, end)
    }

    /// Byte offsets at which lines start; `\n`, `\r\n` and a lone `\r` end a line.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (i, byte) in bytes.iter().enumerate() {
                let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
                if ends_line {
                    starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// Whether its text stands for itself alone: it has no actions of a template, and nothing that looks like an alias of YAML.
    pub(crate) fn is_plain(&self) -> bool {
        let is_named = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_alias = |(at, _): (usize, &str)| {
            let (before, rest) = (&self.text[..at], &self.text[at + 1..]);
            is_named(rest) && before.ends_with([' ', '\t', '\n', '\r', '[', '{', ','])
        };
        *self.is_plain.get_or_init(|| !self.text.contains("{{") && !self.text.match_indices('*').any(is_alias))
    }

    /// What the text tells of Secrets, found once; `None` when it does not even use the word.
    pub(crate) fn tells_of_secrets(&self) -> Option<&Tells> {
        self.tells_of_secrets.get_or_init(|| Tells::of(self)).as_ref()
    }

    /// What was found to be secret in it by who parsed it.
    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Where the values that are found in it go.
    pub(crate) fn log(&self) -> &SecretLog {
        &self.log
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s <= offset).max(1) - 1;
        let start = starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        // An editor does not show the byte order mark, and does not count it.
        let start = if line == 0 && self.text.starts_with('\u{feff}') { 3 } else { start };
        let column = self.text.as_bytes()[start.min(end)..end].iter().filter(|b| (**b & 0xC0) != 0x80).count();
        (line + 1, column + 1)
    }

    /// The character at a line and column, both from 1; the end of the line where it is shorter, the end of the text where there are fewer
    /// lines.
    #[must_use]
    pub fn span_at(&self, (line, column): (usize, usize)) -> Span {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts().get(index)) else {
            return Span::new(self.id, self.text.len(), self.text.len());
        };
        let mark = if line == 1 && self.text.starts_with('\u{feff}') { 3 } else { 0 };
        let start = *start as usize + mark;
        let text = self.line(line);
        let mut characters = text.char_indices().skip(column.saturating_sub(1));
        let at = characters.next().map_or(text.len(), |(at, _)| at);
        let end = characters.next().map_or(text.len(), |(at, _)| at);
        Span::new(self.id, start + at, start + end.max(at))
    }

    /// The text of a line (from 1) without its line end; empty past the end.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let Some(start) = line.checked_sub(1).and_then(|i| starts.get(i)) else { return "" };
        let end = starts.get(line).map_or(self.text.len(), |e| *e as usize);
        self.text.get(*start as usize..end).unwrap_or("").trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r'])
    }
}

/// Every file that was read in this run, head and base alike; grows only.
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Arc<SourceFile>>>,
    log: Arc<SecretLog>,
}

impl Sources {
    /// An empty table.
    #[must_use]
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes a file in and gives it an identity. The caller caches: the same path added twice is two files.
    pub fn add(&self, path: &str, text: String) -> Arc<SourceFile> {
        self.add_encoded(path, text, Encoding::Utf8)
    }

    /// As [`Sources::add`], for a text that is decoded from another encoding; its mark is part of the text.
    pub fn add_encoded(&self, path: &str, text: String, encoding: Encoding) -> Arc<SourceFile> {
        self.add_of(&BelongsTo::Repository, path, text, encoding)
    }

    /// As [`Sources::add_encoded`], for a file of something that may be another repository.
    pub fn add_of(&self, of: &BelongsTo, path: &str, text: String, encoding: Encoding) -> Arc<SourceFile> {
        let mut files = self.files.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        let file = Arc::new(SourceFile {
            id,
            belongs_to: of.clone(),
            path: path.into(),
            text,
            encoding,
            line_starts: OnceLock::new(),
            is_plain: OnceLock::new(),
            tells_of_secrets: OnceLock::new(),
            marks: Marks::default(),
            log: Arc::clone(&self.log),
        });
        files.push(Arc::clone(&file));
        file
    }

    /// The secret values that were found in the files.
    pub(crate) fn log(&self) -> &Arc<SecretLog> {
        &self.log
    }

    /// The first file of this repository that was entered under a path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Arc<SourceFile>> {
        let files = self.files.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.iter().find(|file| file.path() == path && *file.belongs_to() == BelongsTo::Repository).cloned()
    }

    /// The line of this repository that asks for a place of another one; `None` for a place in this one.
    #[must_use]
    pub fn asked(&self, span: Span) -> Option<Span> {
        self.get(span.file).and_then(|file| file.belongs_to().asked())
    }

    /// The file behind an identity, when it is of this table.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        let files = self.files.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.get(id.0 as usize).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_columns_in_characters_and_knows_every_line_end() {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "é: 1\r\nb: ü2\rc\n".to_owned());
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(3), (1, 3));
        let two = u32::try_from(file.text().find('2').expect("in text")).expect("small");
        assert_eq!(file.line_column(two), (2, 5));
        assert_eq!((file.line(1), file.line(2), file.line(3), file.line(9)), ("é: 1", "b: ü2", "c", ""));
    }

    #[test]
    fn a_byte_order_mark_is_no_character_of_the_first_line() {
        let file = Sources::new().add("a.yaml", "\u{feff}a: 1\n".to_owned());
        assert_eq!((file.line_column(3), file.line_column(6), file.line(1)), ((1, 1), (1, 4), "a: 1"));
    }

    #[test]
    fn a_span_names_the_bytes_of_the_file_in_every_encoding() {
        let text = "\u{feff}a: ü😀\nb: 1\n";
        let start = text.find("b:").expect("in text");
        for encoding in [Encoding::Utf8, Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian] {
            let file = Sources::new().add_encoded("a.yaml", text.to_owned(), encoding);
            let bytes = encoding.encode(text);
            let span = Span::new(file.id(), start, start + 4);
            assert_eq!(bytes[file.file_range(span)], encoding.encode("b: 1"), "{encoding:?}");
        }
    }

    #[test]
    fn a_line_and_a_column_are_found_again() {
        let file = Sources::new().add("a.yaml", "\u{feff}é: 1\r\nb: ü2\n".to_owned());
        for place in [(1, 1), (1, 4), (2, 1), (2, 4), (2, 5)] {
            assert_eq!(file.line_column(file.span_at(place).start), place);
        }
        assert_eq!(file.line_column(file.span_at((2, 99)).start), (2, 6));
        assert_eq!(file.span_at((99, 1)).start as usize, file.text().len());
    }

    #[test]
    fn an_offset_past_the_end_is_the_last_line() {
        let file = Sources::new().add("a.yaml", "a: 1".to_owned());
        assert_eq!(file.line_column(99), (1, 5));
    }
}
