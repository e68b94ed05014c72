//! Durations as Go reads them (`time.ParseDuration`): `1h30m`, `-1.5s`.

use crate::quote::quote;

/// Nanoseconds in each unit; a longer name goes before one that it ends with.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// No number is larger on the way.
const MOST: u64 = 1 << 63;

/// The nanoseconds of a duration: numbers with units, one after the other. `None` for what is not one, or is longer than 292 years.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let is_negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = rest.get(..rest.len() - after.len())?;
        let (unit, behind) = UNITS.iter().find_map(|(name, size)| Some((*size, after.strip_prefix(name)?)))?;
        total = total.checked_add(nanoseconds(number, unit)?)?;
        rest = behind;
    }
    let least = i64::MIN.unsigned_abs();
    match is_negative {
        true if total == least => Some(i64::MIN),
        true => i64::try_from(total).ok().map(|total| -total),
        false => i64::try_from(total).ok(),
    }
}

/// Why a text is not a duration, in Go's words.
#[must_use]
pub fn wrong_with(text: &str) -> String {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let after = after.strip_prefix('.').unwrap_or(after).trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &rest[..rest.len() - after.len()];
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return invalid();
        }
        let behind = after.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.');
        let unit = &after[..after.len() - behind.len()];
        if unit.is_empty() {
            return format!("time: missing unit in duration {}", quote(text));
        }
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return format!("time: unknown unit {} in duration {}", quote(unit), quote(text));
        }
        rest = behind;
    }
    invalid()
}

/// The text of a duration (`Duration.String`): `1h2m3.5s`, `0s`, `1.5µs`.
#[must_use]
pub fn print(nanoseconds: i64) -> String {
    let (sign, total) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
    let fraction = |unit: u64, value: u64| {
        let digits = unit.ilog10() as usize;
        let behind = format!("{:0digits$}", value % unit);
        match behind.trim_end_matches('0') {
            "" => format!("{}", value / unit),
            behind => format!("{}.{behind}", value / unit),
        }
    };
    match total {
        0 => return "0s".to_owned(),
        1..1_000 => return format!("{sign}{total}ns"),
        1_000..1_000_000 => return format!("{sign}{}µs", fraction(1_000, total)),
        1_000_000..1_000_000_000 => return format!("{sign}{}ms", fraction(1_000_000, total)),
        _ => {}
    }
    let (minutes, rest) = (total / 60_000_000_000, total % 60_000_000_000);
    let seconds = fraction(1_000_000_000, rest);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// A duration rounded to a multiple, half away from zero (`Duration.Round`).
#[must_use]
pub fn round(nanoseconds: i64, multiple: i64) -> i64 {
    if multiple <= 0 {
        return nanoseconds;
    }
    let (total, step) = (i128::from(nanoseconds), i128::from(multiple));
    let rest = total % step;
    let rounded = if rest.abs() * 2 < step { total - rest } else { total - rest + step * total.signum() };
    i64::try_from(rounded).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX })
}

/// `1`, `1.5`, `.5` or `1.` of a unit. The fraction is a float there, rounding included.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "this is what Go does"
)]
fn nanoseconds(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let (mut part, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes().map(|b| u64::from(b - b'0')) {
        // Digits that do not fit do not count.
        let Some(next) = part.checked_mul(10).and_then(|part| part.checked_add(digit)).filter(|next| *next <= MOST)
        else {
            break;
        };
        (part, scale) = (next, scale * 10.0);
    }
    let part = (part as f64 * (unit as f64 / scale)) as u64;
    whole.checked_mul(unit)?.checked_add(part).filter(|sum| *sum <= MOST)
}

#[cfg(test)]
mod tests {
    use super::{parse, print, round};

    #[test]
    fn durations_are_written_as_go_writes_them() {
        let cases = [
            (0, "0s"),
            (1, "1ns"),
            (-1_500, "-1.5µs"),
            (2_000_000, "2ms"),
            (1_000_000_001, "1.000000001s"),
            (3_600_000_000_000, "1h0m0s"),
            (-62_500_000_000, "-1m2.5s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (nanoseconds, expected) in cases {
            assert_eq!(print(nanoseconds), expected, "{nanoseconds}");
        }
        assert_eq!((round(15, 10), round(-15, 10), round(14, 10), round(7, 0)), (20, -20, 10, 7));
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases: [(&str, Option<i64>); 22] = [
            ("1h", Some(3_600_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            ("", None),
            ("-", None),
            ("0", Some(0)),
            ("-1m2s", Some(-62_000_000_000)),
            ("1", None),
            ("1e3s", None),
            (".5s", Some(500_000_000)),
            ("1.s", Some(1_000_000_000)),
            (".s", None),
            ("s", None),
            ("1.2.3s", None),
            ("9223372036854775807ns", Some(i64::MAX)),
            ("9223372036854775808ns", None),
            ("-9223372036854775808ns", Some(i64::MIN)),
            ("3000000h", None),
            ("1µs", Some(1_000)),
            ("1d", None),
            ("+5s", Some(5_000_000_000)),
            ("0.3333333333333333333h", Some(1_200_000_000_000)),
            ("1h -1m", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
