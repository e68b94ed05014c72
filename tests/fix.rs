//! `validate --fix`, from outside. Every file of `tests/fix` is a case: what is done to its files, line by line, and what is said and written
//! (`SEATRIAL_ACCEPT=1` writes what we give now).
//!
//! - `commit`: makes a git repository of all files as they are.
//! - `append PATH TEXT`: adds a line to a file.
//! - `utf16 PATH`, `crlf PATH`: writes a file in UTF-16 (with a mark), or with line ends of Windows.
//! - `ignore PATH`: has git leave a file out.
//! - `link PATH TARGET`: makes a symbolic link.
//! - `$ ARGUMENTS`: runs the program; its standard output is shown where it is a patch, and that part of a comment which shows one.
//! - `git-apply`: has git apply the last standard output.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[allow(dead_code, reason = "its heads are read line by line here")]
#[path = "support/case_file.rs"]
mod case_file;
#[path = "support/git.rs"]
mod git;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/trials.rs"]
mod trials;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use case_file::{CaseFile, each};
use git::git;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fix");
    trials::suite!([], each(&folder, 8, said_and_written))
}

/// What a case says and writes.
fn said_and_written(case: &CaseFile) -> String {
    let given: Vec<(&str, &str)> = case.borrowed().collect();
    let scratch = scratch::files(&given);
    let (mut got, mut printed) = (String::new(), Vec::new());
    let mut before = Vec::new();
    for line in case.head.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word != "$" && word != "git-apply" {
            prepare(scratch.path(), word, rest);
            continue;
        }
        if before.is_empty() {
            before = given.iter().map(|(path, _)| read(scratch.path(), path)).collect();
        }
        if word == "$" {
            printed = run(scratch.path(), rest, &mut got);
        } else {
            apply(scratch.path(), &printed);
        }
    }
    for ((path, _), before) in given.iter().zip(before) {
        let after = read(scratch.path(), path);
        if after != before {
            writeln!(got, "==> {path}").expect("writes to a string");
            got += &changed_lines(&text(&before), &text(&after));
        }
    }
    got
}

fn prepare(directory: &Path, word: &str, rest: &str) {
    let (path, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    let content = || String::from_utf8(read(directory, path)).expect("text");
    let write = |bytes: Vec<u8>| std::fs::write(directory.join(path), bytes).expect("written");
    match word {
        "" | "#" => {}
        "append" => write(format!("{}{argument}\n", content()).into_bytes()),
        "crlf" => write(content().replace('\n', "\r\n").into_bytes()),
        "utf16" => write(format!("\u{feff}{}", content()).encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "ignore" => std::fs::write(directory.join(".gitignore"), format!("{path}\n")).expect("written"),
        "link" => std::os::unix::fs::symlink(argument, directory.join(path)).expect("linked"),
        "commit" => {
            git(directory, &["init", "-q"]);
            git(directory, &["add", "-A"]);
            git(directory, &["commit", "-qm", "all"]);
        }
        other => panic!("`{other}` is not known"),
    }
}

/// Runs the program; gives back what it prints.
fn run(directory: &Path, arguments: &str, got: &mut String) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    let output = command.args(arguments.split(' ')).env_clear().current_dir(directory).output().expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    let code = output.status.code().expect("an exit code");
    write!(got, "$ {arguments}\nexit {code}\n{}", String::from_utf8_lossy(&output.stderr)).expect("writes to a string");
    if arguments.contains("--fix=patch") {
        got.push_str(&printed.replace('\r', "\\r"));
    } else if arguments.contains("--output=markdown") {
        got.push_str(fold_of_fixes(&printed));
    } else {
        let notices = printed.split_inclusive('\n').filter(|line| line.starts_with("notice: "));
        got.extend(notices);
    }
    output.stdout
}

/// The part of a comment that shows the patch.
fn fold_of_fixes(comment: &str) -> &str {
    const BEGINNING: &str = "<details><summary>Fixes";
    let fold = comment.find(BEGINNING).and_then(|at| comment.get(at..)).unwrap_or("no fold of fixes\n");
    fold.split_inclusive("</details>\n").next().unwrap_or_default()
}

fn apply(directory: &Path, patch: &[u8]) {
    let mut git =
        Command::new("git").arg("apply").current_dir(directory).stdin(Stdio::piped()).spawn().expect("git runs");
    git.stdin.take().expect("is piped").write_all(patch).expect("git reads");
    assert!(git.wait().expect("git ends").success(), "git does not take the patch");
}

fn read(directory: &Path, path: &str) -> Vec<u8> {
    std::fs::read(directory.join(path)).expect("is there")
}

/// A text that shows every byte of it: the mark of UTF-16 stays.
fn text(bytes: &[u8]) -> String {
    if !bytes.starts_with(&[0xff, 0xfe]) {
        return String::from_utf8(bytes.to_vec()).expect("UTF-8");
    }
    let (units, rest) = bytes.as_chunks::<2>();
    assert!(rest.is_empty(), "half a unit");
    String::from_utf16(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>()).expect("UTF-16")
}

/// The lines that differ, as they are, with their ends.
fn changed_lines(before: &str, after: &str) -> String {
    let [before, after] = [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    assert_eq!(before.len(), after.len(), "a fix keeps the lines");
    let pairs = before.iter().zip(&after).filter(|(one, other)| one != other);
    pairs.map(|(one, other)| format!("-{one:?}\n+{other:?}\n")).collect()
}
