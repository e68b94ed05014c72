//! What Go's own text/template answers to templates of ours, recorded: the output behind `=`, the error behind `!`.
#![allow(unreachable_pub, reason = "the support is shared")]

mod support;

use serde_json::Value as Json;
use support::{answer, value};

#[test]
fn templates_are_answered_as_go_answers_them() {
    let data: Json = serde_json::from_str(include_str!("../testdata/data.json")).expect("JSON");
    let recorded = include_str!("../testdata/answers.tsv");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in recorded.lines() {
        let [template, kind, expected] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let [template, expected] = [template, expected].map(|s| serde_json::from_str::<String>(s).expect("a string"));
        let (got_kind, got) = match answer(&template, value(&data), ("", "")) {
            Ok(text) => ("=", text.as_str().to_owned()),
            Err(failure) => ("!", failure.message),
        };
        count += 1;
        // Complex numbers are refused, where Go has them.
        if (got_kind, &got) != (kind, &expected) && !got.contains("complex numbers are not supported") {
            wrong.push(format!("{template}\n   Go {kind} {expected}\n  got {got_kind} {got}"));
        }
    }
    assert!(count > 1000, "only {count} templates were found");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}
