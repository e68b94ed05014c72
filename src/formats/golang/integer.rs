//! Whole numbers as Go's source has them (`strconv.ParseInt` and `ParseUint` with base 0).

/// `strconv.ParseUint(text, 0, 64)`: decimal, or with the prefix of another base; `_` between digits.
#[must_use]
pub fn parse_unsigned(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (digits, base, has_prefix) = if let Some(rest) = lower.strip_prefix("0x") {
        (rest, 16, true)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (rest, 2, true)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (rest, 8, true)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (&lower[1..], 8, true)
    } else {
        (lower.as_str(), 10, false)
    };
    // A `_` stands behind the prefix or a digit, and before a digit.
    let mut may_separate = has_prefix;
    let mut value: u64 = 0;
    let mut ends_with_digit = false;
    for character in digits.chars() {
        if character == '_' {
            if !may_separate {
                return None;
            }
            (may_separate, ends_with_digit) = (false, false);
            continue;
        }
        let digit = character.to_digit(base)?;
        value = value.checked_mul(base.into())?.checked_add(digit.into())?;
        (may_separate, ends_with_digit) = (true, true);
    }
    ends_with_digit.then_some(value)
}

/// `strconv.ParseInt(text, 0, 64)`: the same with a sign.
#[must_use]
pub fn parse_signed(text: &str) -> Option<i64> {
    if let Some(rest) = text.strip_prefix('-') {
        return 0_i64.checked_sub_unsigned(parse_unsigned(rest)?);
    }
    parse_unsigned(text.strip_prefix('+').unwrap_or(text))?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let cases = [
            ("0", Some(0)),
            ("-12", Some(-12)),
            ("+7", Some(7)),
            ("0x1F", Some(31)),
            ("0b101", Some(5)),
            ("0o17", Some(15)),
            ("017", Some(15)),
            ("1_000", Some(1000)),
            ("0_7", Some(7)),
            ("0x_1", Some(1)),
            ("09", None),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("0x", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_signed(text), expected, "{text}");
        }
        assert_eq!(parse_unsigned("18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_unsigned("+1"), None);
    }
}
