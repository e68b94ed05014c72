//! Schemas and values of our own, and what the library that Helm uses says of them.

mod said;

use said::{of, said};
use seatrial_jsonschema::{Outcome, Schema, TooMuch, UnknownKind, read};

fn compiled(schema: &str) -> Schema {
    Schema::new(read(schema).expect("JSON")).expect("a schema")
}

#[test]
fn values_are_refused_in_the_words_of_the_library() {
    let mut wrong = Vec::new();
    for line in include_str!("../testdata/answers.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (schema, expected) = (case["schema"].as_str().expect("a text"), case["said"].as_str().expect("a text"));
        let got = said(schema, &of(&case["values"]));
        if got != expected {
            wrong.push(format!("{schema}\n{}\nexpected {expected}\nours {got}", case["values"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_lies_elsewhere_is_unknown_and_the_rest_is_checked() {
    let schema = compiled(
        r#"{"properties": {
            "far": {"$ref": "https://example.com/far.json"},
            "file": {"$ref": "../../etc/passwd"},
            "near": {"type": "string"}
        }}"#,
    );
    let unknown: Vec<(UnknownKind, &str)> = schema.unknown().iter().map(|one| (one.kind, one.url.as_str())).collect();
    assert_eq!(
        unknown,
        [(UnknownKind::Remote, "https://example.com/far.json"), (UnknownKind::File, "file:///etc/passwd")]
    );
    let values = of(&serde_json::json!({"far": 1, "file": 2, "near": 3}));
    let Outcome::Invalid(violation) = schema.check(&values) else { panic!("it does not fit") };
    let paths: Vec<_> = violation.parts().iter().map(|part| part.path.join(".")).collect();
    assert_eq!(paths, ["near"]);
}

#[test]
fn what_hangs_on_something_unknown_is_not_called_wrong() {
    const FAR: &str = r#"{"$ref": "https://example.com/far.json"}"#;
    let schemas = [
        format!(r#"{{"not": {FAR}}}"#),
        format!(r#"{{"oneOf": [{FAR}, {{"type": "object"}}]}}"#),
        format!(r#"{{"oneOf": [{FAR}, {{"type": "string"}}]}}"#),
        format!(r#"{{"anyOf": [{{"type": "string"}}, {FAR}]}}"#),
        format!(r#"{{"if": {FAR}, "then": false, "else": false}}"#),
        format!(r#"{{"allOf": [{FAR}], "unevaluatedProperties": false}}"#),
        format!(r#"{{"properties": {{"a": {{"contains": {FAR}, "maxContains": 0}}}}}}"#),
        r#"{"$schema": "https://example.com/own", "type": "string"}"#.to_owned(),
    ];
    let values = of(&serde_json::json!({"a": [1]}));
    for schema in schemas {
        let compiled = compiled(&schema);
        assert!(matches!(compiled.check(&values), Outcome::Valid), "{schema}");
        assert_eq!(compiled.unknown().len(), 1, "{schema}");
    }
    let sure = compiled(&format!(r#"{{"oneOf": [{{"type": "object"}}, {FAR}, {{"required": ["a"]}}]}}"#));
    assert!(matches!(sure.check(&values), Outcome::Invalid(_)), "two fit, whatever the third says");
}

#[test]
fn schemas_within_schemas_end() {
    let deep = format!("{}{}", r#"{"not":"#.repeat(100_000), "true");
    assert!(read(&deep).expect_err("too deep").is_limit);
    let chain: Vec<String> = (0..20_000).map(|at| format!(r##""{at}": {{"$ref": "#/$defs/{}"}}"##, at + 1)).collect();
    let chain = format!(r##"{{"$ref": "#/$defs/0", "$defs": {{{}, "20000": true}}}}"##, chain.join(","));
    assert!(matches!(compiled(&chain).check(&of(&serde_json::json!({}))), Outcome::TooMuch(TooMuch::Depth)));
}

#[test]
fn schemas_that_ask_twice_for_the_next_end() {
    let both =
        |at: usize| format!(r##""{at}": {{"allOf": [{{"$ref": "#/$defs/{0}"}}, {{"$ref": "#/$defs/{0}"}}]}}"##, at + 1);
    let doubled: Vec<String> = (0..60).map(both).collect();
    for (end, why) in [("true", TooMuch::Steps), ("false", TooMuch::Violations)] {
        let doubled = format!(r##"{{"$ref": "#/$defs/0", "$defs": {{{}, "60": {end}}}}}"##, doubled.join(","));
        let outcome = compiled(&doubled).check(&of(&serde_json::json!({})));
        assert!(matches!(outcome, Outcome::TooMuch(found) if found == why), "{outcome:?}");
    }
}

#[test]
fn patterns_end() {
    let patterns: Vec<String> = (0..5_000).map(|at| format!(r#""{at}": {{"pattern": "(\\pL{{100}}){at}"}}"#)).collect();
    let patterns = format!(r#"{{"$defs": {{{}}}}}"#, patterns.join(","));
    assert!(Schema::new(read(&patterns).expect("JSON")).expect_err("too many").is_limit);
    let large = r#"{"pattern": "\\pL{1000}"}"#;
    assert!(Schema::new(read(large).expect("JSON")).expect_err("too large").is_limit);
    let slow = compiled(r#"{"properties": {"a": {"pattern": "^(a+)+$"}}}"#);
    let values = of(&serde_json::json!({"a": format!("{}b", "a".repeat(100_000))}));
    assert!(matches!(slow.check(&values), Outcome::Invalid(_)));
}
