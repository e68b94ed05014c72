//! Tests that wait for a change: base and change as data, a git repository with the merge commit built of them, and which tests were run.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/git.rs"]
mod git;
#[path = "support/schema.rs"]
mod schema;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};

use git::git;
use jsonschema::Validator;
use schema::{problems, validator};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Cases {
    files: BTreeMap<String, Text>,
    cases: Vec<Case>,
}

/// The text of a file, perhaps in parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Parts(Vec<String>),
}

impl Text {
    fn whole(&self) -> String {
        match self {
            Text::Whole(text) => text.clone(),
            Text::Parts(parts) => parts.concat(),
        }
    }
}

/// Path → text; none deletes the file.
type Files = BTreeMap<String, Option<Text>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    #[serde(default)]
    base: Files,
    change: Files,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    event: Event,
    /// Test → outcome.
    tests: BTreeMap<String, String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Event {
    #[default]
    PullRequest,
    Push,
    /// No CI.
    None,
}

fn lay(directory: &Path, files: &Files) {
    for (path, text) in files {
        let path = directory.join(path);
        match text {
            Some(text) => {
                std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
                std::fs::write(path, text.whole()).expect("written");
            }
            None => std::fs::remove_file(path).expect("it was there"),
        }
    }
}

/// Lays a case out, runs it, and gives its log and its report.
fn run(files: &BTreeMap<String, Text>, case: &Case) -> (String, serde_json::Value) {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = |name: &str| scratch.path().join(name);
    let repo = at("repo");
    std::fs::create_dir(&repo).expect("created");
    git(&repo, &["init", "-q"]);
    let commit = |message: &str| {
        git(&repo, &["add", "-A"]);
        git(&repo, &["commit", "-qm", message, "--allow-empty"]);
        git(&repo, &["rev-parse", "HEAD"])
    };
    lay(&repo, &files.iter().map(|(path, text)| (path.clone(), Some(Text::Whole(text.whole())))).collect());
    lay(&repo, &case.base);
    let base = commit("base");
    git(&repo, &["checkout", "-qb", "change"]);
    lay(&repo, &case.change);
    let head = commit("change");
    git(&repo, &["checkout", "-q", "main"]);
    git(&repo, &["merge", "-q", "--no-ff", "-m", "merge", "change"]);
    // What is not part of a commit is not changed by the pull request.
    lay(&repo, &[("front/node_modules/x.ts".to_owned(), Some(Text::Whole("1\n".to_owned())))].into());
    let side = |name: &str, sha: &str| serde_json::json!({ "ref": name, "sha": sha, "repo": { "full_name": "a/b" } });
    let event = serde_json::json!({
        "pull_request": { "number": 7, "draft": false, "head": side("change", &head), "base": side("main", &base) },
        "repository": { "full_name": "a/b" },
    });
    std::fs::write(at("event.json"), event.to_string()).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(["run", "--cluster", "simulated", "--config", "ci/seatrial.yaml"]).args(&case.args);
    command.arg("--output=terminal").arg(format!("--output=json={}", at("report.json").display()));
    command.env_clear().current_dir(&repo);
    let name = if case.event == Event::Push { "push" } else { "pull_request" };
    if case.event != Event::None {
        command.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name), ("GITHUB_REPOSITORY", "a/b")]);
        command.env("GITHUB_EVENT_PATH", at("event.json")).env("GITHUB_SHA", git(&repo, &["rev-parse", "HEAD"]));
    }
    let output = command.output().expect("the program runs");
    let log = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report = std::fs::read_to_string(at("report.json")).unwrap_or_default();
    (log, serde_json::from_str(&report).unwrap_or_default())
}

fn main() -> ExitCode {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/waiting/cases.yaml");
    let Cases { files, cases } = serde_saphyr::from_str(&std::fs::read_to_string(file).expect("cases")).expect("cases");
    let files = Arc::new(files);
    let trial = |case: Case| {
        let files = Arc::clone(&files);
        trials::case(&case.what.clone(), move || check(&files, &case))
    };
    trials::suite!([], cases.into_iter().map(trial))
}

/// Tests are run for what they wait for.
fn check(files: &BTreeMap<String, Text>, case: &Case) {
    static REPORT: OnceLock<Validator> = OnceLock::new();
    let (log, report) = run(files, case);
    let tests = report["environments"][0]["tests"].as_array().cloned().unwrap_or_default();
    let text = |test: &serde_json::Value, key: &str| test[key].as_str().unwrap_or_default().to_owned();
    let seen: BTreeMap<String, String> = tests.iter().map(|t| (text(t, "name"), text(t, "outcome"))).collect();
    assert_eq!(seen, case.tests, "{}\n{log}", case.what);
    let terminal = log.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in &case.says {
        assert!(terminal.contains(text.as_str()), "no `{text}`: {}\n{log}", case.what);
    }
    for text in &case.silent {
        assert!(!terminal.contains(text.as_str()), "`{text}`: {}\n{log}", case.what);
    }
    assert_eq!(report["verdict"], "passed", "{}\n{log}", case.what);
    let problems = problems(REPORT.get_or_init(|| validator("report")), &report);
    assert!(problems.is_empty(), "{}: {problems:?}", case.what);
}
