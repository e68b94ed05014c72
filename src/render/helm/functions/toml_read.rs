//! `fromToml`: TOML as `github.com/BurntSushi/toml` reads it. The words for what is wrong are others.

use std::rc::Rc;

use seatrial_golang::time::{Time, parse_rfc3339};
use seatrial_gotemplate::{Data, Element, Function, IntKind, List, Map, Marks, Type, Value};

use super::json_read::as_map;
use crate::times::moment::Moment;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[Function::new("fromToml", &[Type::Text], |context, a| {
    let text = a[0].as_text().cloned().unwrap_or_default();
    context.spend(text.len() as u64 / 4)?;
    let marks = a[0].known_marks();
    let read = text.parse::<toml::Table>().map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        format!("toml: line {line}: {}", error.message())
    });
    Ok(as_map(read.map(|table| map(table, &marks))))
})];

fn map(table: toml::Table, marks: &Marks) -> Value {
    let entry = |(key, item): (String, toml::Value)| (Rc::<str>::from(key), value(item, marks));
    Value::map(table.into_iter().map(entry).collect::<Map>()).with_marks(marks.clone())
}

fn value(value: toml::Value, marks: &Marks) -> Value {
    let made = match value {
        toml::Value::String(text) => Value::text(text),
        toml::Value::Integer(number) => Value::int_of(IntKind::Int64, number),
        toml::Value::Float(number) => Value::float(number),
        toml::Value::Boolean(truth) => Value::bool(truth),
        toml::Value::Datetime(time) => Moment::value(moment(&time)),
        toml::Value::Array(items) => {
            // Go gives a list of tables a type of its own.
            let are_tables = !items.is_empty() && items.iter().all(toml::Value::is_table);
            let items: Vec<Value> = items.into_iter().map(|item| self::value(item, marks)).collect();
            Data::List(List::of(if are_tables { Element::Map } else { Element::Any }, items)).into()
        }
        toml::Value::Table(table) => return map(table, marks),
    };
    made.with_marks(marks.clone())
}

/// A time; what names no zone is in UTC.
fn moment(time: &toml::value::Datetime) -> Time {
    let date = time.date.map_or_else(|| "0000-01-01".to_owned(), |date| date.to_string());
    let clock = time.time.map_or_else(|| "00:00:00".to_owned(), |time| time.to_string());
    let offset = time.offset.map_or_else(|| "Z".to_owned(), |offset| offset.to_string());
    parse_rfc3339(&format!("{date}T{clock}{offset}")).unwrap_or_else(|_| Time::zero())
}
