//! Characters of a template, one token at a time (fluxcd/pkg: `envsubst/parse/scan.go`).
//!
//! The controller takes an escaping character out of its buffer and goes on behind it. Here the buffer stays as it is, and a token says which
//! characters are not part of it: so places in it are places in the template.

use std::ops::Range;

/// What a token may be.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// Text that is accepted.
    pub(super) text: bool,
    /// `${`.
    pub(super) open: bool,
    /// `}`.
    pub(super) close: bool,
    /// `$$`, and within an expression `\/` and `\\`, stand for their second character.
    pub(super) escape: bool,
}

/// Text alone.
pub(super) const TEXT: Mode = Mode { text: true, open: false, close: false, escape: false };

/// `}` alone.
pub(super) const CLOSE: Mode = Mode { text: false, open: false, close: true, escape: false };

/// A kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Text,
    Open,
    Close,
    End,
    Other,
}

/// Whether a character is part of a text, given how far its end lies behind the start of that.
pub(super) type Accept = fn(char, usize) -> bool;

/// The template on the way from its start to its end.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    start: usize,
    /// Width of the character that was read last; going back goes back by so much.
    width: usize,
    /// Starts of the escaping characters of the token.
    left_out: Vec<usize>,
    /// Whether `\` escapes as `$` does.
    pub(super) in_expression: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0, start: 0, width: 0, left_out: Vec::new(), in_expression: false }
    }

    /// The next token.
    pub(super) fn scan(&mut self, accept: Accept, mode: Mode) -> Token {
        self.start = self.at;
        self.left_out.clear();
        let Some(c) = self.read() else { return Token::End };
        if mode.open && self.opens(c) {
            return Token::Open;
        }
        if mode.close && c == '}' {
            return Token::Close;
        }
        if mode.text && self.scan_text(c, accept, mode) { Token::Text } else { Token::Other }
    }

    fn scan_text(&mut self, first: char, accept: Accept, mode: Mode) -> bool {
        if self.escapes(first, mode) {
            self.skip();
        } else if !accept(first, self.length()) {
            return false;
        }
        while let Some(c) = self.read() {
            if mode.open && self.opens(c) {
                self.at -= 2;
                break;
            }
            if self.escapes(c, mode) {
                self.skip();
            } else if !accept(c, self.length()) {
                self.back();
                break;
            }
        }
        true
    }

    /// Bytes of the token until here.
    fn length(&self) -> usize {
        self.at - self.start - self.left_out.len()
    }

    pub(super) fn read(&mut self) -> Option<char> {
        // The controller takes a null character for the end.
        let c = self.text.get(self.at..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\0');
        self.width = c.map_or(0, char::len_utf8);
        self.at += self.width;
        c
    }

    /// Goes back by the width of what was read last, whatever that was.
    pub(super) fn back(&mut self) {
        self.at = self.at.saturating_sub(self.width);
    }

    /// The next character; it counts as read last.
    pub(super) fn peek(&mut self) -> Option<char> {
        let c = self.read();
        self.back();
        c
    }

    fn opens(&mut self, c: char) -> bool {
        if c != '$' {
            return false;
        }
        let opens = self.read() == Some('{');
        if !opens {
            self.back();
        }
        opens
    }

    fn escapes(&mut self, c: char, mode: Mode) -> bool {
        match c {
            '$' => mode.escape && self.peek() == Some('$'),
            '\\' => mode.escape && self.in_expression && matches!(self.peek(), Some('/' | '\\')),
            _ => false,
        }
    }

    /// Leaves the escaping character out, and takes what is behind it for what it is.
    fn skip(&mut self) {
        self.left_out.push(self.at - 1);
        self.at += 1;
    }

    /// The text of the token.
    pub(super) fn string(&self) -> String {
        self.pieces().filter_map(|piece| self.text.get(piece)).collect()
    }

    /// The parts of the template that the token's text is made of.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(self.start).chain(self.left_out.iter().map(|at| at + 1));
        let ends = self.left_out.iter().copied().chain([self.at]);
        starts.zip(ends).map(|(start, end)| start..end)
    }
}
