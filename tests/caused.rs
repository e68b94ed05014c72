//! Only what the pull request caused: base and change as data, a git repository with the merge commit built of them, and what the report says.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/git.rs"]
mod git;
#[path = "support/schema.rs"]
mod schema;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::sync::Arc;

use git::git;
use schema::{problems, validator};
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
    #[serde(default)]
    base: Files,
    change: Files,
    #[serde(default)]
    args: Vec<String>,
    exit: i32,
    /// As [`told`] writes them; the report may go on where one ends.
    findings: Vec<String>,
    #[serde(default)]
    fixed: Vec<String>,
    /// On the terminal, line breaks apart.
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
}

fn cases() -> Cases {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/caused/cases.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(file).expect("the cases")).expect("cases")
}

/// A checkout of a pull request's merge commit.
struct Checkout {
    scratch: tempfile::TempDir,
    head: String,
    base: String,
}

struct Seen {
    exit: Option<i32>,
    /// Without line breaks.
    terminal: String,
    /// As it was written.
    log: String,
    markdown: String,
    json: serde_json::Value,
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

impl Checkout {
    fn of(files: &Files, case: &Case) -> Checkout {
        let scratch = tempfile::tempdir().expect("a directory");
        let repo = scratch.path().join("repo");
        std::fs::create_dir(&repo).expect("created");
        git(&repo, &["init", "-q"]);
        let commit = |message: &str| {
            git(&repo, &["add", "-A"]);
            git(&repo, &["commit", "-qm", message, "--allow-empty"]);
            git(&repo, &["rev-parse", "HEAD"])
        };
        lay(&repo, files);
        lay(&repo, &case.base);
        let base = commit("base");
        git(&repo, &["checkout", "-qb", "change"]);
        lay(&repo, &case.change);
        let head = commit("change");
        git(&repo, &["checkout", "-q", "main"]);
        git(&repo, &["merge", "-q", "--no-ff", "-m", "merge", "change"]);
        Checkout { scratch, head, base }
    }

    /// Leaves the merge commit alone in the clone.
    fn made_shallow(self) -> Checkout {
        let at = |name: &str| self.scratch.path().join(name);
        let origin = format!("file://{}", at("repo").display());
        git(self.scratch.path(), &["clone", "-q", "--depth", "1", &origin, "shallow"]);
        std::fs::rename(at("repo"), at("full")).expect("moved");
        std::fs::rename(at("shallow"), at("repo")).expect("moved");
        self
    }

    /// Runs the program as a step of GitHub Actions without a token.
    fn run(&self, command: &str, args: &[&str], environment: &[(&str, &str)]) -> Seen {
        let at = |name: &str| self.scratch.path().join(name);
        let side =
            |name: &str, sha: &str| serde_json::json!({ "ref": name, "sha": sha, "repo": { "full_name": "a/b" } });
        let event = serde_json::json!({
            "pull_request": { "number": 7, "draft": false, "head": side("change", &self.head), "base": side("main", &self.base) },
            "repository": { "full_name": "a/b" },
        });
        std::fs::write(at("event.json"), event.to_string()).expect("written");
        let output: Output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
            .arg(command)
            .args(args)
            .arg("--output=terminal")
            .arg(format!("--output=markdown={}", at("report.md").display()))
            .arg(format!("--output=json={}", at("report.json").display()))
            .arg(format!("--output=junit={}", at("report.xml").display()))
            .env_clear()
            .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REPOSITORY", "a/b")])
            .env("GITHUB_EVENT_PATH", at("event.json"))
            .env("GITHUB_SHA", git(&at("repo"), &["rev-parse", "HEAD"]))
            .envs(environment.iter().copied())
            .current_dir(at("repo"))
            .output()
            .expect("runs");
        let read = |name: &str| std::fs::read_to_string(at(name)).unwrap_or_default();
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        Seen {
            exit: output.status.code(),
            terminal: log.split_whitespace().collect::<Vec<_>>().join(" "),
            log,
            markdown: read("report.md"),
            json: serde_json::from_str(&read("report.json")).unwrap_or_default(),
        }
    }
}

/// `new error dev,prod: the sentence`.
fn told(finding: &serde_json::Value) -> String {
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let age = if finding["age"] == "already-there" { "old" } else { "new" };
    format!("{age} {} {}", text("level"), in_environments(finding))
}

fn in_environments(finding: &serde_json::Value) -> String {
    let names = finding["environments"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
    format!("{}: {}", names.collect::<Vec<_>>().join(","), finding["message"].as_str().unwrap_or_default())
}

fn list(report: &serde_json::Value, field: &str, tell: fn(&serde_json::Value) -> String) -> Vec<String> {
    let all = report[field].as_array().into_iter().flatten();
    all.filter(|finding| finding["level"] != "note").map(tell).collect()
}

#[track_caller]
fn begin_alike(what: &str, seen: &[String], expected: &[String]) {
    let alike = seen.len() == expected.len() && seen.iter().zip(expected).all(|(s, e)| s.starts_with(e.as_str()));
    assert!(alike, "{what}:\nseen     {seen:#?}\nexpected {expected:#?}");
}

fn main() -> ExitCode {
    let Cases { files, cases } = cases();
    let files = Arc::new(files);
    let cases = cases.into_iter().map(|case| {
        let files = Arc::clone(&files);
        trials::case(&case.what.clone(), move || check(&files, &case))
    });
    trials::suite!(
        [
            every_report_of_a_comparison_fits_the_published_schema,
            an_environment_with_old_errors_only_is_deployed_and_the_report_says_so,
            what_cannot_be_rendered_is_never_deployed,
            a_base_that_a_shallow_clone_lacks_is_said_with_the_way_out_and_everything_is_new,
            only_new_findings_are_put_on_lines_of_the_diff,
            a_base_is_compared_with_what_is_checked_out_beside_it,
        ],
        cases
    )
}

/// A pull request answers for what it caused.
fn check(files: &Files, case: &Case) {
    let args: Vec<&str> = case.args.iter().map(String::as_str).collect();
    let seen = Checkout::of(files, case).run("validate", &args, &[]);
    let what = format!("{}\n{}", case.what, seen.log);
    begin_alike(&what, &list(&seen.json, "findings", told), &case.findings);
    begin_alike(&what, &list(&seen.json, "fixed", in_environments), &case.fixed);
    assert_eq!(seen.exit, Some(case.exit), "{what}");
    case.says.iter().for_each(|text| assert!(seen.terminal.contains(text.as_str()), "no `{text}`: {what}"));
    case.silent.iter().for_each(|text| assert!(!seen.log.contains(text.as_str()), "`{text}`: {what}"));
}

fn case(what: &str) -> (Files, Case) {
    let Cases { files, cases } = cases();
    let case = cases.into_iter().find(|case| case.what.starts_with(what)).expect("such a case");
    (files, case)
}

fn every_report_of_a_comparison_fits_the_published_schema() {
    let validator = validator("report");
    for what in ["new findings come first", "a change that cannot be rendered", "with --fail-on never"] {
        let (files, case) = case(what);
        let json = Checkout::of(&files, &case).run("validate", &["--all"], &[]).json;
        let problems = problems(&validator, &json);
        assert!(problems.is_empty() && json["findings"].is_array(), "{what}: {problems:?}");
    }
}

fn an_environment_with_old_errors_only_is_deployed_and_the_report_says_so() {
    let (files, case) = case("what neither can render");
    let wrong = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  ports: [{ port: 80 }]\n  zzz: 1\n";
    let case = Case { base: [("app/web.yaml".to_owned(), Some(wrong.to_owned()))].into(), ..case };
    let checkout = Checkout::of(&files, &case);
    let seen = checkout.run("run", &["--cluster", "simulated"], &[]);
    assert!(
        seen.terminal.contains("dev is deployed with 1 problem that the base has, too: `--fail-on all` prevents that"),
        "{}",
        seen.log
    );
    // Whether the API server takes the object is its own affair, and a finding of the deployment is never an old one.
    assert_ne!(seen.json["environments"][0]["stages"][2]["result"], "skipped", "{}", seen.log);
    let stopped =
        checkout.run("run", &["--cluster", "simulated"], &[("SEATRIAL_FAIL_ON", "all"), ("SEATRIAL_ALL", "true")]);
    assert_eq!(stopped.exit, Some(1), "{}", stopped.log);
    assert!(stopped.terminal.contains("validation failed") && !stopped.terminal.contains("created"), "{}", stopped.log);
}

fn what_cannot_be_rendered_is_never_deployed() {
    let (files, case) = case("what neither can render");
    let broken = [("dev/kustomization.yaml".to_owned(), Some("resources: [../app, gone.yaml]\n".to_owned()))];
    let case = Case { base: broken.into(), ..case };
    for fail_on in ["new", "never"] {
        let seen = Checkout::of(&files, &case).run("run", &["--cluster=simulated", "--fail-on", fail_on], &[]);
        assert_eq!(seen.exit, Some(0), "{}", seen.log);
        assert!(seen.terminal.contains("rendering failed, as on the base"), "{}", seen.log);
        assert!(seen.markdown.contains("⚠️ failed (as on the base)"), "{}", seen.markdown);
    }
}

fn a_base_that_a_shallow_clone_lacks_is_said_with_the_way_out_and_everything_is_new() {
    let (files, case) = case("an error that the base has does not fail");
    let checkout = Checkout::of(&files, &case).made_shallow();
    for (command, besides) in [("validate", ""), ("run", ", and nothing is deployed")] {
        let seen = checkout.run(command, &[], &[]);
        assert_eq!(seen.exit, Some(1), "{}", seen.log);
        let sentence = format!(
            "which is shallow): every finding counts as new{besides}; give actions/checkout `fetch-depth: 2`, or run `git fetch --deepen=1` first"
        );
        assert!(seen.terminal.contains(&sentence), "{}", seen.log);
        assert!(seen.markdown.contains("fetch-depth: 2"), "{}", seen.markdown);
        assert!(list(&seen.json, "findings", told).iter().all(|finding| finding.starts_with("new ")), "{}", seen.log);
    }
}

fn only_new_findings_are_put_on_lines_of_the_diff() {
    let (files, case) = case("new findings come first");
    let checkout = Checkout::of(&files, &case);
    let lines = |seen: &Seen| {
        seen.log.lines().filter(|line| line.starts_with("::error")).map(str::to_owned).collect::<Vec<_>>()
    };
    let annotated = lines(&checkout.run("validate", &[], &[]));
    assert!(annotated.len() == 1 && annotated[0].contains("spec.zzz"), "{annotated:?}");
    let annotated = lines(&checkout.run("validate", &["--all"], &[]));
    assert!(annotated.len() == 2 && annotated[1].contains("::already there: ConfigMap dev/map"), "{annotated:?}");
}

fn a_base_is_compared_with_what_is_checked_out_beside_it() {
    let (mut files, mut case) = case("an error that the base has does not fail, wherever its line went");
    let remote = "resources: ['https://github.com/acme/app?ref=v1', map.yaml]\nnamespace: dev\n";
    files.insert("dev/kustomization.yaml".to_owned(), Some(remote.to_owned()));
    files.insert(
        "dev/map.yaml".to_owned(),
        Some("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own }\n".to_owned()),
    );
    files.insert(".gitignore".to_owned(), Some("vendor\n".to_owned()));
    case.base = Files::new();
    case.change = [(
        "dev/map.yaml".to_owned(),
        Some("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, labels: { a: b } }\n".to_owned()),
    )]
    .into();
    let checkout = Checkout::of(&files, &case);
    // As a step of the job lays it there: in neither commit, and with an error of its own.
    let vendored = [
        ("vendor/app/kustomization.yaml", "resources: [old.yaml]\n"),
        ("vendor/app/old.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\ndatta: {}\n"),
    ];
    let vendored = vendored.map(|(path, text)| (path.to_owned(), Some(text.to_owned())));
    lay(&checkout.scratch.path().join("repo"), &vendored.into());
    let flag = "https://github.com/acme/app?ref=v1=vendor/app";
    let seen = checkout.run("validate", &["--environment", "dev", "--checkout", flag], &[]);
    assert_eq!(
        list(&seen.json, "findings", told),
        ["old error dev: ConfigMap dev/old has no field `datta`; did you mean `data`?"]
    );
    assert_eq!(seen.exit, Some(0), "{}", seen.log);
    let seen = checkout.run("validate", &["--environment", "dev", "--all"], &[]);
    assert!(seen.terminal.contains("was not fetched"), "{}", seen.log);
}
