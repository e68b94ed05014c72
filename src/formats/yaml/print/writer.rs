//! The text that grows, its column and indentation, and how scalars are written and folded (libyaml's emitter as go-yaml version 2 has it).

use std::fmt::Write as _;

use crate::scalars::style::{Written, is_break, is_printable};

/// Plain and quoted scalars are folded at the first space past this column.
const WIDTH: usize = 80;
/// What lines are indented by, piece by piece.
const BLANKS: &str = "                                                                ";
/// Columns per level.
const INDENT: usize = 2;

/// Text under construction.
pub(crate) struct Writer {
    /// Scalars are folded past this column.
    width: usize,
    /// Which scalars are written as [`Written::Escaped`].
    is_escaped: Option<fn(&str) -> bool>,
    out: String,
    /// In characters, from 0.
    column: usize,
    /// `None` outside of any collection.
    indent: Option<usize>,
    /// The last character was white space, or nothing was written yet.
    after_space: bool,
    /// Only indentation and indicators were written on this line.
    at_indentation: bool,
    /// What is being written will be repeated as a whole.
    is_kept: bool,
}

/// Whether a scalar may be spread over several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    Allowed,
    Never,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer {
            width: WIDTH,
            is_escaped: None,
            out: String::new(),
            column: 0,
            indent: None,
            after_space: true,
            at_indentation: true,
            is_kept: false,
        }
    }
}

impl Writer {
    /// One that folds nothing.
    pub(crate) fn without_folding() -> Writer {
        Writer { width: usize::MAX, ..Writer::default() }
    }

    /// The same with room for so many bytes.
    pub(crate) fn with_room(self, bytes: usize) -> Writer {
        Writer { out: String::with_capacity(bytes), ..self }
    }

    /// One that escapes some scalars.
    pub(crate) fn escaping(is_escaped: fn(&str) -> bool) -> Writer {
        Writer { is_escaped: Some(is_escaped), ..Writer::default() }
    }

    /// Whether a scalar is to be written as [`Written::Escaped`].
    pub(crate) fn escapes(&self, text: &str) -> bool {
        self.is_escaped.is_some_and(|is_escaped| is_escaped(text))
    }

    /// The text, with a newline at its end.
    pub(crate) fn finish(mut self) -> String {
        self.indent = None;
        self.new_line();
        self.out
    }

    /// How many bytes are written.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether it folds at the usual width, and escapes nothing.
    pub(crate) fn is_usual(&self) -> bool {
        self.width == WIDTH && self.is_escaped.is_none()
    }

    /// Columns of the current level.
    pub(crate) fn indent(&self) -> usize {
        self.indent.unwrap_or(0)
    }

    /// Whether what follows is to be kept: not within what is kept already.
    pub(crate) fn begin_keeping(&mut self) -> bool {
        !std::mem::replace(&mut self.is_kept, true)
    }

    /// What was written since there were so many bytes.
    pub(crate) fn end_keeping(&mut self, start: usize) -> &str {
        self.is_kept = false;
        self.out.get(start..).unwrap_or_default()
    }

    /// Writes once more what was kept, in a place that is indented as far: the first line goes on here.
    pub(crate) fn repeat(&mut self, text: &str) {
        self.out.push_str(text);
        // A text block may end its last line itself.
        let is_ended = text.ends_with(is_break);
        self.column = if is_ended { 0 } else { text.rsplit(is_break).next().map_or(0, |line| line.chars().count()) };
        self.after_space = is_ended;
        self.at_indentation = is_ended;
    }

    /// Whether only indentation and indicators stand on this line.
    pub(crate) fn at_indentation(&self) -> bool {
        self.at_indentation
    }

    /// Enters a collection that is indented; gives the level to restore.
    pub(crate) fn next_level(&mut self) -> Option<usize> {
        let outer = self.indent;
        self.indent = Some(outer.map_or(0, |indent| indent + INDENT));
        outer
    }

    /// Enters a collection that is not indented; gives the level to restore.
    pub(crate) fn same_level(&mut self) -> Option<usize> {
        let outer = self.indent;
        self.indent = Some(outer.unwrap_or(0));
        outer
    }

    /// Leaves a collection.
    pub(crate) fn restore_level(&mut self, outer: Option<usize>) {
        self.indent = outer;
    }

    /// Goes to the indentation of the current level, on a new line unless this one holds nothing else.
    pub(crate) fn new_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.at_indentation || self.column > indent || (self.column == indent && !self.after_space) {
            self.line_break();
        }
        while self.column < indent {
            let blanks = BLANKS.get(..indent - self.column).unwrap_or(BLANKS);
            self.out.push_str(blanks);
            self.column += blanks.len();
        }
        self.after_space = true;
        self.at_indentation = true;
    }

    /// `-`, `?`, or `:` on a line of its own: what follows may still stand on the same line.
    pub(crate) fn block_indicator(&mut self, indicator: &str) {
        self.space();
        self.put_all(indicator);
        self.after_space = false;
    }

    /// `:` behind a key.
    pub(crate) fn colon(&mut self) {
        self.put(':');
        self.after_space = false;
        self.at_indentation = false;
    }

    /// `[]` or `{}`.
    pub(crate) fn indicator(&mut self, indicator: &str) {
        self.space();
        self.put_all(indicator);
        self.after_space = false;
        self.at_indentation = false;
    }

    /// A scalar, one level deeper than the collection it is in.
    pub(crate) fn scalar(&mut self, text: &str, style: Written) {
        self.write(text, style, Folding::Allowed);
    }

    /// A scalar that must not be folded.
    pub(crate) fn scalar_on_one_line(&mut self, text: &str, style: Written) {
        self.write(text, style, Folding::Never);
    }

    /// A word, which is the same in each style and cannot be folded.
    pub(crate) fn word(&mut self, text: &str) {
        self.space();
        self.out.push_str(text);
        self.column += text.len();
        self.after_space = false;
        self.at_indentation = false;
    }

    fn write(&mut self, text: &str, style: Written, folding: Folding) {
        let outer = self.indent;
        self.indent = Some(outer.map_or(INDENT, |indent| indent + INDENT));
        match style {
            Written::Plain => self.plain(text, folding),
            Written::SingleQuoted => self.single_quoted(text, folding),
            Written::DoubleQuoted => self.double_quoted(text, folding),
            Written::Literal => self.literal(text),
            Written::Escaped => self.escaped_text(text),
        }
        self.indent = outer;
    }

    fn plain(&mut self, text: &str, folding: Folding) {
        self.space();
        // A plain scalar has no line ends; most stay within the width, or must.
        if folding == Folding::Never || self.column + text.len() <= self.width {
            self.put_all(text);
        } else {
            self.flow_text(text, folding, Written::Plain);
        }
        self.after_space = false;
        self.at_indentation = false;
    }

    fn single_quoted(&mut self, text: &str, folding: Folding) {
        self.indicator("'");
        self.flow_text(text, folding, Written::SingleQuoted);
        self.put('\'');
        self.after_space = false;
        self.at_indentation = false;
    }

    /// The inside of a plain or single-quoted scalar: spaces become line ends past the width, line ends are doubled.
    fn flow_text(&mut self, text: &str, folding: Folding, style: Written) {
        let (mut in_spaces, mut in_breaks) = (false, false);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == ' ' {
                let inside = style == Written::Plain || (at > 0 && next.is_some());
                if self.folds(folding) && inside && !in_spaces && next != Some(' ') {
                    self.new_line();
                } else {
                    self.put(c);
                }
                in_spaces = true;
            } else if is_break(c) {
                if !in_breaks && c == '\n' {
                    self.line_break();
                }
                self.put_break(c);
                self.at_indentation = true;
                in_breaks = true;
            } else {
                if in_breaks {
                    self.new_line();
                }
                if c == '\'' && style == Written::SingleQuoted {
                    self.put('\'');
                }
                self.put(c);
                self.at_indentation = false;
                (in_spaces, in_breaks) = (false, false);
            }
        }
    }

    fn double_quoted(&mut self, text: &str, folding: Folding) {
        self.indicator("\"");
        // A byte order mark in front makes go-yaml take every character for one.
        let all = text.starts_with('\u{feff}');
        let mut in_spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == ' ' && !all {
                if self.folds(folding) && !in_spaces && at > 0 && next.is_some() {
                    self.new_line();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                in_spaces = true;
                continue;
            }
            in_spaces = false;
            if !all && is_printable(c) && !is_break(c) && c != '"' && c != '\\' {
                self.put(c);
            } else {
                self.escaped(c);
            }
        }
        self.put('"');
        self.after_space = false;
        self.at_indentation = false;
    }

    fn escaped_text(&mut self, text: &str) {
        self.indicator("\"");
        for c in text.chars() {
            match c {
                '#' | ':' => self.escaped_by_number(u32::from(c)),
                c if is_printable(c) && !is_break(c) && c != '"' && c != '\\' => self.put(c),
                c => self.escaped(c),
            }
        }
        self.put('"');
        self.after_space = false;
        self.at_indentation = false;
    }

    fn folds(&self, folding: Folding) -> bool {
        folding == Folding::Allowed && self.column > self.width
    }

    fn escaped(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => return self.escaped_by_number(u32::from(c)),
        };
        self.put('\\');
        self.put(short);
    }

    fn escaped_by_number(&mut self, code: u32) {
        let before = self.out.len();
        // Writing to a string cannot fail.
        let _ = match code {
            0..=0xFF => write!(self.out, "\\x{code:02X}"),
            0x100..=0xFFFF => write!(self.out, "\\u{code:04X}"),
            _ => write!(self.out, "\\U{code:08X}"),
        };
        self.column += self.out.len() - before;
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|");
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.put('2');
        }
        let mut backwards = text.chars().rev();
        match (backwards.next().is_some_and(is_break), backwards.next()) {
            (false, _) => self.put('-'),
            (true, None) => self.put('+'),
            (true, Some(c)) if is_break(c) => self.put('+'),
            (true, Some(_)) => {}
        }
        self.line_break();
        self.after_space = true;
        self.at_indentation = true;
        let mut in_breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.put_break(c);
                self.at_indentation = true;
                in_breaks = true;
                continue;
            }
            if in_breaks {
                self.new_line();
            }
            self.put(c);
            self.at_indentation = false;
            in_breaks = false;
        }
    }

    /// A space, unless there is one already.
    fn space(&mut self) {
        if !self.after_space {
            self.put(' ');
        }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_all(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn put_break(&mut self, c: char) {
        if c == '\n' {
            return self.line_break();
        }
        self.out.push(c);
        self.column = 0;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }
}

/// A text in double quotes on one line.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut writer = Writer::default();
    writer.scalar_on_one_line(text, Written::DoubleQuoted);
    writer.out
}
