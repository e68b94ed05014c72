//! A text as JSON, as Go's `encoding/json` reads it, with its words for what is wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_golang::quote::quote_rune;

use crate::json::{Data, Json, Number, Place};

/// What is nested deeper is not read. Go reads 10,000 levels.
const DEEPEST: u32 = 200;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Go's words.
    pub message: String,
    /// The byte that is wrong.
    pub at: usize,
    /// Whether Go would read it: it is only nested too deeply here.
    pub is_limit: bool,
}

/// The value of a text.
///
/// # Errors
/// The text is not JSON.
pub fn read(text: &str) -> Result<Json, ReadError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.blanks();
    if reader.at == text.len() {
        return Err(ReadError { message: "EOF".to_owned(), at: reader.at, is_limit: false });
    }
    let value = reader.value()?;
    reader.blanks();
    if reader.at < text.len() {
        let message = "invalid character after top-level value".to_owned();
        return Err(ReadError { message, at: reader.at, is_limit: false });
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

type Read<T> = Result<T, ReadError>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, context: &str) -> Read<T> {
        let message = match self.peek() {
            None => "unexpected EOF".to_owned(),
            Some(b'\'') => format!("invalid character '\\'' {context}"),
            Some(b'"') => format!("invalid character '\"' {context}"),
            Some(byte) => format!("invalid character {} {context}", quote_rune(u32::from(byte))),
        };
        Err(ReadError { message, at: self.at, is_limit: false })
    }

    fn value(&mut self) -> Read<Json> {
        let start = self.at;
        let data = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Data::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Data::Bool(true))?,
            Some(b'f') => self.word("false", Data::Bool(false))?,
            Some(b'n') => self.word("null", Data::Null)?,
            _ => return self.wrong("looking for beginning of value"),
        };
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Ok(Json { data, at: Place { start: place(start), end: place(self.at) } })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Data>) -> Read<Data> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("it is nested more than {DEEPEST} levels deep");
            return Err(ReadError { message, at: self.at, is_limit: true });
        }
        self.at += 1;
        self.blanks();
        let data = read(self);
        self.depth -= 1;
        data
    }

    fn object(&mut self) -> Read<Data> {
        let mut entries: BTreeMap<Arc<str>, Json> = BTreeMap::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Data::Map(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            let key = self.string()?;
            self.blanks();
            if self.peek() != Some(b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.blanks();
            entries.insert(key, self.value()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Data::Map(entries));
                }
                _ => return self.wrong("after object key:value pair"),
            }
            self.blanks();
        }
    }

    fn array(&mut self) -> Read<Data> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Data::List(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Data::List(items));
                }
                _ => return self.wrong("after array element"),
            }
            self.blanks();
        }
    }

    fn word(&mut self, word: &str, data: Data) -> Read<Data> {
        for letter in word.chars() {
            if self.peek().map(char::from) != Some(letter) {
                return self.wrong(&format!("in literal {word} (expecting '{letter}')"));
            }
            self.at += 1;
        }
        Ok(data)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Read<Data> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else if self.digits() == 0 {
            return self.wrong("in numeric literal");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.wrong("after decimal point in numeric literal");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.wrong("in exponent of numeric literal");
            }
        }
        Ok(Data::Number(Number::new(self.text.get(start..self.at).unwrap_or_default())))
    }

    fn string(&mut self) -> Read<Arc<str>> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                }
                _ => return self.wrong("in string literal"),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let c = match self.peek() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.wrong("in string escape code"),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.wrong("in \\u hexadecimal character escape");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Half of a pair becomes U+FFFD.
    fn unicode(&mut self) -> Read<char> {
        let code = self.hex()?;
        let before = self.at;
        if (0xd800..0xdc00).contains(&code) && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let pair = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(pair).unwrap_or('\u{fffd}'));
            }
            self.at = before;
        }
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }
}
