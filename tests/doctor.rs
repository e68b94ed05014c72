//! `doctor`, from outside: repositories as CIs check them out, the stand-ins of the forges, simulated clusters. The situations are
//! `tests/doctor/cases.yaml`.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program, and listens on loopback")]

#[path = "support/git.rs"]
mod git;
#[path = "support/trials.rs"]
mod trials;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use git::git;
use seatrial_simulated::{Forbidden, SimulatedCluster, Specification};
use seatrial_test_servers::azure_repos::{self, FakeAzureRepos, Policy, PullRequest};
use seatrial_test_servers::github::{self, Access, Account, FakeGitHub, Permission, Pull, Requirement};
use serde::Deserialize;

const REPOSITORY: &str = "acme/shop";

const CONFIGURATION: &str = "\
version: 1
tests:
  - { name: web answers, environment: dev, http: { service: web, path: / } }
environments:
  prod:
    manifests: { path: web.yaml }
  dev:
    manifests: { path: web.yaml }
    deploy: { timeout: 30s }
";

const MANIFESTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: shop }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    #[serde(default)]
    args: Vec<String>,
    /// `pull_request`, `push`, `none`, `azure`, `jenkins`.
    #[serde(default = "pull_request")]
    event: String,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    shallow: bool,
    /// What main's configuration says more, at its beginning.
    #[serde(default)]
    main: String,
    /// A further test.
    #[serde(default)]
    test: Option<String>,
    /// What the pull request adds to the environment dev.
    #[serde(default)]
    change: String,
    /// Permissions that the token lacks, as `permissions:` calls them.
    #[serde(default)]
    lacks: Vec<String>,
    /// Statuses that main requires.
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    forbid: Vec<Forbidden>,
    /// The server of the context dev, where it is not the cluster; none where there is no such context.
    #[serde(default)]
    kubeconfig: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, Option<String>>,
    #[serde(default)]
    exit: i32,
    says: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
}

fn pull_request() -> String {
    "pull_request".to_owned()
}

/// What lies around a run.
struct Scene {
    scratch: tempfile::TempDir,
    head: String,
    merge: String,
    github: FakeGitHub,
    azure: FakeAzureRepos,
    cluster: SimulatedCluster,
}

impl Scene {
    fn of(case: &Case, runtime: &tokio::runtime::Runtime) -> Scene {
        let scratch = tempfile::tempdir().expect("a directory");
        let (head, merge) = check_out(case, &scratch.path().join("repo"));
        let specification = Specification { images: Vec::new(), forbid: case.forbid.clone() };
        let (github, azure, cluster) = runtime.block_on(async {
            let cluster = SimulatedCluster::start(specification).await.expect("a free port");
            (FakeGitHub::start().await, FakeAzureRepos::start().await, cluster)
        });
        github.add_pull(REPOSITORY, Pull::open(7, &head));
        azure.add_pull_request(PullRequest::active(7, &head));
        for name in &case.requires {
            github.require(REPOSITORY, "main", name, Requirement::Ruleset);
            azure.require(Policy::of("main", "seatrial", name.trim_start_matches("seatrial/")));
        }
        let job = github::Token::of(Account::named("github-actions[bot]"));
        let job = case.lacks.iter().fold(job, |token, name| match name.as_str() {
            "pull-requests" => {
                token.with(Permission::PullRequests, Access::Read).with(Permission::Issues, Access::None)
            }
            "statuses" => token.with(Permission::Statuses, Access::Read),
            "checks" => token.with(Permission::Checks, Access::None),
            other => panic!("{other}"),
        });
        github.grant(github::TOKEN, job);
        if case.lacks.iter().any(|name| name == "pull-requests") {
            let service = azure_repos::Token::of_build_service();
            let permission = azure_repos::Permission::ContributeToPullRequests;
            azure.grant(azure_repos::TOKEN, service.without(permission));
        }
        Scene { scratch, head, merge, github, azure, cluster }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    fn kubeconfig(&self, case: &Case) -> String {
        let server = case.kubeconfig.clone().unwrap_or_else(|| self.cluster.url().to_owned());
        let (name, server) = if server.is_empty() { ("another", self.cluster.url()) } else { ("dev", server.as_str()) };
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{ name: {name}, cluster: {{ server: \"{server}\" }} }}]\ncontexts: [{{ name: {name}, context: \
             {{ cluster: {name}, user: nobody }} }}]\nusers: [{{ name: nobody, user: {{}} }}]\ncurrent-context: {name}\n"
        );
        let path = self.at("kubeconfig");
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn environment(&self, case: &Case) -> Vec<(&'static str, String)> {
        let said = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        let event = self.at("event.json");
        let from = if case.fork { "mallory/shop" } else { REPOSITORY };
        let payload = serde_json::json!({
            "number": 7,
            "pull_request": {
                "number": 7,
                "head": { "ref": "change", "sha": self.head, "repo": { "full_name": from } },
                "base": { "ref": "main", "sha": self.head, "repo": { "full_name": REPOSITORY } },
            },
            "repository": { "full_name": REPOSITORY },
        });
        std::fs::write(&event, payload.to_string()).expect("written");
        let page = format!("{}/Web%20Shop/_git/{}", self.azure.server_url(), azure_repos::REPOSITORY);
        let mut environment = match case.event.as_str() {
            "none" => Vec::new(),
            "azure" => said(&[
                ("TF_BUILD", "True"),
                ("SYSTEM_COLLECTIONURI", &format!("{}/", self.azure.server_url())),
                ("SYSTEM_TEAMPROJECT", "Web Shop"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_BUILDID", "100"),
                ("BUILD_DEFINITIONNAME", "ci"),
                ("SYSTEM_JOBNAME", "trial"),
                ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
                ("BUILD_SOURCEVERSION", &self.merge),
                ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
                ("BUILD_REPOSITORY_NAME", azure_repos::REPOSITORY),
                ("BUILD_REPOSITORY_URI", &page),
                ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
                ("SYSTEM_PULLREQUEST_ISFORK", "False"),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &self.head),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
                ("SYSTEM_ACCESSTOKEN", azure_repos::TOKEN),
            ]),
            "jenkins" => said(&[
                ("JENKINS_URL", "https://ci.example.com/"),
                ("BUILD_URL", "https://ci.example.com/job/shop/job/PR-7/100/"),
                ("JOB_NAME", "shop/PR-7"),
                ("STAGE_NAME", "trial"),
                ("GIT_COMMIT", &self.merge),
                ("BUILD_NUMBER", "100"),
                ("BRANCH_NAME", "PR-7"),
                ("CHANGE_ID", "7"),
                ("CHANGE_TARGET", "main"),
                ("CHANGE_BRANCH", "change"),
                ("CHANGE_URL", &format!("{}/{REPOSITORY}/pull/7", self.github.url())),
                ("GITHUB_API_URL", &self.github.url()),
                ("GITHUB_TOKEN", github::TOKEN),
            ]),
            event_name => said(&[
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_EVENT_NAME", event_name),
                ("GITHUB_EVENT_PATH", &event.display().to_string()),
                ("GITHUB_REPOSITORY", REPOSITORY),
                ("GITHUB_SHA", &self.merge),
                ("GITHUB_REF", if event_name == "push" { "refs/heads/main" } else { "refs/pull/7/merge" }),
                ("GITHUB_ACTOR", "octocat"),
                ("GITHUB_RUN_ID", "100"),
                ("GITHUB_RUN_ATTEMPT", "1"),
                ("GITHUB_SERVER_URL", &self.github.url()),
                ("GITHUB_API_URL", &self.github.url()),
                ("GITHUB_WORKFLOW", "Trial"),
                ("GITHUB_JOB", "shop"),
                ("GITHUB_TOKEN", github::TOKEN),
            ]),
        };
        environment.push(("KUBECONFIG", self.kubeconfig(case)));
        environment
    }

    /// What was written on the forges.
    fn written(&self) -> usize {
        let github = self.github.comments(REPOSITORY, 7).len() + self.github.statuses(REPOSITORY, &self.head).len();
        let checks = self.github.checks(REPOSITORY, &self.head).len() + self.github.deployments(REPOSITORY).len();
        let pull_request = self.azure.pull_request(7);
        github + checks + pull_request.threads.len() + pull_request.statuses.len()
    }
}

/// A pull request, merged and checked out by the host: the head and the merge commit.
fn check_out(case: &Case, repository: &Path) -> (String, String) {
    let origin = repository.with_file_name("origin");
    std::fs::create_dir_all(&origin).expect("created");
    let git = |arguments: &[&str]| git(&origin, arguments);
    let cluster =
        if case.change.contains("cluster: {") { "" } else { "    cluster: { kubeconfig: { context: dev } }\n" };
    let own = "    cluster: { kubeconfig: { context: dev } }\n";
    let write = |path: &str, text: &str| std::fs::write(origin.join(path), text).expect("written");
    let main = CONFIGURATION.replacen("version: 1\n", &format!("version: 1\n{}", case.main), 1);
    let further = case.test.as_ref().map_or(String::new(), |test| format!("tests:\n  - {test}\n"));
    let main = if further.is_empty() { main } else { main.replacen("tests:\n", &further, 1) };
    git(&["init", "-q"]);
    write("seatrial.yaml", &format!("{main}{own}"));
    write("web.yaml", MANIFESTS);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "shop"]);
    git(&["checkout", "-qb", "change"]);
    write("web.yaml", &MANIFESTS.replace("port: 80", "port: 81"));
    write("seatrial.yaml", &format!("{main}{cluster}{}", case.change));
    git(&["commit", "-qam", "change"]);
    let head = git(&["rev-parse", "HEAD"]);
    git(&["checkout", "-q", "--detach", "main"]);
    git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
    let merge = git(&["rev-parse", "HEAD"]);
    git(&["update-ref", "refs/pull/7/merge", &merge]);
    let depth = if case.shallow { "1" } else { "2" };
    std::fs::create_dir_all(repository).expect("created");
    let git = |arguments: &[&str]| self::git(repository, arguments);
    git(&["init", "-q"]);
    let address = format!("file://{}", origin.display());
    git(&["fetch", "-q", "--depth", depth, &address, "refs/pull/7/merge"]);
    git(&["checkout", "-q", "--detach", "FETCH_HEAD"]);
    if case.event == "jenkins" && !case.shallow {
        let branches = ["+refs/heads/main:refs/remotes/origin/main", "+refs/heads/change:refs/remotes/origin/PR-7"];
        git(&["fetch", "-q", "--unshallow", &address, branches[0], branches[1]]);
    }
    (head, merge)
}

/// The output with each of its items on one line.
fn unwrapped(output: &str) -> String {
    let mut text = String::new();
    for line in output.lines() {
        let is_more = line.starts_with("        ") || (line.starts_with("    ") && !line.starts_with("      "));
        let _ = if is_more { write!(text, " {}", line.trim()) } else { write!(text, "\n{}", line.trim()) };
    }
    text
}

fn main() -> ExitCode {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/doctor/cases.yaml");
    let cases: Vec<Case> = serde_saphyr::from_str(&std::fs::read_to_string(path).expect("text")).expect("cases");
    assert!(cases.len() > 15, "{} cases", cases.len());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = Arc::new(runtime.expect("a runtime"));
    let trial = |case: Case| {
        let runtime = Arc::clone(&runtime);
        trials::case(&case.what.clone(), move || check(&case, &runtime))
    };
    trials::suite!([], cases.into_iter().map(trial))
}

/// A situation is told with its way out, and nothing is written.
fn check(case: &Case, runtime: &tokio::runtime::Runtime) {
    let scene = Scene::of(case, runtime);
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.arg("doctor").args(&case.args).current_dir(scene.at("repo")).env_clear();
    command.envs(scene.environment(case));
    for (name, value) in &case.env {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().expect("the program runs");
    let log = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat();
    let said = unwrapped(&log);
    let missing: Vec<&String> = case.says.iter().filter(|words| !said.contains(words.as_str())).collect();
    let unwanted: Vec<&String> = case.not.iter().filter(|words| said.contains(words.as_str())).collect();
    assert!(missing.is_empty() && unwanted.is_empty(), "not said {missing:?}, said {unwanted:?}\n{log}");
    let wide = log.lines().find(|line| line.chars().count() > 80 && line.contains(". "));
    assert_eq!(wide, None, "a line is too wide\n{log}");
    assert_eq!(output.status.code(), Some(case.exit), "{log}");
    assert_eq!(scene.written(), 0, "something was written\n{log}");
}
