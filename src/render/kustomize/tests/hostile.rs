//! Small inputs that would take for ever: each ends soon, with what it is worth.
#![allow(clippy::disallowed_methods, reason = "tests look at the clock")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seatrial_kustomize::{Options, build};
use seatrial_model::Sources;
use seatrial_tree::Tree;

const BEE: (&str, &str) =
    ("bee.yaml", "apiVersion: v1beta1\nkind: Bee\nmetadata: {name: bee}\nspec: {f0: {name: a}}\n");

/// The messages of a build, which must end in two seconds however slow the machine is.
fn messages(files: &[(&str, &str)]) -> Vec<String> {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().copied(), &sources);
    let start = Instant::now();
    let rendered = build(&tree, "", Options::default());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(!rendered.manifests.is_empty(), "what is not concerned is rendered");
    rendered.findings.into_iter().map(|finding| finding.message).collect()
}

fn with_definitions(definitions: &str) -> Vec<String> {
    messages(&[("kustomization.yaml", "resources: [bee.yaml]\ncrds: [crd.json]\n"), BEE, ("crd.json", definitions)])
}

/// A kind, and below it layers of definitions of which each refers to the next by `width` fields; `last` is the last one.
fn layers(count: usize, width: usize, last: &str) -> String {
    let mut text = String::from(
        r#"{"x.Bee": {"Schema": {"properties": {"kind": {}, "apiVersion": {}, "metadata": {}, "spec": {"$ref": "d0"}}}}"#,
    );
    for layer in 0..count {
        let fields: Vec<String> =
            (0..width).map(|field| format!(r#""f{field}": {{"$ref": "d{}"}}"#, layer + 1)).collect();
        let _ = write!(text, r#", "d{layer}": {{"Schema": {{"properties": {{{}}}}}}}"#, fields.join(", "));
    }
    let _ = write!(text, r#", "d{count}": {{"Schema": {{"properties": {{{last}}}}}}}}}"#);
    text
}

const MARKED: &str = r#""notes": {"x-kubernetes-annotation": ""}"#;

#[test]
fn definitions_that_refer_to_themselves_are_a_finding() {
    let circle = layers(2, 2, r#""again": {"$ref": "d0"}"#);
    assert_eq!(
        with_definitions(&circle),
        ["`crd.json` cannot be read: `d0` refers to itself, and kustomize would never finish"]
    );
}

#[test]
fn definitions_that_refer_to_each_other_by_many_fields_are_counted_before_they_are_walked() {
    assert_eq!(with_definitions(&layers(40, 10, r#""notes": {}"#)), [""; 0]);
    assert_eq!(with_definitions(&layers(10, 2, MARKED)), [""; 0]);
    assert_eq!(
        with_definitions(&layers(11, 2, MARKED)),
        ["`crd.json` cannot be read: its definitions mark 2048 fields; at most 2000 are supported"]
    );
    let all = with_definitions(&layers(60, 10, MARKED));
    assert_eq!(all.len(), 1, "{all:?}");
}

#[test]
fn definitions_in_definitions_have_a_depth() {
    assert_eq!(with_definitions(&layers(60, 1, MARKED)), [""; 0]);
    let all = with_definitions(&layers(20_000, 1, MARKED));
    assert_eq!(all, ["`crd.json` cannot be read: the chain of definitions through `d64` is longer than 64"]);
}
