//! Floats as Go writes and reads them (`strconv`).

/// The shortest digits with an exponent, as Rust writes it: `1.5e-7`.
#[must_use]
pub fn scientific(value: f64) -> String {
    with_even_digit(value, format!("{value:e}"))
}

/// The shortest digits without an exponent.
#[must_use]
pub fn plain(value: f64) -> String {
    with_even_digit(value, value.to_string())
}

/// Digits of a value in the middle between two shortest ones: Rust takes the upper, Go the even one.
fn with_even_digit(value: f64, mut digits: String) -> String {
    let end = digits.find('e').unwrap_or(digits.len());
    let Some(last) = digits[..end].rfind(|c: char| ('1'..='9').contains(&c)) else { return digits };
    let count = digits[..end].bytes().filter(u8::is_ascii_digit).count();
    // Fewer digits are never in the middle, as both neighbours would have to be read as the same float.
    if count < 15 || digits.as_bytes()[last].is_multiple_of(2) || !value.is_finite() {
        return digits;
    }
    let exact = format!("{value:.60e}");
    let exact = exact.split_once('e').map_or(exact.as_str(), |(mantissa, _)| mantissa);
    let exact: Vec<u8> = exact.bytes().filter(u8::is_ascii_digit).collect();
    let shown: Vec<u8> =
        digits[..=last].bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').collect();
    let behind = exact.get(shown.len()..).unwrap_or_default();
    let is_middle = behind.split_first().is_some_and(|(first, rest)| *first == b'5' && rest.iter().all(|d| *d == b'0'));
    if !is_middle || exact[..shown.len()] == shown[..] {
        return digits;
    }
    let lower = char::from(digits.as_bytes()[last] - 1).to_string();
    digits.replace_range(last..=last, &lower);
    digits
}

/// The shortest digits, with an exponent below 0.0001 and from a million on (`FormatFloat` with `g`, `%v`).
#[must_use]
pub fn general(value: f64) -> String {
    let scientific = scientific(value);
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return plain(value);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The shortest digits as `encoding/json` writes them: an exponent below 0.000001 and from 1e21 on.
#[must_use]
pub fn json(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return plain(value);
    }
    let text = scientific(value);
    if size >= 1e21 { text.replace('e', "e+") } else { text }
}

/// The value of a text (`ParseFloat`): decimal or hexadecimal, `inf`, `nan`, with `_` between digits. `None` for what is not a number, or is
/// too large for one.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if text.contains('_') && !separates_digits(unsigned) {
        return None;
    }
    let plain = unsigned.replace('_', "");
    let value = match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(hexadecimal) => from_hexadecimal(hexadecimal)?,
        None if plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') => plain.parse().ok()?,
        None => return None,
    };
    value.is_finite().then_some(if text.starts_with('-') { -value } else { value })
}

/// Whether each `_` stands between two digits, or behind `0x`.
fn separates_digits(unsigned: &str) -> bool {
    let prefixes = ["0x", "0X", "0b", "0B", "0o", "0O"];
    let without = prefixes.iter().find_map(|prefix| unsigned.strip_prefix(prefix));
    let is_hexadecimal = unsigned.starts_with("0x") || unsigned.starts_with("0X");
    let is_digit = |b: u8| b.is_ascii_digit() || (is_hexadecimal && b.is_ascii_hexdigit());
    let mut before = if without.is_some() { b'0' } else { b'.' };
    for byte in without.unwrap_or(unsigned).bytes() {
        if (byte == b'_' && !is_digit(before)) || (before == b'_' && !is_digit(byte)) {
            return false;
        }
        before = byte;
    }
    before != b'_'
}

/// `1.8p-2`: an exponent of two is a must.
#[allow(clippy::cast_precision_loss, reason = "a float has no more digits")]
fn from_hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if is_number.is_empty() || !is_number.bytes().all(|b| b.is_ascii_digit()) || whole.len() + fraction.len() == 0 {
        return None;
    }
    // Far beyond what a float holds in either direction.
    let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { -1_000_000 } else { 1_000_000 });
    let mut exponent = exponent.clamp(-1_000_000, 1_000_000) - 4 * i64::try_from(fraction.len()).ok()?;
    let mut mantissa: u128 = 0;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = u128::from(digit.to_digit(16)?);
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | digit;
        } else {
            // What does not fit decides only whether it is half or more.
            mantissa |= u128::from(digit != 0);
            exponent += 4;
        }
    }
    let mut value = mantissa as f64;
    while exponent != 0 && value != 0.0 && value.is_finite() {
        let step = exponent.clamp(-1000, 1000);
        value *= 2.0_f64.powi(i32::try_from(step).ok()?);
        exponent -= step;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_shortest_numbers_the_even_one_is_written() {
        let cases = [
            ("963371069027735.25", "9.633710690277352e+14"),
            ("1125899906842624.25", "1.1258999068426242e+15"),
            ("562949953421312.375", "5.629499534213124e+14"),
            ("0.30000000000000004", "0.30000000000000004"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(general).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(parse("-963371069026897.25").map(json).as_deref(), Some("-963371069026897.2"));
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases = [
            (1.0, "1"),
            (-0.5, "-0.5"),
            (123_456.0, "123456"),
            (1_000_000.0, "1e+06"),
            (-1_234_567.0, "-1.234567e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (6.02e123, "6.02e+123"),
            (1.5, "1.5"),
            (1_234_567.5, "1.2345675e+06"),
            (-0.0, "-0"),
            (1e21, "1e+21"),
        ];
        for (value, expected) in cases {
            assert_eq!(general(value), expected);
        }
    }

    #[test]
    fn floats_in_json_are_written_as_go_writes_them() {
        let cases = [(1.0, "1"), (1.5, "1.5"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-7, "1e-7")];
        for (number, expected) in cases {
            assert_eq!(json(number), expected);
        }
    }

    #[test]
    fn floats_are_read_as_go_reads_them() {
        let cases = [
            ("1_0", Some(10.0)),
            ("0x1_0p1", Some(32.0)),
            ("0x1p4", Some(16.0)),
            ("0x1", None),
            ("1e400", None),
            ("inf", Some(f64::INFINITY)),
            ("-INFINITY", Some(f64::NEG_INFINITY)),
            ("+nan", None),
            ("infin", None),
            ("1.", Some(1.0)),
            (".", None),
            ("", None),
            ("-", None),
            (".5", Some(0.5)),
            ("1e5", Some(100_000.0)),
            ("-0x.8p1", Some(-1.0)),
            ("1e-400", Some(0.0)),
            ("0x_1p0", Some(1.0)),
            ("0b1", None),
            ("+1", Some(1.0)),
            ("1e+5", Some(100_000.0)),
            ("0x1p-2", Some(0.25)),
            ("0x1p2000", None),
            ("0x1p-99999999999999999999", Some(0.0)),
            ("--1", None),
            (" 1", None),
            ("1e1_0", Some(1e10)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1_.5", None),
            ("1a", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
    }
}
