//! `init`, from outside. Every file of `tests/init` is a case: a command line, files, and what is said and written (`SEATRIAL_ACCEPT=1` writes
//! what we give now).
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/case_file.rs"]
mod case_file;
#[path = "support/files.rs"]
mod files;
#[path = "support/git.rs"]
mod git;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use case_file::{CaseFile, asked, each};
use files::files;
use git::git;
use serde_json::Value;

fn seatrial(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command
        .args(arguments)
        .env_clear()
        .env("SEATRIAL_OFFLINE", "true")
        .current_dir(directory)
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").canonicalize().expect("the tests")
}

fn main() -> ExitCode {
    let cases = each(&tests().join("init"), 8, said_and_written);
    trials::suite!(
        [
            what_it_writes_finds_what_is_found_without_it,
            a_pull_request_that_adds_it_is_compared_with_what_was_there,
            it_prints_what_it_would_write_and_writes_nothing_through_a_link,
            what_runs_it_says_only_what_our_action_template_and_step_know,
        ],
        cases
    )
}

/// What a case says and writes.
fn said_and_written(case: &CaseFile) -> String {
    let given: Vec<(&str, &str)> = case.borrowed().collect();
    let scratch = scratch::files(&given);
    let arguments: Vec<&str> = asked(&case.head, "$").expect("a command line").split(' ').collect();
    let output = seatrial(scratch.path(), &arguments);
    let mut got = format!("exit {}\n", output.status.code().expect("an exit code"));
    got += &text(&output.stdout);
    got += &text(&output.stderr).replace(&scratch.path().display().to_string(), "REPOSITORY");
    for (path, bytes) in files(scratch.path()) {
        match given.iter().find(|(known, _)| *known == path) {
            Some((_, before)) => assert_eq!(text(&bytes), *before, "{path} was changed"),
            None => write!(got, "\n==> {path}\n{}", text(&bytes)).expect("writes to a string"),
        }
    }
    got
}

/// What `validate` finds, whatever the environments are called.
fn found(directory: &Path) -> (Option<i32>, Vec<String>, u64) {
    let report = directory.parent().expect("a parent").join("report.json");
    let output = seatrial(directory, &["validate", "--all", &format!("--output=json={}", report.display())]);
    let said = text(&output.stderr);
    let report: Value =
        std::fs::read_to_string(&report).map_or(Value::Null, |text| serde_json::from_str(&text).expect("JSON"));
    let each = report["findings"].as_array().unwrap_or_else(|| panic!("no report: {said}")).iter().map(|finding| {
        let (mut place, environments) = (&finding["primary"]["location"], finding["environments"].as_array());
        // What is said of a whole source has its place in the configuration, where there is one.
        let is_source = |path: &str| path == "seatrial.yaml" || directory.join(path).is_dir();
        if place["path"].as_str().is_some_and(is_source) {
            place = &Value::Null;
        }
        format!(
            "{} {} {}:{}:{} {} {:?}",
            finding["rule"],
            finding["level"],
            place["path"],
            place["line"],
            place["column"],
            finding["message"],
            environments.map(Vec::len)
        )
    });
    let mut findings: Vec<String> = each.collect();
    findings.sort();
    let objects = report["environments"].as_array().expect("environments").iter();
    (output.status.code(), findings, objects.filter_map(|environment| environment["objects"].as_u64()).sum())
}

/// A repository: where it comes from, and its files.
type Repository = (String, Vec<(String, Vec<u8>)>);

/// Every repository of the tests, without its configuration.
fn repositories() -> Vec<Repository> {
    let mut all: Vec<Repository> = Vec::new();
    for entry in std::fs::read_dir(tests().join("cases")).expect("readable").flatten() {
        all.push((entry.path().display().to_string(), files(&entry.path().join("repo")).into_iter().collect()));
    }
    let of_discovery = Path::new(env!("CARGO_MANIFEST_DIR")).join("../render/discover/testdata");
    for directory in [of_discovery, tests().join("init")] {
        for entry in std::fs::read_dir(directory).expect("readable").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("text");
            let parts = text.split("\n-- ").skip(1).filter_map(|part| part.split_once(" --\n"));
            let parts = parts.filter(|(path, _)| *path != "expected");
            let files = parts.map(|(path, text)| (path.to_owned(), format!("{text}\n").into_bytes()));
            all.push((entry.path().display().to_string(), files.collect()));
        }
    }
    for (_, files) in &mut all {
        files.retain(|(path, _)| path != "seatrial.yaml" && path != "Jenkinsfile");
    }
    all
}

fn what_it_writes_finds_what_is_found_without_it() {
    let mut compared = BTreeSet::new();
    let mut with_findings = 0;
    for (name, files) in repositories() {
        let scratch = tempfile::tempdir().expect("a directory");
        let repository = scratch.path().join("repo");
        std::fs::create_dir(&repository).expect("created");
        for (path, bytes) in &files {
            let path = repository.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            std::fs::write(path, bytes).expect("written");
        }
        let output = seatrial(&repository, &["init"]);
        let wrote = std::fs::read(repository.join("seatrial.yaml"));
        if output.status.code() == Some(2) {
            assert_eq!(seatrial(&repository, &["validate"]).status.code(), Some(2), "{name}: {}", text(&output.stderr));
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let after = found(&repository);
        std::fs::remove_file(repository.join("seatrial.yaml")).expect("removed");
        let before = found(&repository);
        assert_eq!(after, before, "{name}:\n{}", text(&wrote.expect("written")));
        with_findings += usize::from(!before.1.is_empty());
        compared.insert(name);
    }
    assert!(compared.len() > 30 && with_findings > 15, "{} compared, {with_findings} with findings", compared.len());
}

fn a_pull_request_that_adds_it_is_compared_with_what_was_there() {
    let scratch = scratch::files(&[
        ("a/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: A_ }\n"),
        ("a/other.yaml", "a: b\n"),
        ("b/kustomization.yaml", "resources: [map.yaml]\n"),
        ("b/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: B_ }\n"),
    ]);
    let directory = scratch.path();
    git(directory, &["init", "--quiet"]);
    git(directory, &["add", "."]);
    git(directory, &["commit", "--quiet", "-m", "a"]);
    git(directory, &["checkout", "--quiet", "-b", "add"]);
    assert_eq!(seatrial(directory, &["init"]).status.code(), Some(0));
    let output = seatrial(directory, &["validate", "--base=main"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("already"), "{}", text(&output.stdout));
    // The comparison says something: one more mistake is new.
    std::fs::write(directory.join("a/new.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: C_ }\n")
        .expect("written");
    assert_eq!(seatrial(directory, &["validate", "--base=main"]).status.code(), Some(1));
}

fn it_prints_what_it_would_write_and_writes_nothing_through_a_link() {
    let scratch = scratch::files(&[("deploy/kustomization.yaml", "namePrefix: a-\n"), ("elsewhere/a", "")]);
    let directory = scratch.path();
    let printed = seatrial(directory, &["init", "--dry-run"]);
    assert!(!directory.join("seatrial.yaml").exists());
    std::os::unix::fs::symlink("elsewhere", directory.join(".github")).expect("linked");
    let refused = seatrial(directory, &["init", "--ci", "github"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stdout));
    assert!(text(&refused.stderr).contains("through `.github`, which is a symbolic link"), "{}", text(&refused.stderr));
    assert!(!directory.join("seatrial.yaml").exists() && !directory.join("elsewhere/workflows").exists());
    assert_eq!(seatrial(directory, &["init"]).status.code(), Some(0));
    assert_eq!(std::fs::read(directory.join("seatrial.yaml")).expect("written"), printed.stdout);
    std::fs::remove_file(directory.join("seatrial.yaml")).expect("removed");
    std::os::unix::fs::symlink("nowhere", directory.join("seatrial.yaml")).expect("linked");
    assert_eq!(seatrial(directory, &["init"]).status.code(), Some(2));
}

/// The file that `init` writes for a CI, in a repository with a remote.
fn written(ci: &str, path: &str, remote: &str) -> String {
    let scratch = scratch::files(&[("deploy/kustomization.yaml", "namePrefix: a-\n")]);
    git(scratch.path(), &["init", "--quiet"]);
    git(scratch.path(), &["remote", "add", "origin", remote]);
    let output = seatrial(scratch.path(), &["init", "--ci", ci, "--config", "ci/seatrial.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    std::fs::read_to_string(scratch.path().join(path)).expect("written")
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

fn what_runs_it_says_only_what_our_action_template_and_step_know() {
    let own = |path: &str| std::fs::read_to_string(tests().join("..").join(path)).expect("readable");
    let yaml = |text: &str| -> Value { serde_saphyr::from_str(text).expect("YAML") };

    let workflow = yaml(&written("github", ".github/workflows/seatrial.yml", "https://github.com/acme/shop"));
    let steps = workflow["jobs"]["trial"]["steps"].as_array().expect("steps").clone();
    let step = steps.iter().find(|step| step["uses"] == "OWNER/seatrial@COMMIT").expect("our action");
    assert_eq!(step["with"]["config"], "ci/seatrial.yaml");
    assert!(keys(&step["with"]).is_subset(&keys(&yaml(&own("action.yml"))["inputs"])));

    for (remote, token) in
        [("https://github.com/acme/shop", true), ("https://dev.azure.com/acme/shop/_git/shop", false)]
    {
        let pipeline = yaml(&written("azure", "azure-pipelines-seatrial.yml", remote));
        let parameters = &pipeline["steps"][1]["parameters"];
        assert_eq!(parameters["config"], "ci/seatrial.yaml");
        let template = yaml(&own("azure-pipelines/seatrial.yml"));
        let known = template["parameters"].as_array().expect("parameters").iter();
        let known: BTreeSet<String> = known.filter_map(|p| p["name"].as_str().map(str::to_owned)).collect();
        assert!(keys(parameters).is_subset(&known), "{parameters}");
        assert_eq!(parameters.get("githubToken").is_some(), token, "{remote}");
    }

    let jenkinsfile = written("jenkins", "Jenkinsfile", "https://dev.azure.com/acme/shop/_git/shop");
    assert!(
        jenkinsfile.contains("seatrial(config: 'ci/seatrial.yaml')") && jenkinsfile.contains("AZURE_DEVOPS_EXT_PAT")
    );
    assert!(own(".jenkins/vars/seatrial.groovy").contains("def known = ['command', 'binary', 'config'"));
}
