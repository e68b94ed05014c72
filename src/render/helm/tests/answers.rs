//! Lines and merges with the answers of Helm itself (`testdata/set.tsv`, `testdata/defaults.tsv`).
#![allow(clippy::disallowed_methods, reason = "a test takes the time")]

use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::render::{Capabilities, Release, Request, render};
use seatrial_helm::{Major, Typing, Values};
use seatrial_model::{FileId, Node, Origin, SetBy, Sources, Span};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};
use serde_json::Value;

const BY: SetBy = SetBy::Values("valuesFrom");

fn node(json: &str) -> Node {
    let file = Sources::new().add("values.json", json.to_owned());
    parse(&file, Dialect::Kubectl).documents.remove(0).node
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The columns of a table; comments begin with `#`.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn line_of(text: &str) -> String {
    serde_json::from_str(text).expect("a string")
}

/// What a line makes of values; `None` where it is refused.
fn set(how: &str, start: &str, line: &str) -> Option<Value> {
    let typing = match how {
        "typed" => Typing::Typed,
        "text" => Typing::Text,
        "literal" => Typing::Literal,
        other => panic!("{other}"),
    };
    let mut values = Values::of(&node(start));
    let origin = Origin::from(Span::new(FileId(7), 0, 0));
    values.set(&line_of(line), typing, &origin, &BY).ok()?;
    Some(values.into_node().to_json())
}

#[test]
fn lines_are_set_as_helm_sets_them() {
    let (mut wrong, mut number) = (Vec::new(), 0);
    for row in rows(include_str!("../testdata/set.tsv")) {
        let [how, start, line, answer] = row.as_slice() else { panic!("{row:?}") };
        let expected = (*answer != "error").then(|| json(answer));
        let got = set(how, start, line);
        number += 1;
        if got != expected {
            wrong.push(format!("{how} {start} {line}: {got:?}, and helm {answer}"));
        }
    }
    assert!(number > 300, "{number}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The values that the templates of a chart with these defaults see.
fn put_over(values: &str, defaults: &str) -> Value {
    let files = [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values.yaml", defaults),
        ("web/templates/seen.yaml", "{{ toJson .Values }}"),
    ];
    let (chart, findings) = Chart::load(&Tree::memory(files, &Arc::new(Sources::new())), "web");
    assert!(findings.is_empty(), "{findings:?}");
    let (name, namespace) = ("web".to_owned(), "default".to_owned());
    let release = Release { name, namespace, is_upgrade: false, revision: 1 };
    let values = node(values);
    let capabilities = Capabilities::of_helm(Major::Four);
    let request = Request::new(&release, &values, &BY, &capabilities);
    let rendered = render(&Arc::new(chart.expect("a chart")), &request);
    json(&rendered.documents.first().expect("a document").text)
}

#[test]
fn values_are_put_over_the_defaults_of_a_chart_as_helm_does() {
    let mut number = 0;
    for row in rows(include_str!("../testdata/defaults.tsv")) {
        let [values, defaults, answer] = row.as_slice() else { panic!("{row:?}") };
        assert_eq!(put_over(values, defaults), json(answer), "{values} over {defaults}");
        number += 1;
    }
    assert!(number > 15, "{number}");
}

#[test]
fn a_line_that_would_fill_memory_is_refused() {
    let deep = format!("a{}=1", "[0]".repeat(100_000));
    let long = format!("a{}=1", "[65536]".repeat(60));
    let both = format!("{}=1", vec![format!("a{}", "[0]".repeat(99)); 29].join("."));
    for line in [deep, long, both] {
        let origin = Origin::from(Span::new(FileId(7), 0, 0));
        let mut values = Values::none(origin.span);
        let refused = values.set(&line, Typing::Typed, &origin, &BY).expect_err("is refused").to_string();
        assert!(refused.contains("more than"), "{refused}");
    }
}

#[test]
fn many_items_of_one_line_are_set_in_no_time() {
    use std::fmt::Write;
    let mut line = String::new();
    for index in 0..60_000 {
        write!(line, "a[{index}]={index},b{index}=x,").expect("writes to a string");
    }
    let origin = Origin::from(Span::new(FileId(7), 0, 0));
    let mut values = Values::none(origin.span);
    let started = std::time::Instant::now();
    values.set(&line, Typing::Typed, &origin, &BY).expect("is taken");
    let node = values.into_node();
    assert_eq!((node.get("a").map(|a| a.items().len()), node.entries().len()), (Some(60_000), 60_001));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_value_knows_what_it_replaced() {
    let (first, second) = (Span::new(FileId(1), 10, 12), Span::new(FileId(2), 20, 22));
    let mut values = Values::none(first);
    values.set("image.tag=1", Typing::Typed, &Origin::from(first), &BY).expect("is taken");
    values.set("image.tag=2", Typing::Typed, &Origin::from(second), &BY).expect("is taken");
    let own = node("{image: {tag: 3}}");
    let merged = values.merged(&Values::of(&own), &SetBy::Values("values"));
    // Merged again, as each reference with a path does.
    let merged = merged.merged(&Values::of(&own), &SetBy::Values("values")).into_node();
    let mut chain = Vec::new();
    let mut next = merged.at(&["image", "tag"]).map(Node::origin);
    while let Some(origin) = next {
        chain.push((origin.span.file, origin.over.as_ref().map(|over| over.by.clone())));
        next = origin.over.as_ref().and_then(|over| over.before.clone());
    }
    let expected = [(FileId(0), Some(SetBy::Values("values"))), (FileId(2), Some(BY)), (FileId(1), None)];
    assert_eq!(chain, expected);
}
