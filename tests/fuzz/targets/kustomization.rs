//! A whole build of a tree in memory: files, each behind a byte 1 and a line with its name. No panic, and every finding has its place.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seatrial_kustomize::{Options, build};
use seatrial_model::Sources;
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

fuzz_target!(|text: &str| {
    let files = text.split('\u{1}').filter_map(|file| file.split_once('\n')).take(16);
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files, &sources);
    let dir = if tree.kind("overlay").is_ok() { "overlay" } else { "" };
    let rendered = build(&tree, dir, Options::default());
    for finding in &rendered.findings {
        let span = finding.primary.span;
        let file = sources.get(span.file).expect("a file of the tree");
        assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
    }
    let _ = emit_all(rendered.manifests.iter().map(|m| &m.node));
});
