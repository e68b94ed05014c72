//! `time.Time`

use std::any::Any;
use std::rc::Rc;

use seatrial_golang::time::{Civil, DAYS, MONTHS, Time, Zone};
use seatrial_gotemplate::{Failure, Function, IntKind, Object, Type, Value};

use crate::times::duration::Duration;
use crate::times::named::Named;

/// A point in time.
#[derive(Clone, Debug)]
pub(crate) struct Moment(pub(crate) Time);

impl Moment {
    pub(crate) fn value(time: Time) -> Value {
        Value::object(Rc::new(Moment(time)))
    }
}

fn own(arguments: &[Value]) -> Result<&Time, Failure> {
    Ok(&arguments[0].downcast::<Moment>().ok_or("not a time")?.0)
}

fn int(arguments: &[Value], part: fn(&Civil) -> i64) -> Result<Value, Failure> {
    Ok(Value::int(part(&own(arguments)?.civil())))
}

fn int64(value: i128) -> Value {
    Value::int_of(IntKind::Int64, i64::try_from(value).unwrap_or_default())
}

fn other(arguments: &[Value]) -> Result<&Time, Failure> {
    own(arguments.get(1..).unwrap_or_default())
}

const MOMENT: Type = Type::Object("time.Time");

const METHODS: &[Function] = &[
    Function::new("Format", &[Type::Text], |_, a| Ok(Value::text(own(a)?.format(a[1].as_str().unwrap_or_default())))),
    Function::new("String", &[], |_, a| Ok(Value::text(own(a)?.format(PRINTED)))),
    Function::new("Unix", &[], |_, a| Ok(Value::int_of(IntKind::Int64, own(a)?.seconds()))),
    Function::new("UnixMilli", &[], |_, a| Ok(int64(own(a)?.nanoseconds.div_euclid(1_000_000)))),
    Function::new("UnixMicro", &[], |_, a| Ok(int64(own(a)?.nanoseconds.div_euclid(1_000)))),
    Function::new("UnixNano", &[], |_, a| Ok(int64(own(a)?.nanoseconds))),
    Function::new("UTC", &[], |_, a| Ok(Moment::value(own(a)?.in_zone(Zone::utc())))),
    Function::new("Local", &[], |_, a| Ok(Moment::value(own(a)?.in_zone(Zone::utc())))),
    Function::new("Year", &[], |_, a| int(a, |civil| civil.year)),
    Function::new("Month", &[], |_, a| {
        let month = own(a)?.civil().month;
        let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
        Ok(Named::value("time.Month", name, month.into()))
    }),
    Function::new("Weekday", &[], |_, a| {
        let day = own(a)?.civil().weekday;
        Ok(Named::value("time.Weekday", DAYS.get(day as usize).copied().unwrap_or_default(), day.into()))
    }),
    Function::new("Day", &[], |_, a| int(a, |civil| civil.day.into())),
    Function::new("YearDay", &[], |_, a| int(a, |civil| civil.year_day.into())),
    Function::new("Hour", &[], |_, a| int(a, |civil| civil.hour.into())),
    Function::new("Minute", &[], |_, a| int(a, |civil| civil.minute.into())),
    Function::new("Second", &[], |_, a| int(a, |civil| civil.second.into())),
    Function::new("Nanosecond", &[], |_, a| int(a, |civil| civil.nanosecond.into())),
    Function::new("IsZero", &[], |_, a| Ok(Value::bool(own(a)?.nanoseconds == Time::zero().nanoseconds))),
    Function::new("Before", &[MOMENT], |_, a| Ok(Value::bool(own(a)?.nanoseconds < other(a)?.nanoseconds))),
    Function::new("After", &[MOMENT], |_, a| Ok(Value::bool(own(a)?.nanoseconds > other(a)?.nanoseconds))),
    Function::new("Equal", &[MOMENT], |_, a| Ok(Value::bool(own(a)?.nanoseconds == other(a)?.nanoseconds))),
    Function::new("Sub", &[MOMENT], |_, a| Ok(Duration::value(own(a)?.since(other(a)?)))),
    Function::new("Add", &[Type::Object("time.Duration")], |_, a| {
        let by = a[1].downcast::<Duration>().ok_or("not a duration")?.0;
        Ok(Moment::value(own(a)?.plus(by)))
    }),
    Function::new("AddDate", &[Type::Int, Type::Int, Type::Int], |_, a| {
        let [years, months, days] = [1, 2, 3].map(|index| a[index].as_int().unwrap_or_default());
        Ok(Moment::value(own(a)?.plus_date(years, months, days)))
    }),
];

/// How an action prints it.
const PRINTED: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

impl Object for Moment {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn methods(&self) -> &'static [Function] {
        METHODS
    }

    fn printed(&self) -> String {
        self.0.format(PRINTED)
    }

    fn is_stringer(&self) -> bool {
        true
    }

    fn plain(&self) -> Value {
        Value::text(self.0.format("2006-01-02T15:04:05.999999999Z07:00"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
