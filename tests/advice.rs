//! What a mistake is told as: at the value that is wrong in the end, once, and without what only follows from it.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    files: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    /// What is validated; `top`, where nothing is said.
    path: Option<String>,
    /// Besides `validate PATH`.
    #[serde(default)]
    args: Vec<String>,
    /// Laid over the others.
    files: BTreeMap<String, String>,
    /// As [`told`] writes the findings; notes are among them.
    told: Vec<String>,
    exit: i32,
}

/// `error top/p.yaml:4:19 the sentence`, then `and PLACE LABEL` of each further place, and `help: …`.
fn told(finding: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let place = |label: &serde_json::Value| {
        let at = &label["location"];
        format!("{}:{}:{}", text(&at["path"]), at["line"], at["column"])
    };
    let head = format!("{} {} {}", text(&finding["level"]), place(&finding["primary"]), text(&finding["message"]));
    let related = finding["related"].as_array().into_iter().flatten();
    let related = related.map(|label| format!("and {} {}", place(label), text(&label["text"])));
    let help = finding["help"].as_str().map(|help| format!("help: {help}"));
    std::iter::once(head).chain(related).chain(help).collect()
}

fn main() -> ExitCode {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/advice/cases.yaml");
    let Cases { files, cases } =
        serde_saphyr::from_str(&std::fs::read_to_string(file).expect("the cases")).expect("cases");
    let files = Arc::new(files);
    let trial = |case: Case| {
        let files = Arc::clone(&files);
        trials::case(&case.what.clone(), move || check(&files, &case))
    };
    trials::suite!([], cases.into_iter().map(trial))
}

/// Every mistake is told where it is, and nothing that follows from it.
fn check(files: &BTreeMap<String, String>, case: &Case) {
    let scratch = tempfile::tempdir().expect("a directory");
    for (path, text) in files.iter().chain(&case.files) {
        let path = scratch.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(["validate", case.path.as_deref().unwrap_or("top"), "--output=json"])
        .args(&case.args)
        .current_dir(scratch.path())
        .env_clear()
        .output()
        .expect("runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let seen: Vec<String> = report["findings"].as_array().into_iter().flatten().flat_map(told).collect();
    let log = String::from_utf8_lossy(&output.stderr);
    // As it stands in the file, to be copied there.
    let told: String = seen.iter().map(|line| format!("      - {line:?}\n")).collect();
    assert_eq!(seen, case.told, "{}:\n{told}{log}", case.what);
    assert_eq!(output.status.code(), Some(case.exit), "{}:\n{told}{log}", case.what);
}
