//! What go-yaml and kustomize say of the same input, recorded in `testdata`: `oracle/*.jsonl` by go.yaml.in/yaml v2 2.4.3 and v3 3.0.4 as
//! kubectl and kustomize use them, `emit/*.kustomize.yaml` by `kubectl kustomize` 1.37 (kustomize 5.8.1).
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

#[path = "support/comparable.rs"]
mod comparable;

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use comparable::comparable;
use seatrial_model::{Node, ScalarKind, Sources};
use seatrial_yaml::{Dialect, Parsed, emit_all, in_kustomize_order, parse, plain_kind};
use serde_json::Value as Json;

const DIALECTS: [(Dialect, &str); 2] = [(Dialect::Kubectl, "kubectl"), (Dialect::Kustomize, "kustomize")];

/// Where we know better than the oracle, and why.
const STRICTER: &[(&str, &str)] =
    &[("keys-that-are-no-strings.kustomize", "version 3 only fails when it writes JSON, and not for keys at the top")];

/// Where kustomize's way of printing makes something else of what go-yaml itself reads, and that is recorded.
const PRINTED_OTHERWISE: &[(&str, &str)] = &[("flow", "an absent value in brackets is printed as an empty string")];

fn cases(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let mut paths: Vec<PathBuf> =
        read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(end));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn parsed(text: String, dialect: Dialect) -> Parsed {
    parse(&Sources::new().add("case.yaml", text), dialect)
}

#[test]
fn reads_what_kubectl_and_kustomize_read() {
    let mut wrong = Vec::new();
    for path in cases("oracle", ".yaml") {
        for (dialect, name) in DIALECTS {
            let case = format!("{}.{name}", path.file_stem().expect("a file").to_string_lossy());
            if STRICTER.iter().any(|(known, _)| *known == case) {
                continue;
            }
            let recorded = read_to_string(path.with_extension(format!("{name}.jsonl"))).expect("recorded");
            let text = read_to_string(&path).expect("there");
            let ours = parsed(text, dialect);
            let stem = case.trim_end_matches(&format!(".{name}"));
            let printed = !PRINTED_OTHERWISE.iter().any(|(known, _)| *known == stem);
            let json = |node: &Node| if printed { in_kustomize_order(node).to_json() } else { node.to_json() };
            let documents: Vec<Json> = ours.documents.iter().map(|d| comparable(&json(&d.node))).collect();
            let lines = recorded.lines().filter(|line| !matches!(*line, "ERROR" | "null"));
            let expected: Vec<Json> =
                lines.map(|line| comparable(&serde_json::from_str(line).expect("valid JSON"))).collect();
            let fails = recorded.lines().any(|line| line == "ERROR");
            let refused = !ours.findings.is_empty();
            if (!fails && documents != expected) || fails != refused {
                wrong.push(format!("{case}: recorded {recorded}ours {documents:?} {:?}", ours.findings));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn types_plain_scalars_as_go_yaml_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/plain-kinds.tsv");
    let table = read_to_string(path).expect("there");
    let mut count = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, kubectl, kustomize] = columns[..] else { panic!("three columns: {line}") };
        for (dialect, recorded) in [(Dialect::Kubectl, kubectl), (Dialect::Kustomize, kustomize)] {
            let (go_type, json) = recorded.split_once(' ').expect("type and value");
            let kind = match go_type {
                "<nil>" => ScalarKind::Null,
                "bool" => ScalarKind::Bool,
                "int" | "int64" | "uint64" => ScalarKind::Integer,
                "float64" => ScalarKind::Float,
                "time.Time" => ScalarKind::Timestamp,
                "string" => ScalarKind::String,
                other => panic!("a type of Go: {other}"),
            };
            assert_eq!(plain_kind(text, dialect), kind, "{text} {dialect:?}");
            // Go's JSON has no infinity.
            if let Ok(expected) = serde_json::from_str::<Json>(json) {
                let document = parsed(format!("a: {text}\n"), dialect).documents.remove(0).node;
                let value = in_kustomize_order(&document).get("a").map(Node::to_json).expect("a value");
                assert_eq!(comparable(&value), comparable(&expected), "{text} {dialect:?}");
            }
            count += 1;
        }
    }
    assert!(count > 300);
}

#[test]
fn prints_byte_for_byte_what_kustomize_prints() {
    for path in cases("emit", ".yaml") {
        if path.to_string_lossy().ends_with(".kustomize.yaml") {
            continue;
        }
        let expected = read_to_string(path.with_extension("kustomize.yaml")).expect("recorded");
        let ours = parsed(read_to_string(&path).expect("there"), Dialect::Kustomize);
        assert!(ours.findings.is_empty(), "{:?}", ours.findings);
        let nodes: Vec<Node> = ours.documents.iter().map(|d| in_kustomize_order(&d.node)).collect();
        assert_same(&emit_all(&nodes), &expected, &path);
        // What was printed is printed the same again.
        let again = parsed(expected.clone(), Dialect::Kustomize);
        assert_eq!(emit_all(again.documents.iter().map(|d| &d.node)), expected);
    }
}

fn assert_same(ours: &str, expected: &str, path: &Path) {
    let differing = ours.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(ours == expected, "{}: {differing:?}", path.display());
}
