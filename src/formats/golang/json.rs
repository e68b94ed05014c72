//! JSON as Go reads it: which texts are JSON, and where one is not. What the values become is up to whoever
//! reads them.

mod words;

use std::ops::Range;

use words::Wrong;
pub use words::{By, Syntax, Words};

/// A value as it was read; what lies in it was built before.
#[derive(Debug)]
pub enum Data<'t, V> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// The digits of a number.
    Number(&'t str),
    /// A string without its quotes and escapes. Half of a pair of surrogates is U+FFFD.
    Text(String),
    /// The items of a list.
    List(Vec<V>),
    /// The members of an object as they are written: of a name that is there twice, Go takes the last.
    Map(Vec<(String, V)>),
}

/// Why a text was not read.
#[derive(Debug)]
pub enum Error<E> {
    /// It is not JSON.
    Syntax(Syntax),
    /// It is nested too deeply at this byte.
    TooDeep(usize),
    /// Whoever builds the values refused one.
    Refused(E),
}

/// Makes a value of what was read at these bytes.
pub type Build<'b, 't, V, E> = dyn FnMut(Data<'t, V>, Range<usize>) -> Result<V, E> + 'b;

/// The value of a text, which may be nested so deeply.
///
/// # Errors
/// The text is not JSON, nested more deeply, or a value is refused.
pub fn read<'t, V, E>(text: &'t [u8], deepest: u32, build: &mut Build<'_, 't, V, E>) -> Result<V, Error<E>> {
    let mut reader = Reader { text, at: 0, depth: 0, deepest, build };
    reader.blanks();
    let value = reader.value()?;
    reader.blanks();
    if reader.at < text.len() { reader.wrong(Wrong::AfterAll) } else { Ok(value) }
}

/// Each byte that is not UTF-8 becomes U+FFFD.
fn push(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
}

struct Reader<'t, 'r, 'b, V, E> {
    text: &'t [u8],
    at: usize,
    depth: u32,
    deepest: u32,
    build: &'r mut Build<'b, 't, V, E>,
}

impl<'t, V, E> Reader<'t, '_, '_, V, E> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, wrong: Wrong) -> Result<T, Error<E>> {
        Err(Error::Syntax(Syntax { at: self.at, found: self.peek(), wrong }))
    }

    fn value(&mut self) -> Result<V, Error<E>> {
        let start = self.at;
        let data = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Data::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Data::Bool(true))?,
            Some(b'f') => self.word("false", Data::Bool(false))?,
            Some(b'n') => self.word("null", Data::Null)?,
            _ => return self.wrong(Wrong::Value),
        };
        (self.build)(data, start..self.at).map_err(Error::Refused)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Data<'t, V>, Error<E>>) -> Result<Data<'t, V>, Error<E>> {
        self.depth += 1;
        if self.depth > self.deepest {
            return Err(Error::TooDeep(self.at));
        }
        self.at += 1;
        self.blanks();
        let data = read(self);
        self.depth -= 1;
        data
    }

    fn object(&mut self) -> Result<Data<'t, V>, Error<E>> {
        let mut members = Vec::new();
        let mut has_another = !self.ends(b'}');
        while has_another {
            if self.peek() != Some(b'"') {
                return self.wrong(Wrong::Key);
            }
            let key = self.string()?;
            self.blanks();
            if self.peek() != Some(b':') {
                return self.wrong(Wrong::AfterKey);
            }
            self.at += 1;
            self.blanks();
            members.push((key, self.value()?));
            has_another = self.has_another(b'}', Wrong::AfterPair)?;
        }
        Ok(Data::Map(members))
    }

    fn array(&mut self) -> Result<Data<'t, V>, Error<E>> {
        let mut items = Vec::new();
        let mut has_another = !self.ends(b']');
        while has_another {
            items.push(self.value()?);
            has_another = self.has_another(b']', Wrong::AfterItem)?;
        }
        Ok(Data::List(items))
    }

    /// Takes a bracket if it is next.
    fn ends(&mut self, bracket: u8) -> bool {
        let is_next = self.peek() == Some(bracket);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the comma before another item, or the bracket behind the last one.
    fn has_another(&mut self, bracket: u8, otherwise: Wrong) -> Result<bool, Error<E>> {
        self.blanks();
        if self.ends(bracket) {
            return Ok(false);
        }
        if self.peek() != Some(b',') {
            return self.wrong(otherwise);
        }
        self.at += 1;
        self.blanks();
        Ok(true)
    }

    fn word(&mut self, word: &'static str, data: Data<'t, V>) -> Result<Data<'t, V>, Error<E>> {
        for expected in word.chars() {
            if self.peek().map(char::from) != Some(expected) {
                return self.wrong(Wrong::Literal { word, expected });
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

    fn number(&mut self) -> Result<Data<'t, V>, Error<E>> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else if self.digits() == 0 {
            return self.wrong(Wrong::Digit);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.wrong(Wrong::Point);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.wrong(Wrong::Exponent);
            }
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        Ok(Data::Number(std::str::from_utf8(digits).unwrap_or_default()))
    }

    fn string(&mut self) -> Result<String, Error<E>> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
            let plain = rest.iter().position(is_special).unwrap_or(rest.len());
            push(&mut out, &rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                }
                _ => return self.wrong(Wrong::Text),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error<E>> {
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
            _ => return self.wrong(Wrong::Escape(self.at - 1)),
        };
        self.at += 1;
        Ok(c)
    }

    /// Four digits, behind a backslash and a `u`.
    fn hex(&mut self) -> Result<u32, Error<E>> {
        let (mut code, start) = (0, self.at - 2);
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.wrong(Wrong::Hex(start));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Half of a pair becomes U+FFFD.
    fn unicode(&mut self) -> Result<char, Error<E>> {
        let code = self.hex()?;
        let before = self.at;
        if (0xd800..0xdc00).contains(&code) && self.text.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u")) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quote::unquote;

    /// What Go says of a text. Expected is what Helm 3.17.2 and 4.3.1 say of it to `fromJson`, and where it is the schema of a chart.
    fn said(text: &[u8]) -> Vec<String> {
        let ways = [By::Unmarshal, By::Decoder].map(|by| [(Words::First, by), (Words::Second, by)]);
        let read = read(text, 200, &mut |_, _| Ok::<(), String>(()));
        let said = |(words, by)| match &read {
            Ok(()) => "none".to_owned(),
            Err(Error::Syntax(syntax)) => syntax.message(text, words, by),
            Err(error) => format!("{error:?}"),
        };
        ways.into_iter().flatten().map(said).collect()
    }

    #[test]
    fn what_is_not_json_is_told_in_the_words_of_both_versions() {
        let mut wrong = Vec::new();
        let all = include_str!("testdata/not-json.tsv").lines();
        for line in all.clone() {
            let mut fields = line.split('\t');
            let text = unquote(fields.next().unwrap_or_default());
            let expected: Vec<&str> = fields.collect();
            let got = said(&text.expect(line));
            let differs = |(got, expected): (&String, &&str)| *expected != "-" && got != expected;
            if got.iter().zip(&expected).any(differs) || expected.len() != 4 {
                wrong.push(format!("{line}\nours {got:?}"));
            }
        }
        assert!(wrong.is_empty() && all.count() > 150, "{}", wrong.join("\n"));
    }

    #[test]
    fn what_is_nested_too_deeply_is_told_where_it_is() {
        let read = |text: &[u8]| read(text, 3, &mut |_, _| Ok::<(), String>(()));
        assert!(matches!(read(b"[[[[]]]]"), Err(Error::TooDeep(3))));
        assert!(read(b"[[[1]]]").is_ok());
    }

    #[test]
    fn a_byte_that_is_not_utf_8_becomes_a_replacement_character() {
        let mut found = Vec::new();
        let mut build = |data: Data<'_, ()>, _: Range<usize>| {
            found.extend(if let Data::Text(text) = data { Some(text) } else { None });
            Ok::<(), String>(())
        };
        read(b"[\"a\xe2\x82b\", \"\xff\"]", 3, &mut build).expect("JSON");
        assert_eq!(found, ["a\u{fffd}\u{fffd}b", "\u{fffd}"]);
    }
}
