//! Arithmetic: `add`, `div`, `max`, `round`, `addf`, … Whole numbers wrap around as Go's do; floats are added and multiplied as decimals.

use seatrial_gotemplate::{Context, Failure, Function, Type, Value};

use super::argument::int;
use super::convert::{int64, to_float, to_int};
use super::decimal::Decimal;

const ANY: Type = Type::Any;
type Answer = Result<Value, Failure>;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("add1", &[ANY], |_, arguments| Ok(int64(to_int(&arguments[0]).wrapping_add(1)))),
    Function::variadic("add", &[], ANY, |_, arguments| Ok(int64(fold(0, arguments, i64::wrapping_add)))),
    Function::new("sub", &[ANY, ANY], |_, arguments| {
        Ok(int64(to_int(&arguments[0]).wrapping_sub(to_int(&arguments[1]))))
    }),
    Function::new("div", &[ANY, ANY], |_, arguments| divided(arguments, i64::wrapping_div)),
    Function::new("mod", &[ANY, ANY], |_, arguments| divided(arguments, i64::wrapping_rem)),
    Function::variadic("mul", &[ANY], ANY, |_, arguments| Ok(int64(fold(1, arguments, i64::wrapping_mul)))),
    Function::variadic("max", &[ANY], ANY, |_, arguments| Ok(int64(fold(i64::MIN, arguments, i64::max)))),
    Function::variadic("biggest", &[ANY], ANY, |_, arguments| Ok(int64(fold(i64::MIN, arguments, i64::max)))),
    Function::variadic("min", &[ANY], ANY, |_, arguments| Ok(int64(fold(i64::MAX, arguments, i64::min)))),
    Function::variadic("maxf", &[ANY], ANY, |_, arguments| Ok(Value::float(fold_floats(arguments, larger)))),
    Function::variadic("minf", &[ANY], ANY, |_, arguments| {
        Ok(Value::float(fold_floats(arguments, |a, b| -larger(-a, -b))))
    }),
    Function::new("ceil", &[ANY], |_, arguments| Ok(Value::float(to_float(&arguments[0]).ceil()))),
    Function::new("floor", &[ANY], |_, arguments| Ok(Value::float(to_float(&arguments[0]).floor()))),
    Function::variadic("round", &[ANY, Type::Int], Type::Float, |_, arguments| {
        let on = arguments.get(2).and_then(Value::as_float).unwrap_or(0.5);
        Ok(Value::float(rounded(to_float(&arguments[0]), int(arguments, 1), on)))
    }),
    Function::new("add1f", &[ANY], |cx, arguments| decimals(cx, &[arguments[0].clone(), Value::int(1)], plus)),
    Function::variadic("addf", &[], ANY, |cx, arguments| {
        let all: Vec<Value> = std::iter::once(Value::float(0.0)).chain(arguments.iter().cloned()).collect();
        decimals(cx, &all, plus)
    }),
    Function::variadic("subf", &[ANY], ANY, |cx, arguments| decimals(cx, arguments, |a, b| Ok(a.minus(b)))),
    Function::variadic("mulf", &[ANY], ANY, |cx, arguments| decimals(cx, arguments, |a, b| Ok(a.times(b)))),
    Function::variadic("divf", &[ANY], ANY, |cx, arguments| {
        decimals(cx, arguments, |a, b| a.over(b).ok_or_else(|| "decimal division by 0".into()))
    }),
];

fn fold(start: i64, arguments: &[Value], combine: fn(i64, i64) -> i64) -> i64 {
    arguments.iter().map(to_int).fold(start, combine)
}

fn divided(arguments: &[Value], divide: fn(i64, i64) -> i64) -> Answer {
    match to_int(&arguments[1]) {
        0 => Err("runtime error: integer divide by zero".into()),
        by => Ok(int64(divide(to_int(&arguments[0]), by))),
    }
}

fn fold_floats(arguments: &[Value], combine: fn(f64, f64) -> f64) -> f64 {
    arguments.iter().map(to_float).reduce(combine).unwrap_or_default()
}

/// `math.Max`: infinity before what is not a number, zero before negative zero.
#[allow(clippy::float_cmp, reason = "as in Go")]
fn larger(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && a == b {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

fn rounded(value: f64, places: i64, on: f64) -> f64 {
    let power = power_of_ten(places);
    let digits = power * value;
    let behind = if digits.is_infinite() { f64::NAN } else { digits.fract() };
    let whole = if behind >= on { digits.ceil() } else { digits.floor() };
    whole / power
}

/// `math.Pow(10, places)`, which multiplies halves of powers of two as Go does: others round differently.
fn power_of_ten(places: i64) -> f64 {
    if places.unsigned_abs() > 400 {
        return if places < 0 { 0.0 } else { f64::INFINITY };
    }
    let (mut result, mut exponent) = (1.0_f64, 0_i32);
    // 10 is 0.625 · 2⁴.
    let (mut base, mut base_exponent) = (0.625_f64, 4_i32);
    let mut left = places.unsigned_abs();
    while left != 0 {
        if left & 1 == 1 {
            result *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent <<= 1;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        left >>= 1;
    }
    if places < 0 {
        (result, exponent) = (1.0 / result, -exponent);
    }
    // In two steps, as 2 to the exponent may be out of range where the product is not.
    let half = exponent / 2;
    result * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

fn plus(a: &Decimal, b: &Decimal) -> Result<Decimal, Failure> {
    Ok(a.plus(b))
}

fn decimals(
    cx: &mut Context<'_>,
    arguments: &[Value],
    combine: fn(&Decimal, &Decimal) -> Result<Decimal, Failure>,
) -> Answer {
    let mut all = arguments.iter().map(|argument| decimal(to_float(argument)));
    let Some(first) = all.next() else { return Ok(Value::float(0.0)) };
    let mut result = first?;
    for next in all {
        let next = next?;
        cx.spend(1 + result.size())?;
        result = combine(&result, &next)?;
    }
    Ok(Value::float(result.to_float()))
}

fn decimal(value: f64) -> Result<Decimal, Failure> {
    let name = match value {
        _ if value.is_nan() => "NaN",
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ => return Ok(Decimal::of(value)),
    };
    Err(format!("Cannot create a Decimal from {name}").into())
}
