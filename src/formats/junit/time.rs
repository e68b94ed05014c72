//! `time="1,234.5"` → milliseconds.

/// A day is the longest that a case takes; more is a mistake of who wrote it.
const LONGEST_MS: f64 = 86_400_000.0;

/// Seconds as programs of any language write them → milliseconds; 0 for what cannot be read.
pub(crate) fn milliseconds(seconds: &str) -> u64 {
    let trimmed = seconds.trim();
    let (digits, unit) = match trimmed.strip_suffix("ms") {
        Some(digits) => (digits, 1.0),
        None => (trimmed.strip_suffix(['s', 'S']).unwrap_or(trimmed), 1_000.0),
    };
    let Ok(value) = with_point(digits).parse::<f64>() else { return 0 };
    let rounded = (value * unit).round();
    if rounded.is_finite() && rounded > 0.0 { rounded.min(LONGEST_MS) as u64 } else { 0 }
}

/// The number with a decimal point and without thousands separators. Where one comma is all there is, it is a decimal one.
fn with_point(digits: &str) -> String {
    let is_separator = |c: &char| matches!(c, '.' | ',');
    let compact: String = digits.chars().take(64).filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '_')).collect();
    let separators: Vec<char> = compact.chars().filter(is_separator).collect();
    let decimal = match separators.as_slice() {
        [] => None,
        [only] => Some(*only),
        [before @ .., last] if before.iter().all(|c| c != last) => Some(*last),
        // The same one several times parts thousands.
        _ => None,
    };
    let mut parts = compact.rsplitn(2, |c| Some(c) == decimal);
    let (last, first) = (parts.next().unwrap_or_default(), parts.next());
    let whole = |text: &str| text.replace([',', '.'], "");
    match first {
        Some(first) => format!("{}.{last}", whole(first)),
        None => whole(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_as_programs_of_any_language_write_them() {
        let cases = [
            ("0.123", 123),
            ("0,123", 123),
            ("1", 1_000),
            ("1,234.5", 1_234_500),
            ("1.234,5", 1_234_500),
            ("1 234,5", 1_234_500),
            ("1\u{a0}234.5", 1_234_500),
            ("1'234.5", 1_234_500),
            ("1,234,567", 86_400_000),
            ("12,345,6", 86_400_000),
            ("5e-05", 0),
            ("1.5e1", 15_000),
            (" 2.5s ", 2_500),
            ("250ms", 250),
            (".5", 500),
            ("5.", 5_000),
            ("0.0004", 0),
            ("0.0005", 1),
            ("-1", 0),
            ("NaN", 0),
            ("inf", 0),
            ("", 0),
            ("soon", 0),
            ("1e999", 0),
        ];
        for (text, expected) in cases {
            assert_eq!(milliseconds(text), expected, "{text:?}");
        }
    }
}
