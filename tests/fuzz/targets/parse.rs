//! Any bytes: no panic, no place outside of the text, both readers agree, and nodes that can be printed. Time and memory are bounded by the runner.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_model::{Node, SourceFile, Sources, Span};
use seatrial_yaml::{Dialect, emit, in_kustomize_order, kustomize_cannot_print, parse, readers_agree};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for dialect in [Dialect::Kubectl, Dialect::Kustomize] {
        let file = Sources::new().add("any.yaml", text.to_owned());
        assert!(readers_agree(&file, dialect) != Some(false), "{text:?}");
        let parsed = parse(&file, dialect);
        for finding in &parsed.findings {
            assert_inside(&file, finding.primary.span);
        }
        for document in &parsed.documents {
            assert_inside(&file, document.span);
            walk(&file, &document.node);
            let _ = kustomize_cannot_print(&document.node);
            // As kustomize, which takes the line ends of YAML 1.1 at the end of a text block for the end of the line.
            assert!(emit(&in_kustomize_order(&document.node)).ends_with(['\n', '\u{85}', '\u{2028}', '\u{2029}']));
        }
    }
});

fn walk(file: &SourceFile, node: &Node) {
    assert_inside(file, node.span());
    for entry in node.entries() {
        assert_inside(file, entry.key.span);
        walk(file, &entry.value);
    }
    node.items().iter().for_each(|item| walk(file, item));
}

fn assert_inside(file: &SourceFile, span: Span) {
    assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}
