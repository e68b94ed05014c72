//! `seatrial diff`: two commits or two sets of files as data, and what is printed. What is printed lies in `tests/diff/expected/`, by the name of
//! the case; `SEATRIAL_ACCEPT=1` writes it.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/accept.rs"]
mod accept;
#[path = "support/archive.rs"]
mod archive;
#[path = "support/git.rs"]
mod git;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use git::git;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    files: Files,
    cases: Vec<Case>,
}

/// Path → text; none deletes the file.
type Files = BTreeMap<String, Option<String>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    /// The name of what is expected.
    prints: String,
    /// Laid over the files and committed.
    #[serde(default)]
    base: Files,
    /// Laid over that.
    #[serde(default)]
    change: Files,
    /// Whether the change is committed, too.
    #[serde(default)]
    commits: bool,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    stdin: Option<String>,
    exit: i32,
    /// Parts of what stands on standard error.
    #[serde(default)]
    says: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diff")
}

fn lay(directory: &Path, files: &Files) {
    for (path, text) in files {
        let path = directory.join(path);
        match text {
            Some(text) => {
                std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
                std::fs::write(path, text).expect("written");
            }
            None => std::fs::remove_file(path).expect("it was there"),
        }
    }
}

fn check(files: &Files, case: &Case) {
    let scratch = tempfile::tempdir().expect("a directory");
    let repo = scratch.path();
    git(repo, &["init", "-q"]);
    let commit = |message: &str| {
        git(repo, &["add", "-A"]);
        git(repo, &["commit", "-qm", message, "--allow-empty"]);
    };
    lay(repo, files);
    lay(repo, &case.base);
    commit("base");
    lay(repo, &case.change);
    if case.commits {
        commit("change");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .arg("diff")
        .args(&case.args)
        .env_clear()
        .current_dir(repo)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(case.stdin.as_deref().unwrap_or_default().as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(case.exit), "{printed}\n{said}");
    for part in &case.says {
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(part.as_str()), "{part}:\n{said}");
    }
    let is_headline = |line: &&str| line.starts_with("<h1>");
    let printed = match case.prints.ends_with(".html") {
        // Of a page, its headline: what else there is to see of it is the reporters' own.
        true => printed.lines().filter(is_headline).map(|line| format!("{line}\n")).collect(),
        false => printed.into_owned(),
    };
    accept::expect(&folder().join("expected").join(&case.prints), &printed);
}

fn an_archive_is_a_side() {
    let scratch = tempfile::tempdir().expect("a directory");
    let map = |value: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata: {{a: {value}}}\n");
    let entry = |path: &str, text: &str| archive::entry(path, b'0', "", text.as_bytes());
    let write = |name: &str, bytes: &[u8]| std::fs::write(scratch.path().join(name), bytes).expect("written");
    write("before.tgz", &archive::packed(&[entry("dev/map.yaml", &map("one")), entry("README", "no manifest")]));
    write("after.tar", &entry("dev/map.yaml", &map("two")));
    write("chart.tgz", &archive::packed(&[entry("web/Chart.yaml", "name: web\n")]));
    write("out.tar", &entry("../map.yaml", &map("two")));
    write("all.zip", b"PK\x03\x04");
    let run = |before: &str, after: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command
            .args(["diff", before, after, "--exit-code", "--format=unified"])
            .env_clear()
            .current_dir(scratch.path());
        let output = command.output().expect("runs");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (code, text) = run("before.tgz", "after.tar");
    assert!(code == Some(1) && text.contains("- a: one + a: two"), "{text}");
    assert_eq!(run("before.tgz", "before.tgz").0, Some(0));
    for (name, says) in [
        ("chart.tgz", "`chart.tgz` holds `web/Chart.yaml`, from which objects are built first: name the directory"),
        ("out.tar", "`out.tar` holds `../map.yaml`, which leads out of it"),
        ("all.zip", "`all.zip` is a ZIP archive, which is not read"),
    ] {
        let (code, text) = run("before.tgz", name);
        assert!(code == Some(2) && text.contains(says), "{name}: {text}");
    }
}

fn no_expectation_is_without_a_case() {
    let names: Vec<String> = cases().cases.into_iter().map(|case| case.prints).collect();
    for entry in std::fs::read_dir(folder().join("expected")).expect("the expectations") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "{name} is nobody's");
    }
}

fn cases() -> Cases {
    let text = std::fs::read_to_string(folder().join("cases.yaml")).expect("the cases");
    serde_saphyr::from_str(&text).expect("cases")
}

fn main() -> ExitCode {
    let Cases { files, cases } = cases();
    let files = Arc::new(files);
    trials::suite!(
        [no_expectation_is_without_a_case, an_archive_is_a_side],
        cases.into_iter().map(|case| {
            let files = Arc::clone(&files);
            trials::case(&case.what.clone(), move || check(&files, &case))
        })
    )
}
