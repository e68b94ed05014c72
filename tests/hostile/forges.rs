//! A GitHub that refuses, is overloaded, fails or says nothing: the exit code stays the verdict's, and a sentence says what was not posted.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use seatrial_test_servers::github::{Account, Answer, Behaviour, FakeGitHub, Fault, Pull};

use crate::git::git;
use crate::harness::{Repo, Running, Seen};

pub(crate) const TOKEN: &str = "sw0rdf1sh-github-token";
pub(crate) const REPOSITORY: &str = "acme/shop";

const CONFIG: &str = "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n";
pub(crate) const COMMENTS: &str = "/repos/acme/shop/issues/7/comments";
const STATUSES: &str = "/repos/acme/shop/statuses/*";

/// The checkout of a pull request's merge commit, GitHub behind it, and a runtime to keep that alive.
pub(crate) struct PullRequest {
    pub(crate) repo: Repo,
    pub(crate) github: FakeGitHub,
    pub(crate) head: String,
    _runtime: tokio::runtime::Runtime,
}

impl PullRequest {
    /// Some files on main, and a pull request that adds others.
    pub(crate) fn with(main: &[(&str, &str)], change: &[(&str, &str)]) -> PullRequest {
        let repo = Repo::with(main);
        let path = repo.path();
        let commit = |message| {
            git(&path, &["add", "-A"]);
            git(&path, &["commit", "-qm", message, "--allow-empty"]);
        };
        git(&path, &["init", "-q"]);
        commit("main");
        git(&path, &["checkout", "-qb", "change"]);
        for (file, text) in change {
            repo.write(file, text.as_bytes());
        }
        commit("change");
        let head = git(&path, &["rev-parse", "HEAD"]);
        git(&path, &["checkout", "-q", "main"]);
        git(&path, &["merge", "-q", "--no-ff", "-m", "merge", "change"]);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let github = runtime.block_on(FakeGitHub::start());
        github.add_token(TOKEN, Account::named("github-actions[bot]"));
        github.add_pull(REPOSITORY, Pull::open(7, &head));
        PullRequest { repo, github, head, _runtime: runtime }
    }

    /// Runs the program as a step of GitHub Actions.
    pub(crate) fn run(&self, args: &[&str], more: &[(&str, &str)]) -> Seen {
        self.start(args, more).end(Duration::from_secs(90))
    }

    pub(crate) fn start(&self, args: &[&str], more: &[(&str, &str)]) -> Running<'_> {
        let path = self.repo.path();
        let base = git(&path, &["rev-parse", "HEAD^1"]);
        let event = serde_json::json!({
            "number": 7,
            "pull_request": {
                "number": 7, "draft": false,
                "head": { "ref": "change", "sha": self.head, "repo": { "full_name": REPOSITORY } },
                "base": { "ref": "main", "sha": base, "repo": { "full_name": REPOSITORY } },
            },
            "repository": { "full_name": REPOSITORY },
        });
        std::fs::write(self.repo.beside("event.json"), event.to_string()).expect("written");
        let beside = |name: &str| self.repo.beside(name).display().to_string();
        let (event, summary, output) = (beside("event.json"), beside("summary"), beside("output"));
        let (url, merge) = (self.github.url(), git(&path, &["rev-parse", "HEAD"]));
        let mut environment = vec![
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_SHA", &merge),
            ("GITHUB_RUN_ID", "100"),
            ("GITHUB_RUN_NUMBER", "10"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", &url),
            ("GITHUB_TOKEN", TOKEN),
            ("GITHUB_EVENT_PATH", &event),
            ("GITHUB_STEP_SUMMARY", &summary),
            ("GITHUB_OUTPUT", &output),
        ];
        environment.extend(more.iter().copied());
        self.repo.start(args, &environment)
    }

    /// What stands in comments, statuses, summary and step outputs.
    pub(crate) fn posted(&self) -> String {
        let comments = self.github.comments(REPOSITORY, 7).into_iter().map(|comment| comment.body);
        let statuses = self.github.statuses(REPOSITORY, &self.head).into_iter().map(|status| format!("{status:?}"));
        let files = ["summary", "output"].map(|name| self.repo.read(name));
        comments.chain(statuses).chain(files).collect::<Vec<_>>().join("\n")
    }
}

pub(crate) fn green() -> PullRequest {
    PullRequest::with(
        &[("seatrial.yaml", CONFIG), ("deploy/a.yaml", OBJECT)],
        &[("deploy/b.yaml", &OBJECT.replace("name: a", "name: b"))],
    )
}

/// The states of the statuses on its head, in their order.
fn states(pull_request: &PullRequest) -> Vec<String> {
    let statuses = pull_request.github.statuses(REPOSITORY, &pull_request.head);
    statuses.into_iter().map(|status| status.state).collect()
}

/// Exit code 0 all the same, and a sentence about what was not posted.
#[track_caller]
fn still_green(what: &str, pull_request: &PullRequest, says: &[&str]) {
    let seen = pull_request.run(&["run"], &[]);
    seen.expect(what, 0, says);
    assert_eq!(seen.json["verdict"], "passed", "{what}");
    assert!(pull_request.repo.read("summary").contains("✅"), "{what}: the summary is written");
    seen.keeps_secrets(what);
    crate::harness::keeps_secrets(what, &pull_request.posted());
}

pub(crate) fn a_comment_that_github_refuses_is_told() {
    let table: [(&str, Answer, &[&str]); 6] = [
        ("401", Answer::error(401, "Bad credentials"), &["comment", "GitHub does not accept the token"]),
        ("403", Answer::forbidden(), &["comment", "pull-requests: write"]),
        ("404", Answer::error(404, "Not Found"), &["comment"]),
        ("422", Answer::invalid("IssueComment", "body", "body is too long"), &["comment", "body is too long"]),
        ("429", Answer::error(429, "slow down").with_header("Retry-After", "3600"), &["comment"]),
        (
            "a secondary rate limit",
            Answer::error(403, "You have exceeded a secondary rate limit").with_header("Retry-After", "3600"),
            &["comment", "limits the rate of requests"],
        ),
    ];
    for (what, answer, says) in table {
        let pull_request = green();
        pull_request.github.arm(Fault::new("POST", COMMENTS, Behaviour::Answer(answer)));
        still_green(what, &pull_request, says);
        assert_eq!(pull_request.github.comments(REPOSITORY, 7).len(), 0, "{what}");
        let posts =
            pull_request.github.request_lines().iter().filter(|line| **line == format!("POST {COMMENTS}")).count();
        assert_eq!(posts, 1, "{what}: a POST that was answered is not sent again");
        assert_eq!(states(&pull_request), ["pending", "success"], "{what}: the status is set");
    }
}

pub(crate) fn a_status_that_github_refuses_is_told() {
    for (what, answer) in [
        ("403", Answer::forbidden()),
        ("404", Answer::error(404, "Not Found")),
        ("422", Answer::invalid("Status", "sha", "No commit found")),
    ] {
        let pull_request = green();
        pull_request.github.arm(Fault::new("POST", STATUSES, Behaviour::Answer(answer)));
        still_green(what, &pull_request, &["commit status"]);
        assert_eq!(pull_request.github.comments(REPOSITORY, 7).len(), 1, "{what}: the comment is written");
    }
}

/// Half a minute is waited for an answer that does not come; the next sink has its turn all the same.
pub(crate) fn a_silent_github_is_told() {
    let pull_request = green();
    for method in ["GET", "POST"] {
        pull_request.github.arm(Fault::new(method, COMMENTS, Behaviour::Hang));
    }
    still_green("silent", &pull_request, &["comment"]);
    assert_eq!(states(&pull_request), ["pending", "success"]);
}

pub(crate) fn a_github_that_fails_or_is_not_there_is_told() {
    std::thread::scope(|scope| {
        for what in ["500", "502", "closed", "refused"] {
            scope.spawn(move || {
                let pull_request = green();
                let behaviour = match what {
                    "500" => Behaviour::Answer(Answer::error(500, "Server Error")),
                    "502" => Behaviour::Answer(Answer::new(502, serde_json::json!("<html>Unicorn!</html>"))),
                    _ => Behaviour::DropBefore,
                };
                for method in ["GET", "POST"] {
                    pull_request.github.arm(Fault::new(method, COMMENTS, behaviour.clone()));
                    pull_request.github.arm(Fault::new(method, STATUSES, behaviour.clone()));
                }
                if what != "refused" {
                    return still_green(what, &pull_request, &["comment", "commit status"]);
                }
                let seen = pull_request.run(&["run"], &[("GITHUB_API_URL", "http://127.0.0.1:1")]);
                seen.expect(what, 0, &["comment", "commit status", "connection refused"]);
            });
        }
    });
}

/// A GitHub whose answers have no end: what it says is not kept, and the report is written all the same.
pub(crate) fn a_github_without_end_is_left() {
    let (url, sent) = endless(format!("10000\r\n{}\r\n", "[0,0".repeat(16 << 10)));
    let pull_request = green();
    let seen = pull_request.run(&["run"], &[("GITHUB_API_URL", &url)]);
    seen.expect("a flood", 0, &["comment", "commit status", "answered with more than 2 MiB"]);
    assert_eq!(seen.json["verdict"], "passed");
    assert!(pull_request.repo.read("summary").contains("✅"), "the summary is written");
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 300 << 20, "{sent} bytes were sent");
}

/// A server that answers every request with a body of chunks without end, and counts its bytes.
fn endless(chunk: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (chunk, count) = (chunk.clone(), Arc::clone(&count));
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 65_536]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                while stream.write_all(chunk.as_bytes()).is_ok() {
                    count.fetch_add(chunk.len(), Ordering::Relaxed);
                }
            });
        }
    });
    (url, sent)
}

/// Three hundred Deployments with an unknown field each.
fn failures() -> String {
    let one = |number: usize| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web-{number} }}\nspec:\n  replicaz: {number}\n  \
             selector: {{ matchLabels: {{ app: web }} }}\n  template:\n    metadata: {{ labels: {{ app: web }} }}\n    \
             spec: {{ containers: [{{ name: web, image: web }}] }}\n"
        )
    };
    (0..300).map(one).collect::<Vec<_>>().join("---\n")
}

pub(crate) fn three_hundred_failures_fit_a_comment_and_are_all_in_the_files() {
    let pull_request =
        PullRequest::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", OBJECT)], &[("deploy/b.yaml", &failures())]);
    let seen = pull_request.run(&["run"], &[]);
    seen.expect("300", 1, &["300 new problems"]);
    let in_json = seen.json["findings"].as_array().into_iter().flatten();
    assert_eq!(in_json.filter(|finding| finding["rule"] == "schema" && finding["level"] == "error").count(), 300);
    assert_eq!(seen.junit.matches("type=\"schema\"").count(), 300);

    let comments = pull_request.github.comments(REPOSITORY, 7);
    assert_eq!(comments.len(), 1, "{seen}");
    let body = &comments[0].body;
    assert!(body.len() < 65_536 && body.contains("297 more like it"), "{} bytes", body.len());
    assert!(seen.markdown.len() < 1_000_000, "{} bytes", seen.markdown.len());
    for (what, text) in [("comment", body), ("markdown", &seen.markdown)] {
        well_formed(what, text);
    }
    let left_out = body.lines().any(|line| line.contains("more") || line.contains("left out"));
    assert!(left_out, "what is not in the comment is counted: {}", &body[body.len() - 1000..]);
    let annotations = seen.stdout.lines().filter(|line| line.starts_with("::error")).count();
    assert!((1..=10).contains(&annotations), "GitHub shows ten annotations of a step at most, not {annotations}");
}

/// Fences and folds are closed, and tables have as many cells in each row as in their heading.
#[track_caller]
fn well_formed(what: &str, text: &str) {
    for (opens, closes) in [("<details", "</details>"), ("<summary", "</summary>"), ("<!--", "-->")] {
        assert_eq!(text.matches(opens).count(), text.matches(closes).count(), "{what}: {opens}");
    }
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        match &fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            _ => {}
        }
    }
    assert_eq!(fence, None, "{what}: a fence is not closed");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with('|'))) {
        assert_eq!(cells(pair[0]), cells(pair[1]), "{what}: {} / {}", pair[0], pair[1]);
    }
}
