//! Every folder of `tests/cases` is a case: a repository, arguments, and the report that is expected on the terminal and as Markdown.
//!
//! A case is a test that has the name of its folder; `SEATRIAL_ACCEPT=1` writes what is seen.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/accept.rs"]
mod accept;
#[path = "support/files.rs"]
mod files;
#[path = "support/redact.rs"]
mod redact;
#[path = "support/schema.rs"]
mod schema;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use accept::expect;
use files::files;
use jsonschema::Validator;
use redact::redacted;
use schema::{problems, validator};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// One sentence.
    what: String,
    args: Vec<String>,
    exit: i32,
    /// The case it is a variant of, and the files that differ from it.
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    changes: Vec<String>,
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").canonicalize().expect("the cases")
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(cases()).expect("readable").flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn case(name: &str) -> Case {
    let text = std::fs::read_to_string(cases().join(name).join("case.yaml")).expect("case.yaml");
    serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

struct Seen {
    exit: Option<i32>,
    terminal: String,
    markdown: String,
    json: serde_json::Value,
    stderr: String,
}

/// Runs a case in a copy of its repository outside any git working copy, with an empty environment.
fn run(name: &str, case: &Case) -> Seen {
    let scratch = tempfile::tempdir().expect("a directory");
    let repository = scratch.path().join("repo");
    for (file, bytes) in files(&cases().join(name).join("repo")) {
        let path = repository.join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, bytes).expect("written");
    }
    let (markdown, json) = (scratch.path().join("report.md"), scratch.path().join("report.json"));
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(&case.args)
        .arg("--output=terminal")
        .arg(format!("--output=markdown={}", markdown.display()))
        .arg(format!("--output=json={}", json.display()))
        .env_clear()
        // What a case needs and does not have is nowhere else.
        .env("SEATRIAL_OFFLINE", "true")
        .current_dir(&repository)
        .output()
        .expect("the program runs");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    Seen {
        exit: output.status.code(),
        terminal: redacted(&String::from_utf8_lossy(&output.stdout)),
        markdown: redacted(&read(&markdown)),
        json: serde_json::from_str(&read(&json)).unwrap_or_default(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn main() -> ExitCode {
    let names = names();
    assert!(names.len() > 10, "{names:?}");
    trials::suite!([], names.into_iter().map(|name| trials::case(&name.clone(), move || check(&name))))
}

fn check(name: &str) {
    let case = case(name);
    variant(name, &case);
    configuration(name);
    let seen = run(name, &case);
    assert_eq!(seen.exit, Some(case.exit), "{}: {}\n{}", case.what, seen.terminal, seen.stderr);
    no_secret(&seen);
    static REPORT: OnceLock<Validator> = OnceLock::new();
    let problems = problems(REPORT.get_or_init(|| validator("report")), &seen.json);
    assert!(problems.is_empty(), "the report does not fit the published schema: {problems:?}");
    expect(&cases().join(name).join("expected.txt"), &seen.terminal);
    expect(&cases().join(name).join("expected.md"), &seen.markdown);
}

/// A variant differs from its origin in the files it names, and in no other.
fn variant(name: &str, case: &Case) {
    let Some(from) = &case.from else { return };
    let (ours, theirs) = (files(&cases().join(name).join("repo")), files(&cases().join(from).join("repo")));
    let all: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differing: Vec<&String> = all.into_iter().filter(|file| ours.get(*file) != theirs.get(*file)).collect();
    assert_eq!(differing, case.changes.iter().collect::<Vec<_>>(), "what differs from {from}");
}

fn configuration(name: &str) {
    static CONFIG: OnceLock<Validator> = OnceLock::new();
    let text = std::fs::read_to_string(cases().join(name).join("repo/seatrial.yaml")).expect("seatrial.yaml");
    let config: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
    let problems = problems(CONFIG.get_or_init(|| validator("config")), &config);
    assert!(problems.is_empty(), "the configuration does not fit the published schema: {problems:?}");
}

/// The password that `shop` plants, as it stands and as the API carries it, is in nothing that is said.
fn no_secret(seen: &Seen) {
    for text in [&seen.terminal, &seen.markdown, &seen.json.to_string(), &seen.stderr] {
        for secret in ["only-for-dev-5e81", "b25seS1mb3ItZGV2LTVlODE"] {
            assert!(!text.contains(secret), "a secret is shown:\n{text}");
        }
    }
}
