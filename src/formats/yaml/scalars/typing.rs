//! What a plain scalar means, in both dialects; and whether a text is a timestamp.
//!
//! The rules are those of go-yaml: version 2 behind `sigs.k8s.io/yaml` (kubectl, helm), version 3 behind kyaml (kustomize).
//! They agree on numbers. Version 2 also takes `yes`, `on`, `y` and their opposites as booleans, and leaves dates strings.

use seatrial_model::ScalarKind;

/// How plain scalars are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// kubectl and helm: `sigs.k8s.io/yaml`, go-yaml v2 rules (`yes` is true).
    Kubectl,
    /// kustomize: kyaml, go-yaml v3 rules (`yes` is a string).
    Kustomize,
}

use crate::scalars::timestamp;

/// What a plain scalar means.
#[must_use]
pub fn plain_kind(text: &str, dialect: Dialect) -> ScalarKind {
    match text.as_bytes().first() {
        None => ScalarKind::Null,
        Some(b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text, dialect),
        Some(b'.') => point(text),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text, dialect),
        Some(_) => ScalarKind::String,
    }
}

fn word(text: &str, dialect: Dialect) -> ScalarKind {
    match text {
        "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarKind::Bool,
        _ if dialect == Dialect::Kubectl && is_yaml_1_1_bool(text) => ScalarKind::Bool,
        _ => ScalarKind::String,
    }
}

/// The booleans that YAML 1.1 has beyond `true` and `false`.
fn is_yaml_1_1_bool(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF"
    )
}

/// Which of the two a boolean is, in either dialect.
#[must_use]
pub fn is_true(text: &str) -> bool {
    matches!(text.bytes().next(), Some(b't' | b'T' | b'y' | b'Y')) || text.eq_ignore_ascii_case("on")
}

fn point(text: &str) -> ScalarKind {
    match text {
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => ScalarKind::Float,
        _ if has_good_underscores(text) && is_float(&text.replace('_', "")) => ScalarKind::Float,
        _ => ScalarKind::String,
    }
}

/// Go takes `.5_0`, but not `.5_` or `._5`. Behind a digit in front go-yaml drops every underscore before Go sees the number.
fn has_good_underscores(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut underscores = bytes.iter().enumerate().filter(|(_, b)| **b == b'_');
    underscores.all(|(at, _)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
}

fn number(text: &str, dialect: Dialect) -> ScalarKind {
    if matches!(text, "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF") {
        return ScalarKind::Float;
    }
    if timestamp::parse(text).is_some() {
        return match dialect {
            // For compatibility with version 1, version 2 hands dates out as the strings they were.
            Dialect::Kubectl => ScalarKind::String,
            Dialect::Kustomize => ScalarKind::Timestamp,
        };
    }
    let stripped;
    let plain = if text.contains('_') {
        stripped = text.replace('_', "");
        stripped.as_str()
    } else {
        text
    };
    if is_integer(plain, dialect) {
        ScalarKind::Integer
    } else if is_float(plain) {
        ScalarKind::Float
    } else {
        ScalarKind::String
    }
}

/// As Go's `ParseInt` with base 0, then `ParseUint`: what fits 64 bits, with `0x`, `0o`, `0b` and the leading zero of octals.
fn is_integer(plain: &str, dialect: Dialect) -> bool {
    // Only version 3 knows `0o` itself, and lets a sign stand behind it.
    let unknown = dialect == Dialect::Kubectl && matches!(plain.as_bytes(), [b'0', b'o', b'+' | b'-', ..]);
    !unknown && integer(plain).is_some()
}

/// The value of an integer without underscores, when it fits 64 bits.
pub(crate) fn integer(plain: &str) -> Option<i128> {
    // go-yaml reads what stands behind these two apart, sign and all; Go itself would not.
    if let [b'0', b'b' | b'o', b'+' | b'-', ..] = plain.as_bytes() {
        let radix = if plain.starts_with("0b") { 2 } else { 8 };
        return i64::from_str_radix(plain.get(2..)?, radix).ok().map(i128::from);
    }
    let (sign, digits) = match plain.as_bytes().first()? {
        b'-' => (-1, plain.get(1..)?),
        b'+' => (1, plain.get(1..)?),
        _ => (1, plain),
    };
    let signed = digits.len() != plain.len();
    let (radix, body) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = sign * i128::from(u64::from_str_radix(body, radix).ok()?);
    let fits = i64::try_from(value).is_ok() || (!signed && value > 0);
    fits.then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, within the range of a 64-bit float.
fn is_float(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    starts && unsigned.bytes().all(numeric) && plain.parse::<f64>().is_ok_and(f64::is_finite)
}
