//! Every file of `testdata` is a case: a line `render PATH` or `found PATH` (all files), then files as `-- PATH --`, last what is expected as `-- expected --`.
#![allow(clippy::disallowed_methods, reason = "the tests read their cases")]

#[path = "../../../../tests/support/case_file.rs"]
mod case_file;
#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_manifests::{render, render_found};
use seatrial_model::{Masker, Rendered, Sources, Span, locate};
use seatrial_tree::Tree;
use seatrial_yaml::ParsedFiles;

use case_file::{CaseFile, asked, each};

fn place(sources: &Sources, span: Span) -> String {
    let place = locate(sources, &Masker::new(), span);
    format!("{}:{}:{}", place.path, place.line, place.column)
}

fn describe(rendered: &Rendered, sources: &Sources) -> String {
    let mut text = String::new();
    for manifest in &rendered.manifests {
        let at = place(sources, manifest.span);
        writeln!(text, "{} ({}) {at}", manifest.id, manifest.api_version()).expect("writes to a string");
    }
    for finding in &rendered.findings {
        let (rule, at) = (finding.rule.as_str(), place(sources, finding.primary.span));
        writeln!(text, "{} {rule} {at} {}", finding.level.as_str(), finding.message).expect("writes to a string");
        for related in &finding.related {
            writeln!(text, "  {} {}", place(sources, related.span), related.text).expect("writes to a string");
        }
        if let Some(help) = &finding.help {
            writeln!(text, "  help: {help}").expect("writes to a string");
        }
    }
    text
}

fn main() -> ExitCode {
    let cases = each(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), 6, rendered);
    trials::suite!(
        [
            a_helm_template_is_named_as_what_it_is_and_the_other_files_are_kept,
            what_cannot_be_read_is_a_finding_beside_the_others
        ],
        cases
    )
}

fn rendered(case: &CaseFile) -> String {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(case.borrowed(), &sources);
    let rendered = match asked(&case.head, "found") {
        Some(path) => render_found(&tree, &ParsedFiles::default(), path, &tree.walk("")),
        None => render(&tree, asked(&case.head, "render").expect("says what to render")),
    };
    describe(&rendered, &sources)
}

fn a_helm_template_is_named_as_what_it_is_and_the_other_files_are_kept() {
    let template =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"shop.name\" . }}\n{{- if .Values.x }}\n";
    let plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\n";
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory([("chart/a.yaml", template), ("chart/b.yaml", plain)], &sources);
    let rendered = render(&tree, "chart");
    let names: Vec<String> = rendered.manifests.iter().map(|m| m.id.to_string()).collect();
    assert_eq!(names, ["ConfigMap kept"]);
    assert!(!rendered.findings.is_empty());
    for finding in &rendered.findings {
        assert!(finding.help.as_ref().is_some_and(|help| help.contains("Helm template")), "{finding:?}");
    }
}

fn what_cannot_be_read_is_a_finding_beside_the_others() {
    let dir = tempfile::TempDir::new().expect("temporary directory");
    std::fs::write(dir.path().join("a.yaml"), b"\x89PNG\x00").expect("file is written");
    std::fs::write(dir.path().join("b.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\n")
        .expect("file is written");
    let sources = Arc::new(Sources::new());
    let tree = Tree::working_copy(dir.path(), &sources).expect("is a directory");
    let text = describe(&render(&tree, ""), &sources);
    assert_eq!(text, "ConfigMap kept (v1) b.yaml:1:1\nerror parse-error a.yaml:1:1 `a.yaml` is not text\n");
}
