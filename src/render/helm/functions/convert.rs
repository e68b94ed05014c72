//! Values as numbers: what spf13/cast makes of them, and the functions that say so: `int`, `int64`, `float64`, `atoi`, `toDecimal`, `toString`.

use seatrial_golang::{float, integer};
use seatrial_gotemplate::{Data, Function, IntKind, Object, Type, Value};

use super::argument::{printed, text};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("int", &[Type::Any], |_, arguments| Ok(Value::int(to_int(&arguments[0])))),
    Function::new("int64", &[Type::Any], |_, arguments| Ok(int64(to_int(&arguments[0])))),
    Function::new("float64", &[Type::Any], |_, arguments| Ok(Value::float(to_float(&arguments[0])))),
    Function::new("atoi", &[Type::Text], |_, arguments| Ok(Value::int(atoi(&text(arguments, 0))))),
    Function::new("toDecimal", &[Type::Any], |cx, arguments| {
        Ok(int64(octal(&cx.print(&arguments[0])?).unwrap_or_default()))
    }),
    Function::new("toString", &[Type::Any], |cx, arguments| Ok(Value::text(printed(cx, &arguments[0])?))),
];

/// An `int64`.
pub(crate) fn int64(value: i64) -> Value {
    Value::int_of(IntKind::Int64, value)
}

/// `cast.ToInt64`, and `cast.ToInt`: zero of what is not a number.
pub(crate) fn to_int(value: &Value) -> i64 {
    match &value.data {
        Data::Int { value, .. } => *value,
        Data::Float(value) => whole(*value),
        Data::Bool(value) => i64::from(*value),
        Data::Text(text) => integer::parse_signed(without_zero_decimals(text)).unwrap_or_default(),
        Data::Object(object) => numbered(&**object).unwrap_or_default(),
        _ => 0,
    }
}

/// `cast.ToFloat64`: zero of what is not a number.
pub(crate) fn to_float(value: &Value) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "as in Go")]
    match &value.data {
        Data::Int { kind: IntKind::Uint64 | IntKind::Uint, value } => value.cast_unsigned() as f64,
        Data::Int { value, .. } => *value as f64,
        Data::Float(value) => *value,
        Data::Bool(value) => f64::from(u8::from(*value)),
        Data::Text(text) => float::parse(text).unwrap_or_default(),
        Data::Object(object) => numbered(&**object).unwrap_or_default() as f64,
        _ => 0.0,
    }
}

/// The number of what cast knows by name.
fn numbered(object: &dyn Object) -> Option<i64> {
    matches!(object.type_name(), "time.Month" | "time.Weekday").then(|| object.plain().as_int())?
}

/// The float without what is behind its point. What no `int64` holds becomes the least, as on Go's usual machines.
#[allow(clippy::cast_possible_truncation, reason = "the range is tested")]
fn whole(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) { value as i64 } else { i64::MIN }
}

/// The text without a point and zeros at its end.
fn without_zero_decimals(text: &str) -> &str {
    let mut found_zero = false;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'.' if found_zero => return &text[..at],
            b'.' => {}
            b'0' => found_zero = true,
            _ => return text,
        }
    }
    text
}

/// `strconv.Atoi` without its error: of what is out of range, the end of the range.
fn atoi(text: &str) -> i64 {
    let (digits, is_negative) = signed(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if is_negative { i64::MIN } else { i64::MAX })
}

/// `strconv.ParseInt(text, 8, 64)`
fn octal(text: &str) -> Option<i64> {
    let (digits, is_negative) = signed(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let value = u64::from_str_radix(digits, 8).ok()?;
    if is_negative { 0_i64.checked_sub_unsigned(value) } else { value.try_into().ok() }
}

fn signed(text: &str) -> (&str, bool) {
    match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}
