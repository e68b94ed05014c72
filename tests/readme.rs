//! The README does what it says: its commands run, and the comment that it shows is the real one.
#![allow(clippy::disallowed_methods, reason = "this test reads the README and runs its commands")]

#[path = "support/redact.rs"]
mod redact;

use std::path::{Path, PathBuf};
use std::process::Command;

use redact::redacted;
use serde_json::Value;

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
    let behind_a_pipe = |line: &'_ str| line.find("| seatrial ").map(|at| at + "| seatrial ".len());
    let commands: Vec<&str> = blocks(&readme, "sh")
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("seatrial ").or_else(|| line.get(behind_a_pipe(line)?..)))
        .collect();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(" #").next().unwrap_or(command).split_whitespace().collect();
        let output = Command::new(env!("CARGO_BIN_EXE_seatrial")).args(&words).arg("--help").env_clear().output();
        assert!(output.expect("runs").status.success(), "seatrial {command}");
    }
}

/// The blocks of code in a language.
fn blocks<'a>(readme: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let fence = format!("```{language}\n");
    let parts: Vec<&str> = readme.split(fence.as_str()).skip(1).collect();
    parts.into_iter().filter_map(|part| part.split("\n```").next())
}

#[test]
fn every_other_program_is_known_or_is_in_the_repository() {
    let readme = readme();
    let words: Vec<&str> = blocks(&readme, "sh")
        .flat_map(str::lines)
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| !matches!(*word, "seatrial" | "cargo" | "az" | "npx"))
        .collect();
    assert!(!words.is_empty());
    for word in words {
        assert!(root().join(word).is_file(), "{word}");
    }
}

#[test]
fn every_part_of_a_configuration_shown_fits_the_schema() {
    let schema = Command::new(env!("CARGO_BIN_EXE_seatrial")).args(["schema", "config"]).env_clear().output();
    let schema: Value = serde_json::from_slice(&schema.expect("runs").stdout).expect("a schema");
    let keys = schema["properties"].as_object().expect("properties").clone();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let readme = readme();
    let mut seen = 0;
    for block in blocks(&readme, "yaml") {
        // This parser takes the word for a boolean, as YAML 1.1 did.
        let text = block.replace("path: … }", "path: x }").replace(": off }", ": 'off' }");
        let Ok(Value::Object(mut part)) = serde_saphyr::from_str::<Value>(&text) else { continue };
        if !part.keys().all(|key| keys.contains_key(key)) {
            continue;
        }
        part.entry("version").or_insert(Value::from(1));
        part.entry("environments").or_insert(serde_json::json!({}));
        let errors: Vec<String> = validator.iter_errors(&Value::Object(part)).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{block}");
        seen += 1;
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn every_line_of_json_is_json() {
    let readme = readme();
    let lines: Vec<&str> = blocks(&readme, "json").flat_map(str::lines).collect();
    assert!(lines.len() >= 3);
    for line in lines {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn no_block_is_in_a_language_that_nobody_looks_at() {
    // YAML of workflows and pipelines: tests/doors/schemas.py; Groovy: tests/jenkins; JavaScript: tests/doors/run.
    let readme = readme();
    let languages = readme.lines().filter_map(|line| line.trim().strip_prefix("```")).filter(|name| !name.is_empty());
    for language in languages {
        assert!(["sh", "console", "yaml", "json", "js", "groovy"].contains(&language), "{language}");
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
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        std::fs::write(root().join("README.md"), format!("{before}{}{real}{}{after}", MARKS.0, MARKS.1))
            .expect("written");
        return;
    }
    assert_eq!(redacted(shown), redacted(&real));
}
