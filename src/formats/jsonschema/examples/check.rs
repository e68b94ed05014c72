//! Reads lines `{"schema": "…", "values": {…}}` and prints for each what Helm says of the values, as a JSON string.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::collections::BTreeMap;

use seatrial_jsonschema::{Data, Json, Number, Outcome, Schema, read};

fn main() {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let case: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let said = said(case["schema"].as_str().expect("a text"), &of(&case["values"]));
        println!("{}", serde_json::Value::from(said));
    }
}

fn of(value: &serde_json::Value) -> Json {
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

fn said(schema: &str, values: &Json) -> String {
    const START: &str = "jsonschema validation failed with 'file:///values.schema.json#'\n";
    let document = match read(schema) {
        Ok(document) => document,
        Err(error) => return error.message,
    };
    match Schema::new(document) {
        Err(error) => error.message,
        Ok(schema) => match schema.check(values) {
            Outcome::Invalid(violation) => violation.message().trim_start_matches(START).to_owned() + "\n",
            Outcome::Valid if !schema.unknown().is_empty() => format!("unknown: {}", schema.unknown()[0].url),
            Outcome::Valid => String::new(),
            Outcome::TooMuch(why) => format!("{why:?}"),
        },
    }
}
