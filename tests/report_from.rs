//! What a run without credentials found, delivered by one that has them: the file, the event and the pull request must agree, and every
//! string of the file is data.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

use std::process::Command;

use seatrial_test_servers::github::{Access, Account, FakeGitHub, Permission, Pull, Token};
use serde_json::{Value, json};

const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
const REPOSITORY: &str = "acme/shop";
const HEAD: &str = "1f2e3d4c5b6a79880123456789abcdef01234567";
const OTHER: &str = "00000000000000000000000000000000deadbeef";

struct Delivery {
    runtime: tokio::runtime::Runtime,
    github: FakeGitHub,
    scratch: tempfile::TempDir,
}

impl Delivery {
    fn new() -> Delivery {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let github = runtime.block_on(FakeGitHub::start());
        github.add_token(TOKEN, Account::named("github-actions[bot]"));
        github.add_pull(REPOSITORY, Pull::open(7, HEAD));
        Delivery { runtime, github, scratch: tempfile::tempdir().expect("a directory") }
    }

    /// A report as `validate` writes it in a fork's pull request.
    fn report(&self) -> Value {
        let file = self.scratch.path().join("made.json");
        let manifest = "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web, image: web, oops: 1 }] }\n";
        std::fs::write(self.scratch.path().join("pod.yaml"), manifest).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["validate", "pod.yaml", "--output"]).arg(format!("json={}", file.display()));
        command.current_dir(self.scratch.path()).env_clear().output().expect("runs");
        let mut report: Value = serde_json::from_slice(&std::fs::read(file).expect("written")).expect("JSON");
        report["revision"] = json!({ "head": HEAD, "pullRequest": { "number": 7, "repository": "mallory/shop" } });
        report
    }

    /// Delivers it; exit code and what was said.
    fn deliver(&self, report: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
        let file = |name: &str| self.scratch.path().join(name);
        std::fs::write(file("report.json"), report).expect("written");
        let event = json!({
            "workflow_run": { "head_sha": HEAD, "html_url": "https://github.com/acme/shop/actions/runs/9",
                "head_repository": { "full_name": "mallory/shop" }, "pull_requests": [] },
            "repository": { "full_name": REPOSITORY },
        });
        std::fs::write(file("event.json"), event.to_string()).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["report", "--from", "report.json"]).current_dir(self.scratch.path()).env_clear();
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "workflow_run"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_RUN_ID", "100"),
            ("GITHUB_WORKFLOW", "deliver"),
            ("GITHUB_JOB", "report"),
            ("GITHUB_API_URL", &self.github.url()),
            ("GITHUB_TOKEN", TOKEN),
        ]);
        command.env("GITHUB_EVENT_PATH", file("event.json")).envs(environment.iter().copied());
        let output = command.output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn comments(&self) -> Vec<String> {
        self.github.comments(REPOSITORY, 7).into_iter().map(|comment| comment.body).collect()
    }
}

#[test]
fn what_a_forks_job_found_becomes_a_comment_and_no_status() {
    let delivery = Delivery::new();
    let report = delivery.report().to_string();
    let (exit, said) = delivery.deliver(&report, &[]);
    assert_eq!(exit, Some(0), "{said}");
    let comments = delivery.comments();
    assert!(comments.len() == 1 && said.contains("delivered: "), "{said} {comments:#?}");
    let body = &comments[0];
    assert!(body.starts_with(&format!("<!-- seatrial key=deliver/report sha={HEAD} ")), "{body}");
    assert!(body.contains("oops") && body.contains("was not verified"), "{body}");
    assert!(body.contains(&format!("https://github.com/acme/shop/blob/{HEAD}/pod.yaml#L4")), "{body}");
    assert!(delivery.github.statuses(REPOSITORY, HEAD).is_empty());
    let (exit, said) = delivery.deliver(&report, &[]);
    assert!(exit == Some(0) && delivery.comments().len() == 1, "{said}");
}

#[test]
fn file_event_and_pull_request_must_agree_on_the_commit() {
    let delivery = Delivery::new();
    let mut other = delivery.report();
    other["revision"]["head"] = json!(OTHER);
    let (exit, said) = delivery.deliver(&other.to_string(), &[]);
    assert!(exit == Some(2) && said.contains("and the run that started this one is about"), "{said}");
    assert!(delivery.github.request_lines().is_empty());
    delivery.github.change_pull(REPOSITORY, 7, |pull| pull.head = OTHER.to_owned());
    let (exit, said) = delivery.deliver(&delivery.report().to_string(), &[]);
    assert!(exit == Some(0) && said.contains("not delivered: the head of pull request 7 is now"), "{said}");
    assert_eq!(delivery.comments(), [""; 0]);
}

#[test]
fn a_file_that_is_no_report_and_a_run_that_nothing_started_are_wrong_usage() {
    let delivery = Delivery::new();
    let mut newer = delivery.report();
    newer["version"] = json!(2);
    let mut nowhere = delivery.report();
    nowhere["revision"] = json!({ "head": HEAD });
    let good = delivery.report().to_string();
    let table = [
        ("{", [("X", "")], "is not a report of Seatrial"),
        ("[]", [("X", "")], "is not a report of Seatrial"),
        (&newer.to_string(), [("X", "")], "has version 2 of the report's format"),
        (&nowhere.to_string(), [("X", "")], "is not about a pull request"),
        (&good, [("GITHUB_EVENT_NAME", "pull_request")], "was not started by one"),
        (&good, [("GITHUB_ACTIONS", "")], "was not started by one"),
        (&good, [("GITHUB_TOKEN", "")], "GITHUB_TOKEN is not set"),
    ];
    for (text, environment, expected) in table {
        let (exit, said) = delivery.deliver(text, &environment);
        assert!(exit == Some(2) && said.contains(expected), "{expected}: {exit:?} {said}");
    }
    assert_eq!(delivery.comments(), [""; 0]);
}

#[test]
fn a_token_that_may_not_comment_is_broken_and_says_what_it_needs() {
    let delivery = Delivery::new();
    let token = Token::of(Account::named("github-actions[bot]"))
        .with(Permission::PullRequests, Access::Read)
        .with(Permission::Issues, Access::Read);
    delivery.github.grant(TOKEN, token);
    let (exit, said) = delivery.deliver(&delivery.report().to_string(), &[]);
    assert!(exit == Some(3) && said.contains("pull-requests: write"), "{exit:?} {said}");
    drop(delivery.runtime);
}

#[test]
fn no_string_of_the_file_is_more_than_text() {
    const EVIL: &str = "\n::error::x\n##vso[task.setvariable variable=x]y\n![i](https://evil.example/i.png) [l](https://evil.example) <img src=https://evil.example> @octocat \u{1b}[31m | a |";
    let delivery = Delivery::new();
    let mut report = delivery.report();
    poison(&mut report, EVIL);
    report["revision"] = json!({ "head": HEAD, "pullRequest": { "number": 7, "repository": EVIL, "fileUrl": "https://evil.example/{path}" } });
    report["runUrl"] = json!("https://evil.example/run");
    let (exit, said) = delivery.deliver(&report.to_string(), &[]);
    assert_eq!(exit, Some(0), "{said}");
    let body = delivery.comments().concat();
    // What Markdown makes of the texts themselves is the reporters' own test.
    for evil in ["](https://evil.example/run", "](https://evil.example/pod", "\u{1b}"] {
        assert!(!body.contains(evil), "{evil}: {body}");
    }
    let begins = |line: &str| line.trim_start().starts_with("::") || line.contains("##vso[") || line.contains("##[");
    assert!(!said.lines().any(begins), "{said}");
}

/// Puts a text behind every text that says what was found.
fn poison(value: &mut Value, evil: &str) {
    const SAID: [&str; 8] = ["message", "help", "notes", "text", "rule", "notices", "summary", "because"];
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if SAID.contains(&key.as_str()) => text.push_str(evil),
                    Value::Array(items) if SAID.contains(&key.as_str()) => items.push(json!(evil)),
                    other => poison(other, evil),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, evil)),
        _ => {}
    }
}
