//! Values of JSON, and what Helm says of them: for tests, and for the tool that prints it.

use std::collections::BTreeMap;

use seatrial_jsonschema::{Data, Json, Number, Outcome, Schema, read};

/// A value, as Helm holds it against a schema.
pub(crate) fn of(value: &serde_json::Value) -> Json {
    Json::of(match value {
        serde_json::Value::Null => Data::Null,
        serde_json::Value::Bool(value) => Data::Bool(*value),
        serde_json::Value::Number(number) => {
            Data::Number(Number::new(&seatrial_golang::float::general(number.as_f64().unwrap_or_default())))
        }
        serde_json::Value::String(text) => Data::Text(text.as_str().into()),
        serde_json::Value::Array(list) => Data::List(list.iter().map(of).collect()),
        serde_json::Value::Object(map) => {
            Data::Map(map.iter().map(|(name, value)| (name.as_str().into(), of(value))).collect::<BTreeMap<_, _>>())
        }
    })
}

/// What Helm says: nothing where the values fit.
pub(crate) fn said(schema: &str, values: &Json) -> String {
    const START: &str = "jsonschema validation failed with 'file:///values.schema.json#'\n";
    let document = match read(schema) {
        Ok(document) => document,
        Err(error) => return error.messages[1].clone(),
    };
    match Schema::new(document) {
        Err(error) => error.message,
        Ok(schema) => match schema.check(values) {
            Outcome::Invalid(violation) => violation.message().trim_start_matches(START).to_owned() + "\n",
            Outcome::Valid => String::new(),
            Outcome::TooMuch(why) => format!("{why:?}"),
        },
    }
}
