//! The README does what it says: its commands run, and the comment that it shows is the real one.
#![allow(clippy::disallowed_methods, reason = "this test reads the README and runs its commands")]

#[path = "support/redact.rs"]
mod redact;

use std::path::{Path, PathBuf};
use std::process::Command;

use redact::redacted;

const MARKS: (&str, &str) = ("<!-- comment:begin -->\n", "<!-- comment:end -->");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The shop in a directory of its own, outside any git working copy.
fn copy_of(case: &str) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a directory");
    let source = root().join("tests/cases").join(case).join("repo");
    let status = Command::new("cp").arg("-r").arg(format!("{}/.", source.display())).arg(scratch.path()).status();
    assert!(status.expect("cp runs").success());
    scratch
}

#[test]
fn every_console_command_works() {
    let readme = readme();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("$ seatrial ")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let shop = copy_of("shop");
        let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
            .args(command.split_whitespace())
            .current_dir(shop.path())
            .env_clear()
            .output()
            .expect("runs");
        assert!(output.status.success(), "seatrial {command}: {}", String::from_utf8_lossy(&output.stderr));
        let wrote_files = command.contains("--output");
        assert!(!output.stdout.is_empty() || wrote_files, "seatrial {command} printed nothing");
    }
}

#[test]
fn every_other_command_has_flags_that_exist() {
    let readme = readme();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("seatrial ")).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(" #").next().unwrap_or(command).split_whitespace().collect();
        let output = Command::new(env!("CARGO_BIN_EXE_seatrial")).args(&words).arg("--help").env_clear().output();
        assert!(output.expect("runs").status.success(), "seatrial {command}");
    }
}

#[test]
fn the_configuration_shown_is_valid() {
    let readme = readme();
    let block = readme.split("```yaml\n").find(|block| block.starts_with("version: 1")).expect("seatrial.yaml");
    let config = block.split("```").next().expect("an end").replace("path: … }", "path: x }");
    let shop = copy_of("shop");
    std::fs::write(shop.path().join("seatrial.yaml"), config).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .arg("validate")
        .current_dir(shop.path())
        .env_clear()
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_comment_shown_is_the_real_one() {
    let case = copy_of("image-does-not-exist");
    let file = case.path().join("report.md");
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(["run", "--cluster", "simulated", "--output"])
        .arg(format!("markdown={}", file.display()))
        .current_dir(case.path())
        .env_clear()
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let real = std::fs::read_to_string(&file).expect("the report");
    let readme = readme();
    let (before, rest) = readme.split_once(MARKS.0).expect("the begin mark");
    let (shown, after) = rest.split_once(MARKS.1).expect("the end mark");
    if std::env::var_os("SEATRIAL_UPDATE_CASES").is_some() {
        std::fs::write(root().join("README.md"), format!("{before}{}{real}{}{after}", MARKS.0, MARKS.1))
            .expect("written");
        return;
    }
    assert_eq!(redacted(shown), redacted(&real));
}
