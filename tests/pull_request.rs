//! The main job on a pull request: a real merge commit, GitHub Actions' environment, and the stateful GitHub fake on the other side.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/copy.rs"]
mod copy;
#[path = "support/git.rs"]
mod git;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use copy::copy;
use git::git;
use seatrial_test_servers::github::{Account, Answer, Behaviour, FakeGitHub, Fault, Pull};

const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
const REPOSITORY: &str = "acme/shop";
const WEB_TAG: (&str, &str) = ("newTag: 1.4.0", "newTag: 1.4.2");

/// A checkout of a pull request's merge commit, as actions/checkout leaves it.
struct Checkout {
    scratch: tempfile::TempDir,
    head: String,
}

fn edit(repo: &Path, changes: &[(&str, (&str, &str))]) {
    for (file, (from, to)) in changes {
        let path = repo.join(file);
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.contains(from), "{file} has no `{from}`");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
    }
}

impl Checkout {
    /// `shop` on main, a pull request that changes files, and the merge of both checked out.
    fn with(changes: &[(&str, (&str, &str))]) -> Checkout {
        Checkout::made(&[], changes, &[])
    }

    /// The same, with files that main does not have.
    fn adding(added: &[&str], changes: &[(&str, (&str, &str))]) -> Checkout {
        Checkout::made(added, changes, &[])
    }

    /// The same, while main changes files, too.
    fn made(added: &[&str], changes: &[(&str, (&str, &str))], meanwhile: &[(&str, (&str, &str))]) -> Checkout {
        let scratch = tempfile::tempdir().expect("a directory");
        let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/shop/repo");
        let repo = scratch.path().join("repo");
        copy(&shop, &repo);
        git(&repo, &["init", "-q"]);
        git(&repo, &["add", "-A"]);
        for file in added {
            git(&repo, &["rm", "-q", "--cached", file]);
        }
        git(&repo, &["commit", "-qm", "shop"]);
        git(&repo, &["checkout", "-qb", "change"]);
        edit(&repo, changes);
        git(&repo, &["add", "-A"]);
        git(&repo, &["commit", "-qm", "change", "--allow-empty"]);
        let head = git(&repo, &["rev-parse", "HEAD"]);
        git(&repo, &["checkout", "-q", "main"]);
        edit(&repo, meanwhile);
        git(&repo, &["commit", "-qam", "main went on", "--allow-empty"]);
        git(&repo, &["merge", "-q", "--no-ff", "-m", "merge", "change"]);
        Checkout { scratch, head }
    }

    fn repo(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    fn event(&self, head_repository: &str) -> String {
        let base = git(&self.repo(), &["rev-parse", "HEAD^1"]);
        serde_json::json!({
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "draft": false,
                "head": { "ref": "change", "sha": self.head, "repo": { "full_name": head_repository } },
                "base": { "ref": "main", "sha": base, "repo": { "full_name": REPOSITORY } },
            },
            "repository": { "full_name": REPOSITORY },
            "sender": { "login": "octocat" },
        })
        .to_string()
    }

    /// Runs the program as a step of GitHub Actions would.
    fn run(&self, github: &FakeGitHub, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.run_from(REPOSITORY, github, arguments, environment)
    }

    fn run_from(&self, head: &str, github: &FakeGitHub, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let file = |name: &str| self.scratch.path().join(name);
        std::fs::write(file("event.json"), self.event(head)).expect("written");
        let merge = git(&self.repo(), &["rev-parse", "HEAD"]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(arguments).current_dir(self.repo()).env_clear();
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_SHA", &merge),
            ("GITHUB_RUN_ID", "100"),
            ("GITHUB_RUN_NUMBER", "10"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_WORKFLOW", "ci"),
            ("GITHUB_JOB", "trial"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", &github.url()),
            ("GITHUB_TOKEN", TOKEN),
        ]);
        command.env("GITHUB_EVENT_PATH", file("event.json"));
        command.env("GITHUB_STEP_SUMMARY", file("summary.md")).env("GITHUB_OUTPUT", file("output"));
        command.envs(environment.iter().copied());
        command.output().expect("the program runs")
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.scratch.path().join(name)).unwrap_or_default()
    }
}

/// GitHub with the pull request and our token.
fn github(runtime: &tokio::runtime::Runtime, checkout: &Checkout) -> FakeGitHub {
    let github = runtime.block_on(FakeGitHub::start());
    github.add_token(TOKEN, Account::named("github-actions[bot]"));
    github.add_pull(REPOSITORY, Pull::open(7, &checkout.head));
    github
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const RUN: [&str; 3] = ["run", "--cluster", "simulated"];
const DEV: &str = "deploy/overlays/dev/kustomization.yaml";

#[test]
fn a_bad_tag_is_one_comment_one_status_and_one_annotation_on_the_head_commit() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let output = checkout.run(&github, &RUN, &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}\n{}", text(&output.stderr));

    let comments = github.comments(REPOSITORY, 7);
    assert_eq!(comments.len(), 1);
    let body = &comments[0].body;
    assert!(body.starts_with("<!-- seatrial key=ci/trial "), "{body}");
    assert!(body.contains("image not found: `shopacr.azurecr.io/shop/web:1.4.2`"), "{body}");
    let link = format!("https://github.com/{REPOSITORY}/blob/{}/{DEV}#L13", checkout.head);
    assert!(body.contains(&link), "{body}");

    let statuses = github.statuses(REPOSITORY, &checkout.head);
    let told: Vec<(&str, &str)> = statuses.iter().map(|s| (s.context.as_str(), s.state.as_str())).collect();
    assert_eq!(told, [("seatrial/ci/trial", "pending"), ("seatrial/ci/trial", "failure")]);
    assert!(stdout.lines().any(|l| l.starts_with(&format!("::error file={DEV},line=13,"))), "{stdout}");
    assert!(checkout.read("output").contains("failed"));
    assert!(checkout.read("summary.md").contains("image not found"));
}

#[test]
fn a_line_that_main_moved_is_shown_where_the_head_has_it() {
    let runtime = runtime();
    let above = ("apiVersion:", "# Main says more.\n# And more.\napiVersion:");
    let checkout = Checkout::made(&[], &[(DEV, WEB_TAG)], &[(DEV, above)]);
    let github = github(&runtime, &checkout);
    let stdout = text(&checkout.run(&github, &RUN, &[]).stdout);
    assert!(stdout.contains(&format!("{DEV}:13:13")), "{stdout}");
    assert!(stdout.lines().any(|l| l.starts_with(&format!("::error file={DEV},line=13,"))), "{stdout}");
    assert!(github.comments(REPOSITORY, 7)[0].body.contains(&format!("{DEV}#L13")));
}

#[test]
fn a_second_run_edits_the_comment_and_a_mended_one_turns_it_green() {
    let runtime = runtime();
    let checkout = Checkout::with(&[("deploy/base/motd.txt", ("every day", "each day"))]);
    let github = github(&runtime, &checkout);
    let first = checkout.run(&github, &RUN, &[]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stdout));
    let later = [("GITHUB_RUN_ID", "101"), ("GITHUB_RUN_NUMBER", "11")];
    let second = checkout.run(&github, &RUN, &later);
    assert_eq!(second.status.code(), Some(0));
    let comments = github.comments(REPOSITORY, 7);
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].body.contains("✅"), "{}", comments[0].body);
    let writes: Vec<String> = github.request_lines().into_iter().filter(|line| !line.starts_with("GET ")).collect();
    let of_statuses = writes.iter().filter(|line| line.contains("/statuses/")).count();
    let comments = writes.iter().filter(|line| line.contains("/comments")).count();
    assert_eq!((of_statuses, comments), (4, 1), "an unchanged run writes two statuses and nothing else: {writes:?}");
}

#[test]
fn a_status_names_verdict_and_report() {
    let runtime = runtime();
    for (tag, verdict) in [(WEB_TAG, "Failed: "), (("secretGenerator:", "secretGenerator: # \n"), "Passed")] {
        let checkout = Checkout::with(&[(DEV, tag)]);
        let github = github(&runtime, &checkout);
        checkout.run(&github, &RUN, &[]);
        let description = github.statuses(REPOSITORY, &checkout.head).pop().expect("a status").description;
        assert!(description.starts_with(verdict) && description.contains(" (report "), "{description}");
        assert!(description.chars().count() <= 140, "{description}");
        let digest =
            description.rsplit_once("(report ").map(|(_, rest)| rest.trim_end_matches(')')).unwrap_or_default();
        let marker = format!(" report={digest} v=1 -->");
        assert!(github.comments(REPOSITORY, 7)[0].body.contains(&marker), "{description}");
    }
}

#[test]
fn a_run_on_a_head_that_moved_on_sets_no_status() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    github.change_pull(REPOSITORY, 7, |pull| "b".repeat(40).clone_into(&mut pull.head));
    let output = checkout.run(&github, &RUN, &[]);
    assert_eq!(output.status.code(), Some(1), "the verdict stays");
    assert!(text(&output.stdout).contains("the head of pull request 7 is now bbbbbbb"), "{}", text(&output.stdout));
    assert_eq!(github.comments(REPOSITORY, 7).len(), 0);
    assert_eq!(github.statuses(REPOSITORY, &checkout.head).len(), 0);
}

#[test]
fn a_pull_request_that_renders_the_same_is_green_and_not_deployed() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, ("secretGenerator:", "# A comment changes nothing.\nsecretGenerator:"))]);
    let github = github(&runtime, &checkout);
    let output = checkout.run(&github, &RUN, &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("renders the same as its base"), "{stdout}");
    assert!(!stdout.contains("created"), "{stdout}");
}

#[test]
fn a_fork_is_validated_and_reported_without_the_api() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let output = checkout.run_from("mallory/shop", &github, &RUN, &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "the tag is wrong, but nothing is deployed: {stdout}");
    assert!(stdout.contains("fork"), "{stdout}");
    assert_eq!(github.request_lines(), Vec::<String>::new());
    assert!(checkout.read("summary.md").contains("fork"));
}

#[test]
fn a_missing_permission_drops_the_comment_and_leaves_the_verdict() {
    let runtime = runtime();
    let checkout = Checkout::with(&[("deploy/base/motd.txt", ("every day", "each day"))]);
    let github = github(&runtime, &checkout);
    github.arm(Fault::new("POST", "/repos/acme/shop/issues/7/comments", Behaviour::Answer(Answer::forbidden())));
    let output = checkout.run(&github, &RUN, &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("pull-requests: write"), "{stdout}");
    let states: Vec<String> = github.statuses(REPOSITORY, &checkout.head).into_iter().map(|s| s.state).collect();
    assert_eq!(states, ["pending", "success"]);
}

#[test]
fn an_older_run_that_ends_after_a_newer_one_writes_nothing() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let newer = [("GITHUB_RUN_ID", "200"), ("GITHUB_RUN_NUMBER", "20")];
    assert_eq!(checkout.run(&github, &RUN, &newer).status.code(), Some(1));
    let before = github.comments(REPOSITORY, 7);
    let older = checkout.run(
        &github,
        &["run", "--cluster", "simulated", "--image", "shopacr.azurecr.io/shop/web=shopacr.azurecr.io/shop/web:1.4.0"],
        &[],
    );
    assert_eq!(older.status.code(), Some(0), "the verdict is the older run's own: {}", text(&older.stdout));
    let after = github.comments(REPOSITORY, 7);
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].body, before[0].body);
    let statuses = github.statuses(REPOSITORY, &checkout.head);
    let states: Vec<&str> = statuses.iter().map(|s| s.state.as_str()).collect();
    assert_eq!(states, ["pending", "failure", "pending", "failure"], "the newer run's word stays");
    assert_eq!(statuses[3].description, statuses[1].description);
}

#[test]
fn a_shallow_clone_is_validated_and_says_which_depth_to_use() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let origin = format!("file://{}", checkout.repo().display());
    let shallow = checkout.scratch.path().join("shallow");
    git(checkout.scratch.path(), &["clone", "-q", "--depth", "1", &origin, "shallow"]);
    std::fs::rename(checkout.repo(), checkout.scratch.path().join("full")).expect("moved");
    let base_is_known_from_the_event = checkout.scratch.path().join("full");
    let event_base = git(&base_is_known_from_the_event, &["rev-parse", "HEAD^1"]);
    std::fs::rename(&shallow, checkout.repo()).expect("moved");
    let event = serde_json::json!({
        "pull_request": {
            "number": 7, "draft": false,
            "head": { "ref": "change", "sha": checkout.head, "repo": { "full_name": REPOSITORY } },
            "base": { "ref": "main", "sha": event_base, "repo": { "full_name": REPOSITORY } },
        },
        "repository": { "full_name": REPOSITORY },
    });
    let path = checkout.scratch.path().join("shallow-event.json");
    std::fs::write(&path, event.to_string()).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(RUN)
        .current_dir(checkout.repo())
        .env_clear()
        .envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_SHA", &git(&checkout.repo(), &["rev-parse", "HEAD"])),
            ("GITHUB_API_URL", &github.url()),
            ("GITHUB_EVENT_PATH", path.to_str().expect("a path")),
        ])
        .output()
        .expect("runs");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{}", text(&output.stderr));
    assert!(stdout.contains("fetch-depth: 2"), "{stdout}");
    assert!(!stdout.contains("created"), "{stdout}");
}

#[test]
fn a_changed_cluster_takes_effect_after_merge() {
    let runtime = runtime();
    let away = (
        "    deploy: { timeout: 30s }\n",
        "    deploy: { timeout: 30s }\n    cluster: { kubeconfig: { context: elsewhere } }\n",
    );
    let checkout = Checkout::with(&[("seatrial.yaml", away), ("deploy/base/motd.txt", ("every day", "each day"))]);
    let github = github(&runtime, &checkout);
    let output = checkout.run(&github, &["run"], &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{}", text(&output.stderr));
    let said = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the change of `cluster` takes effect after merge"), "{stdout}");
    assert!(stdout.contains("simulated"), "{stdout}");
}

#[test]
fn a_pull_request_that_adds_the_configuration_is_deployed_only_with_trust_head() {
    let runtime = runtime();
    let checkout = Checkout::adding(&["seatrial.yaml"], &[]);
    let github = github(&runtime, &checkout);
    let validated = text(&checkout.run(&github, &RUN, &[]).stdout);
    assert!(validated.contains("adds seatrial.yaml") && !validated.contains("created"), "{validated}");
    let trusted =
        [RUN.as_slice(), &["--trust-head", "--image", "shopacr.azurecr.io/shop/web=shopacr.azurecr.io/shop/web:1.4.0"]]
            .concat();
    let changes = Checkout::adding(&["seatrial.yaml"], &[("deploy/base/motd.txt", ("every day", "each day"))]);
    github.add_pull(REPOSITORY, Pull::open(7, &changes.head));
    let deployed = text(&changes.run(&github, &trusted, &[]).stdout);
    assert!(deployed.contains("8 created"), "{deployed}");
}

#[test]
fn a_broken_configuration_takes_the_place_of_an_older_green_comment() {
    let runtime = runtime();
    let green = Checkout::with(&[("deploy/base/motd.txt", ("every day", "each day"))]);
    let github = github(&runtime, &green);
    assert_eq!(green.run(&github, &RUN, &[]).status.code(), Some(0));
    assert!(github.comments(REPOSITORY, 7)[0].body.contains("✅"));

    let broken = Checkout::with(&[("seatrial.yaml", ("environments:", "enviroments:"))]);
    github.add_pull(REPOSITORY, Pull::open(7, &broken.head));
    let output = broken.run(&github, &RUN, &[("GITHUB_RUN_ID", "101"), ("GITHUB_RUN_NUMBER", "11")]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{stdout}\n{}", text(&output.stderr));
    let comments = github.comments(REPOSITORY, 7);
    assert_eq!(comments.len(), 1);
    let body = &comments[0].body;
    assert!(body.contains("❌") && body.contains("unknown key `enviroments`") && !body.contains("✅"), "{body}");
    assert!(body.contains("seatrial.yaml#L3"), "{body}");
    let status = github.statuses(REPOSITORY, &broken.head).last().map(|s| s.state.clone());
    assert_eq!(status.as_deref(), Some("failure"));
    assert!(broken.read("output").contains("failed"), "{}", broken.read("output"));
    assert!(broken.read("summary.md").contains("unknown key `enviroments`"));
    assert!(stdout.lines().any(|line| line.starts_with("::error file=seatrial.yaml,line=3,")), "{stdout}");
}

#[test]
fn files_are_written_before_anything_is_posted_and_completed_afterwards() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let file = checkout.scratch.path().join("report.json");
    let early = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let (seen, path) = (std::sync::Arc::clone(&early), file.clone());
    let look = move || *seen.lock().expect("not poisoned") = std::fs::read_to_string(&path).unwrap_or_default();
    github.arm(Fault::new(
        "POST",
        "/repos/acme/shop/issues/7/comments",
        Behaviour::Meanwhile(std::sync::Arc::new(look)),
    ));
    let refused = Behaviour::Answer(Answer::forbidden());
    github.arm(Fault::new("POST", &format!("/repos/acme/shop/statuses/{}", checkout.head), refused));
    let output = format!("--output=json={}", file.display());
    let arguments = [RUN.as_slice(), &[output.as_str()]].concat();
    assert_eq!(checkout.run(&github, &arguments, &[]).status.code(), Some(1));
    let early: serde_json::Value = serde_json::from_str(&early.lock().expect("not poisoned")).expect("a whole report");
    assert_eq!(early["verdict"], "failed");
    let late: serde_json::Value = serde_json::from_str(&checkout.read("report.json")).expect("a whole report");
    let notices = |report: &serde_json::Value| report["notices"].to_string();
    assert!(notices(&late).contains("statuses: write") && !notices(&early).contains("statuses: write"), "{late}");
}

#[test]
fn the_token_is_in_no_output() {
    let runtime = runtime();
    let leak = ("Fresh fish", TOKEN);
    let checkout = Checkout::with(&[("deploy/base/motd.txt", leak), (DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    let output = checkout.run(&github, &["run", "--cluster", "simulated", "-vv"], &[]);
    let bodies: String = github.comments(REPOSITORY, 7).into_iter().map(|c| c.body).collect();
    for seen in
        [text(&output.stdout), text(&output.stderr), checkout.read("summary.md"), checkout.read("output"), bodies]
    {
        assert!(!seen.contains(TOKEN), "{seen}");
    }
}

#[test]
fn a_pull_request_that_was_merged_meanwhile_gets_neither_comment_nor_status() {
    let runtime = runtime();
    let checkout = Checkout::with(&[(DEV, WEB_TAG)]);
    let github = github(&runtime, &checkout);
    github.change_pull(REPOSITORY, 7, |pull| "closed".clone_into(&mut pull.state));
    let output = checkout.run(&github, &RUN, &[]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "the verdict stays: {stdout}");
    assert!(stdout.contains("pull request 7 is closed"), "{stdout}");
    assert_eq!(github.comments(REPOSITORY, 7).len(), 0);
    assert_eq!(github.statuses(REPOSITORY, &checkout.head).len(), 0);
}
