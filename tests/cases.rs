//! Every folder of `tests/cases` is a case: a repository, arguments, and the report that is expected on the terminal and as Markdown.
//!
//! `SEATRIAL_UPDATE_CASES=1` writes what is seen; read the difference before committing it.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/files.rs"]
mod files;
#[path = "support/redact.rs"]
mod redact;
#[path = "support/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use files::files;
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

/// What every case gave; each is run once.
fn seen() -> &'static BTreeMap<String, (Case, Seen)> {
    static SEEN: OnceLock<BTreeMap<String, (Case, Seen)>> = OnceLock::new();
    SEEN.get_or_init(|| {
        let run_case = |name: String| {
            let case = case(&name);
            let seen = run(&name, &case);
            (name, (case, seen))
        };
        names().into_iter().map(run_case).collect()
    })
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

fn expect(name: &str, file: &str, seen: &str) {
    let path = cases().join(name).join(file);
    if std::env::var_os("SEATRIAL_UPDATE_CASES").is_some() {
        std::fs::write(&path, seen).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(seen, expected, "{name}/{file} differs");
}

#[test]
fn every_case_ends_as_expected() {
    for (name, (case, seen)) in seen() {
        assert_eq!(seen.exit, Some(case.exit), "{name} ({}): {}\n{}", case.what, seen.terminal, seen.stderr);
        expect(name, "expected.txt", &seen.terminal);
        expect(name, "expected.md", &seen.markdown);
    }
}

#[test]
fn a_variant_differs_from_its_origin_in_the_files_it_names_and_in_no_other() {
    for name in names() {
        let case = case(&name);
        let Some(from) = &case.from else { continue };
        let (ours, theirs) = (files(&cases().join(&name).join("repo")), files(&cases().join(from).join("repo")));
        let all = ours.keys().chain(theirs.keys()).collect::<std::collections::BTreeSet<_>>();
        let differing: Vec<&String> = all.into_iter().filter(|file| ours.get(*file) != theirs.get(*file)).collect();
        assert_eq!(differing, case.changes.iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn every_report_fits_the_published_schema() {
    let validator = validator("report");
    for (name, (_, seen)) in seen() {
        let problems = problems(&validator, &seen.json);
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
}

#[test]
fn the_configuration_of_every_case_fits_the_published_schema() {
    let validator = validator("config");
    for name in names() {
        let text = std::fs::read_to_string(cases().join(&name).join("repo/seatrial.yaml")).expect("seatrial.yaml");
        let config: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        let problems = problems(&validator, &config);
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
}

/// The password that `shop` plants, as it stands and as the API carries it.
#[test]
fn no_report_shows_a_secret() {
    for (name, (_, seen)) in seen() {
        for text in [&seen.terminal, &seen.markdown, &seen.json.to_string(), &seen.stderr] {
            for secret in ["only-for-dev-5e81", "b25seS1mb3ItZGV2LTVlODE"] {
                assert!(!text.contains(secret), "{name} shows a secret:\n{text}");
            }
        }
    }
}
