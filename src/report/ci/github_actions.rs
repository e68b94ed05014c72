//! GitHub Actions: its variables and event files → [`CiContext`].
//!
//! ```yaml
//! on: pull_request
//! permissions: { contents: read, pull-requests: write, statuses: write }
//! jobs:
//!   trial:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - uses: actions/checkout@v4
//!         with: { fetch-depth: 2 } # the merge commit and its parents: the target's tip is what is compared with
//!       - run: seatrial run
//!         env: { GITHUB_TOKEN: "${{ github.token }}" }
//! ```
//!
//! Source: GitHub's pages "Variables reference", "Events that trigger workflows" and "Webhook events and payloads".

use std::collections::BTreeMap;

use serde_json::Value;

use crate::forge_target::api_of;
use crate::variables::{LONGEST, Variables, is_commit};
use crate::{CiContext, EarlierRun, Ended, ForgeKind, ForgeTarget, Host, PullRequestContext, Summary, Trust};

/// The account under which Dependabot's events run, with a read-only token and its own secrets.
const DEPENDABOT: &str = "dependabot[bot]";

/// Events that only somebody with write access to the repository can cause, on code that lies in it.
/// Not `repository_dispatch`: it often carries a comment's wish to build a fork's pull request.
const TRUSTED_EVENTS: [&str; 7] =
    ["create", "deployment", "merge_group", "push", "release", "schedule", "workflow_dispatch"];

pub(crate) fn context(env: &BTreeMap<String, String>, event: Option<&str>) -> CiContext {
    let variable = |name: &str| Variables(env).owned(name);
    let name = variable("GITHUB_EVENT_NAME").unwrap_or_default();
    let repository = variable("GITHUB_REPOSITORY");
    let server = without_slash(variable("GITHUB_SERVER_URL").as_deref().unwrap_or("https://github.com"));
    let api = variable("GITHUB_API_URL").map_or_else(|| api_of(&server), |url| without_slash(&url));
    let run = run_number(env);
    let run_url = repository.as_ref().zip(run).map(|(repository, run)| run_address(&server, repository, run));
    let mut notices = Vec::new();
    let event = readable(event, &name, &mut notices);
    let actor = variable("GITHUB_ACTOR");
    let mut judged = judge(&name, event.as_ref(), repository.as_deref(), &mut notices);
    if let Some(pull_request) = &mut judged.pull_request {
        pull_request.merge = merge_commit(&name, pull_request.number, env);
    }
    let trust = match judged.trust {
        Trust::Trusted if is_dependabot(actor.as_deref(), event.as_ref()) => {
            Trust::Untrusted("Dependabot's runs get no secrets".to_owned())
        }
        trust => trust,
    };
    CiContext {
        host: Host::GitHubActions,
        forge: repository.map(|repository| ForgeTarget {
            kind: ForgeKind::GitHub,
            api,
            server,
            project: None,
            repository,
        }),
        unknown_forge: None,
        pull_request: judged.pull_request,
        checkout: variable("GITHUB_SHA"),
        trust,
        earlier_run: EarlierRun::of(&name, event.as_ref()),
        run_url,
        run,
        pipeline: variable("GITHUB_WORKFLOW"),
        job: variable("GITHUB_JOB"),
        summary: variable("GITHUB_STEP_SUMMARY").map(Summary::Appended),
        output_file: variable("GITHUB_OUTPUT"),
        notices,
    }
}

struct Judged {
    pull_request: Option<PullRequestContext>,
    trust: Trust,
}

impl Judged {
    fn untrusted(pull_request: Option<PullRequestContext>, because: impl Into<String>) -> Judged {
        Judged { pull_request, trust: Trust::Untrusted(because.into()) }
    }
}

fn judge(name: &str, event: Option<&Value>, repository: Option<&str>, notices: &mut Vec<String>) -> Judged {
    match name {
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => {
            of_pull_request(event, repository, notices)
        }
        "pull_request_target" => {
            let judged = of_pull_request(event, repository, notices);
            match judged.trust {
                Trust::Trusted | Trust::WhenTold { .. } => Judged::untrusted(
                    judged.pull_request,
                    "`pull_request_target` gives the base branch's secrets to code of the pull request",
                ),
                Trust::Untrusted(_) => judged,
            }
        }
        "workflow_run" => {
            let judged = of_workflow_run(event, repository);
            if judged.pull_request.is_none() {
                notices
                    .push("the event `workflow_run` does not name one pull request: no comment is written".to_owned());
            }
            judged
        }
        "" => {
            notices.push("`GITHUB_EVENT_NAME` does not name an event: no comment is written".to_owned());
            Judged::untrusted(None, "the environment does not say whose code is checked out")
        }
        _ => {
            notices.push(format!("the event `{name}` belongs to no pull request: no comment is written"));
            if TRUSTED_EVENTS.contains(&name) {
                return Judged { pull_request: None, trust: Trust::Trusted };
            }
            Judged::untrusted(None, format!("the event `{name}` does not say whose code is checked out"))
        }
    }
}

fn of_pull_request(event: Option<&Value>, repository: Option<&str>, notices: &mut Vec<String>) -> Judged {
    let Some(event) = event else {
        return Judged::untrusted(None, "the event file does not say where the pull request comes from");
    };
    let at = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let pull_request = pull_request(event.get("pull_request"));
    if pull_request.is_none() {
        notices.push(
            "the event file describes no pull request with a number and a head commit: no comment is written"
                .to_owned(),
        );
        return Judged::untrusted(None, "the event file does not say where the pull request comes from");
    }
    let base = at("/pull_request/base/repo/full_name").or(repository);
    // A fork that was deleted since has no repository any more.
    let head = at("/pull_request/head/repo/full_name");
    if !is_same_repository(head, base) {
        return Judged::untrusted(pull_request, "the pull request comes from a fork");
    }
    Judged { pull_request, trust: Trust::Trusted }
}

/// A run that another workflow's end has started: with secrets, whoever caused that other one.
fn of_workflow_run(event: Option<&Value>, repository: Option<&str>) -> Judged {
    let Some(run) = event.and_then(|event| event.get("workflow_run")) else {
        return Judged::untrusted(None, "the event file does not say which run started this one");
    };
    let at = |pointer: &str| run.pointer(pointer).and_then(Value::as_str);
    // The list is empty for a fork's pull request; with several there is no telling which is meant.
    let pull_request = match run.get("pull_requests").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => pull_request(Some(only)),
        _ => None,
    };
    if !is_same_repository(at("/head_repository/full_name"), repository) {
        return Judged::untrusted(pull_request, "the run that started this one belongs to a fork");
    }
    if at("/actor/login") == Some(DEPENDABOT) {
        return Judged::untrusted(pull_request, "the run that started this one is Dependabot's");
    }
    if pull_request.is_none() {
        let because = "the event `workflow_run` does not name one pull request".to_owned();
        return Judged { pull_request, trust: Trust::WhenTold { because, names_pull_request: true } };
    }
    Judged { pull_request, trust: Trust::Trusted }
}

/// The merge commit that GitHub made and that the workflow checks out: `GITHUB_SHA` of `refs/pull/N/merge`. Of a pull request that was
/// merged, and of `workflow_run`, it is a commit of a branch.
fn merge_commit(event: &str, number: u64, env: &BTreeMap<String, String>) -> Option<String> {
    if !event.starts_with("pull_request") || event == "pull_request_target" {
        return None;
    }
    let reference = env.get("GITHUB_REF").filter(|reference| !reference.is_empty());
    if reference.is_some_and(|reference| *reference != format!("refs/pull/{number}/merge")) {
        return None;
    }
    env.get("GITHUB_SHA").filter(|sha| is_commit(sha)).cloned()
}

fn pull_request(described: Option<&Value>) -> Option<PullRequestContext> {
    let described = described?;
    let text = |pointer: &str| {
        let text = described.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if text.len() <= LONGEST { text.to_owned() } else { String::new() }
    };
    let head = described.pointer("/head/sha").and_then(Value::as_str).filter(|sha| is_commit(sha))?;
    Some(PullRequestContext {
        number: described.get("number").and_then(Value::as_u64)?,
        head: Some(head.to_owned()),
        head_reference: None,
        merge: None,
        base: Some(text("/base/sha")).filter(|base| is_commit(base)),
        target_branch: text("/base/ref"),
        source_branch: text("/head/ref"),
        draft: described.get("draft").and_then(Value::as_bool).unwrap_or(false),
        ended: ended(described),
    })
}

/// How it ended; of one that is closed and does not say that it was merged, nothing is known.
fn ended(described: &Value) -> Option<Ended> {
    let is_closed = described.get("state").and_then(Value::as_str) == Some("closed");
    let is_merged = described.get("merged").and_then(Value::as_bool).filter(|_| is_closed)?;
    Some(if is_merged { Ended::Merged } else { Ended::Unmerged })
}

/// GitHub's names differ in case only when they are the same.
fn is_same_repository(head: Option<&str>, base: Option<&str>) -> bool {
    head.zip(base).is_some_and(|(head, base)| head.eq_ignore_ascii_case(base))
}

fn is_dependabot(actor: Option<&str>, event: Option<&Value>) -> bool {
    let sender = event.and_then(|event| event.pointer("/sender/login")).and_then(Value::as_str);
    actor.or(sender) == Some(DEPENDABOT)
}

fn readable(event: Option<&str>, name: &str, notices: &mut Vec<String>) -> Option<Value> {
    let Some(text) = event else {
        notices.push(format!("the event file of `{name}` (`GITHUB_EVENT_PATH`) cannot be read"));
        return None;
    };
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            notices.push(format!("the event file of `{name}` (`GITHUB_EVENT_PATH`) is not valid JSON: {error}"));
            None
        }
    }
}

fn run_number(env: &BTreeMap<String, String>) -> Option<(u64, u64)> {
    let number = |name: &str| env.get(name).and_then(|value| value.parse::<u64>().ok());
    Some((number("GITHUB_RUN_ID")?, number("GITHUB_RUN_ATTEMPT").unwrap_or(1)))
}

fn run_address(server: &str, repository: &str, (run, attempt): (u64, u64)) -> String {
    match attempt {
        0 | 1 => format!("{server}/{repository}/actions/runs/{run}"),
        _ => format!("{server}/{repository}/actions/runs/{run}/attempts/{attempt}"),
    }
}

fn without_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}
