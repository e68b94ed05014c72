//! Bytes → text. UTF-8, with or without a byte order mark, or UTF-16 with one.

use seatrial_model::Encoding;

use crate::ReadError;

/// The text of a file, and how it was encoded.
///
/// UTF-8 is kept byte for byte, a byte order mark included, so that spans are byte ranges of the file as it lies there. UTF-16 is decoded
/// (its mark too): `SourceFile::file_range` leads from spans to the file. A NUL character makes a file binary, as git sees it.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), ReadError> {
    let (text, encoding) = match bytes.get(..2) {
        Some([0xFF, 0xFE]) => (utf16(&bytes, u16::from_le_bytes)?, Encoding::Utf16LittleEndian),
        Some([0xFE, 0xFF]) => (utf16(&bytes, u16::from_be_bytes)?, Encoding::Utf16BigEndian),
        _ => (String::from_utf8(bytes).map_err(|_| ReadError::NotText)?, Encoding::Utf8),
    };
    if text.contains('\0') { Err(ReadError::NotText) } else { Ok((text, encoding)) }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ReadError::NotText);
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| ReadError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_utf8_and_utf16_and_refuses_the_rest() {
        let le: Vec<u8> = "\u{FEFF}a: ü\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "\u{FEFF}a: ü\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let table: [(&[u8], Option<&str>); 10] = [
            (b"", Some("")),
            ("a: ü\n".as_bytes(), Some("a: ü\n")),
            ("\u{FEFF}a: ü\n".as_bytes(), Some("\u{FEFF}a: ü\n")),
            (&le, Some("\u{FEFF}a: ü\n")),
            (&be, Some("\u{FEFF}a: ü\n")),
            (b"\xFF\xFEa", None),
            (b"\xFF\xFE\x00\xD8", None),
            (b"\xFF\xFE\x00\x00a\x00\x00\x00", None),
            (b"a\x00b", None),
            (b"\x89PNG\r\n", None),
        ];
        for (bytes, expected) in table {
            let decoded = decode(bytes.to_vec()).ok();
            assert_eq!(decoded.as_ref().map(|(text, _)| text.as_str()), expected, "{bytes:?}");
            if let Some((text, encoding)) = decoded {
                assert_eq!(encoding.encode(&text), bytes, "what is written back is what was read");
            }
        }
    }
}
