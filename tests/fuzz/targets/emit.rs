//! What is printed is read back as what was printed, in kustomize's dialect: parse, print, parse, print.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_model::{Node, ScalarKind, Sources, Value};
use seatrial_yaml::{Dialect, emit, in_kustomize_order, kustomize_cannot_print, parse};

fuzz_target!(|text: &str| {
    let file = Sources::new().add("any.yaml", text.to_owned());
    for document in parse(&file, Dialect::Kustomize).documents {
        let node = in_kustomize_order(&document.node);
        if kustomize_cannot_print(&document.node).is_some() || !is_read_back_by_kustomize(&node) {
            continue;
        }
        let printed = emit(&node);
        let again = parse(&Sources::new().add("printed.yaml", printed.clone()), Dialect::Kustomize);
        assert!(again.findings.is_empty(), "{:?}\n{printed}", again.findings);
        assert_eq!(again.documents.len(), 1, "{printed}");
        assert_eq!(emit(&again.documents[0].node), printed);
    }
});

/// kustomize itself reads some of what it prints as something else.
fn is_read_back_by_kustomize(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(entries) => {
            entries.iter().all(|e| is_plain_text(&e.key.text) && is_read_back_by_kustomize(&e.value))
        }
        Value::Sequence(items) => items.iter().all(is_read_back_by_kustomize),
        Value::Scalar(text) => node.kind() != ScalarKind::String || is_plain_text(text),
    }
}

/// No sign behind `0o`, no line end that only YAML 1.1 has, no key of more than a kilobyte.
fn is_plain_text(text: &str) -> bool {
    let signed = text.starts_with("0o") && text.get(2..).is_some_and(|rest| rest.starts_with(['+', '-', '_']));
    !signed && !text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
}
