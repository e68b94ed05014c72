//! Bytes → text: marks at the beginning, what the declaration says, and UTF-8 without either.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::unreadable::{Unreadable, quoted};

/// Bytes in which the declaration is looked for.
const DECLARATION: usize = 256;

/// The text of a file. Bytes that its encoding does not have become U+FFFD: they stand in the output of a test, and its verdict is in ASCII.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(Unreadable::at(1, "the file is UTF-32", AS_UTF_8));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    let encoding = match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => declared(bytes)?,
    };
    Ok(encoding.decode_without_bom_handling(bytes).0)
}

const AS_UTF_8: &str = "let the tests write it as UTF-8";

/// The encoding that the declaration names. What can be read as ASCII is not UTF-16, whatever it says of itself.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, Unreadable> {
    let Some(label) = label(bytes.get(..DECLARATION).unwrap_or(bytes)) else { return Ok(UTF_8) };
    match Encoding::for_label_no_replacement(label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(Unreadable::at(1, format!("the encoding {} is not known", quoted(label)), AS_UTF_8)),
    }
}

/// The name in `<?xml … encoding="…"?>`.
fn label(beginning: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"encoding";
    let beginning = beginning.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = beginning.windows(2).position(|pair| pair == b"?>").unwrap_or(beginning.len());
    let declaration = &beginning[..end];
    let at = declaration.windows(NAME.len()).position(|window| window == NAME)?;
    let value = declaration[at + NAME.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(&value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, to_bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn files_are_read_in_the_encoding_that_they_have() {
        let plain = "<a n='é'/>";
        let cases: [(&str, Vec<u8>, &str); 11] = [
            ("UTF-8", plain.into(), plain),
            ("a mark", [b"\xEF\xBB\xBF", plain.as_bytes()].concat(), plain),
            ("UTF-16 with a mark", [vec![0xFF, 0xFE], utf_16(plain, u16::to_le_bytes)].concat(), plain),
            ("the other UTF-16", [vec![0xFE, 0xFF], utf_16(plain, u16::to_be_bytes)].concat(), plain),
            ("UTF-16 without one", utf_16(plain, u16::to_le_bytes), plain),
            ("the other without one", utf_16(plain, u16::to_be_bytes), plain),
            ("latin-1", b"<?xml version='1.0' encoding='ISO-8859-1'?>\xE9".to_vec(), "é"),
            ("windows-1252", b"<?xml version=\"1.0\" encoding = \"Windows-1252\" ?>\x80".to_vec(), "€"),
            ("UTF-8 that calls itself UTF-16", "<?xml version='1.0' encoding='utf-16'?>é".into(), "é"),
            ("a stray byte", b"<a>\xE9</a>".to_vec(), "<a>\u{fffd}</a>"),
            ("half a character before a tag", b"<a>\xE2\x82</a>".to_vec(), "<a>\u{fffd}</a>"),
        ];
        for (what, bytes, expected) in cases {
            let text = decode(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
            let shown = text.split_once("?>").map_or(&*text, |(_, after)| after);
            assert_eq!(shown, expected, "{what}");
        }
    }

    #[test]
    fn what_nobody_can_decode_is_an_error_that_says_what_to_do() {
        let cases: [(&[u8], &str); 3] = [
            (
                b"<?xml version='1.0' encoding='martian'?>",
                "line 1: the encoding `martian` is not known; let the tests write it as UTF-8",
            ),
            (
                b"<?xml encoding='hz-gb-2312'?>",
                "line 1: the encoding `hz-gb-2312` is not known; let the tests write it as UTF-8",
            ),
            (b"\xFF\xFE\0\0<\0\0\0", "line 1: the file is UTF-32; let the tests write it as UTF-8"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes).expect_err("not decoded").to_string(), expected);
        }
    }
}
