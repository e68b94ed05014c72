//! Rows of whole numbers: `until`, `untilStep`, `seq`.

use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Type, Value};

use super::argument::{int, pay_for};

const INT: Type = Type::Int;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("until", &[INT], |cx, arguments| {
        let count = int(arguments, 0);
        Ok(list(row(cx, 0, count, if count < 0 { -1 } else { 1 })?))
    }),
    Function::new("untilStep", &[INT, INT, INT], |cx, arguments| {
        Ok(list(row(cx, int(arguments, 0), int(arguments, 1), int(arguments, 2))?))
    }),
    Function::variadic("seq", &[], INT, seq),
];

/// A `[]int`.
fn list(numbers: Vec<i64>) -> Value {
    Data::List(List::of(Element::Int, numbers.into_iter().map(Value::int).collect())).into()
}

/// The numbers from `start` until before `stop`. They are paid for before they are made.
fn row(cx: &mut Context<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Failure> {
    let leads_there = if stop < start { step < 0 } else { step > 0 };
    if !leads_there {
        return Ok(Vec::new());
    }
    let count = stop.abs_diff(start).div_ceil(step.unsigned_abs());
    pay_for(cx, count)?;
    let numbers = std::iter::successors(Some(start), |number| number.checked_add(step));
    Ok(numbers.take(usize::try_from(count).unwrap_or(usize::MAX)).collect())
}

fn seq(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (start, step, end) = match arguments.len() {
        1 => (1, None, int(arguments, 0)),
        2 => (int(arguments, 0), None, int(arguments, 1)),
        3 => (int(arguments, 0), Some(int(arguments, 1)), int(arguments, 2)),
        _ => return Ok(Value::text("")),
    };
    let towards = if end < start { -1 } else { 1 };
    if end < start && step.is_some_and(|step| step > 0) {
        return Ok(Value::text(""));
    }
    let numbers = row(cx, start, end.wrapping_add(towards), step.unwrap_or(towards))?;
    cx.spend_bytes(numbers.len() as u64 * 4)?;
    let shown: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    Ok(Value::text(shown.join(" ")))
}
