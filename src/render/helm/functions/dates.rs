//! Times and durations (sprig: `date.go`; Helm: the duration helpers of `funcs.go` are in `durations.rs`). The clock is the world's; the zone
//! of the machine is UTC.

use seatrial_golang::duration;
use seatrial_golang::time::{Time, Zone, parse};
use seatrial_gotemplate::{Context, Data, Failure, Function, IntKind, Type, Value};

use crate::cluster::world;
use crate::times::moment::Moment;

const MOMENT: Type = Type::Object("time.Time");

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("now", &[], |context, _| Ok(Moment::value(now(context, "now")?))),
    Function::new("date", &[Type::Text, Type::Any], |context, a| date(context, text(a, 0), &a[1], "Local")),
    Function::new("dateInZone", &[Type::Text, Type::Any, Type::Text], |context, a| {
        date(context, text(a, 0), &a[1], text(a, 2))
    }),
    Function::new("date_in_zone", &[Type::Text, Type::Any, Type::Text], |context, a| {
        date(context, text(a, 0), &a[1], text(a, 2))
    }),
    Function::new("htmlDate", &[Type::Any], |context, a| date(context, "2006-01-02", &a[0], "Local")),
    Function::new("htmlDateInZone", &[Type::Any, Type::Text], |context, a| {
        date(context, "2006-01-02", &a[0], text(a, 1))
    }),
    Function::new("dateModify", &[Type::Text, MOMENT], |_, a| modify(a).or_else(|_| Ok(a[1].clone()))),
    Function::new("date_modify", &[Type::Text, MOMENT], |_, a| modify(a).or_else(|_| Ok(a[1].clone()))),
    Function::new("mustDateModify", &[Type::Text, MOMENT], |_, a| modify(a)),
    Function::new("must_date_modify", &[Type::Text, MOMENT], |_, a| modify(a)),
    Function::new("ago", &[Type::Any], ago),
    Function::new("duration", &[Type::Any], |_, a| {
        let seconds = match &a[0].data {
            Data::Text(text) => saturating_int(text),
            Data::Int { kind: IntKind::Int64, value } => *value,
            _ => 0,
        };
        Ok(Value::text(duration::print(seconds.wrapping_mul(1_000_000_000))))
    }),
    Function::new("durationRound", &[Type::Any], |context, a| {
        let nanoseconds = match &a[0].data {
            Data::Text(text) => duration::parse(text).unwrap_or_default(),
            Data::Int { kind: IntKind::Int64, value } => *value,
            _ => match a[0].downcast::<Moment>() {
                Some(moment) => now(context, "durationRound")?.since(&moment.0),
                None => 0,
            },
        };
        Ok(Value::text(rounded(nanoseconds.unsigned_abs())))
    }),
    Function::new("toDate", &[Type::Text, Type::Text], |_, a| {
        Ok(Moment::value(parse(text(a, 0), text(a, 1)).unwrap_or_else(|_| Time::zero())))
    }),
    Function::new("mustToDate", &[Type::Text, Type::Text], |_, a| Ok(Moment::value(parse(text(a, 0), text(a, 1))?))),
    Function::new("unixEpoch", &[MOMENT], |_, a| {
        let seconds = a[0].downcast::<Moment>().map(|moment| moment.0.seconds());
        Ok(Value::text(seconds.unwrap_or_default().to_string()))
    }),
];

fn text(arguments: &[Value], index: usize) -> &str {
    arguments.get(index).and_then(Value::as_str).unwrap_or_default()
}

fn now(context: &mut Context<'_>, function: &'static str) -> Result<Time, Failure> {
    Ok(Time { nanoseconds: world::now(context, function)?, zone: Zone::utc() })
}

/// What counts as a time: one, or seconds since 1970; anything else is now.
fn time(context: &mut Context<'_>, value: &Value, function: &'static str) -> Result<Time, Failure> {
    match &value.data {
        Data::Int { kind: IntKind::Int | IntKind::Int64 | IntKind::Int32, value } => Ok(Time::unix(*value)),
        _ => match value.downcast::<Moment>() {
            Some(moment) => Ok(moment.0.clone()),
            None => now(context, function),
        },
    }
}

fn date(context: &mut Context<'_>, layout: &str, value: &Value, zone: &str) -> Result<Value, Failure> {
    let time = time(context, value, "date")?;
    let zone = Zone::load(zone).unwrap_or_else(Zone::utc);
    Ok(Value::text(time.in_zone(zone).format(layout)))
}

fn modify(arguments: &[Value]) -> Result<Value, Failure> {
    let by = text(arguments, 0);
    let by = duration::parse(by).ok_or_else(|| duration::wrong_with(by))?;
    let time = arguments[1].downcast::<Moment>().map(|moment| moment.0.plus(by));
    Ok(Moment::value(time.unwrap_or_else(Time::zero)))
}

fn ago(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let now = now(context, "ago")?;
    let then = match &arguments[0].data {
        Data::Int { kind: IntKind::Int32, .. } => now.clone(),
        _ => time(context, &arguments[0], "ago")?,
    };
    Ok(Value::text(duration::print(duration::round(now.since(&then), 1_000_000_000))))
}

/// `strconv.ParseInt` whose error is not looked at: what is too large is the largest.
fn saturating_int(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}

/// The largest unit of which there is more than one.
fn rounded(nanoseconds: u64) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let unit = units.iter().find(|(unit, _)| nanoseconds > *unit);
    unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", nanoseconds / unit))
}
