//! Go's words for why a text is not JSON. `json.rs` finds out where it is not.

use crate::quote::{quote_bytes, quote_rune};
use crate::unicode::is_print;

/// Where a text is not JSON.
#[derive(Debug)]
pub struct Syntax {
    /// The byte that is wrong, or the end of the text.
    pub at: usize,
    pub(super) found: Option<u8>,
    pub(super) wrong: Wrong,
}

/// Which words Go has: `encoding/json` has had others since it is built on its second version (Go 1.27).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Those of the first version.
    First,
    /// Those of the second version.
    Second,
}

/// What Go reads a text with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `json.Unmarshal`.
    Unmarshal,
    /// A `json.Decoder`: `jsonschema.UnmarshalJSON` refuses whatever follows the value.
    Decoder,
}

/// What is wrong there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong {
    Value,
    Key,
    AfterKey,
    AfterPair,
    AfterItem,
    AfterAll,
    Literal {
        word: &'static str,
        expected: char,
    },
    Digit,
    Point,
    Exponent,
    Text,
    /// With the byte of the backslash.
    Escape(usize),
    Hex(usize),
}

impl Syntax {
    /// Go's message about the text.
    #[must_use]
    pub fn message(&self, text: &[u8], words: Words, by: By) -> String {
        let context = match (self.wrong, words) {
            (Wrong::AfterAll, _) if by == By::Decoder => return "invalid character after top-level value".to_owned(),
            (Wrong::Escape(start), Words::Second) if self.found.is_some() => return not_an_escape(text, start, 2),
            (Wrong::Hex(start), Words::Second) if self.found.is_some() => return not_an_escape(text, start, 6),
            (Wrong::AfterAll, _) => "after top-level value",
            (Wrong::Value, _) => "looking for beginning of value",
            (Wrong::Key, _) => "looking for beginning of object key string",
            (Wrong::AfterKey, _) => "after object key",
            (Wrong::AfterPair, _) => "after object key:value pair",
            (Wrong::AfterItem, _) => "after array element",
            (Wrong::Literal { word, expected }, _) => &*format!("in literal {word} (expecting '{expected}')"),
            (Wrong::Point, Words::First) => "after decimal point in numeric literal",
            (Wrong::Exponent, Words::First) => "in exponent of numeric literal",
            (Wrong::Digit | Wrong::Point | Wrong::Exponent, _) => "in numeric literal",
            (Wrong::Text, Words::First) => "in string literal",
            (Wrong::Text, Words::Second) => "in string",
            (Wrong::Escape(_), _) => "in string escape code",
            (Wrong::Hex(_), _) => "in \\u hexadecimal character escape",
        };
        let found = match (self.found, words, by) {
            (None, _, By::Decoder) => return "unexpected EOF".to_owned(),
            // The first version sees a blank behind the end.
            (None, Words::First, By::Unmarshal) if self.wrong.forbids_blanks() => "' '".to_owned(),
            (None, _, By::Unmarshal) => return "unexpected end of JSON input".to_owned(),
            (Some(byte), Words::First, _) => quote_rune(u32::from(byte)),
            (Some(byte), Words::Second, _) => match char_at(text, self.at) {
                Some(c) => quote_rune(u32::from(c)),
                None => format!("'\\x{byte:x}'"),
            },
        };
        format!("invalid character {found} {context}")
    }
}

impl Wrong {
    /// Whether a blank is wrong there, too.
    fn forbids_blanks(self) -> bool {
        matches!(
            self,
            Wrong::Literal { .. } | Wrong::Digit | Wrong::Point | Wrong::Exponent | Wrong::Escape(_) | Wrong::Hex(_)
        )
    }
}

/// The character that begins at a byte, if it is UTF-8.
fn char_at(text: &[u8], at: usize) -> Option<char> {
    let rest = text.get(at..)?;
    rest.get(..rest.len().min(4))?.utf8_chunks().next()?.valid().chars().next()
}

/// So many bytes from a backslash on are not an escape sequence.
fn not_an_escape(text: &[u8], start: usize, length: usize) -> String {
    let rest = text.get(start..).unwrap_or_default();
    let escape = rest.get(..length.min(rest.len())).unwrap_or_default();
    match std::str::from_utf8(escape) {
        Ok(escape) if !escape.contains(|c: char| c == '`' || c.is_whitespace() || !is_print(c)) => {
            format!("invalid escape sequence `{escape}` in string")
        }
        _ => format!("invalid escape sequence {} in string", quote_bytes(escape)),
    }
}
