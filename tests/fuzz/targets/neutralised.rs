//! Any text on its way to a log: no host obeys any of it, no terminal either, and JSON and YAML keep their values.
#![no_main]

#[path = "../../../src/report/ci/obeyed.rs"]
mod obeyed;

use libfuzzer_sys::fuzz_target;
use obeyed::{obeyed, raw_character, without_colours};
use seatrial_ci::{Host, begins_command, error_at, holds_commands, neutralised, neutralised_json, neutralised_painted};
use seatrial_model::Sources;
use seatrial_yaml::{Dialect, emit, emit_escaping, parse};

fuzz_target!(|text: &str| {
    let safe = neutralised(text);
    assert_eq!(obeyed(&safe), []);
    assert_eq!(raw_character(&safe), None);
    assert_eq!(neutralised(&safe), safe, "what is safe stays as it is");

    let painted = neutralised_painted(text);
    assert_eq!(obeyed(&painted), []);
    assert_eq!(raw_character(&without_colours(&painted)), None);
    assert_eq!(neutralised_painted(&painted), painted, "what is safe stays as it is");

    let value = serde_json::json!({ text: [text, 1] });
    let json = neutralised_json(&format!("{value:#}\n"));
    assert_eq!(obeyed(&json), []);
    assert_eq!(raw_character(&json), None);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("JSON"), value);

    let read = |yaml: String| {
        let parsed = parse(&Sources::new().add("a.yaml", yaml), Dialect::Kustomize);
        parsed.documents.first().filter(|_| parsed.findings.is_empty()).map(|document| document.node.clone())
    };
    // Most of JSON's strings are YAML's.
    if let Some(node) = read(value.to_string()) {
        let escaped = emit_escaping(&node, begins_command);
        assert_eq!(obeyed(&escaped), []);
        assert!(!holds_commands(&escaped), "{escaped}");
        let exact = emit(&node);
        assert!(holds_commands(&exact) || obeyed(&exact).is_empty(), "what is obeyed is seen");
        // Of the line ends of old YAML within a block not even what kustomize prints can be read.
        if read(exact).is_some() {
            assert_eq!(read(escaped).expect("YAML").to_json(), node.to_json());
        }
    }

    for host in [Host::GitHubActions, Host::AzurePipelines] {
        let commands = error_at(host, text, (1, 1), text, text).to_string();
        assert_eq!(obeyed(&commands).len(), 1, "one command, ours");
        assert_eq!(raw_character(&commands), None);
    }
});
