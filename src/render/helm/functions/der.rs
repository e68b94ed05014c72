//! DER and PEM, as much of them as keys and certificates need.

use super::encodings::decode_64;
use super::json;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// A value with its tag and length.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let digits = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    if content.len() >= 0x80 {
        out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
    }
    out.extend(digits);
    out.extend(content);
    out
}

/// A value made of these.
pub(super) fn nested(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A positive integer.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let from = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let digits = bytes.get(from..).unwrap_or_default();
    let needs_zero = digits.first().is_none_or(|byte| *byte >= 0x80);
    nested(INTEGER, &[if needs_zero { &[0] } else { &[] }, digits])
}

/// A string of whole bytes, as bits.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    nested(BIT_STRING, &[&[0], bytes])
}

/// The first value of some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'b> {
    pub(super) tag: u8,
    pub(super) content: &'b [u8],
    /// With tag and length.
    pub(super) whole: &'b [u8],
    pub(super) rest: &'b [u8],
}

/// Reads one value.
pub(super) fn read(bytes: &[u8]) -> Option<Read<'_>> {
    let (&tag, behind) = bytes.split_first()?;
    let (&short, behind) = behind.split_first()?;
    let (length, behind) = if short < 0x80 {
        (usize::from(short), behind)
    } else {
        let (digits, behind) = behind.split_at_checked(usize::from(short & 0x7f)).filter(|(d, _)| d.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), behind)
    };
    let (content, rest) = behind.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some(Read { tag, content, whole, rest })
}

/// All values that stand behind each other.
pub(super) fn read_all(mut bytes: &[u8]) -> Option<Vec<Read<'_>>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let one = read(bytes)?;
        bytes = one.rest;
        all.push(one);
    }
    Some(all)
}

/// A block of PEM.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let text = json::base64(der);
    let lines: String = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n").collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// The label and the bytes of the first block of PEM in a text.
pub(super) fn read_pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, behind) = text.split_once("-----BEGIN ")?;
    let (label, behind) = behind.split_once("-----")?;
    let (body, _) = behind.split_once(&format!("-----END {label}-----"))?;
    let packed: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Some((label, decode_64(&packed).ok()?))
}
