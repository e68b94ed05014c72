//! The recorded sample: what was published once is read and written in the same way for good.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const SAMPLE: &str = include_str!("testdata/report-v1.json");

/// Words of the format that no single report can have beside those of the sample.
const ELSEWHERE: [&str; 5] = ["passed", "failed", "all", "never", "error"];

/// Names of fields and words of a schema, wherever they stand.
fn said_by_schema(schema: &Value, fields: &mut BTreeSet<String>, words: &mut BTreeSet<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| said_by_schema(item, fields, words)),
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            fields.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
            let list = members.get("enum").and_then(Value::as_array).into_iter().flatten();
            words.extend(list.chain(members.get("const")).filter_map(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| said_by_schema(member, fields, words));
        }
        _ => {}
    }
}

fn said_by_sample(value: &Value, fields: &mut BTreeSet<String>, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            words.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| said_by_sample(item, fields, words)),
        Value::Object(members) => {
            fields.extend(members.keys().cloned());
            members.values().for_each(|member| said_by_sample(member, fields, words));
        }
        _ => {}
    }
}

#[test]
fn the_recorded_sample_is_read_and_written_as_it_was() {
    let report = read(SAMPLE.as_bytes()).expect("a report");
    assert_eq!(report.environments.len(), 4);
    assert_eq!(json(&report), SAMPLE);
}

#[test]
fn the_recorded_sample_fits_the_schema_and_has_everything_that_it_names() {
    let schema = schema();
    let sample: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    let (mut fields, mut words) = (BTreeSet::new(), BTreeSet::new());
    said_by_schema(&schema, &mut fields, &mut words);
    let (mut sampled, mut said) = (BTreeSet::new(), BTreeSet::from(ELSEWHERE.map(str::to_owned)));
    said_by_sample(&sample, &mut sampled, &mut said);
    assert!(fields.len() > 60 && words.len() > 30, "{fields:?} {words:?}");
    assert_eq!(fields.difference(&sampled).collect::<Vec<_>>(), [""; 0], "add the field to the sample");
    assert_eq!(words.difference(&said).collect::<Vec<_>>(), [""; 0], "add the word to the sample");
}

#[test]
fn what_a_newer_program_adds_is_passed_over_and_another_version_is_not_read() {
    let mut newer: Value = serde_json::from_str(SAMPLE).expect("JSON");
    newer["somethingNew"] = json!({ "a": 1 });
    assert!(read(newer.to_string().as_bytes()).is_ok());
    newer["version"] = json!(2);
    let why = read(newer.to_string().as_bytes()).expect_err("another version").to_string();
    assert_eq!(why, "has version 2 of the report's format, and this program reads 1");
}

#[test]
fn what_an_older_program_did_not_write_has_a_default() {
    let report = read(
        br#"{"version":1,"tool":{"name":"seatrial","version":"0.1.0"},"command":"run","verdict":"passed","revision":{},
        "environments":[],"findings":[],"notices":[],"broken":[],"durationMs":1}"#,
    );
    assert!(report.is_ok(), "{report:?}");
}

#[test]
fn what_is_not_a_report_says_so() {
    for text in ["", "{}", "[]", "<html>", "{\"version\":1}"] {
        let why = read(text.as_bytes()).expect_err(text).to_string();
        assert!(why.starts_with("is not a report of Seatrial: "), "{why}");
    }
}
