//! Sprig's and Helm's functions with the recorded answers of Helm 4.3.1: `testdata/functions-{dicts,flow,lists,math,mixed,strings,templates}.tsv`, one case a line, a template and what Helm
//! makes of it, both as JSON: `["output"]`, or `{"error": "…"}` with what `helm template` says.

#[path = "sprig/support.rs"]
mod support;

use seatrial_gotemplate::{ExecError, Text};
use seatrial_helm::functions;
use serde_json::Value as Json;

/// The text as JSON of Go has it: each byte that is not UTF-8 becomes one replacement.
fn as_json_text(text: &Text) -> String {
    let mut shown = String::new();
    for chunk in text.bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    shown
}

/// Helm's message of an error, as far as it is made of Go's.
fn shown(error: &ExecError) -> String {
    let message = &error.message;
    let Some(own) = functions::chart_message(message) else { return message.clone() };
    let location = message.split(": ").nth(1).unwrap_or_default();
    format!("execution error at ({location}): {own}")
}

/// Go's message, of that which Helm shows on several lines: of some errors, each template on three.
fn on_one_line(shown: &str) -> String {
    let lines: Vec<&str> = shown.lines().collect();
    let mut frames = Vec::new();
    let mut rest = lines.as_slice();
    while let [location, executing, message, others @ ..] = rest {
        if !executing.starts_with("  executing ") || !message.starts_with("    ") {
            break;
        }
        frames.push(format!("template: {location}: {} {}", executing.trim(), message.trim()));
        rest = others;
    }
    if frames.is_empty() {
        return shown.to_owned();
    }
    frames.extend(rest.iter().map(|line| (*line).to_owned()));
    frames.join(" ")
}

/// The cases that come out in another way, and how many there are.
fn wrong_of(table: &str) -> (Vec<String>, usize) {
    let values = serde_json::from_str(include_str!("../testdata/sprig-values.json")).expect("values");
    let templates = support::templates();
    let (mut wrong, mut number) = (Vec::new(), 0);
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let (template, expected) = row.split_once('\t').expect("two columns");
        let template: String = serde_json::from_str(template).expect("a template");
        let expected: Json = serde_json::from_str(expected).expect("an answer");
        let got = support::answer(&templates, &values, &template);
        let (got, expected) = match (&got, expected["error"].as_str()) {
            (Err(error), Some(expected)) => (shown(error).trim_end_matches('\n').to_owned(), on_one_line(expected)),
            (Ok(text), None) => (as_json_text(text), expected[0].as_str().unwrap_or_default().to_owned()),
            _ => (format!("{got:?}"), expected.to_string()),
        };
        number += 1;
        if got != expected {
            wrong.push(format!("{template}\n  helm: {expected}\n  ours: {got}"));
        }
    }
    (wrong, number)
}

const TABLES: [&str; 7] = [
    include_str!("../testdata/functions-dicts.tsv"),
    include_str!("../testdata/functions-flow.tsv"),
    include_str!("../testdata/functions-lists.tsv"),
    include_str!("../testdata/functions-math.tsv"),
    include_str!("../testdata/functions-mixed.tsv"),
    include_str!("../testdata/functions-strings.tsv"),
    include_str!("../testdata/functions-templates.tsv"),
];

#[test]
fn functions_answer_as_helm_does() {
    let (wrong, number) = support::on_large_stack(|| {
        TABLES.iter().map(|table| wrong_of(table)).fold((Vec::new(), 0), |(mut wrong, number), (more, count)| {
            wrong.extend(more);
            (wrong, number + count)
        })
    });
    assert!(number > 2000, "{number}");
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}
