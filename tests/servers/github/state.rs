//! What the server remembers.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::limits::{Limits, Usage};
use super::reviews::ReviewComment;
use super::rules::Required;
use super::{Answer, Fault, TOKEN, Token};
use crate::clock::Clock;

/// Who a token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `github-actions[bot]`, `octocat`.
    pub login: String,
    /// An installation token: `GET /user` is refused.
    pub bot: bool,
}

impl Account {
    /// An account; a bot when its name ends in `[bot]`.
    #[must_use]
    pub fn named(login: &str) -> Account {
        Account { login: login.to_owned(), bot: login.ends_with("[bot]") }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "login": self.login, "type": if self.bot { "Bot" } else { "User" } })
    }
}

/// A pull request.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its head commit.
    pub head: String,
    /// `open` or `closed`.
    pub state: String,
    /// Whether only collaborators may comment.
    pub locked: bool,
    /// The repository that it comes from: by default the one it goes to, none where that was deleted.
    pub from: Option<Option<String>>,
    /// The lines that review comments may be about, by path: by default all.
    pub diff: Option<Vec<(String, u64)>>,
    /// Its labels.
    pub labels: Vec<String>,
}

impl Pull {
    /// An open pull request.
    #[must_use]
    pub fn open(number: u64, head: &str) -> Pull {
        Pull {
            number,
            head: head.to_owned(),
            state: "open".to_owned(),
            locked: false,
            from: None,
            diff: None,
            labels: Vec::new(),
        }
    }

    pub(crate) fn json(&self, repository: &str) -> Value {
        let from = match &self.from {
            None => json!({ "full_name": repository }),
            Some(from) => from.as_ref().map_or(Value::Null, |from| json!({ "full_name": from })),
        };
        json!({
            "number": self.number,
            "state": self.state,
            "locked": self.locked,
            "html_url": format!("https://github.com/{repository}/pull/{}", self.number),
            "head": { "sha": self.head, "ref": "change", "repo": from },
            "base": { "ref": "main", "repo": { "full_name": repository } },
        })
    }
}

/// A comment on an issue or a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its id; later comments have larger ones.
    pub id: u64,
    /// The issue or pull request.
    pub issue: u64,
    /// Who wrote it.
    pub author: Account,
    /// The Markdown.
    pub body: String,
    /// How often it was edited.
    pub edits: usize,
}

impl Comment {
    pub(crate) fn json(&self, repository: &str) -> Value {
        let app = self.author.bot.then(|| json!({ "slug": self.author.login.trim_end_matches("[bot]") }));
        let time = |tick: u64| format!("2026-11-23T{:02}:{:02}:{:02}Z", tick / 3600 % 24, tick / 60 % 60, tick % 60);
        json!({
            "id": self.id,
            "html_url": format!("https://github.com/{repository}/pull/{}#issuecomment-{}", self.issue, self.id),
            "body": self.body,
            "user": self.author.json(),
            "created_at": time(self.id),
            "updated_at": time(self.id + self.edits as u64),
            "performed_via_github_app": app,
        })
    }
}

/// A commit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `success`, `failure`, `error` or `pending`.
    pub state: String,
    /// `default` when none was given.
    pub context: String,
    /// The description.
    pub description: String,
    /// Where a click leads.
    pub target_url: Option<String>,
}

/// A check run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: u64,
    /// The commit.
    pub commit: String,
    /// Its name.
    pub name: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// `success`, `failure`, …, once it is completed.
    pub conclusion: Option<String>,
    /// The output's title.
    pub title: String,
    /// The output's summary.
    pub summary: String,
    /// Annotations as they were sent, in order.
    pub annotations: Vec<Value>,
    /// What whoever made it calls it.
    pub external_id: String,
    /// Where a click leads.
    pub details_url: Option<String>,
    /// Further words below the summary.
    pub text: String,
}

/// A deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: u64,
    /// The commit.
    pub commit: String,
    /// Name of the environment.
    pub environment: String,
    /// As it was sent.
    pub payload: Value,
    /// Whether the environment is there for the deployment alone.
    pub transient: bool,
    /// Whether the environment is the end users'.
    pub production: bool,
    /// Its statuses, oldest first.
    pub statuses: Vec<DeploymentStatus>,
}

impl Deployment {
    /// Whether a success of another one makes this one inactive.
    pub(super) fn is_ended_by(&self, other: &Deployment) -> bool {
        let was_successful = self.statuses.last().is_some_and(|status| status.state == "success");
        let of_this = self.environment.eq_ignore_ascii_case(&other.environment) && self.id < other.id;
        of_this && was_successful && !self.transient && !self.production
    }

    pub(super) fn json(&self, repository: &str) -> Value {
        json!({
            "id": self.id,
            "url": format!("https://api.github.com/repos/{repository}/deployments/{}", self.id),
            "sha": self.commit,
            "ref": self.commit,
            "task": "deploy",
            "environment": self.environment,
            "payload": self.payload,
            "transient_environment": self.transient,
            "production_environment": self.production,
        })
    }
}

/// What became of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// Its id.
    pub id: u64,
    /// `success`, `failure`, `error`, `inactive`, …
    pub state: String,
    /// The description.
    pub description: String,
    /// Where the environment answers.
    pub environment_url: Option<String>,
    /// Where the run can be watched.
    pub log_url: Option<String>,
}

impl DeploymentStatus {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "state": self.state,
            "description": self.description,
            "environment_url": self.environment_url.as_deref().unwrap_or_default(),
            "log_url": self.log_url.as_deref().unwrap_or_default(),
        })
    }
}

impl Check {
    /// Takes over what a request names; annotations are appended.
    pub(crate) fn change(&mut self, body: &Value) {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let conclusion = text("/conclusion");
        // GitHub: a conclusion completes a check run.
        let completed = conclusion.as_ref().map(|_| "completed".to_owned());
        let before = if self.status.is_empty() { "queued".to_owned() } else { self.status.clone() };
        self.status = completed.or_else(|| text("/status")).unwrap_or(before);
        self.conclusion = conclusion.or_else(|| self.conclusion.take());
        self.title = text("/output/title").unwrap_or_else(|| std::mem::take(&mut self.title));
        self.summary = text("/output/summary").unwrap_or_else(|| std::mem::take(&mut self.summary));
        self.text = text("/output/text").unwrap_or_else(|| std::mem::take(&mut self.text));
        self.external_id = text("/external_id").unwrap_or_else(|| std::mem::take(&mut self.external_id));
        self.details_url = text("/details_url").or_else(|| self.details_url.take());
        let more = body.pointer("/output/annotations").and_then(Value::as_array).cloned();
        self.annotations.extend(more.unwrap_or_default());
    }

    pub(crate) fn json(&self) -> Value {
        let output =
            json!({ "title": self.title, "summary": self.summary, "annotations_count": self.annotations.len() });
        json!({
            "id": self.id,
            "external_id": self.external_id,
            "html_url": format!("https://github.com/checks/runs/{}", self.id),
            "name": self.name,
            "head_sha": self.commit,
            "status": self.status,
            "conclusion": self.conclusion,
            "output": output,
        })
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// `GET`.
    pub method: String,
    /// Path and query, without `/api/v3`.
    pub path: String,
    /// Headers, names in lower case, without the token.
    pub headers: BTreeMap<String, String>,
    /// The JSON body; `null` for none.
    pub body: Value,
}

/// One repository.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) pulls: BTreeMap<u64, Pull>,
    pub(crate) comments: BTreeMap<u64, Comment>,
    pub(crate) review_comments: BTreeMap<u64, ReviewComment>,
    /// By commit; a commit that is no key is not known.
    pub(crate) statuses: BTreeMap<String, Vec<Status>>,
    pub(crate) checks: BTreeMap<u64, Check>,
    pub(crate) deployments: BTreeMap<u64, Deployment>,
    pub(crate) required: Vec<Required>,
}

impl Repository {
    pub(crate) fn add_pull(&mut self, pull: Pull) {
        self.statuses.entry(pull.head.clone()).or_default();
        self.pulls.insert(pull.number, pull);
    }

    pub(crate) fn change_pull(&mut self, number: u64, change: impl FnOnce(&mut Pull)) {
        let pull = self.pulls.get_mut(&number).expect("the test added this pull request");
        change(pull);
        self.statuses.entry(pull.head.clone()).or_default();
    }

    pub(crate) fn comments(&self, issue: u64) -> Vec<Comment> {
        self.comments.values().filter(|comment| comment.issue == issue).cloned().collect()
    }

    pub(crate) fn review_comments(&self, pull: u64) -> Vec<ReviewComment> {
        self.review_comments.values().filter(|comment| comment.pull == pull).cloned().collect()
    }

    pub(crate) fn statuses(&self, commit: &str) -> Vec<Status> {
        self.statuses.get(commit).cloned().unwrap_or_default()
    }

    pub(crate) fn checks(&self, commit: &str) -> Vec<Check> {
        self.checks.values().filter(|check| check.commit == commit).cloned().collect()
    }
}

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) usage: HashMap<String, Usage>,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) repositories: BTreeMap<String, Repository>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) log: Vec<LoggedRequest>,
    pub(crate) violations: Vec<String>,
    last_id: u64,
}

impl State {
    pub(crate) fn new(clock: Clock) -> State {
        State {
            tokens: HashMap::from([(TOKEN.to_owned(), Token::of(Account::named("github-actions[bot]")))]),
            usage: HashMap::new(),
            limits: Limits::default(),
            clock,
            repositories: BTreeMap::new(),
            faults: Vec::new(),
            log: Vec::new(),
            violations: Vec::new(),
            last_id: 1000,
        }
    }

    /// All of it as JSON.
    pub(crate) fn remembered(&self) -> Answer {
        let comment = |c: &Comment| json!({ "id": c.id, "issue": c.issue, "author": c.author.login, "body": c.body, "edits": c.edits });
        let status = |s: &Status| json!({ "context": s.context, "state": s.state, "description": s.description, "target_url": s.target_url });
        let commit =
            |(commit, all): (&String, &Vec<Status>)| (commit.clone(), all.iter().map(status).collect::<Value>());
        let repository = |(name, repository): (&String, &Repository)| {
            let comments: Value = repository.comments.values().map(comment).collect();
            let statuses = Value::Object(repository.statuses.iter().map(commit).collect());
            let checks: Value = repository.checks.values().map(Check::json).collect();
            let of_deployment = |d: &Deployment| {
                let statuses: Value = d.statuses.iter().map(DeploymentStatus::json).collect();
                json!({ "environment": d.environment, "ref": d.commit, "statuses": statuses })
            };
            let deployments: Value = repository.deployments.values().map(of_deployment).collect();
            let remembered =
                json!({ "comments": comments, "statuses": statuses, "checks": checks, "deployments": deployments });
            (name.clone(), remembered)
        };
        let requests: Value = self.log.iter().map(|r| json!(format!("{} {}", r.method, r.path))).collect();
        let repositories = Value::Object(self.repositories.iter().map(repository).collect());
        let violations = &self.violations;
        Answer::new(200, json!({ "repositories": repositories, "requests": requests, "violations": violations }))
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The repository of a name, made where it is new.
    pub(crate) fn repository(&mut self, name: &str) -> &mut Repository {
        if !self.repositories.contains_key(name) {
            let id = self.next_id();
            self.repositories.insert(name.to_owned(), Repository { id, ..Repository::default() });
        }
        self.repositories.get_mut(name).expect("was inserted")
    }

    pub(crate) fn add_comment(&mut self, repository: &str, issue: u64, author: &Account, body: &str) -> Comment {
        let id = self.next_id();
        let comment = Comment { id, issue, author: author.clone(), body: body.to_owned(), edits: 0 };
        self.repository(repository).comments.insert(id, comment.clone());
        comment
    }
}
