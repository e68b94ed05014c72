//! Reads lines `{"schema": "…", "values": {…}}` and prints for each what Helm says of the values, as a JSON string.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

#[path = "../tests/said/mod.rs"]
mod said;

use said::{of, said};
use seatrial_jsonschema::{Json, Outcome, Schema, read};

fn main() {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let case: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let (schema, values) = (case["schema"].as_str().expect("a text"), of(&case["values"]));
        let said = not_fetched(schema, &values).unwrap_or_else(|| said(schema, &values));
        println!("{}", serde_json::Value::from(said));
    }
}

/// What is not fetched of a schema that values otherwise fit.
fn not_fetched(schema: &str, values: &Json) -> Option<String> {
    let schema = Schema::new(read(schema).ok()?).ok()?;
    let unknown = schema.unknown().first()?;
    matches!(schema.check(values), Outcome::Valid).then(|| format!("unknown: {}", unknown.url))
}
