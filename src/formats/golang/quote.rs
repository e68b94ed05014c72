//! Strings and characters as Go writes and reads them in its source (`strconv.Quote`, `strconv.Unquote`).

use std::fmt::Write as _;

use crate::unicode::is_print;

/// `strconv.Quote`: in double quotes, with escapes for what is not printed.
#[must_use]
pub fn quote(text: &str) -> String {
    quote_bytes(text.as_bytes())
}

/// `strconv.Quote` of a string with any bytes.
#[must_use]
pub fn quote_bytes(bytes: &[u8]) -> String {
    quoted(bytes, is_print)
}

/// `strconv.QuoteToASCII`: what is not ASCII is escaped, too.
#[must_use]
pub fn quote_to_ascii(bytes: &[u8]) -> String {
    quoted(bytes, |c| c.is_ascii() && is_print(c))
}

/// `strconv.QuoteRune`: a character in single quotes; what is not a character is `'�'`.
#[must_use]
pub fn quote_rune(code: u32) -> String {
    quoted_rune(code, is_print)
}

/// `strconv.QuoteRuneToASCII`.
#[must_use]
pub fn quote_rune_to_ascii(code: u32) -> String {
    quoted_rune(code, |c| c.is_ascii() && is_print(c))
}

fn quoted_rune(code: u32, is_plain: fn(char) -> bool) -> String {
    let mut out = String::from("'");
    escape(&mut out, char::from_u32(code).unwrap_or('\u{fffd}'), '\'', is_plain);
    out.push('\'');
    out
}

fn quoted(bytes: &[u8], is_plain: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| escape(&mut out, c, '"', is_plain));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

fn escape(out: &mut String, character: char, mark: char, is_plain: fn(char) -> bool) {
    if character == mark || character == '\\' {
        out.push('\\');
        return out.push(character);
    }
    if is_plain(character) {
        return out.push(character);
    }
    let code = u32::from(character);
    let _ = match character {
        '\u{7}' => write!(out, "\\a"),
        '\u{8}' => write!(out, "\\b"),
        '\u{c}' => write!(out, "\\f"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\u{b}' => write!(out, "\\v"),
        '\0'..=' ' | '\u{7f}' => write!(out, "\\x{code:02x}"),
        '\0'..='\u{ffff}' => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// `strconv.CanBackquote`: whether the text can stand between backquotes.
#[must_use]
pub fn can_backquote(bytes: &[u8]) -> bool {
    let is_good = |c: char| c != '\u{feff}' && c != '`' && c != '\u{7f}' && (c >= ' ' || c == '\t');
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_good))
}

/// `strconv.Unquote` of a string in double quotes or backquotes. `None` where Go says `invalid syntax`.
#[must_use]
pub fn unquote(quoted: &str) -> Option<Vec<u8>> {
    if let Some(raw) = quoted.strip_prefix('`') {
        let raw = raw.strip_suffix('`')?;
        return (!raw.contains('`')).then(|| raw.bytes().filter(|b| *b != b'\r').collect());
    }
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (character, after) = unquote_char(rest, '"')?;
        match character {
            Unquoted::Byte(byte) => out.push(byte),
            Unquoted::Character(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = after;
    }
    Some(out)
}

/// What one character or escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquoted {
    /// A byte: `\xff`, `\377`.
    Byte(u8),
    /// A character.
    Character(char),
}

impl Unquoted {
    /// The number.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Byte(byte) => byte.into(),
            Self::Character(c) => c.into(),
        }
    }
}

/// `strconv.UnquoteChar`: the first character of a text between these quotes, and what is behind it.
#[must_use]
pub fn unquote_char(text: &str, mark: char) -> Option<(Unquoted, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    if first == mark || (first == '\n' && mark == '"') {
        return None;
    }
    if first != '\\' {
        return Some((Unquoted::Character(first), characters.as_str()));
    }
    let kind = characters.next()?;
    let rest = characters.as_str();
    let plain = match kind {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '\'' | '"' if kind == mark => kind,
        'x' => return number(rest, 0, 2, 16),
        'u' => return number(rest, 0, 4, 16),
        'U' => return number(rest, 0, 8, 16),
        '0'..='7' => return number(text, 1, 3, 8),
        _ => return None,
    };
    Some((Unquoted::Character(plain), rest))
}

/// An escape of so many digits.
fn number(text: &str, from: usize, digits: usize, base: u32) -> Option<(Unquoted, &str)> {
    let shown = text.get(from..from + digits)?;
    if !shown.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let code = u32::from_str_radix(shown, base).ok()?;
    let rest = &text[from + digits..];
    if digits < 4 {
        return Some((Unquoted::Byte(u8::try_from(code).ok()?), rest));
    }
    Some((Unquoted::Character(char::from_u32(code)?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        let cases = [
            ("a\"b\\", r#""a\"b\\""#),
            ("é\u{301}\n\t\u{7}", "\"é\u{301}\\n\\t\\a\""),
            ("\u{a0}\u{1}\u{7f}\u{10ffff}", r#""\u00a0\x01\x7f\U0010ffff""#),
        ];
        for (text, expected) in cases {
            assert_eq!(quote(text), expected);
            assert_eq!(unquote(expected).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(quote_bytes(b"\xffa"), r#""\xffa""#);
        assert_eq!(quote_to_ascii("é☺".as_bytes()), r#""\u00e9\u263a""#);
        assert_eq!(quote_rune(0x27), r"'\''");
        assert_eq!(quote_rune(0x11_0000), "'\u{fffd}'");
    }

    #[test]
    fn strings_are_read_as_go_reads_them() {
        let cases: [(&str, Option<&[u8]>); 9] = [
            (r#""\x41\101\u00e9\U0001F600""#, Some("AAé😀".as_bytes())),
            (r#""\xff""#, Some(b"\xff")),
            ("`a\r\n\\n`", Some(b"a\n\\n")),
            (r#""\'""#, None),
            (r#""\q""#, None),
            (r#""\400""#, None),
            (r#""\ud800""#, None),
            (r#""\x+1""#, None),
            ("\"\n\"", None),
        ];
        for (quoted, expected) in cases {
            assert_eq!(unquote(quoted).as_deref(), expected, "{quoted}");
        }
        assert_eq!(unquote_char(r"\'x", '\''), Some((Unquoted::Character('\''), "x")));
    }
}
