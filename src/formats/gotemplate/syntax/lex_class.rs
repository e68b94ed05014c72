//! What a byte of an action can be, as a table.

/// What a byte can be inside of an action.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Space,
    /// A letter or an underscore.
    Letter,
    Digit,
    /// Part of a character that is not ASCII.
    Wide,
    /// A character that may follow a word.
    Terminator,
    Other,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "it is less than 256")]
        let known = match byte as u8 {
            b' ' | b'\t' | b'\r' | b'\n' => Class::Space,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'.' | b',' | b'|' | b':' | b')' | b'(' => Class::Terminator,
            0x80.. => Class::Wide,
            _ => Class::Other,
        };
        classes[byte] = known;
        byte += 1;
    }
    classes
};

pub(crate) fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}
