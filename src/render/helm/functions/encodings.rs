//! Base 64 and 32, digests (sprig: `strings.go`, `crypto.go`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_gotemplate::{Function, Text, Type, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("b64enc", &[Type::Text], |context, a| {
        context.spend_bytes(bytes(a).len() as u64)?;
        Ok(Value::text(STANDARD.encode(bytes(a))))
    }),
    Function::new("b64dec", &[Type::Text], |_, a| Ok(Value::text(or_error(decode_64(bytes(a)))))),
    Function::new("b32enc", &[Type::Text], |context, a| {
        context.spend_bytes(bytes(a).len() as u64)?;
        Ok(Value::text(encode_32(bytes(a))))
    }),
    Function::new("b32dec", &[Type::Text], |_, a| Ok(Value::text(or_error(decode_32(bytes(a)))))),
    Function::new("sha1sum", &[Type::Text], |_, a| Ok(Value::text(hex(&Sha1::digest(bytes(a)))))),
    Function::new("sha256sum", &[Type::Text], |_, a| Ok(Value::text(hex(&Sha256::digest(bytes(a)))))),
    Function::new("sha512sum", &[Type::Text], |_, a| Ok(Value::text(hex(&Sha512::digest(bytes(a)))))),
    Function::new("adler32sum", &[Type::Text], |_, a| Ok(Value::text(adler_32(bytes(a)).to_string()))),
];

fn bytes(arguments: &[Value]) -> &[u8] {
    arguments[0].as_text().map(Text::bytes).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn adler_32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut a, mut b) = (1, 0);
    for byte in bytes {
        a = (a + u32::from(*byte)) % BASE;
        b = (b + a) % BASE;
    }
    b << 16 | a
}

/// sprig hands the error out as the result.
fn or_error(decoded: Result<Vec<u8>, String>) -> Text {
    decoded.map_or_else(Text::from, |bytes| Text::from_bytes(&bytes))
}

/// Base 64 as Go reads it: line ends do not count.
pub(crate) fn decode_64(input: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let is_break = |at: usize| matches!(input.get(at), Some(b'\n' | b'\r'));
    let skipped = |mut at: usize| {
        while is_break(at) {
            at += 1;
        }
        at
    };
    let mut out = Vec::with_capacity(input.len() / 4 * 3);
    let mut at = 0;
    let (mut bits, mut count) = (0_u32, 0);
    while let Some(&byte) = input.get(at) {
        at += 1;
        if let Some(value) = value_64(byte) {
            bits = bits << 6 | value;
            count += 1;
            if count == 4 {
                out.extend(&bits.to_be_bytes()[1..]);
                (bits, count) = (0, 0);
            }
            continue;
        }
        if matches!(byte, b'\n' | b'\r') {
            continue;
        }
        if byte != b'=' || count < 2 {
            return corrupt(at - 1);
        }
        if count == 2 {
            at = skipped(at);
            match input.get(at) {
                None => return corrupt(input.len()),
                Some(b'=') => at += 1,
                Some(_) => return corrupt(at - 1),
            }
        }
        at = skipped(at);
        if at < input.len() {
            return corrupt(at);
        }
        out.extend(&(bits << (6 * (4 - count))).to_be_bytes()[1..count]);
        return Ok(out);
    }
    if count > 0 { corrupt(at - count) } else { Ok(out) }
}

fn value_64(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

const ALPHABET_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn encode_32(input: &[u8]) -> String {
    let mut out = String::with_capacity(input.len().div_ceil(5) * 8);
    for chunk in input.chunks(5) {
        let mut bits = 0_u64;
        for at in 0..5 {
            bits = bits << 8 | u64::from(chunk.get(at).copied().unwrap_or_default());
        }
        let length = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let index = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or_default();
            out.push(if at < length { char::from(ALPHABET_32[index]) } else { '=' });
        }
    }
    out
}

fn decode_32(input: &[u8]) -> Result<Vec<u8>, String> {
    let input: Vec<u8> = input.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let corrupt = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let mut out = Vec::new();
    let mut at = 0;
    while at < input.len() {
        let (mut bits, mut length) = (0_u64, 8);
        for place in 0..8 {
            let Some(&byte) = input.get(at) else { return corrupt(at - place) };
            at += 1;
            let left = input.len() - at;
            if byte == b'=' && place >= 2 && left < 8 {
                if left + place < 7 {
                    return corrupt(input.len());
                }
                if let Some(other) = (0..7 - place).find(|k| input.get(at + k).is_some_and(|byte| *byte != b'=')) {
                    return corrupt(at + other - 1);
                }
                if matches!(place, 1 | 3 | 6) {
                    return corrupt(at - 1);
                }
                bits <<= 5 * (8 - place);
                (length, at) = (place, input.len());
                break;
            }
            let Some(value) = ALPHABET_32.iter().position(|letter| *letter == byte) else { return corrupt(at - 1) };
            bits = bits << 5 | value as u64;
        }
        out.extend(bits.to_be_bytes()[3..].iter().take(length * 5 / 8));
    }
    Ok(out)
}
