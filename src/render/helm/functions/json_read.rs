//! `fromJson` and its relatives: JSON as Go's `encoding/json` reads it into `interface {}`, with its words for what is wrong.

use std::ops::Range;

use seatrial_golang::json::{self, By, Error, Words};
use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Map, MapKind, Text, Type, Value};

use crate::cluster::world::World;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("fromJson", &[Type::Text], |context, arguments| {
        Ok(as_map(
            read(context, &text(arguments))?
                .and_then(|value| is_map(value, ""))
                .map_err(of_number("map[string]interface {}")),
        ))
    }),
    Function::new("fromJsonArray", &[Type::Text], |context, arguments| {
        Ok(as_list(
            read(context, &text(arguments))?.and_then(|value| is_list(value, "")).map_err(of_number("[]interface {}")),
        ))
    }),
    Function::new("mustFromJson", &[Type::Text], |context, arguments| Ok(read(context, &text(arguments))??)),
];

/// The first argument, which the engine has found to be a string.
fn text(arguments: &[Value]) -> Text {
    arguments[0].as_text().cloned().unwrap_or_default()
}

/// A map, or one with the error (Helm: `m["Error"]`).
pub(crate) fn as_map(result: Result<Value, String>) -> Value {
    match result {
        // Go leaves the map nil.
        Ok(value) if value.is_nil() => Value::map(Map::nil(MapKind::Any)).with_marks(value.marks),
        Ok(value) => value,
        Err(error) => Value::map([("Error", Value::text(error))].into_iter().collect()),
    }
}

/// A list, or one with the error.
pub(crate) fn as_list(result: Result<Value, String>) -> Value {
    match result {
        Ok(value) if value.is_nil() => Data::List(List::nil(Element::Any)).into(),
        Ok(value) => value,
        Err(error) => Value::list(vec![Value::text(error)]),
    }
}

/// The value, if it goes into a map.
pub(crate) fn is_map(value: Value, before: &str) -> Result<Value, String> {
    match &value.data {
        Data::Map(_) | Data::Nil => Ok(value),
        _ => Err(format!(
            "{before}json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            kind(&value)
        )),
    }
}

/// The value, if it goes into a list.
pub(crate) fn is_list(value: Value, before: &str) -> Result<Value, String> {
    match &value.data {
        Data::List(_) | Data::Nil => Ok(value),
        _ => Err(format!("{before}json: cannot unmarshal {} into Go value of type []interface {{}}", kind(&value))),
    }
}

fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Map(_) => "object",
        Data::List(_) => "array",
        Data::Text(_) => "string",
        Data::Bool(_) => "bool",
        _ => "number",
    }
}

/// Go looks at the type before it looks whether a number fits.
fn of_number(wanted: &'static str) -> impl Fn(String) -> String {
    move |error| {
        if error.starts_with(ALONE) {
            return format!("json: cannot unmarshal number into Go value of type {wanted}");
        }
        error
    }
}

/// How the message begins about a number that is too large.
const ALONE: &str = "json: cannot unmarshal number ";

/// What is nested deeper is refused; Go refuses it from 10,000 levels on.
const DEEPEST: u32 = 1_000;

/// The value of a text. The outer error is the end of the budget.
fn read(context: &mut Context<'_>, text: &Text) -> Result<Result<Value, String>, Failure> {
    context.spend(text.len() as u64 / 8)?;
    let mut build = |data, at: Range<usize>| {
        let marks = text.piece_at(at.start).map(|piece| piece.marks.clone()).unwrap_or_default();
        Ok(value(data)?.with_marks(marks))
    };
    let words = context.world::<World>().map_or(Words::Second, |world| world.helm.words_of_json());
    Ok(json::read(text.as_bytes(), DEEPEST, &mut build).map_err(|error| match error {
        Error::Syntax(syntax) => syntax.message(text.as_bytes(), words, By::Unmarshal),
        Error::TooDeep(_) => "exceeded max depth".to_owned(),
        Error::Refused(message) => message,
    }))
}

fn value(data: json::Data<'_, Value>) -> Result<Value, String> {
    Ok(match data {
        json::Data::Null => Value::nil(),
        json::Data::Bool(value) => Value::bool(value),
        json::Data::Number(digits) => match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::float(number),
            _ => return Err(format!("{ALONE}{digits} into Go value of type float64")),
        },
        json::Data::Text(text) => Value::text(text),
        json::Data::List(items) => Value::list(items),
        json::Data::Map(members) => Value::map(members.into_iter().collect()),
    })
}
