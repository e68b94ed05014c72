//! Every folder of `testdata` is a case: files, and what a build of `overlay/` (or of the folder itself) gives.
//!
//! `expected.yaml` is kustomize's own output wherever kustomize builds the case; where it refuses, it is what Seatrial renders in spite of
//! that. Cases named `stricter-…` are printed by kustomize and are an error all the same; those named `chart-…` are built with `--enable-helm`. `expected.findings` lists the findings; a case without it has none. `SEATRIAL_KUSTOMIZE=PATH` (kustomize, or kubectl) compares all
//! cases with the real tool; `SEATRIAL_ACCEPT=1` writes what we give now (then read the difference).

#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests read their data and start the oracle")]

#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use seatrial_kustomize::{ClusterGiven, HelmCharts, Options, build};
use seatrial_model::{Finding, Level, Sources, Span};
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

struct Outcome {
    yaml: String,
    findings: String,
    fails: bool,
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let entries = std::fs::read_dir(root).expect("testdata");
    let mut cases: Vec<PathBuf> = entries.map(|e| e.expect("entry").path()).filter(|p| p.is_dir()).collect();
    cases.sort();
    cases
}

fn entry_point(case: &Path) -> &'static str {
    if case.join("overlay").is_dir() { "overlay" } else { "" }
}

fn has_charts(case: &Path) -> bool {
    case.file_name().is_some_and(|name| name.to_string_lossy().contains("chart-"))
}

fn run(case: &Path) -> Outcome {
    let sources = Arc::new(Sources::new());
    let tree = Tree::working_copy(case, &sources).expect("a case");
    let charts = if has_charts(case) { HelmCharts::Here(ClusterGiven::default()) } else { HelmCharts::Refused };
    let rendered = build(&tree, entry_point(case), Options { charts, ..Options::default() });
    let findings = rendered.findings.iter().map(|f| show(f, &sources)).collect();
    let fails = rendered.findings.iter().any(|f| f.level == Level::Error);
    Outcome { yaml: emit_all(rendered.manifests.iter().map(|m| &m.node)), findings, fails }
}

fn show(finding: &Finding, sources: &Sources) -> String {
    let place = |span: Span| {
        let file = sources.get(span.file).expect("a file of the tree");
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}", file.path())
    };
    let mut text = format!("{}[{}] {}\n", finding.level.as_str(), finding.rule.as_str(), finding.message);
    let _ = writeln!(text, "  at {} {}", place(finding.primary.span), finding.primary.text);
    for label in &finding.related {
        let _ = writeln!(text, "  and {} {}", place(label.span), label.text);
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  help: {help}");
    }
    text.lines().map(|l| format!("{}\n", l.trim_end())).collect()
}

fn compare(case: &Path, name: &str, actual: &str) -> Option<String> {
    let path = case.join(name);
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        let _ = std::fs::remove_file(&path);
        if !actual.is_empty() {
            std::fs::write(&path, actual).expect("writable");
        }
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    (expected != actual).then(|| format!("--- {} {name}\nexpected:\n{expected}\nactual:\n{actual}\n", case.display()))
}

fn main() -> ExitCode {
    assert!(cases().len() >= 40, "the cases are there");
    let trial = |case: PathBuf| {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        trials::case(&name, move || check(&case))
    };
    trials::suite!([kustomize_says_the_same], cases().into_iter().map(trial))
}

/// A case gives what is expected.
fn check(case: &Path) {
    let outcome = run(case);
    let compared =
        [compare(case, "expected.yaml", &outcome.yaml), compare(case, "expected.findings", &outcome.findings)];
    let differences: Vec<String> = compared.into_iter().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn kustomize_says_the_same() {
    let Some(oracle) = std::env::var_os("SEATRIAL_KUSTOMIZE") else {
        eprintln!("NOT COMPARED with kustomize: SEATRIAL_KUSTOMIZE names no kustomize or kubectl");
        return;
    };
    let is_kubectl = Path::new(&oracle).file_name().is_some_and(|name| name == "kubectl");
    let verb = if is_kubectl { "kustomize" } else { "build" };
    let mut differences = Vec::new();
    for case in cases() {
        let outcome = run(&case);
        let mut command = Command::new(&oracle);
        if has_charts(&case) {
            let Some(helm) = std::env::var_os("SEATRIAL_HELM") else {
                eprintln!("NOT COMPARED with kustomize: {}: SEATRIAL_HELM names no helm", case.display());
                continue;
            };
            command.arg(verb).args(["--enable-helm", "--helm-command"]).arg(helm);
        } else {
            command.arg(verb);
        }
        let output = command.arg(case.join(entry_point(&case))).output().expect("starts");
        let (yaml, refuses) = (String::from_utf8_lossy(&output.stdout), !output.status.success());
        let stricter = case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("stricter-"));
        if refuses != (outcome.fails && !stricter) {
            let said = String::from_utf8_lossy(&output.stderr);
            differences.push(format!("{}: kustomize fails: {refuses}, we: {}\n{said}", case.display(), outcome.fails));
        } else if !refuses && yaml != outcome.yaml {
            differences.push(format!("{}:\nkustomize:\n{yaml}\nwe:\n{}", case.display(), outcome.yaml));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
