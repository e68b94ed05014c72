//! A text with what is escaped in it undone: percent-encoding, backslashes of JSON and Go, UTF-16.

use super::encoded::hexadecimal_byte;

/// Bytes that a text stands for.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where each byte stands in the text.
    pub(super) places: Vec<u32>,
}

/// The views of a text that differ from it.
pub(super) fn views(text: &[u8]) -> Vec<View> {
    let readers: [(u8, Reader); 3] = [(b'%', percent), (b'\\', escape), (0, null)];
    let wanted = readers.into_iter().filter(|(mark, _)| text.contains(mark));
    wanted.filter_map(|(mark, read)| view(text, mark, read)).collect()
}

/// Reads what begins with a mark: the bytes that it stands for, and how long it is; `None` where the mark stands for itself.
type Reader = fn(&[u8], &mut Vec<u8>) -> Option<usize>;

fn view(text: &[u8], mark: u8, read: Reader) -> Option<View> {
    let mut view = View { bytes: Vec::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
    let (mut at, mut differs) = (0, false);
    while let Some(byte) = text.get(at) {
        let place = u32::try_from(at).ok()?;
        let rest = text.get(at..).filter(|_| *byte == mark).unwrap_or_default();
        match read(rest, &mut view.bytes) {
            Some(length) => {
                differs = true;
                at += length;
            }
            None => {
                view.bytes.push(*byte);
                at += 1;
            }
        }
        view.places.resize(view.bytes.len(), place);
    }
    differs.then_some(view)
}

/// `%41`.
fn percent(text: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let [b'%', high, low, ..] = *text else { return None };
    bytes.push(hexadecimal_byte(high, low)?);
    Some(3)
}

/// `\"`, `\n` and its like, `\x41`, `\u0041`, and two of the last for a character beyond the first plane.
fn escape(text: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let [b'\\', kind, rest @ ..] = text else { return None };
    let simple = match kind {
        b'"' | b'\\' | b'/' | b'\'' => *kind,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'x' => {
            let [high, low, ..] = *rest else { return None };
            bytes.push(hexadecimal_byte(high, low)?);
            return Some(4);
        }
        b'u' => {
            let first = unit(rest)?;
            let second = rest.get(4..).and_then(|rest| unit(rest.strip_prefix(b"\\u")?));
            let pair = char::decode_utf16([first].into_iter().chain(second)).next()?;
            let character = pair.unwrap_or(char::REPLACEMENT_CHARACTER);
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(6 * character.len_utf16());
        }
        _ => return None,
    };
    bytes.push(simple);
    Some(2)
}

fn unit(digits: &[u8]) -> Option<u16> {
    let [a, b, c, d, ..] = *digits else { return None };
    Some(u16::from_be_bytes([hexadecimal_byte(a, b)?, hexadecimal_byte(c, d)?]))
}

/// The half of a UTF-16 character of which the other half is ASCII.
fn null(text: &[u8], _: &mut Vec<u8>) -> Option<usize> {
    text.starts_with(&[0]).then_some(1)
}
