//! `fromJson` and its relatives: JSON as Go's `encoding/json` reads it into `interface {}`, with its words for what is wrong.

use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_golang::quote::quote_rune;
use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Map, MapKind, Text, Type, Value};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("fromJson", &[Type::Text], |context, arguments| {
        Ok(as_map(
            read(context, &text(arguments))?
                .and_then(|value| is_map(value, ""))
                .map_err(of_number("map[string]interface {}")),
        ))
    }),
    Function::new("fromJsonArray", &[Type::Text], |context, arguments| {
        Ok(as_list(
            read(context, &text(arguments))?.and_then(|value| is_list(value, "")).map_err(of_number("[]interface {}")),
        ))
    }),
    Function::new("mustFromJson", &[Type::Text], |context, arguments| Ok(read(context, &text(arguments))??)),
];

/// The first argument, which the engine has found to be a string.
fn text(arguments: &[Value]) -> Text {
    arguments[0].as_text().cloned().unwrap_or_default()
}

/// A map, or one with the error (Helm: `m["Error"]`).
pub(crate) fn as_map(result: Result<Value, String>) -> Value {
    match result {
        // Go leaves the map nil.
        Ok(value) if value.is_nil() => Value::map(Map::nil(MapKind::Any)).with_marks(value.marks),
        Ok(value) => value,
        Err(error) => Value::map([("Error", Value::text(error))].into_iter().collect()),
    }
}

/// A list, or one with the error.
pub(crate) fn as_list(result: Result<Value, String>) -> Value {
    match result {
        Ok(value) if value.is_nil() => Data::List(List::nil(Element::Any)).into(),
        Ok(value) => value,
        Err(error) => Value::list(vec![Value::text(error)]),
    }
}

/// The value, if it goes into a map.
pub(crate) fn is_map(value: Value, before: &str) -> Result<Value, String> {
    match &value.data {
        Data::Map(_) | Data::Nil => Ok(value),
        _ => Err(format!(
            "{before}json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            kind(&value)
        )),
    }
}

/// The value, if it goes into a list.
pub(crate) fn is_list(value: Value, before: &str) -> Result<Value, String> {
    match &value.data {
        Data::List(_) | Data::Nil => Ok(value),
        _ => Err(format!("{before}json: cannot unmarshal {} into Go value of type []interface {{}}", kind(&value))),
    }
}

fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Map(_) => "object",
        Data::List(_) => "array",
        Data::Text(_) => "string",
        Data::Bool(_) => "bool",
        _ => "number",
    }
}

/// Go looks at the type before it looks whether a number fits.
fn of_number(wanted: &'static str) -> impl Fn(String) -> String {
    move |error| {
        if error.starts_with(ALONE) {
            return format!("json: cannot unmarshal number into Go value of type {wanted}");
        }
        error
    }
}

/// How the message begins about a number that is too large.
const ALONE: &str = "json: cannot unmarshal number ";

/// What is nested deeper is refused; Go refuses it from 10,000 levels on.
const DEEPEST: u32 = 1_000;

/// The value of a text. The outer error is the end of the budget.
fn read(context: &mut Context<'_>, text: &Text) -> Result<Result<Value, String>, Failure> {
    context.spend(text.len() as u64 / 8)?;
    let mut reader = Reader { text, at: 0, depth: 0 };
    Ok(reader.document())
}

struct Reader<'t> {
    text: &'t Text,
    at: usize,
    depth: u32,
}

type Read<T> = Result<T, String>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, where_: &str) -> Read<T> {
        match self.peek() {
            None => Err("unexpected end of JSON input".to_owned()),
            Some(b'\'') => Err(format!("invalid character '\\'' {where_}")),
            Some(b'"') => Err(format!("invalid character '\"' {where_}")),
            Some(byte) => Err(format!("invalid character {} {where_}", quote_rune(u32::from(byte)))),
        }
    }

    fn document(&mut self) -> Read<Value> {
        self.blanks();
        let value = self.value()?;
        self.blanks();
        if self.at < self.text.len() {
            return self.wrong("after top-level value");
        }
        Ok(value)
    }

    fn value(&mut self) -> Read<Value> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::bool(true))?,
            Some(b'f') => self.word("false", Value::bool(false))?,
            Some(b'n') => self.word("null", Value::nil())?,
            _ => return self.wrong("looking for beginning of value"),
        };
        let marks = self.text.piece_at(start).map(|piece| piece.marks.clone()).unwrap_or_default();
        Ok(value.with_marks(marks))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Value>) -> Read<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("exceeded max depth".to_owned());
        }
        self.at += 1;
        self.blanks();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Read<Value> {
        let mut entries: BTreeMap<Rc<str>, Value> = BTreeMap::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::map(Map::of(MapKind::Any, entries)));
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
            let value = self.value()?;
            entries.insert(key.into(), value);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::map(Map::of(MapKind::Any, entries)));
                }
                _ => return self.wrong("after object key:value pair"),
            }
            self.blanks();
        }
    }

    fn array(&mut self) -> Read<Value> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => return self.wrong("after array element"),
            }
            self.blanks();
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        for (at, letter) in word.bytes().enumerate() {
            if self.peek() != Some(letter) {
                return self.wrong(&format!("in literal {word} (expecting '{}')", &word[at..=at]));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Read<Value> {
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
        let digits = &self.text[start..self.at];
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::float(number)),
            _ => Err(format!("json: cannot unmarshal number {digits} into Go value of type float64")),
        }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
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
                _ => return self.wrong("in string"),
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
            None => return self.wrong(""),
            Some(_) => return self.not_an_escape(2),
        };
        self.at += 1;
        Ok(c)
    }

    /// Up to so many bytes from the backslash before this place are not an escape sequence.
    fn not_an_escape<T>(&self, length: usize) -> Read<T> {
        let rest = &self.text[self.at - 1..];
        let end = (length.min(rest.len())..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        Err(format!("invalid escape sequence `{}` in string", &rest[..end]))
    }

    fn hex(&mut self) -> Read<u32> {
        let (mut code, start) = (0, self.at - 1);
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return self.wrong("") };
            let Some(digit) = char::from(byte).to_digit(16) else {
                self.at = start;
                return self.not_an_escape(6);
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
        if (0xd800..0xdc00).contains(&code) && self.text.as_bytes()[self.at..].starts_with(b"\\u") {
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
