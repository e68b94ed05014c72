//! What `report:` may ask for beside comment and status: the check run and the deployments of a pull request, from the first run to the
//! cleanup, against the stateful fakes of GitHub and Azure Repos and a cluster that counts as a real one.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[allow(dead_code, reason = "other tests look at what the clusters were sent")]
#[path = "support/clusters.rs"]
mod clusters;
#[path = "support/git.rs"]
mod git;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clusters::Clusters;
use git::git;
use seatrial_test_servers::azure_repos::{self, FakeAzureRepos, PullRequest};
use seatrial_test_servers::github::{Access, Account, FakeGitHub, Permission, Pull, Token};

const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
const REPOSITORY: &str = "acme/shop";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { a: \"1\" }\n";
/// A change that is fine, and one that no server takes.
const GREEN: (&str, &str) = ("a: \"1\"", "a: \"2\"");
const RED: (&str, &str) = ("a: \"1\"", "a: [2]");
const BOTH: &str = "report: { check-run: true, deployment: true }\n";

fn configuration(report: &str) -> String {
    format!(
        "version: 1
environments:
  dev:
    kustomize: {{ path: deploy }}
    cluster: {{ kubeconfig: {{ context: dev }} }}
    deploy:
      timeout: 30s
      url: \"https://shop-pr-{{number}}.example.com\"
      preview: {{ namespace: \"shop-pr-{{number}}\" }}
{report}"
    )
}

/// A pull request as its host has checked it out, with a cluster and the forge.
struct Stage {
    scratch: tempfile::TempDir,
    head: String,
    clusters: Clusters,
    runtime: tokio::runtime::Runtime,
    github: FakeGitHub,
}

impl Stage {
    fn with(report: &str, change: (&str, &str)) -> Stage {
        Stage::changing(report, report, change)
    }

    /// The pull request may change where the report goes.
    fn changing(report: &str, report_of_change: &str, (from, to): (&str, &str)) -> Stage {
        Stage::of(report, report_of_change, [MAP, &MAP.replacen(from, to, 1)])
    }

    /// With what is deployed, before and after the change.
    fn of(report: &str, report_of_change: &str, [before, after]: [&str; 2]) -> Stage {
        let scratch = tempfile::tempdir().expect("a directory");
        let repo = scratch.path().join("repo");
        std::fs::create_dir_all(repo.join("deploy")).expect("created");
        let write = |path: &str, text: &str| std::fs::write(repo.join(path), text).expect("written");
        write("seatrial.yaml", &configuration(report));
        write("deploy/kustomization.yaml", "resources: [map.yaml]\n");
        write("deploy/map.yaml", before);
        let git = |arguments: &[&str]| git(&repo, arguments);
        git(&["init", "-q"]);
        git(&["add", "-A"]);
        git(&["commit", "-qm", "shop"]);
        git(&["checkout", "-qb", "change"]);
        write("seatrial.yaml", &configuration(report_of_change));
        write("deploy/map.yaml", after);
        git(&["commit", "-qam", "change"]);
        let head = git(&["rev-parse", "HEAD"]);
        git(&["checkout", "-q", "main"]);
        git(&["commit", "-qm", "main went on", "--allow-empty"]);
        git(&["update-ref", "refs/remotes/origin/main", "main"]);
        git(&["checkout", "-q", "--detach"]);
        git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let github = runtime.block_on(FakeGitHub::start());
        github.add_token(TOKEN, Account::named("github-actions[bot]"));
        github.add_pull(REPOSITORY, Pull::open(7, &head));
        Stage { scratch, head, clusters: Clusters::start(&["dev"]), runtime, github }
    }

    fn repo(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(arguments).current_dir(self.repo()).env_clear();
        command.env("KUBECONFIG", self.clusters.kubeconfig(self.scratch.path())).env("HOME", self.scratch.path());
        command
    }

    /// As a step of GitHub Actions, and all that it says in one line.
    fn run(&self, run: &str, token: &str, arguments: &[&str]) -> (Output, String) {
        let side = |branch: &str, sha: &str| serde_json::json!({ "ref": branch, "sha": sha, "repo": { "full_name": REPOSITORY } });
        let base = git(&self.repo(), &["rev-parse", "main"]);
        let event = serde_json::json!({
            "number": 7,
            "pull_request": { "number": 7, "draft": false, "head": side("change", &self.head), "base": side("main", &base) },
            "repository": { "full_name": REPOSITORY },
        });
        let file = self.scratch.path().join("event.json");
        std::fs::write(&file, event.to_string()).expect("written");
        let mut command = self.command(arguments);
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_SHA", &git(&self.repo(), &["rev-parse", "HEAD"])),
            ("GITHUB_RUN_ID", run),
            ("GITHUB_RUN_NUMBER", run),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_WORKFLOW", "ci"),
            ("GITHUB_JOB", "trial"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", &self.github.url()),
            ("GITHUB_TOKEN", token),
        ]);
        told(command.env("GITHUB_EVENT_PATH", file))
    }

    /// Conclusion and annotated places of each check run.
    fn checks(&self) -> Vec<(String, Vec<String>)> {
        let place = |a: &serde_json::Value| format!("{}:{}", a["path"].as_str().unwrap_or_default(), a["start_line"]);
        let checks = self.github.checks(REPOSITORY, &self.head).into_iter();
        let told = checks.map(|check| {
            assert_eq!(check.name, "seatrial/ci/trial");
            (check.conclusion.unwrap_or_default(), check.annotations.iter().map(place).collect())
        });
        told.collect()
    }

    /// Environment and states of each deployment.
    fn deployments(&self) -> Vec<(String, String)> {
        assert_eq!(self.github.violations(), Vec::<String>::new());
        let deployments = self.github.deployments(REPOSITORY).into_iter();
        let states = |all: &[_]| all.iter().map(state_of).collect::<Vec<_>>().join(" ");
        deployments.map(|d| (d.environment, states(&d.statuses))).collect()
    }
}

fn state_of(status: &seatrial_test_servers::github::DeploymentStatus) -> &str {
    &status.state
}

fn told(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("the program runs");
    let log = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).join("\n");
    let said = log.split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ");
    (output, said)
}

fn one(environment: &str, states: &str) -> (String, String) {
    (environment.to_owned(), states.to_owned())
}

fn green() -> (String, Vec<String>) {
    ("success".to_owned(), Vec::new())
}

#[test]
fn a_pull_request_has_its_label_while_it_is_routine_and_passes() {
    let label = "report: { routine-label: only images }\n";
    let job = |tag: &str| {
        let template = "template: { spec: { restartPolicy: Never, containers: [{ name: web, image: \"ghcr.io/acme/web:TAG\" }] } }";
        let head = "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: web }\nspec:\n  schedule: \"0 3 * * *\"\n";
        format!("{head}  jobTemplate: {{ spec: {{ {template} }} }}\n").replace("TAG", tag)
    };
    let labels = |stage: &Stage| stage.github.labels(REPOSITORY, 7);
    let routine = Stage::of(label, label, [&job("1.4.1"), &job("1.4.2")]);
    for run in ["100", "101"] {
        let (output, log) = routine.run(run, TOKEN, &["run"]);
        assert_eq!((output.status.code(), labels(&routine)), (Some(0), vec!["only images".to_owned()]), "{log}");
    }
    let major = Stage::of(label, label, [&job("1.4.1"), &job("2.0.0")]);
    major.github.change_pull(REPOSITORY, 7, |pull| pull.labels = vec!["only images".to_owned(), "other".to_owned()]);
    for run in ["100", "101"] {
        let (_, log) = major.run(run, TOKEN, &["run"]);
        assert_eq!(labels(&major), ["other"], "{log}");
    }
    // Who says which label counts is the target branch.
    let brought = Stage::of("", label, [&job("1.4.1"), &job("1.4.2")]);
    let (_, log) = brought.run("100", TOKEN, &["run"]);
    assert!(labels(&brought).is_empty(), "{log}");
    let account = Account::named("reader[bot]");
    let reader = Token::of(account).with(Permission::PullRequests, Access::Read).with(Permission::Issues, Access::Read);
    routine.github.grant("ghs_reader", reader);
    let (output, log) = routine.run("102", "ghs_reader", &["run"]);
    assert!(output.status.code() == Some(0) && log.contains("pull-requests: write"), "{log}");
}

#[test]
fn a_preview_is_a_deployment_from_its_first_run_until_it_is_deleted() {
    let stage = Stage::with(BOTH, GREEN);
    let (output, log) = stage.run("100", TOKEN, &["run"]);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(
        (stage.checks(), stage.deployments()),
        (vec![green()], vec![one("dev (shop-pr-7)", "success")]),
        "{log}"
    );
    let calls = || {
        let lines = stage.github.request_lines();
        lines.iter().filter(|line| line.contains("check-runs") || line.contains("deployments")).count()
    };
    assert_eq!(calls(), 5, "{:?}", stage.github.request_lines());
    let deployment = stage.github.deployments(REPOSITORY).remove(0);
    let status = &deployment.statuses[0];
    assert_eq!(deployment.commit, stage.head);
    assert_eq!(status.environment_url.as_deref(), Some("https://shop-pr-7.example.com"));
    assert_eq!(status.log_url.as_deref(), Some("https://github.com/acme/shop/actions/runs/100"));
    assert_eq!(status.description, "1 created");

    let (output, log) = stage.run("101", TOKEN, &["run"]);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(stage.checks(), [green(), green()], "{log}");
    assert_eq!(stage.deployments(), [one("dev (shop-pr-7)", "success success")], "{log}");
    assert_eq!(calls(), 9, "the second run looks for both, and writes a check run and a status");

    stage.github.change_pull(REPOSITORY, 7, |pull| "closed".clone_into(&mut pull.state));
    git(&stage.repo(), &["checkout", "-q", "main"]);
    for (says, states) in [
        ("shop-pr-7 deleted clean dev 1 deployment set inactive", "success success inactive"),
        ("shop-pr-7 does not exist clean dev no deployment was active", "success success inactive"),
    ] {
        let (output, log) = stage.run("102", TOKEN, &["cleanup"]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert!(log.contains(says), "{log}");
        assert!(!stage.clusters.has("dev", "/api/v1/namespaces/shop-pr-7"));
        assert_eq!(stage.deployments(), [one("dev (shop-pr-7)", states)], "{log}");
    }
}

#[test]
fn a_finding_is_annotated_and_what_is_not_deployed_is_no_deployment() {
    let stage = Stage::with(BOTH, RED);
    let (output, log) = stage.run("100", TOKEN, &["run"]);
    assert_eq!(output.status.code(), Some(1), "{log}");
    let red = ("failure".to_owned(), vec!["deploy/map.yaml:4".to_owned()]);
    assert_eq!((stage.checks(), stage.deployments()), (vec![red], vec![]), "{log}");
    let check = stage.github.checks(REPOSITORY, &stage.head).remove(0);
    let status = stage.github.statuses(REPOSITORY, &stage.head).pop().expect("a status");
    assert_eq!(check.name, status.context);
    assert_eq!(check.title, "dev: data.a of ConfigMap web must be a string, not a list");
    assert!(check.summary.contains("deploy/map.yaml"), "{}", check.summary);
    assert_eq!(check.details_url, status.target_url);

    let stage = Stage::with(BOTH, GREEN);
    let (output, log) = stage.run("100", TOKEN, &["run", "--cluster", "simulated"]);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!((stage.checks(), stage.deployments()), (vec![green()], vec![]), "a simulated one is none: {log}");
}

#[test]
fn a_secret_is_neither_in_a_check_run_nor_in_a_deployment() {
    let stage = Stage::with(BOTH, ("a: \"1\"", &format!("{TOKEN}: [2], a: \"{TOKEN}\"")));
    let (output, log) = stage.run("100", TOKEN, &["run"]);
    assert_eq!(output.status.code(), Some(1), "{log}");
    let checks = stage.github.checks(REPOSITORY, &stage.head);
    assert_eq!(checks[0].annotations.len(), 1, "{log}");
    let posted: String = stage.github.requests().iter().map(|request| request.body.to_string()).collect();
    assert!(posted.contains("deploy/map.yaml") && !posted.contains(TOKEN), "{posted}");
}

#[test]
fn nothing_is_begun_on_a_pull_request_that_is_over_or_has_gone_on() {
    let table = [
        ("closed", None, "the check run and the deployment were not written: pull request 7 is closed"),
        (
            "open",
            Some("beefbeefbeef"),
            "the check run and the deployment were not written: the head of pull request 7 is now beefbee",
        ),
    ];
    for (state, head, says) in table {
        let stage = Stage::with(BOTH, GREEN);
        stage.github.change_pull(REPOSITORY, 7, |pull| {
            state.clone_into(&mut pull.state);
            head.unwrap_or(&stage.head).clone_into(&mut pull.head);
        });
        let (output, log) = stage.run("100", TOKEN, &["run"]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert!(log.contains(says), "{log}");
        assert_eq!((stage.checks(), stage.deployments()), (vec![], vec![]), "{log}");
    }
}

#[test]
fn a_missing_permission_is_a_sentence_and_never_an_exit_code() {
    let stage = Stage::with(BOTH, GREEN);
    let token = Token::of(Account::named("github-actions[bot]")).with(Permission::Deployments, Access::Read);
    stage.github.grant("ghs_less", token.with(Permission::Checks, Access::Read));
    let (output, log) = stage.run("100", "ghs_less", &["run"]);
    assert_eq!(output.status.code(), Some(0), "{log}");
    for permission in
        ["grant it `checks: write`, which only the token of a GitHub App", "grant it `deployments: write`"]
    {
        assert!(log.contains(permission), "{log}");
    }
    assert_eq!((stage.checks(), stage.deployments()), (vec![], vec![]));
    assert_eq!(stage.github.comments(REPOSITORY, 7).len(), 1);

    assert_eq!(stage.run("101", TOKEN, &["run"]).0.status.code(), Some(0));
    git(&stage.repo(), &["checkout", "-q", "main"]);
    for (token, says) in [
        ("ghs_less", "deployments were not set inactive: the token may not record the deployment"),
        ("", "deployments were not set inactive: GITHUB_TOKEN is not set"),
    ] {
        let (output, log) = stage.run("102", token, &["cleanup"]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert!(log.contains(says), "{log}");
    }
    assert_eq!(stage.deployments(), [one("dev (shop-pr-7)", "success")]);
}

#[test]
fn whoever_has_the_say_over_the_report_asks_for_it() {
    let table = [("", BOTH, 0), (BOTH, "", 1), ("report: { check-run: false, deployment: false }\n", BOTH, 0)];
    for (base, change, expected) in table {
        let stage = Stage::changing(base, change, GREEN);
        let (output, log) = stage.run("100", TOKEN, &["run"]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert!(log.contains("the change of `report` takes effect after merge"), "{log}");
        assert_eq!((stage.checks().len(), stage.deployments().len()), (expected, expected), "{log}");
    }
}

#[test]
fn what_is_asked_for_and_cannot_be_posted_is_named() {
    let alone = "report: { comment: false, status: false, check-run: true }\n";
    let table = [
        (BOTH, "no comment, no commit status, no check run and no deployment: GITHUB_TOKEN is not set"),
        (alone, "no check run: GITHUB_TOKEN is not set"),
        ("", "no comment and no commit status: GITHUB_TOKEN is not set"),
    ];
    for (report, says) in table {
        let stage = Stage::with(report, GREEN);
        let (output, log) = stage.run("100", "", &["run", "--cluster", "simulated"]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        assert!(log.contains(says), "{log}");
    }
    let stage = Stage::with(alone, GREEN);
    let (_, log) = stage.run("100", TOKEN, &["run", "--cluster", "simulated"]);
    assert_eq!(stage.checks(), [green()], "{log}");
    assert_eq!(stage.github.comments(REPOSITORY, 7).len() + stage.github.statuses(REPOSITORY, &stage.head).len(), 0);
}

#[test]
fn azure_repos_has_neither_and_says_so() {
    let stage = Stage::with(BOTH, GREEN);
    let azure = stage.runtime.block_on(FakeAzureRepos::start());
    azure.add_pull_request(PullRequest::active(7, &stage.head));
    let collection = azure.server_url();
    let environment = |command: &mut Command, checkout: &str| {
        command.envs([
            ("TF_BUILD", "True"),
            ("SYSTEM_COLLECTIONURI", &format!("{collection}/")),
            ("SYSTEM_TEAMPROJECT", "Web Shop"),
            ("BUILD_REASON", "PullRequest"),
            ("BUILD_BUILDID", "100"),
            ("BUILD_DEFINITIONNAME", "ci"),
            ("SYSTEM_JOBNAME", "trial"),
            ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
            ("BUILD_SOURCEVERSION", checkout),
            ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
            ("BUILD_REPOSITORY_NAME", azure_repos::REPOSITORY),
            ("BUILD_REPOSITORY_URI", &format!("{collection}/Web%20Shop/_git/{}", azure_repos::REPOSITORY)),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
            ("SYSTEM_PULLREQUEST_ISFORK", "False"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &stage.head),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("SYSTEM_ACCESSTOKEN", azure_repos::TOKEN),
        ]);
    };
    let head = |repo: &Path| git(repo, &["rev-parse", "HEAD"]);
    let mut run = stage.command(&["run"]);
    environment(&mut run, &head(&stage.repo()));
    let (output, log) = told(&mut run);
    assert_eq!(output.status.code(), Some(0), "{log}");
    for says in ["`check-run`: Azure Repos has no check runs", "`deployment`: Azure Repos has no deployments"] {
        assert_eq!(log.matches(says).count(), 1, "{log}");
    }
    assert_eq!((azure.threads(7).len(), azure.violations()), (1, vec![]));

    git(&stage.repo(), &["checkout", "-q", "main"]);
    let mut cleanup = stage.command(&["cleanup"]);
    environment(&mut cleanup, &head(&stage.repo()));
    let (output, log) = told(&mut cleanup);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(
        log.contains("shop-pr-7 deleted clean dev deployments were not set inactive: `deployment`: Azure"),
        "{log}"
    );
}
