//! Any text on its way to a log: no host obeys any of it, no terminal either, and JSON keeps its values.
#![no_main]

#[path = "../../../src/report/ci/obeyed.rs"]
mod obeyed;

use libfuzzer_sys::fuzz_target;
use obeyed::{obeyed, raw_character, without_colours};
use seatrial_ci::{Host, error_at, neutralised, neutralised_json, neutralised_painted};

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

    for host in [Host::GitHubActions, Host::AzurePipelines] {
        let commands = error_at(host, text, (1, 1), text, text).to_string();
        assert_eq!(obeyed(&commands).len(), 1, "one command, ours");
        assert_eq!(raw_character(&commands), None);
    }
});
