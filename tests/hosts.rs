//! The main job where Azure Pipelines or Jenkins builds a pull request that lives on GitHub or in Azure Repos: their variables, what they check
//! out, what they take from a log, and the stateful fakes on the other side.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/copy.rs"]
mod copy;
#[path = "support/git.rs"]
mod git;
#[path = "support/trials.rs"]
mod trials;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use copy::copy;
use git::git;
use seatrial_test_servers::azure_repos::{self, FakeAzureRepos, PullRequest};
use seatrial_test_servers::github::{Account, FakeGitHub, Pull};

fn main() -> ExitCode {
    trials::suite!(
        [
            a_red_and_a_green_pull_request_are_reported_on_their_head_commit,
            azure_pipelines_gets_issues_outputs_and_a_summary_and_jenkins_no_command,
            a_fork_is_validated_and_reported_without_the_api,
            a_head_that_jenkins_does_not_tell_is_not_guessed,
            a_forge_that_is_not_supported_is_named,
            a_missing_token_names_how_the_host_gives_one,
            in_azure_repos_a_red_pull_request_has_an_active_thread_and_a_green_one_a_closed_thread,
            in_azure_repos_a_finding_on_a_changed_line_has_a_thread_there_until_it_is_mended,
            inline_is_the_base_branchs_word,
            on_github_a_finding_on_a_changed_line_has_a_review_comment_there,
            jenkins_deploys_only_what_the_forge_says_is_no_forks,
        ],
        []
    )
}

const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
const REPOSITORY: &str = "acme/shop";
const DEV: &str = "deploy/overlays/dev/kustomization.yaml";
/// A tag that does not exist, and a change that is fine.
const RED: [&str; 3] = [DEV, "newTag: 1.4.0", "newTag: 1.4.2"];
const GREEN: [&str; 3] = ["deploy/base/motd.txt", "every day", "each day"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    AzurePipelines,
    Jenkins,
}

/// A pull request as a host has checked it out.
struct Checkout {
    scratch: tempfile::TempDir,
    head: String,
    host: Host,
}

impl Checkout {
    fn of(host: Host, change: [&str; 3]) -> Checkout {
        Checkout::with(host, "", change)
    }

    /// Where main's configuration says more.
    fn with(host: Host, more: &str, [file, from, to]: [&str; 3]) -> Checkout {
        let scratch = tempfile::tempdir().expect("a directory");
        let repo = scratch.path().join("repo");
        std::fs::create_dir(scratch.path().join("temp")).expect("created");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/shop/repo"), &repo);
        let configuration = repo.join("seatrial.yaml");
        let text = std::fs::read_to_string(&configuration).expect("the file");
        std::fs::write(&configuration, format!("{text}{more}")).expect("written");
        let git = |arguments: &[&str]| git(&repo, arguments);
        git(&["init", "-q"]);
        git(&["add", "-A"]);
        git(&["commit", "-qm", "shop"]);
        git(&["checkout", "-qb", "change"]);
        let text = std::fs::read_to_string(repo.join(file)).expect("the file");
        assert!(text.contains(from), "{file} has no `{from}`");
        std::fs::write(repo.join(file), text.replacen(from, to, 1)).expect("written");
        git(&["commit", "-qam", "change"]);
        let head = git(&["rev-parse", "HEAD"]);
        git(&["checkout", "-q", "main"]);
        git(&["commit", "-qm", "main went on", "--allow-empty"]);
        git(&["update-ref", "refs/remotes/origin/main", "main"]);
        match host {
            Host::AzurePipelines => {
                git(&["checkout", "-q", "--detach"]);
                git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
            }
            Host::Jenkins => {
                git(&["update-ref", "refs/remotes/origin/PR-7", &head]);
                git(&["checkout", "-q", &head]);
                git(&["merge", "-q", "--no-ff", "-m", "merge", "main"]);
            }
        }
        Checkout { scratch, head, host }
    }

    fn repo(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    fn temp(&self) -> PathBuf {
        self.scratch.path().join("temp")
    }

    fn environment(&self, github: &FakeGitHub) -> Vec<(&'static str, String)> {
        let checkout = git(&self.repo(), &["rev-parse", "HEAD"]);
        let said = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        let mut environment = match self.host {
            Host::AzurePipelines => said(&[
                ("TF_BUILD", "True"),
                ("AGENT_TEMPDIRECTORY", &self.temp().display().to_string()),
                ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
                ("SYSTEM_TEAMPROJECT", "Web Shop"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_BUILDID", "100"),
                ("BUILD_DEFINITIONNAME", "ci"),
                ("SYSTEM_JOBNAME", "trial"),
                ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
                ("BUILD_SOURCEVERSION", &checkout),
                ("BUILD_REPOSITORY_PROVIDER", "GitHubEnterprise"),
                ("BUILD_REPOSITORY_NAME", REPOSITORY),
                ("BUILD_REPOSITORY_URI", &format!("{}/{REPOSITORY}", github.url())),
                ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"),
                ("SYSTEM_PULLREQUEST_ISFORK", "False"),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &self.head),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
            ]),
            Host::Jenkins => said(&[
                ("JENKINS_URL", "https://ci.example.com/"),
                ("JOB_NAME", "ci/PR-7"),
                ("STAGE_NAME", "trial"),
                ("BRANCH_NAME", "PR-7"),
                ("BUILD_NUMBER", "100"),
                ("BUILD_URL", "https://ci.example.com/job/ci/job/PR-7/100/"),
                ("GIT_COMMIT", &checkout),
                ("CHANGE_ID", "7"),
                ("CHANGE_BRANCH", "change"),
                ("CHANGE_TARGET", "main"),
                ("CHANGE_URL", &format!("{}/{REPOSITORY}/pull/7", github.url())),
            ]),
        };
        environment.push(("GITHUB_TOKEN", TOKEN.to_owned()));
        environment
    }

    /// The same where the repository is in Azure Repos.
    fn environment_of_azure_repos(&self, github: &FakeGitHub, azure: &FakeAzureRepos) -> Vec<(&'static str, String)> {
        let collection = azure.server_url();
        let page = format!("{collection}/Web%20Shop/_git/{}", azure_repos::REPOSITORY);
        let mut environment = self.environment(github);
        environment.retain(|(name, _)| !matches!(*name, "GITHUB_TOKEN" | "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"));
        environment.extend([
            ("SYSTEM_ACCESSTOKEN", azure_repos::TOKEN.to_owned()),
            ("CHANGE_URL", format!("{page}/pullrequest/7")),
        ]);
        if self.host == Host::AzurePipelines {
            environment.retain(|(name, _)| *name != "CHANGE_URL");
            environment.extend([
                ("SYSTEM_COLLECTIONURI", format!("{collection}/")),
                ("BUILD_REPOSITORY_PROVIDER", "TfsGit".to_owned()),
                ("BUILD_REPOSITORY_NAME", azure_repos::REPOSITORY.to_owned()),
                ("BUILD_REPOSITORY_URI", page),
                ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7".to_owned()),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main".to_owned()),
            ]);
        }
        environment
    }

    /// Runs it where the repository is in Azure Repos.
    fn run_with_azure_repos(&self, github: &FakeGitHub, azure: &FakeAzureRepos) -> (Output, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["run", "--cluster", "simulated"]).current_dir(self.repo()).env_clear();
        let output = command.envs(self.environment_of_azure_repos(github, azure)).output().expect("the program runs");
        let log = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat();
        (output, log)
    }

    fn run(&self, github: &FakeGitHub, arguments: &[&str], more: &[(&str, &str)]) -> (Output, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["run", "--cluster", "simulated"]).args(arguments).current_dir(self.repo()).env_clear();
        command.envs(self.environment(github)).envs(more.iter().copied());
        let output = command.output().expect("the program runs");
        let log = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat();
        (output, log)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// GitHub with the pull request and our token.
fn github(runtime: &tokio::runtime::Runtime, checkout: &Checkout) -> FakeGitHub {
    let github = runtime.block_on(FakeGitHub::start());
    github.add_token(TOKEN, Account::named("seatrial"));
    github.add_pull(REPOSITORY, Pull::open(7, &checkout.head));
    github
}

fn a_red_and_a_green_pull_request_are_reported_on_their_head_commit() {
    let runtime = runtime();
    let changes = [(RED, 1, "image not found", "failure"), (GREEN, 0, "✅", "success")];
    for host in [Host::AzurePipelines, Host::Jenkins] {
        for (change, exit, says, state) in changes {
            let checkout = Checkout::of(host, change);
            let github = github(&runtime, &checkout);
            let (output, log) = checkout.run(&github, &[], &[]);
            assert_eq!(output.status.code(), Some(exit), "{host:?}: {log}");
            let comments = github.comments(REPOSITORY, 7);
            assert_eq!(comments.len(), 1, "{host:?}: {log}");
            let body = &comments[0].body;
            let run = match host {
                Host::AzurePipelines => "https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=100",
                Host::Jenkins => "https://ci.example.com/job/ci/job/PR-7/100/",
            };
            let marker = format!("<!-- seatrial key=ci/trial sha={} run=100 attempt=1 report=", checkout.head);
            assert!(body.starts_with(&marker) && body.contains(says) && body.contains(run), "{host:?}: {body}");
            let status = github.statuses(REPOSITORY, &checkout.head).pop().expect("a status");
            assert_eq!((status.state.as_str(), status.target_url.as_deref()), (state, Some(run)), "{host:?}");
            let main = git(&checkout.repo(), &["rev-parse", "--short=7", "main"]);
            assert!(log.contains(&main), "{host:?} is compared with main: {log}");
        }
    }
}

fn azure_pipelines_gets_issues_outputs_and_a_summary_and_jenkins_no_command() {
    let runtime = runtime();
    for host in [Host::AzurePipelines, Host::Jenkins] {
        let checkout = Checkout::of(host, RED);
        let github = github(&runtime, &checkout);
        let (output, log) = checkout.run(&github, &["--output=terminal", "--output=json=report.json"], &[]);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let commands: Vec<&str> = stdout.lines().filter(|line| line.starts_with("##vso[")).collect();
        if host == Host::Jenkins {
            assert_eq!(commands, [""; 0], "{log}");
            continue;
        }
        let issue = format!("##vso[task.logissue type=error;sourcepath={DEV};linenumber=13;columnnumber=");
        assert!(commands.iter().any(|line| line.starts_with(&issue)), "{log}");
        assert!(commands.contains(&"##vso[task.setvariable variable=verdict;isOutput=true]failed"), "{log}");
        let report = checkout.repo().join("report.json");
        let report = format!("##vso[task.setvariable variable=report;isOutput=true]{}", report.display());
        assert!(commands.contains(&report.as_str()), "{log}");
        let summary = commands.iter().find_map(|line| line.strip_prefix("##vso[task.uploadsummary]")).expect("one");
        assert!(Path::new(summary).starts_with(checkout.temp()), "{summary}");
        assert!(std::fs::read_to_string(summary).expect("is there").contains("image not found"));
    }
}

fn a_fork_is_validated_and_reported_without_the_api() {
    let runtime = runtime();
    for (host, fork) in
        [(Host::AzurePipelines, ("SYSTEM_PULLREQUEST_ISFORK", "True")), (Host::Jenkins, ("CHANGE_FORK", "mallory"))]
    {
        let checkout = Checkout::of(host, RED);
        let github = github(&runtime, &checkout);
        let (output, log) = checkout.run(&github, &["--trust-head"], &[fork]);
        assert_eq!(output.status.code(), Some(0), "the tag is wrong, but nothing is deployed: {log}");
        assert!(log.contains("comes from a fork") && !log.contains("created"), "{log}");
        assert_eq!(github.request_lines(), Vec::<String>::new(), "{host:?}");
    }
}

fn a_head_that_jenkins_does_not_tell_is_not_guessed() {
    let runtime = runtime();
    let checkout = Checkout::of(Host::Jenkins, GREEN);
    git(&checkout.repo(), &["update-ref", "-d", "refs/remotes/origin/PR-7"]);
    let github = github(&runtime, &checkout);
    let (output, log) = checkout.run(&github, &[], &[]);
    let said = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(said.contains("it is not known which commit is the head of the pull request; say it with --head"), "{log}");
    assert_eq!(github.request_lines(), Vec::<String>::new());

    let (_, log) = checkout.run(&github, &[], &[("SEATRIAL_HEAD", &checkout.head)]);
    assert_eq!(github.statuses(REPOSITORY, &checkout.head).len(), 2, "{log}");
}

fn a_forge_that_is_not_supported_is_named() {
    let runtime = runtime();
    let table = [
        (Host::Jenkins, "CHANGE_URL", "https://gitlab.example.com/acme/shop/-/merge_requests/7"),
        (Host::AzurePipelines, "BUILD_REPOSITORY_PROVIDER", "Bitbucket"),
    ];
    for (host, variable, value) in table {
        let checkout = Checkout::of(host, GREEN);
        let github = github(&runtime, &checkout);
        let (output, log) = checkout.run(&github, &[], &[(variable, value)]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        let said = log.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("no comment and no commit status: `") && said.contains(&format!("`{value}`")), "{log}");
        assert_eq!(github.request_lines(), Vec::<String>::new(), "{host:?}");
    }
}

fn a_missing_token_names_how_the_host_gives_one() {
    let runtime = runtime();
    let table = [
        (Host::AzurePipelines, "give the step a secret as `env: { GITHUB_TOKEN: … }`"),
        (Host::Jenkins, "`withCredentials([string(credentialsId: '…', variable: 'GITHUB_TOKEN')])`"),
    ];
    for (host, way_out) in table {
        let checkout = Checkout::of(host, GREEN);
        let github = github(&runtime, &checkout);
        let (output, log) = checkout.run(&github, &[], &[("GITHUB_TOKEN", "")]);
        assert_eq!(output.status.code(), Some(0), "{log}");
        let said = log.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(way_out), "{log}");
    }
}

fn in_azure_repos_a_red_pull_request_has_an_active_thread_and_a_green_one_a_closed_thread() {
    let runtime = runtime();
    let changes = [(RED, 1, "image not found", "active", "failed"), (GREEN, 0, "✅", "closed", "succeeded")];
    for host in [Host::AzurePipelines, Host::Jenkins] {
        for (change, exit, says, thread_status, state) in changes {
            let checkout = Checkout::of(host, change);
            let azure = runtime.block_on(FakeAzureRepos::start());
            azure.add_pull_request(PullRequest::active(7, &checkout.head));
            let (output, log) = checkout.run_with_azure_repos(&github(&runtime, &checkout), &azure);
            assert_eq!(output.status.code(), Some(exit), "{host:?}: {log}");
            let threads = azure.threads(7);
            assert_eq!(threads.len(), 1, "{host:?}: {log}");
            assert_eq!(threads[0].status.as_deref(), Some(thread_status), "{host:?}: {log}");
            let content = &threads[0].comments[0].content;
            let marker = format!("<!-- seatrial key=ci/trial sha={} run=100 attempt=1 report=", checkout.head);
            assert!(content.starts_with(&marker) && content.contains(says), "{host:?}: {content}");
            let statuses = azure.pull_request(7).statuses;
            let told: Vec<(&str, Option<u64>)> = statuses.iter().map(|s| (s.state.as_str(), s.iteration)).collect();
            assert_eq!(told, [("pending", Some(1)), (state, Some(1))], "{host:?}: {log}");
            if change == RED {
                let link = format!("_git/shop?path=/{DEV}&version=GC{}&line=13&", checkout.head);
                let content = content.replace("&amp;", "&");
                assert!(content.contains(&link), "{link}: {content}");
            }
            assert_eq!(azure.violations(), Vec::<String>::new());
        }
    }
}

const INLINE: &str = "report: { inline: true }\n";

fn in_azure_repos_a_finding_on_a_changed_line_has_a_thread_there_until_it_is_mended() {
    let runtime = runtime();
    for host in [Host::AzurePipelines, Host::Jenkins] {
        let checkout = Checkout::with(host, INLINE, RED);
        let (github, azure) = (github(&runtime, &checkout), runtime.block_on(FakeAzureRepos::start()));
        azure.add_pull_request(PullRequest::active(7, &checkout.head));
        azure.change(7, |pull| pull.files = vec![format!("/{DEV}")]);
        let (output, log) = checkout.run_with_azure_repos(&github, &azure);
        assert_eq!(output.status.code(), Some(1), "{host:?}: {log}");
        let threads = azure.threads(7);
        assert_eq!(threads.len(), 2, "{host:?}: {log}");
        let on_line = &threads[1];
        let position = |offset: u64| serde_json::json!({ "line": 13, "offset": offset });
        let place = serde_json::json!({
            "filePath": format!("/{DEV}"), "rightFileStart": position(13), "rightFileEnd": position(18),
        });
        assert_eq!((&on_line.context, on_line.iteration_context["changeTrackingId"].as_u64()), (&place, Some(1)));
        let says = "**error** `image-pull`: dev: `Deployment/web` cannot start, image not found: `shopacr.azurecr.io/shop/web:1.4.2`";
        let content = &on_line.comments[0].content;
        assert!(content.contains(says), "{content}");

        checkout.run_with_azure_repos(&github, &azure);
        let writes: Vec<usize> = azure.threads(7).iter().skip(1).map(|thread| thread.writes).collect();
        assert_eq!(writes, [1], "{host:?}: the second run has nothing new to say there");

        let mended = Checkout::with(host, INLINE, GREEN);
        azure.change(7, |pull| pull.push(&mended.head));
        let (output, log) = mended.run_with_azure_repos(&github, &azure);
        assert_eq!(output.status.code(), Some(0), "{host:?}: {log}");
        assert_eq!(azure.threads(7)[1].status.as_deref(), Some("fixed"), "{host:?}: {log}");
        assert_eq!(azure.violations(), Vec::<String>::new());
    }
}

fn on_github_a_finding_on_a_changed_line_has_a_review_comment_there() {
    let runtime = runtime();
    let checkout = Checkout::with(Host::AzurePipelines, INLINE, RED);
    let github = github(&runtime, &checkout);
    let (_, log) = checkout.run(&github, &[], &[]);
    let comments = github.review_comments(REPOSITORY, 7);
    let paths: Vec<&str> = comments.iter().map(|comment| comment.path.as_str()).collect();
    assert_eq!(paths, [DEV], "{log}");
    assert!(comments[0].body.starts_with("<!-- seatrial-inline key="), "{comments:?}");
    assert_eq!(github.violations(), Vec::<String>::new());
}

fn inline_is_the_base_branchs_word() {
    let runtime = runtime();
    let own = ["seatrial.yaml", "version: 1\n", "version: 1\nreport: { inline: true }\n"];
    let checkout = Checkout::of(Host::AzurePipelines, own);
    let github = github(&runtime, &checkout);
    let azure = runtime.block_on(FakeAzureRepos::start());
    azure.add_pull_request(PullRequest::active(7, &checkout.head));
    let (_, log) = checkout.run_with_azure_repos(&github, &azure);
    let said = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the change of `report` takes effect after merge"), "{log}");
    assert!(azure.threads(7).iter().all(|thread| thread.context.is_null()));
}

fn jenkins_deploys_only_what_the_forge_says_is_no_forks() {
    let runtime = runtime();
    let fork = |from: Option<&str>| Pull { from: Some(from.map(str::to_owned)), ..Pull::open(7, "") };
    let table = [
        (None, TOKEN, None),
        (Some(fork(Some("mallory/shop"))), TOKEN, Some("the pull request comes from a fork")),
        (Some(fork(None)), TOKEN, Some("the pull request comes from a fork")),
        (None, "", Some("Jenkins cannot tell whether the pull request comes from a fork, and GITHUB_TOKEN is not set")),
    ];
    for (pull, token, refused) in table {
        let checkout = Checkout::of(Host::Jenkins, GREEN);
        let github = github(&runtime, &checkout);
        if let Some(pull) = pull {
            github.change_pull(REPOSITORY, 7, |known| known.from = pull.from);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.arg("run").current_dir(checkout.repo()).env_clear();
        let output = command.envs(checkout.environment(&github)).env("GITHUB_TOKEN", token).output().expect("runs");
        let log = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
        match refused {
            None => assert!(log.contains("created") || log.contains("configured"), "{log}"),
            Some(because) => assert!(log.contains(because) && !log.contains("created"), "{because}: {log}"),
        }
    }
}
