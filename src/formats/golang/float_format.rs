//! Floats in all formats of `strconv.FormatFloat`.

use std::fmt::Write as _;

use crate::float::{plain, scientific};

/// How many digits of a float are not zero at most: further ones need no computing.
const DIGITS: usize = 1100;

/// `strconv.FormatFloat(value, verb, precision, 64)`; without a precision, the fewest digits that say which float it is. The verb is one of
/// `b`, `e`, `E`, `f`, `g`, `G`, `x`, `X`.
#[must_use]
pub fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    match verb {
        'b' => binary(value),
        'x' | 'X' => hexadecimal(value, verb, precision),
        'e' | 'E' => exponential(value, verb, precision),
        'f' => fixed(value, precision),
        _ => general(value, verb, precision),
    }
}

fn fixed(value: f64, precision: Option<usize>) -> String {
    let Some(precision) = precision else { return plain(value) };
    let known = precision.min(DIGITS);
    let mut out = format!("{value:.known$}");
    out.extend(std::iter::repeat_n('0', precision - known));
    out
}

fn exponential(value: f64, verb: char, precision: Option<usize>) -> String {
    let known = precision.map(|p| p.min(DIGITS));
    let rust = known.map_or_else(|| scientific(value), |p| format!("{value:.p$e}"));
    let (digits, exponent) = rust.split_once('e').unwrap_or((&rust, "0"));
    let mut out = digits.to_owned();
    if let Some(missing) = precision.map(|p| p.saturating_sub(DIGITS)) {
        out.extend(std::iter::repeat_n('0', missing));
    }
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "{verb}{sign}{:02}", exponent.abs());
    out
}

fn general(value: f64, verb: char, precision: Option<usize>) -> String {
    let wanted = precision.map(|p| p.max(1));
    let known = wanted.map(|p| (p - 1).min(DIGITS));
    let rust = known.map_or_else(|| scientific(value), |p| format!("{value:.p$e}"));
    let (shown, exponent) = rust.split_once('e').unwrap_or((&rust, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits = shown.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    let count = digits.iter().rposition(|d| *d != b'0').map_or(0, |last| last + 1);
    let count_i = i32::try_from(count).unwrap_or(i32::MAX);
    let limit = match wanted.map(|p| i32::try_from(p).unwrap_or(i32::MAX)) {
        None => 6,
        Some(p) if p > count_i && count_i > exponent => count_i,
        Some(p) => p,
    };
    let exponent = if count == 0 { -1 } else { exponent };
    if exponent < -4 || exponent >= limit {
        let exponent_verb = if verb == 'G' { 'E' } else { 'e' };
        return exponential(value, exponent_verb, Some(wanted.unwrap_or(count).min(count).saturating_sub(1)));
    }
    if count == 0 {
        return if value.is_sign_negative() { "-0".to_owned() } else { "0".to_owned() };
    }
    let whole: String = digits[..count].iter().map(|d| char::from(*d)).collect();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let point = exponent + 1;
    let Ok(point) = usize::try_from(point) else {
        return format!("{sign}0.{}{whole}", "0".repeat(point.unsigned_abs() as usize));
    };
    if point == 0 {
        return format!("{sign}0.{whole}");
    }
    if count <= point {
        return format!("{sign}{whole}{}", "0".repeat(point - count));
    }
    format!("{sign}{}.{}", &whole[..point], &whole[point..])
}

/// Sign, mantissa and exponent; the mantissa has 52 bits behind the point.
fn parts(value: f64) -> (bool, u64, i32) {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or_default();
    let mantissa = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 { (mantissa, 1) } else { (mantissa | 1 << 52, exponent) };
    (bits >> 63 == 1, mantissa, exponent - 1023)
}

fn binary(value: f64) -> String {
    let (is_negative, mantissa, exponent) = parts(value);
    let sign = if is_negative { "-" } else { "" };
    format!("{sign}{mantissa}p{:+}", exponent - 52)
}

fn hexadecimal(value: f64, verb: char, precision: Option<usize>) -> String {
    let (is_negative, mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    }
    mantissa <<= 8;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|p| *p < 15) {
        let shift = precision * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut out = String::new();
    if is_negative {
        out.push('-');
    }
    let _ = write!(out, "0x{}", mantissa >> 60 & 1);
    mantissa <<= 4;
    if mantissa != 0 && precision.is_none() || precision.is_some_and(|p| p > 0) {
        out.push('.');
    }
    let mut left = precision.unwrap_or(usize::MAX);
    while left > 0 && (mantissa != 0 || precision.is_some()) {
        let _ = write!(out, "{:x}", mantissa >> 60 & 15);
        mantissa <<= 4;
        left -= 1;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "p{sign}{:02}", exponent.abs());
    if verb == 'X' { out.to_uppercase() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_strconv_writes_them() {
        let cases = [
            (0.0, 'g', None, "0"),
            (-0.0, 'g', Some(3), "-0"),
            (1e6, 'g', None, "1e+06"),
            (123_456.0, 'g', None, "123456"),
            (100_000.0, 'g', None, "100000"),
            (1e21, 'G', None, "1E+21"),
            (0.000_01, 'g', None, "1e-05"),
            (0.000_12, 'g', Some(1), "0.0001"),
            (1234.5678, 'g', Some(3), "1.23e+03"),
            (100.0, 'g', Some(3), "100"),
            (100.0, 'g', Some(2), "1e+02"),
            (99.99, 'g', Some(3), "100"),
            (1e10, 'g', Some(20), "10000000000"),
            (2.5, 'f', Some(0), "2"),
            (3.5, 'f', Some(0), "4"),
            (1.005, 'f', Some(2), "1.00"),
            (1.5, 'e', None, "1.5e+00"),
            (1.5, 'E', Some(3), "1.500E+00"),
            (1.0, 'b', None, "4503599627370496p-52"),
            (1.5, 'x', None, "0x1.8p+00"),
            (1.0, 'X', Some(2), "0X1.00P+00"),
            (0.1, 'x', Some(3), "0x1.99ap-04"),
            (5e-324, 'x', None, "0x1p-1074"),
            (0.0, 'x', None, "0x0p+00"),
            (f64::NEG_INFINITY, 'f', Some(2), "-Inf"),
            (f64::NAN, 'f', Some(2), "NaN"),
        ];
        for (value, verb, precision, expected) in cases {
            assert_eq!(format(value, verb, precision), expected, "{value} {verb} {precision:?}");
        }
        assert_eq!(format(0.5, 'f', Some(70_000)).len(), 70_002);
        assert_eq!(format(0.5, 'e', Some(70_000)).len(), 70_006);
    }
}
