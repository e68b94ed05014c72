//! Numbers as they look after kustomize's detour through JSON: integers decimal, floats in Go's shortest form.

use seatrial_golang::float::general;

use crate::scalars::typing;

/// Whether an integer is written as it is printed.
pub(crate) fn is_decimal(text: &str) -> bool {
    // As many digits fit 64 bits.
    text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

/// An integer in decimal digits: `0x1F` → `31`. What fits no 64 bits is printed as the float that it becomes.
pub(crate) fn integer(text: &str) -> String {
    let plain = text.replace('_', "");
    match typing::integer(&plain) {
        Some(value) => value.to_string(),
        None => float(text),
    }
}

/// A float as Go prints it (`strconv`, format `g`, shortest); whole numbers without a point where they fit 64 bits.
pub(crate) fn float(text: &str) -> String {
    let plain = text.replace('_', "");
    let Some(value) = parse(&plain) else { return text.to_owned() };
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-.inf" } else { ".inf" }.to_owned();
    }
    whole(value).unwrap_or_else(|| general(value))
}

/// The same of a float that a program has.
pub(crate) fn of_value(value: f64) -> String {
    const EXACT: f64 = 1e15;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "it is whole, and not too great")]
        return (value as i64).to_string();
    }
    float(&format!("{value:?}"))
}

/// A float as Go prints it with format `g`.
pub(crate) fn shortest_of(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-.inf" } else { ".inf" }.to_owned();
    }
    general(value)
}

/// A float as a key: `sigs.k8s.io/yaml` prints it with 32 bits.
pub(crate) fn float_key(text: &str) -> String {
    match parse(&text.replace('_', "")) {
        // The loss is the point.
        Some(value) if value.is_finite() => shortest_of_32(value as f32),
        _ => float(text),
    }
}

/// The float that an integer or float becomes in JSON.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    parse(&text.replace('_', ""))
}

fn parse(plain: &str) -> Option<f64> {
    match plain.to_ascii_lowercase().as_str() {
        ".nan" => Some(f64::NAN),
        ".inf" | "+.inf" => Some(f64::INFINITY),
        "-.inf" => Some(f64::NEG_INFINITY),
        _ => match typing::integer(plain) {
            // Precision is lost exactly as a 64-bit float loses it.
            Some(value) => value.to_string().parse().ok(),
            None => plain.parse().ok(),
        },
    }
}

/// A whole number that fits 64 bits, as JSON would hand it on.
fn whole(value: f64) -> Option<String> {
    if value.fract() != 0.0 {
        return None;
    }
    // The shortest digits, then zeros, as JSON has them.
    let digits = value.to_string();
    let digits = if digits == "-0" { "0" } else { &digits };
    let fits = digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok();
    fits.then(|| digits.to_owned())
}

/// The same of 32 bits. Where two have the same number of digits, none of Kubernetes' keys hangs on which.
fn shortest_of_32(value: f32) -> String {
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    // Go's `g`: exponents below -4 and from 6 on are written out.
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_printed_as_its_text() {
        for value in [0.0, -0.0, 1.0, -80.0, 1e14, 999_999_999_999_999.0, 1e15, -1e15, 1e18, 1e21, 0.5, 1e-7] {
            assert_eq!(of_value(value), float(&format!("{value:?}")), "{value:?}");
        }
        assert_eq!(of_value(-0.0), "0");
        assert_eq!(of_value(f64::INFINITY), ".inf");
    }

    #[test]
    fn of_two_shortest_numbers_the_even_one_is_written() {
        assert_eq!(float("963371069027735.25"), "9.633710690277352e+14");
        assert_eq!(shortest_of("963371069027735.25".parse().expect("a number")), "9.633710690277352e+14");
        assert_eq!(float("1125899906842624.25"), "1.1258999068426242e+15");
        assert_eq!(float("1.5e-7"), "1.5e-07");
    }
}
