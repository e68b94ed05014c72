//! `time.Duration`

use std::any::Any;
use std::rc::Rc;

use seatrial_golang::duration;
use seatrial_gotemplate::{Failure, Function, IntKind, Object, Type, Value};

/// Nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Duration(pub(crate) i64);

impl Duration {
    pub(crate) fn value(nanoseconds: i64) -> Value {
        Value::object(Rc::new(Duration(nanoseconds)))
    }
}

fn own(arguments: &[Value]) -> Result<i64, Failure> {
    Ok(arguments[0].downcast::<Duration>().ok_or("not a duration")?.0)
}

#[allow(clippy::cast_precision_loss, reason = "this is what Go does")]
fn in_units(total: i64, unit: i64) -> Value {
    Value::float((total / unit) as f64 + (total % unit) as f64 / unit as f64)
}

const DURATION: Type = Type::Object("time.Duration");

const METHODS: &[Function] = &[
    Function::new("String", &[], |_, a| Ok(Value::text(duration::print(own(a)?)))),
    Function::new("Seconds", &[], |_, a| Ok(in_units(own(a)?, 1_000_000_000))),
    Function::new("Minutes", &[], |_, a| Ok(in_units(own(a)?, 60_000_000_000))),
    Function::new("Hours", &[], |_, a| Ok(in_units(own(a)?, 3_600_000_000_000))),
    Function::new("Milliseconds", &[], |_, a| Ok(Value::int_of(IntKind::Int64, own(a)? / 1_000_000))),
    Function::new("Microseconds", &[], |_, a| Ok(Value::int_of(IntKind::Int64, own(a)? / 1_000))),
    Function::new("Nanoseconds", &[], |_, a| Ok(Value::int_of(IntKind::Int64, own(a)?))),
    Function::new("Abs", &[], |_, a| Ok(Duration::value(own(a)?.saturating_abs()))),
    Function::new("Round", &[DURATION], |_, a| Ok(Duration::value(duration::round(own(a)?, own(&a[1..])?)))),
    Function::new("Truncate", &[DURATION], |_, a| {
        let (total, step) = (own(a)?, own(&a[1..])?);
        Ok(Duration::value(if step <= 0 { total } else { total - total % step }))
    }),
];

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn methods(&self) -> &'static [Function] {
        METHODS
    }

    fn printed(&self) -> String {
        duration::print(self.0)
    }

    fn is_stringer(&self) -> bool {
        true
    }

    fn whole(&self) -> Option<i64> {
        Some(self.0)
    }

    fn plain(&self) -> Value {
        Value::int_of(IntKind::Int64, self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
