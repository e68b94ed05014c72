//! Runs of base64 and of hexadecimal digits in a text, undone wherever they may begin.

use std::ops::Range;

/// Base64 characters of the shortest value.
const SHORTEST_BASE64: usize = 6;

/// Hexadecimal digits of the shortest value.
const SHORTEST_HEXADECIMAL: usize = 8;

/// Lines of base64 that is broken into lines are at least this long; base64 that goes on in the next line is hidden with it.
const BROKEN_LINE: usize = 40;

/// No digit of base64.
const NONE: u8 = 0xFF;

/// The digits of base64, of both alphabets.
const BASE64: [u8; 256] = {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        #[allow(clippy::cast_possible_truncation, reason = "less than 64")]
        {
            table[digits[value] as usize] = value as u8;
        }
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

/// Finds the base64 in a text whose bytes are told to show a value; it is hidden with its padding, as one where it is broken into lines.
pub(super) fn base64_runs(text: &[u8], shows: &dyn Fn(&[u8]) -> bool, found: &mut Vec<Range<usize>>) {
    let (mut digits, mut decoded) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < text.len() {
        digits.clear();
        let run = read_run(text, at, &mut digits);
        at = run.end;
        let shown = digits.len() >= SHORTEST_BASE64
            && (0..4).any(|begin| {
                decode_base64(digits.get(begin..).unwrap_or_default(), &mut decoded);
                shows(&decoded)
            });
        if shown {
            let padding = text.get(at..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
            found.push(run.start..run.end + padding);
        }
    }
}

/// Reads the next run: digits, and those of the next line where a line is as long as those of base64 that is broken.
fn read_run(text: &[u8], from: usize, digits: &mut Vec<u8>) -> Range<usize> {
    let digit = |at: usize| text.get(at).map(|byte| BASE64[usize::from(*byte)]).filter(|digit| *digit != NONE);
    let mut at = from;
    while at < text.len() && digit(at).is_none() {
        at += 1;
    }
    let start = at;
    loop {
        let before = digits.len();
        while let Some(digit) = digit(at) {
            digits.push(digit);
            at += 1;
        }
        let is_long = digits.len() - before >= BROKEN_LINE;
        match next_line(text, at).filter(|next| is_long && digit(*next).is_some()) {
            Some(next) => at = next,
            None => return start..at,
        }
    }
}

/// Where the text of the next line begins, when a line ends here.
fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
    let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(text.len() - rest.len() + indent)
}

fn decode_base64(digits: &[u8], decoded: &mut Vec<u8>) {
    decoded.clear();
    let mut groups = digits.chunks_exact(4);
    for group in &mut groups {
        if let [a, b, c, d] = *group {
            decoded.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
    }
    match *groups.remainder() {
        [a, b, c] => decoded.extend([a << 2 | b >> 4, b << 4 | c >> 2]),
        [a, b] => decoded.push(a << 2 | b >> 4),
        _ => {}
    }
}

/// Finds the hexadecimal numbers in a text whose bytes are told to show a value.
pub(super) fn hexadecimal_runs(text: &[u8], shows: &dyn Fn(&[u8]) -> bool, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while at < text.len() {
        let start = at + text.iter().skip(at).take_while(|byte| !byte.is_ascii_hexdigit()).count();
        let length = text.iter().skip(start).take_while(|byte| byte.is_ascii_hexdigit()).count();
        at = start + length;
        let run = text.get(start..at).unwrap_or_default();
        let shown = length >= SHORTEST_HEXADECIMAL
            && (0..2).any(|begin| shows(&decode_hexadecimal(run.get(begin..).unwrap_or_default())));
        if shown {
            found.push(start..at);
        }
    }
}

/// The byte of two hexadecimal digits.
pub(super) fn hexadecimal_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

fn decode_hexadecimal(digits: &[u8]) -> Vec<u8> {
    let byte = |pair: &[u8]| match pair {
        [high, low] => hexadecimal_byte(*high, *low),
        _ => None,
    };
    digits.chunks_exact(2).filter_map(byte).collect()
}
