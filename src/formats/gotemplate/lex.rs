//! The text of a template → tokens, as Go's `text/template/parse` cuts it.

use std::borrow::Cow;

use seatrial_golang::quote::quote;
use seatrial_golang::unicode::{is_digit, is_letter, is_print};

use crate::token::{Kind, Token};

/// The delimiters of actions, and which words are functions, not keywords.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect<'s> {
    pub(crate) left: &'s str,
    pub(crate) right: &'s str,
    pub(crate) is_break_a_function: bool,
    pub(crate) is_continue_a_function: bool,
}

pub(crate) struct Lexer<'s> {
    input: &'s str,
    pub(crate) dialect: Dialect<'s>,
    pos: usize,
    start: usize,
    line: usize,
    start_line: usize,
    depth: i32,
    is_inside: bool,
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
/// A trim marker is a minus and a space.
const MARKER: usize = 2;

fn is_space(c: char) -> bool {
    SPACES.contains(&c)
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || is_letter(c) || is_digit(c)
}

fn has_left_marker(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next() == Some('-') && characters.next().is_some_and(is_space)
}

fn has_right_marker(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_space) && characters.next() == Some('-')
}

/// What `%#U` prints at the end of the text, where Go has no character.
fn shown_code(c: Option<char>) -> String {
    let Some(c) = c else { return "U+FFFFFFFFFFFFFFFF".to_owned() };
    let code = u32::from(c);
    if is_print(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(input: &'s str, dialect: Dialect<'s>) -> Self {
        Self { input, dialect, pos: 0, start: 0, line: 1, start_line: 1, depth: 0, is_inside: false }
    }

    fn rest(&self) -> &'s str {
        &self.input[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next_char(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn accept(&mut self, valid: &str) -> bool {
        let is_valid = self.peek().is_some_and(|c| valid.contains(c));
        if is_valid {
            self.next_char();
        }
        is_valid
    }

    fn accept_run(&mut self, valid: &str) {
        while self.accept(valid) {}
    }

    /// The token from `start` to here.
    fn token(&mut self, kind: Kind) -> Token<'s> {
        let value = Cow::Borrowed(&self.input[self.start..self.pos]);
        let token = Token { kind, start: self.start, value, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    /// Skips what stands before here; its line breaks were not counted yet.
    fn ignore(&mut self) {
        self.line += self.input[self.start..self.pos].matches('\n').count();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn error(&mut self, message: impl Into<Cow<'s, str>>) -> Token<'s> {
        let token = Token { kind: Kind::Error, start: self.start, value: message.into(), line: self.start_line };
        self.input = "";
        (self.pos, self.start) = (0, 0);
        token
    }

    pub(crate) fn next_token(&mut self) -> Token<'s> {
        if self.is_inside { self.inside() } else { self.text() }
    }

    fn text(&mut self) -> Token<'s> {
        loop {
            let Some(found) = self.rest().find(self.dialect.left) else {
                self.pos = self.input.len();
                if self.pos == self.start {
                    return self.token(Kind::Eof);
                }
                self.line += self.input[self.start..].matches('\n').count();
                return self.token(Kind::Text);
            };
            if found > 0 {
                self.pos += found;
                let delimiter = self.pos;
                if has_left_marker(&self.input[delimiter + self.dialect.left.len()..]) {
                    self.pos = self.start + self.input[self.start..delimiter].trim_end_matches(SPACES).len();
                }
                self.line += self.input[self.start..self.pos].matches('\n').count();
                let token = self.token(Kind::Text);
                self.pos = delimiter;
                self.ignore();
                if !token.value.is_empty() {
                    return token;
                }
            }
            if let Some(token) = self.left_delimiter() {
                return token;
            }
        }
    }

    /// The delimiter, or an error; nothing behind a comment.
    fn left_delimiter(&mut self) -> Option<Token<'s>> {
        self.pos += self.dialect.left.len();
        let marker = if has_left_marker(self.rest()) { MARKER } else { 0 };
        if self.input[self.pos + marker..].starts_with("/*") {
            self.pos += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.token(Kind::LeftDelim);
        self.is_inside = true;
        self.pos += marker;
        self.ignore();
        self.depth = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token<'s>> {
        self.pos += 2;
        let Some(end) = self.rest().find("*/") else { return Some(self.error("unclosed comment")) };
        self.pos += end + 2;
        let Some(trims) = self.at_right_delimiter() else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        if trims {
            self.pos += MARKER;
        }
        self.pos += self.dialect.right.len();
        if trims {
            self.skip_spaces();
        }
        self.ignore();
        None
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.pos += rest.len() - rest.trim_start_matches(SPACES).len();
    }

    /// Whether the right delimiter is here, and whether it trims.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest) && rest[MARKER..].starts_with(self.dialect.right) {
            return Some(true);
        }
        rest.starts_with(self.dialect.right).then_some(false)
    }

    fn right_delimiter(&mut self, trims: bool) -> Token<'s> {
        if trims {
            self.pos += MARKER;
            self.ignore();
        }
        self.pos += self.dialect.right.len();
        let token = self.token(Kind::RightDelim);
        if trims {
            self.skip_spaces();
            self.ignore();
        }
        self.is_inside = false;
        token
    }

    fn inside(&mut self) -> Token<'s> {
        if let Some(trims) = self.at_right_delimiter() {
            if self.depth == 0 {
                return self.right_delimiter(trims);
            }
            return self.error("unclosed left paren");
        }
        let Some(c) = self.peek() else { return self.error("unclosed action") };
        if is_space(c) {
            return self.space();
        }
        if c == '+' || c == '-' || c.is_ascii_digit() {
            return self.number();
        }
        if is_alphanumeric(c) {
            return self.identifier();
        }
        self.next_char();
        match c {
            '=' => self.token(Kind::Assign),
            ':' if self.next_char() == Some('=') => self.token(Kind::Declare),
            ':' => self.error("expected :="),
            '|' => self.token(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(Kind::Variable),
            '.' => {
                if self.peek().is_some_and(|c| c.is_ascii_digit()) || self.rest().is_empty() {
                    self.pos -= 1;
                    return self.number();
                }
                self.field_or_variable(Kind::Field)
            }
            '(' => {
                self.depth += 1;
                self.token(Kind::LeftParen)
            }
            ')' if self.depth == 0 => self.error("unexpected right paren"),
            ')' => {
                self.depth -= 1;
                self.token(Kind::RightParen)
            }
            c if c.is_ascii() && is_print(c) => self.token(Kind::Char),
            c => self.error(format!("unrecognized character in action: {}", shown_code(Some(c)))),
        }
    }

    fn space(&mut self) -> Token<'s> {
        let mut count = 0;
        while self.peek().is_some_and(is_space) {
            self.next_char();
            count += 1;
        }
        // The last space may belong to a delimiter that trims.
        let before = &self.input[self.pos - 1..];
        if has_right_marker(before) && before[MARKER..].starts_with(self.dialect.right) {
            self.pos -= 1;
            if before.starts_with('\n') {
                self.line -= 1;
            }
            if count == 1 {
                return self.right_delimiter(true);
            }
        }
        self.token(Kind::Space)
    }

    fn identifier(&mut self) -> Token<'s> {
        while self.peek().is_some_and(is_alphanumeric) {
            self.next_char();
        }
        if !self.at_terminator() {
            return self.error(format!("bad character {}", shown_code(self.peek())));
        }
        match &self.input[self.start..self.pos] {
            "true" | "false" => self.token(Kind::Bool),
            "break" if self.dialect.is_break_a_function => self.token(Kind::Identifier),
            "continue" if self.dialect.is_continue_a_function => self.token(Kind::Identifier),
            word => self.token(Kind::of_keyword(word).unwrap_or(Kind::Identifier)),
        }
    }

    fn field_or_variable(&mut self, kind: Kind) -> Token<'s> {
        if self.at_terminator() {
            return self.token(if kind == Kind::Field { Kind::Dot } else { kind });
        }
        while self.peek().is_some_and(is_alphanumeric) {
            self.next_char();
        }
        if !self.at_terminator() {
            return self.error(format!("bad character {}", shown_code(self.peek())));
        }
        self.token(kind)
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(c) => is_space(c) || self.rest().starts_with(self.dialect.right),
        }
    }

    fn quoted(&mut self, mark: char, kind: Kind, unterminated: &'static str) -> Token<'s> {
        loop {
            match self.next_char() {
                Some('\\') if !matches!(self.next_char(), None | Some('\n')) => {}
                Some('\\' | '\n') | None => return self.error(unterminated),
                Some(c) if c == mark => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token<'s> {
        loop {
            match self.next_char() {
                None => return self.error("unterminated raw quoted string"),
                Some('`') => return self.token(Kind::RawString),
                Some(_) => {}
            }
        }
    }

    fn number(&mut self) -> Token<'s> {
        let is_good = self.scan_number();
        if is_good && self.peek().is_some_and(|c| c == '+' || c == '-') {
            if self.scan_number() && self.input[..self.pos].ends_with('i') {
                return self.token(Kind::Complex);
            }
        } else if is_good {
            return self.token(Kind::Number);
        }
        self.error(format!("bad number syntax: {}", quote(&self.input[self.start..self.pos])))
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = [("0123456789_", "eE"), ("0123456789abcdefABCDEF_", "pP")];
        for (base, mark) in exponent {
            if digits == base && self.accept(mark) {
                self.accept("+-");
                self.accept_run("0123456789_");
            }
        }
        self.accept("i");
        let is_word = self.peek().is_some_and(is_alphanumeric);
        if is_word {
            self.next_char();
        }
        !is_word
    }
}
