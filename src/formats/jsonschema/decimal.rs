//! Decimal numbers of any size, compared exactly; and as Go's `x/text/message` prints them in English.

use std::cmp::Ordering;
use std::sync::Arc;

/// Go does not read exponents beyond this as rational numbers.
const LARGEST_EXPONENT: i64 = 1_000_000;

/// A decimal number: its digits, without zeros at both ends, and the power of ten that they are multiplied with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    /// Empty of zero.
    digits: Arc<str>,
    exponent: i64,
}

impl Decimal {
    /// The number that a text is; `None` where it is not one, or has an exponent that is too large.
    #[must_use]
    pub fn parse(text: &str) -> Option<Decimal> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let exponent: i64 = exponent.parse().ok().filter(|e: &i64| e.abs() <= LARGEST_EXPONENT)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let stripped = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - stripped.len()).ok()?;
        let exponent = exponent - i64::try_from(fraction.len()).ok()? + dropped;
        let digits: Arc<str> = stripped.trim_start_matches('0').into();
        if digits.is_empty() {
            return Some(Decimal { is_negative: false, digits, exponent: 0 });
        }
        Some(Decimal { is_negative, digits, exponent })
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The number, if it is a whole one that is not too large for a count.
    pub(crate) fn as_count(&self) -> Option<i64> {
        if !self.is_integer() || self.exponent > 20 {
            return None;
        }
        let zeros = usize::try_from(self.exponent).ok()?;
        let sign = if self.is_negative { "-" } else { "" };
        let digits = if self.digits.is_empty() { "0" } else { &self.digits };
        format!("{sign}{digits}{}", "0".repeat(zeros)).parse().ok()
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// How large it is without its sign.
    fn compare_size(&self, other: &Decimal) -> Ordering {
        let length = |decimal: &Decimal| decimal.exponent.saturating_add_unsigned(decimal.digits.len() as u64);
        // Without zeros at both ends, digits of numbers of the same length compare as texts.
        length(self).cmp(&length(other)).then_with(|| self.digits.cmp(&other.digits))
    }

    /// Which of the two is greater.
    #[must_use]
    pub fn compare(&self, other: &Decimal) -> Ordering {
        match self.sign().cmp(&other.sign()) {
            Ordering::Equal if self.sign() > 0 => self.compare_size(other),
            Ordering::Equal if self.sign() < 0 => other.compare_size(self),
            ordering => ordering,
        }
    }

    /// Whether it is a whole number of times another one. Of divisors with more than 36 digits nothing is said.
    pub(crate) fn is_multiple_of(&self, divisor: &Decimal) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let Ok(by) = divisor.digits.parse::<u128>() else { return divisor.digits.len() > 36 };
        if divisor.digits.len() > 36 || by == 0 {
            return true;
        }
        // Neither ends in a zero: what the divisor has in powers of ten, the number must have.
        let Ok(zeros) = usize::try_from(self.exponent - divisor.exponent) else { return false };
        let digits = self.digits.bytes().map(|digit| u128::from(digit - b'0'));
        let all = digits.chain(std::iter::repeat_n(0, zeros));
        all.fold(0, |rest, digit| (rest * 10 + digit) % by) == 0
    }

    fn as_float(&self) -> f64 {
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{}e{}", if self.digits.is_empty() { "0" } else { &self.digits }, self.exponent)
            .parse()
            .unwrap_or(f64::INFINITY)
    }

    /// As `message.Printer` prints it with `%v`: `1,234.5`, `1.5×10⁰⁶`.
    pub(crate) fn in_english(&self) -> String {
        let value = self.as_float();
        if value.is_infinite() {
            return if self.is_negative { "-∞" } else { "∞" }.to_owned();
        }
        let scientific = seatrial_golang::float::scientific(value);
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        if (-4..6).contains(&exponent) || value == 0.0 {
            let plain = seatrial_golang::float::plain(value);
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let point = if fraction.is_empty() { "" } else { "." };
            return format!("{}{point}{fraction}", grouped(whole));
        }
        let raised = |digit: char| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][(digit as usize - 48) % 10];
        let sign = if exponent < 0 { "⁻" } else { "" };
        let power: String = format!("{:02}", exponent.abs()).chars().map(raised).collect();
        format!("{mantissa}×10{sign}{power}")
    }
}

/// Digits in groups of three.
fn grouped(whole: &str) -> String {
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count as `message.Printer` prints it: `1,234`.
pub(crate) fn count_in_english(count: i64) -> String {
    grouped(&count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn numbers_are_compared_by_size_however_they_are_written() {
        assert_eq!(number("1.50"), number("15e-1"));
        assert_eq!(number("-0"), number("0.00e7"));
        let ascending = ["-1e30", "-2", "-1.5", "0", "1e-9", "0.5", "1.0", "1.05", "9", "10", "99999999999999999999"];
        for pair in ascending.windows(2) {
            assert_eq!(number(pair[0]).compare(&number(pair[1])), Ordering::Less, "{pair:?}");
        }
        assert_eq!(Decimal::parse("1e999999999"), None);
    }

    #[test]
    fn multiples_are_exact() {
        assert!(number("0.3").is_multiple_of(&number("0.1")));
        assert!(!number("1e21").is_multiple_of(&number("7e3")));
        assert!(number("1500").is_multiple_of(&number("15")));
        assert!(!number("1.5").is_multiple_of(&number("1")));
        assert!(number("0").is_multiple_of(&number("10")));
    }

    #[test]
    fn numbers_are_printed_in_english() {
        let cases = [
            ("123456.5", "123,456.5"),
            ("1e21", "1×10²¹"),
            ("-1e6", "-1×10⁰⁶"),
            ("0.00001234", "1.234×10⁻⁰⁵"),
            ("0", "0"),
        ];
        for (text, printed) in cases {
            assert_eq!(number(text).in_english(), printed);
        }
        assert_eq!(count_in_english(-1234), "-1,234");
    }
}
