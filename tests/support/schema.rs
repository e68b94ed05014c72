//! The JSON Schemas that the program publishes.

use std::process::Command;

use jsonschema::Validator;
use serde_json::Value;

/// The validator of `seatrial schema OF`.
pub(crate) fn validator(of: &str) -> Validator {
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial")).args(["schema", of]).env_clear().output();
    let schema: Value = serde_json::from_slice(&output.expect("runs").stdout).expect("a schema");
    jsonschema::validator_for(&schema).expect("a valid schema")
}

/// How a value does not fit; empty when it does.
pub(crate) fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| error.to_string()).collect()
}
