//! Helm's own helpers for durations (`funcs.go`): `mustToDuration`, `durationSeconds`, `durationRoundTo` and their relatives.

use seatrial_golang::{duration, float, float_format, quote::quote};
use seatrial_gotemplate::{Data, Failure, Function, IntKind, Type, Value};

use crate::times::duration::Duration;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("mustToDuration", &[Type::Any], |_, a| Ok(Duration::value(read(&a[0])?))),
    Function::new("durationSeconds", &[Type::Any], |_, a| Ok(Value::float(in_units(&a[0], SECOND)))),
    Function::new("durationMinutes", &[Type::Any], |_, a| Ok(Value::float(in_units(&a[0], 60 * SECOND)))),
    Function::new("durationHours", &[Type::Any], |_, a| Ok(Value::float(in_units(&a[0], HOUR)))),
    Function::new("durationDays", &[Type::Any], |_, a| Ok(Value::float(in_units(&a[0], HOUR) / 24.0))),
    Function::new("durationWeeks", &[Type::Any], |_, a| Ok(Value::float(in_units(&a[0], HOUR) / 24.0 / 7.0))),
    Function::new("durationMilliseconds", &[Type::Any], |_, a| Ok(whole(&a[0], 1_000_000))),
    Function::new("durationMicroseconds", &[Type::Any], |_, a| Ok(whole(&a[0], 1_000))),
    Function::new("durationNanoseconds", &[Type::Any], |_, a| Ok(whole(&a[0], 1))),
    Function::new("durationRoundTo", &[Type::Any, Type::Any], |_, a| {
        Ok(Duration::value(to_multiple(&a[0], &a[1], duration::round)))
    }),
    Function::new("durationTruncateTo", &[Type::Any, Type::Any], |_, a| {
        Ok(Duration::value(to_multiple(
            &a[0],
            &a[1],
            |total, step| if step <= 0 { total } else { total - total % step },
        )))
    }),
];

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;

/// The nanoseconds of a duration, a text, or a number of seconds.
fn read(value: &Value) -> Result<i64, Failure> {
    if let Some(duration) = value.downcast::<Duration>() {
        return Ok(duration.0);
    }
    match &value.data {
        Data::Nil => Err("invalid duration".into()),
        Data::Text(text) => read_text(text),
        Data::Int { kind, value: seconds } => {
            let is_too_large = !kind.is_signed() && *seconds < 0;
            let nanoseconds = seconds.checked_mul(SECOND).filter(|_| !is_too_large);
            let shown = || if kind.is_signed() { seconds.to_string() } else { seconds.cast_unsigned().to_string() };
            nanoseconds.ok_or_else(|| format!("duration seconds overflow: {}", shown()).into())
        }
        Data::Float(seconds) => from_float(*seconds),
        _ => Err(format!("unsupported duration type {}", value.type_name()).into()),
    }
}

fn read_text(text: &str) -> Result<i64, Failure> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("empty duration".into());
    }
    if let Some(nanoseconds) = duration::parse(trimmed) {
        return Ok(nanoseconds);
    }
    match float::parse(trimmed) {
        Some(seconds) => from_float(seconds),
        None => Err(format!("could not parse duration {}", quote(text)).into()),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "this is what Go does")]
fn from_float(seconds: f64) -> Result<i64, Failure> {
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", float_format::format(seconds, 'g', None)).into());
    }
    if seconds.abs() > i64::MAX as f64 / 1e9 {
        return Err(format!("duration seconds overflow: {}", float::general(seconds)).into());
    }
    Ok((seconds * 1e9) as i64)
}

/// Go divides the rest on its own, so that the float is as near as can be.
#[allow(clippy::cast_precision_loss, reason = "this is what Go does")]
fn in_units(value: &Value, unit: i64) -> f64 {
    let total = read(value).unwrap_or_default();
    (total / unit) as f64 + (total % unit) as f64 / unit as f64
}

fn whole(value: &Value, unit: i64) -> Value {
    Value::int_of(IntKind::Int64, read(value).unwrap_or_default() / unit)
}

fn to_multiple(value: &Value, multiple: &Value, round: fn(i64, i64) -> i64) -> i64 {
    match (read(value), read(multiple)) {
        (Err(_), _) => 0,
        (Ok(total), Err(_)) => total,
        (Ok(total), Ok(step)) => round(total, step),
    }
}
