//! What is printed is read back as the same, whatever the strings hold.

use proptest::prelude::*;
use seatrial_model::{Entry, FileId, Node, ScalarKind, Sources, Span, Style};
use seatrial_yaml::{Dialect, emit, parse};

fn here() -> Span {
    Span::start_of(FileId(0))
}

/// Strings with all that is special, without the three line ends that YAML 1.1 has and 1.2 has not.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "yes",
        "null",
        "~",
        "",
        "1",
        "0x1",
        "1e3",
        ".5",
        "2001-01-01",
        "- a",
        "a: b",
        "#",
        "a #b",
        "'",
        "\"",
        "\\n",
        "\t",
        "...",
        "---",
        "|",
        ">",
        "%",
        "@",
        "`",
        "!x",
        "&x",
        "*x",
        "[",
        "]",
        "{",
        "}",
        ",",
        "?",
        ":",
        "1:30",
        "<<",
        "=",
        "\n",
        " ",
        "\n\n",
        "a\n",
        " a\nb",
        "\r",
    ]);
    prop_oneof![
        odd.clone().prop_map(str::to_owned),
        prop::collection::vec(odd, 0..6).prop_map(|parts| parts.concat()),
        "[ -~]{0,120}",
        "[a-z \n]{0,200}",
        any::<String>().prop_map(|s| s.replace(['\u{85}', '\u{2028}', '\u{2029}'], "")),
    ]
}

fn scalar() -> impl Strategy<Value = Node> {
    let number = |text: String, kind| Node::scalar(text, kind, Style::Plain, here());
    prop_oneof![
        text().prop_map(|s| Node::string(s, here())),
        any::<i64>().prop_map(move |n| number(n.to_string(), ScalarKind::Integer)),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(move |f| number(f.to_string(), ScalarKind::Float)),
        any::<bool>().prop_map(move |b| number(b.to_string(), ScalarKind::Bool)),
        Just(Node::null(here())),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    scalar().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| Node::sequence(items, here())),
            prop::collection::btree_map(text(), inner, 0..6).prop_map(|pairs| {
                let entries = pairs.into_iter().map(|(key, value)| Entry::new(key, value));
                Node::mapping(entries.collect(), here())
            }),
        ]
    })
}

/// Numbers compared by value: a float without a fraction is printed as an integer, as kustomize does.
fn comparable(json: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::Number(n) => Json::String(format!("{:.14e}", n.as_f64().unwrap_or_default() + 0.0)),
        Json::Array(items) => items.iter().map(comparable).collect(),
        Json::Object(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), comparable(v))).collect()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_back_in_both_dialects(node in node()) {
        let printed = emit(&node);
        for dialect in [Dialect::Kubectl, Dialect::Kustomize] {
            let parsed = parse(&Sources::new().add("printed.yaml", printed.clone()), dialect);
            prop_assert!(parsed.findings.is_empty(), "{:?}\n{printed}", parsed.findings);
            prop_assert_eq!(parsed.documents.len(), 1, "{}", &printed);
            let read = &parsed.documents[0].node;
            prop_assert_eq!(comparable(&read.to_json()), comparable(&node.to_json()), "{}", &printed);
            prop_assert_eq!(&emit(read), &printed);
        }
    }

    #[test]
    fn no_text_breaks_the_parser(text in any::<String>(), yaml in "[-a:#&*!|>{}\\[\\],'\"\n\t% ?~<]{0,60}") {
        for text in [text, yaml] {
            let file = Sources::new().add("any.yaml", text);
            let parsed = parse(&file, Dialect::Kustomize);
            for finding in &parsed.findings {
                let span = finding.primary.span;
                prop_assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{:?}", finding);
            }
            for document in &parsed.documents {
                prop_assert!(file.text().get(document.span.start as usize..document.span.end as usize).is_some());
                prop_assert!(emit(&document.node).ends_with('\n'));
            }
        }
    }
}
