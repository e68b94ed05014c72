//! Durations as Go reads them (`time.ParseDuration`): `1h30m`, `-1.5s`.

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
    use super::parse;

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
