//! Decimal numbers of any length, as github.com/shopspring/decimal calculates with them.

use std::cmp::Ordering;

use seatrial_golang::float::scientific;

/// Digits behind the point of a quotient.
const PRECISION: i64 = 16;

/// `digits · 10^exponent`, with a sign.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// The most significant first, without zeros before them; none of zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal that is read as this float, which is finite.
    pub(crate) fn of(value: f64) -> Self {
        let text = scientific(value.abs());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let places = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
        let places = i64::try_from(places).unwrap_or_default();
        let digits = digits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        let exponent = exponent.parse::<i64>().unwrap_or_default() - places;
        Self { is_negative: value < 0.0, digits: trimmed(digits), exponent }
    }

    /// How long it is.
    pub(crate) fn size(&self) -> u64 {
        self.digits.len() as u64
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (left, right) = (self.digits_at(exponent), other.digits_at(exponent));
        if self.is_negative == other.is_negative {
            return Self { is_negative: self.is_negative, digits: sum(&left, &right), exponent };
        }
        match compare(&left, &right) {
            Ordering::Less => Self { is_negative: other.is_negative, digits: difference(&right, &left), exponent },
            _ => Self { is_negative: self.is_negative, digits: difference(&left, &right), exponent },
        }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { is_negative: !other.is_negative, ..other.clone() })
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut product = vec![0_u32; self.digits.len() + other.digits.len()];
        for (at, left) in self.digits.iter().enumerate() {
            for (by, right) in other.digits.iter().enumerate() {
                product[at + by + 1] += u32::from(*left) * u32::from(*right);
            }
        }
        let mut digits = vec![0_u8; product.len()];
        let mut carry = 0;
        for (digit, value) in digits.iter_mut().zip(&product).rev() {
            carry += value;
            *digit = u8::try_from(carry % 10).unwrap_or_default();
            carry /= 10;
        }
        let exponent = self.exponent + other.exponent;
        Self { is_negative: self.is_negative != other.is_negative, digits: trimmed(digits), exponent }
    }

    /// The quotient, rounded half away from zero; nothing where `other` is zero.
    pub(crate) fn over(&self, other: &Self) -> Option<Self> {
        if other.digits.is_empty() {
            return None;
        }
        let shift = self.exponent - other.exponent + PRECISION;
        let padded = |digits: &[u8], zeros: i64| {
            let mut digits = digits.to_vec();
            if !digits.is_empty() {
                digits.resize(digits.len() + usize::try_from(zeros).unwrap_or_default(), 0);
            }
            digits
        };
        let (dividend, divisor) = (padded(&self.digits, shift), padded(&other.digits, -shift));
        let mut rest: Vec<u8> = Vec::new();
        let mut digits = Vec::with_capacity(dividend.len());
        for digit in dividend {
            rest.push(digit);
            rest = trimmed(rest);
            let mut quotient = 0;
            while compare(&rest, &divisor) != Ordering::Less {
                rest = difference(&rest, &divisor);
                quotient += 1;
            }
            digits.push(quotient);
        }
        let mut digits = trimmed(digits);
        if compare(&sum(&rest, &rest), &divisor) != Ordering::Less {
            digits = sum(&digits, &[1]);
        }
        Some(Self { is_negative: self.is_negative != other.is_negative, digits, exponent: -PRECISION })
    }

    /// The float that is nearest.
    pub(crate) fn to_float(&self) -> f64 {
        if self.digits.is_empty() {
            return 0.0;
        }
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{digits}e{}", self.exponent).parse().unwrap_or_default()
    }

    /// The digits of the same number with an exponent that is not larger.
    fn digits_at(&self, exponent: i64) -> Vec<u8> {
        let mut digits = self.digits.clone();
        if !digits.is_empty() {
            digits.resize(digits.len() + usize::try_from(self.exponent - exponent).unwrap_or_default(), 0);
        }
        digits
    }
}

/// Without zeros at the start.
fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..zeros);
    digits
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The digit that is `at` places from the end.
fn digit(digits: &[u8], at: usize) -> u8 {
    digits.len().checked_sub(at + 1).map_or(0, |index| digits[index])
}

fn sum(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut reversed = Vec::new();
    let mut carry = 0;
    for at in 0..=left.len().max(right.len()) {
        let value = digit(left, at) + digit(right, at) + carry;
        reversed.push(value % 10);
        carry = value / 10;
    }
    reversed.reverse();
    trimmed(reversed)
}

/// `left − right`, where `left` is not smaller.
fn difference(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut reversed = Vec::with_capacity(left.len());
    let mut borrow = 0;
    for at in 0..left.len() {
        let taken = digit(right, at) + borrow;
        let own = digit(left, at);
        borrow = u8::from(own < taken);
        reversed.push(own + 10 * borrow - taken);
    }
    reversed.reverse();
    trimmed(reversed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_where_floats_are_not() {
        let of = Decimal::of;
        assert_eq!(of(0.1).plus(&of(0.2)).to_float().to_string(), "0.3");
        assert_eq!(of(1.1).times(&of(1.1)).to_float().to_string(), "1.21");
        assert_eq!(of(1e300).minus(&of(1e-300)).to_float(), 1e300);
        assert_eq!(of(2.0).over(&of(3.0)).map(|q| q.to_float().to_string()).as_deref(), Some("0.6666666666666667"));
        assert_eq!(of(-1e-16).over(&of(2.0)).map(|q| q.to_float()), Some(-1e-16));
        assert!(of(1.0).over(&of(0.0)).is_none());
    }
}
