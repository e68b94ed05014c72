//! Any lines of `--set`, `--set-string` and `--set-literal`, one over the other: no panic, and the values stay a mapping that can be printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_helm::{Typing, Values};
use seatrial_model::{Origin, SetBy, Sources, Span};
use seatrial_yaml::{Dialect, emit, parse};

const BEFORE: &str = "a: {b: [1, {c: d}], e: null}\nl: [[1], [2]]\ns: text\n";

fuzz_target!(|text: &str| {
    let sources = Sources::new();
    let file = sources.add("values.yaml", BEFORE.to_owned());
    let before = parse(&file, Dialect::Kubectl).documents.remove(0).node;
    let mut values = Values::of(&before).shared();
    let origin = Origin::from(Span::start_of(file.id()));
    for (number, line) in text.lines().take(8).enumerate() {
        let typing = [Typing::Typed, Typing::Text, Typing::Literal][number % 3];
        if let Err(error) = values.set(line, typing, &origin, &SetBy::CommandLine) {
            assert!(!error.to_string().is_empty(), "{line:?}");
        }
    }
    let node = values.into_node();
    assert!(node.is_mapping(), "{text:?}");
    let _ = emit(&node);
});
