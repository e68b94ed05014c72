//! The text of a template → tokens, as Go's `text/template/parse` cuts it.

use std::borrow::Cow;

use seatrial_golang::unicode::{is_digit, is_letter, is_print};

use crate::syntax::lex_class::{Class, class};
use crate::syntax::token::{Kind, Token, pos};

/// The delimiters of actions, and which words are functions, not keywords.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect<'s> {
    pub(crate) left: &'s str,
    pub(crate) right: &'s str,
    pub(crate) is_break_a_function: bool,
    pub(crate) is_continue_a_function: bool,
}

pub(crate) struct Lexer<'s> {
    pub(crate) input: &'s str,
    pub(crate) dialect: Dialect<'s>,
    left: Delimiter<'s>,
    right: Delimiter<'s>,
    pub(crate) pos: usize,
    pub(crate) start: usize,
    depth: i32,
    is_inside: bool,
    /// What is wrong, once something is: no tokens follow it.
    wrong: Option<Cow<'static, str>>,
}

/// A trim marker is a minus and a space.
const MARKER: usize = 2;

fn is_space(byte: u8) -> bool {
    class(byte) == Class::Space
}

pub(crate) fn is_alphanumeric(c: char) -> bool {
    c == '_' || is_letter(c) || is_digit(c)
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

/// What `%#U` prints at the end of the text, where Go has no character.
fn shown_code(c: Option<char>) -> String {
    let Some(c) = c else { return "U+FFFFFFFFFFFFFFFF".to_owned() };
    let code = u32::from(c);
    if is_print(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}

/// A delimiter; most often its first byte is enough to tell that it is not here.
#[derive(Clone, Copy)]
struct Delimiter<'s> {
    bytes: &'s [u8],
    first: u8,
}

impl<'s> Delimiter<'s> {
    fn of(delimiter: &'s str) -> Self {
        let bytes = delimiter.as_bytes();
        Self { bytes, first: bytes.first().copied().unwrap_or_default() }
    }

    #[inline]
    fn begins(self, text: &[u8]) -> bool {
        match self.bytes {
            [first, second] => matches!(text, [one, two, ..] if one == first && two == second),
            bytes => text.starts_with(bytes),
        }
    }

    /// Where it is next.
    fn find(self, text: &[u8]) -> Option<usize> {
        /// How many bytes are compared at once.
        const MANY: usize = 16;
        let (mut from, first) = (0, self.first);
        loop {
            // Long texts between actions are passed over quickly.
            while let Some(many) = text[from..].first_chunk::<MANY>() {
                if many.iter().fold(false, |has, byte| has | (*byte == first)) {
                    break;
                }
                from += MANY;
            }
            from += text[from..].iter().position(|byte| *byte == first)?;
            if self.begins(&text[from..]) {
                return Some(from);
            }
            from += 1;
        }
    }
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(input: &'s str, dialect: Dialect<'s>) -> Self {
        let (left, right) = (Delimiter::of(dialect.left), Delimiter::of(dialect.right));
        Self { input, dialect, left, right, pos: 0, start: 0, depth: 0, is_inside: false, wrong: None }
    }

    /// What is wrong, if the token says that something is.
    pub(crate) fn wrong(&self) -> &str {
        self.wrong.as_deref().unwrap_or_default()
    }

    fn rest(&self) -> &'s [u8] {
        &self.input.as_bytes()[self.pos..]
    }

    pub(crate) fn peek_byte(&self) -> Option<u8> {
        self.input.as_bytes().get(self.pos).copied()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.input[self.pos..].chars().next()
    }

    pub(crate) fn next_char(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    /// The token from `start` to here.
    pub(crate) fn token(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: pos(self.start), end: pos(self.pos) };
        self.start = self.pos;
        token
    }

    /// Skips what stands before here.
    fn ignore(&mut self) {
        self.start = self.pos;
    }

    pub(crate) fn error(&mut self, message: impl Into<Cow<'static, str>>) -> Token {
        self.error_of(message.into())
    }

    #[cold]
    #[inline(never)]
    fn error_of(&mut self, message: Cow<'static, str>) -> Token {
        self.wrong = Some(message);
        Token { kind: Kind::Error, start: pos(self.start), end: pos(self.start) }
    }

    pub(crate) fn next_token(&mut self) -> Token {
        if self.wrong.is_some() {
            return self.behind_error();
        }
        if self.is_inside { self.inside() } else { self.text() }
    }

    #[cold]
    #[inline(never)]
    fn behind_error(&mut self) -> Token {
        if self.is_inside {
            return self.error("unclosed action");
        }
        Token { kind: Kind::Eof, start: pos(self.start), end: pos(self.start) }
    }

    // Texts are rarer than tokens of actions, whose path stays short without this.
    #[inline(never)]
    fn text(&mut self) -> Token {
        loop {
            let rest = self.rest();
            let Some(found) = self.left.find(rest) else {
                self.pos = self.input.len();
                return self.token(if self.pos == self.start { Kind::Eof } else { Kind::Text });
            };
            if found > 0 {
                let delimiter = self.pos + found;
                let mut end = found;
                if has_left_marker(&rest[found + self.dialect.left.len()..]) {
                    end = rest[..found].iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
                }
                self.pos += end;
                let token = self.token(Kind::Text);
                self.pos = delimiter;
                self.ignore();
                if end > 0 {
                    return token;
                }
            }
            if let Some(token) = self.left_delimiter() {
                return token;
            }
        }
    }

    /// The delimiter, or an error; `None` where it was a comment, which is skipped.
    fn left_delimiter(&mut self) -> Option<Token> {
        self.pos += self.dialect.left.len();
        let marker = if has_left_marker(self.rest()) { MARKER } else { 0 };
        if self.rest()[marker..].starts_with(b"/*") {
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

    fn comment(&mut self) -> Option<Token> {
        self.pos += 2;
        let Some(end) = Delimiter::of("*/").find(self.rest()) else { return Some(self.error("unclosed comment")) };
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
        while self.peek_byte().is_some_and(is_space) {
            self.pos += 1;
        }
    }

    /// Whether the right delimiter is here, and whether it trims.
    #[inline]
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest) && self.right.begins(&rest[MARKER..]) {
            return Some(true);
        }
        self.right.begins(rest).then_some(false)
    }

    fn right_delimiter(&mut self, trims: bool) -> Token {
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

    fn inside(&mut self) -> Token {
        let Some(byte) = self.peek_byte() else { return self.error("unclosed action") };
        if (byte == self.right.first || is_space(byte))
            && let Some(trims) = self.at_right_delimiter()
        {
            if self.depth == 0 {
                return self.right_delimiter(trims);
            }
            return self.error("unclosed left paren");
        }
        match class(byte) {
            Class::Space => return self.space(),
            Class::Letter => return self.identifier(),
            Class::Digit => return self.number(),
            Class::Wide if self.peek().is_some_and(is_alphanumeric) => return self.identifier(),
            Class::Wide => return self.unrecognized(self.peek()),
            Class::Terminator | Class::Other => {}
        }
        if byte == b'+' || byte == b'-' {
            return self.number();
        }
        self.pos += 1;
        match byte {
            b'=' => self.token(Kind::Assign),
            b':' if self.next_char() == Some('=') => self.token(Kind::Declare),
            b':' => self.error("expected :="),
            b'|' => self.token(Kind::Pipe),
            b'"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            b'\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            b'`' => self.raw_string(),
            b'$' => self.field_or_variable(Kind::Variable),
            b'.' => {
                if self.peek_byte().is_none_or(|byte| byte.is_ascii_digit()) {
                    self.pos -= 1;
                    return self.number();
                }
                self.field_or_variable(Kind::Field)
            }
            b'(' => {
                self.depth += 1;
                self.token(Kind::LeftParen)
            }
            b')' if self.depth == 0 => self.error("unexpected right paren"),
            b')' => {
                self.depth -= 1;
                self.token(Kind::RightParen)
            }
            b' '..=b'~' => self.token(Kind::Char),
            _ => self.unrecognized(Some(byte.into())),
        }
    }

    #[cold]
    #[inline(never)]
    fn unrecognized(&mut self, c: Option<char>) -> Token {
        self.error(format!("unrecognized character in action: {}", shown_code(c)))
    }

    fn space(&mut self) -> Token {
        let bytes = self.input.as_bytes();
        let mut end = self.pos + 1;
        while bytes.get(end).is_some_and(|byte| is_space(*byte)) {
            end += 1;
        }
        // The last space may belong to a delimiter that trims. A single space was checked for that before.
        if bytes.get(end) == Some(&b'-') && self.right.begins(&bytes[end + 1..]) {
            end -= 1;
        }
        self.pos = end;
        self.token(Kind::Space)
    }

    /// Goes to the end of a word, and says whether a word may end there.
    fn word(&mut self) -> bool {
        loop {
            let of_word = |byte: &u8| matches!(class(*byte), Class::Letter | Class::Digit);
            let Some(end) = self.rest().iter().position(|byte| !of_word(byte)) else {
                self.pos = self.input.len();
                return true;
            };
            self.pos += end;
            let rest = self.rest();
            match class(rest[0]) {
                Class::Space | Class::Terminator => return true,
                Class::Wide => match self.peek().filter(|c| is_alphanumeric(*c)) {
                    Some(c) => self.pos += c.len_utf8(),
                    None => return self.right.begins(rest),
                },
                _ => return self.right.begins(rest),
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn bad_character(&mut self) -> Token {
        self.error(format!("bad character {}", shown_code(self.peek())))
    }

    fn identifier(&mut self) -> Token {
        if !self.word() {
            return self.bad_character();
        }
        let word = &self.input[self.start..self.pos];
        let kind = match word {
            "true" | "false" => Kind::Bool,
            "break" if self.dialect.is_break_a_function => Kind::Identifier,
            "continue" if self.dialect.is_continue_a_function => Kind::Identifier,
            word => Kind::of_keyword(word).unwrap_or(Kind::Identifier),
        };
        self.token(kind)
    }

    fn field_or_variable(&mut self, kind: Kind) -> Token {
        let before = self.pos;
        if !self.right.begins(self.rest()) && !self.word() {
            return self.bad_character();
        }
        let is_dot = kind == Kind::Field && self.pos == before;
        self.token(if is_dot { Kind::Dot } else { kind })
    }

    #[inline(never)]
    fn quoted(&mut self, mark: u8, kind: Kind, unterminated: &'static str) -> Token {
        loop {
            let Some(byte) = self.peek_byte() else { return self.error(unterminated) };
            self.pos += 1;
            match byte {
                b'\\' => match self.peek_byte() {
                    None | Some(b'\n') => return self.error(unterminated),
                    Some(_) => self.pos += 1,
                },
                b'\n' => return self.error(unterminated),
                byte if byte == mark => return self.token(kind),
                _ => {}
            }
        }
    }

    #[inline(never)]
    fn raw_string(&mut self) -> Token {
        let Some(end) = self.rest().iter().position(|byte| *byte == b'`') else {
            return self.error("unterminated raw quoted string");
        };
        self.pos += end + 1;
        self.token(Kind::RawString)
    }
}
