//! What Go's own text/template answers to templates of ours, recorded: the output behind `=`, the error behind `!`.
#![allow(unreachable_pub, reason = "the support is shared")]

mod support;

use seatrial_gotemplate::{MissingKey, Templates};
use serde_json::Value as Json;
use support::{FUNCTIONS, answer, answer_of, value};

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

#[test]
fn missing_keys_are_what_the_option_says() {
    let data = value(&serde_json::json!({"m": {"a": null}}));
    let cases = [
        ("{{ .m.x }}", MissingKey::Zero, "<no value>"),
        ("{{ .m.x }}", MissingKey::Invalid, "<no value>"),
        ("{{ .m.x.y }}", MissingKey::Invalid, "<no value>"),
        ("{{ .m.x.y }}", MissingKey::Zero, r#"executing "case" at <.m.x.y>: nil pointer evaluating interface {}.y"#),
        ("{{ .m.a.y }}", MissingKey::Invalid, r#"executing "case" at <.m.a.y>: nil pointer evaluating interface {}.y"#),
        ("{{ .m.x }}", MissingKey::Error, r#"executing "case" at <.m.x>: map has no entry for key "x""#),
        ("{{ .m.a }}", MissingKey::Error, "<no value>"),
        ("{{ (.m.a).y }}", MissingKey::Error, r#"executing "case" at <.m.a>: nil data; no entry for key "y""#),
        (r#"{{ index .m "x" }}"#, MissingKey::Error, "<no value>"),
    ];
    for (template, missing_key, expected) in cases {
        let answer = answer_of(Templates::new(FUNCTIONS).with_missing_key(missing_key), template, data.clone());
        let shown = answer.map_or_else(|failure| failure.message, |text| text.as_str().to_owned());
        assert!(shown.ends_with(expected), "{template} {missing_key:?}: {shown}");
    }
}
