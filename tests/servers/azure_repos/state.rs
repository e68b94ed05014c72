//! What the server remembers.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::limits::{Limits, Usage};
use super::policies::Policy;
use super::{Answer, Fault, TOKEN, Token};
use crate::clock::Clock;

/// A pull request.
#[derive(Clone, Debug)]
pub struct PullRequest {
    /// Its number.
    pub id: u64,
    /// `active`, `completed` or `abandoned`.
    pub status: String,
    /// The head of each iteration; the first has the number 1.
    pub iterations: Vec<String>,
    /// The head as of the last merge that was tried: it lags behind for a while.
    pub merged: String,
    /// Paths of the files that it changes, with a slash at their beginning; the first has the number 1.
    pub files: Vec<String>,
    /// All threads, deleted ones as well.
    pub threads: Vec<Thread>,
    /// All statuses, oldest first.
    pub statuses: Vec<Status>,
    last_id: u64,
}

impl PullRequest {
    /// An active pull request with one iteration.
    #[must_use]
    pub fn active(id: u64, head: &str) -> PullRequest {
        PullRequest {
            id,
            status: "active".to_owned(),
            iterations: vec![head.to_owned()],
            merged: head.to_owned(),
            files: Vec::new(),
            threads: Vec::new(),
            statuses: Vec::new(),
            last_id: 100,
        }
    }

    /// Somebody pushes: a new iteration, and no merge tried yet.
    pub fn push(&mut self, head: &str) {
        self.iterations.push(head.to_owned());
    }

    /// Adds a thread of somebody, and gives its id.
    pub fn add_thread(&mut self, author: &str, content: &str, properties: &Value) -> u64 {
        self.last_id += 1;
        let properties = properties.as_object().map(typed).unwrap_or_default();
        let comment = Comment::new(1, author, content);
        let status = Some("active".to_owned());
        self.threads.push(Thread {
            id: self.last_id,
            status,
            comments: vec![comment],
            properties,
            context: Value::Null,
            iteration_context: Value::Null,
            writes: 1,
        });
        self.last_id
    }

    /// The thread of an id.
    #[must_use]
    pub fn thread(&mut self, id: u64) -> &mut Thread {
        self.threads.iter_mut().find(|thread| thread.id == id).expect("the test knows a thread that there is")
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "pullRequestId": self.id,
            "codeReviewId": self.id,
            "status": self.status,
            "isDraft": false,
            "sourceRefName": "refs/heads/change",
            "targetRefName": "refs/heads/main",
            "mergeStatus": "succeeded",
            "lastMergeSourceCommit": { "commitId": self.merged },
            "supportsIterations": true,
        })
    }
}

/// A thread.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its id; later threads have larger ones.
    pub id: u64,
    /// `active`, `closed`, …; none for what the system notes.
    pub status: Option<String>,
    /// Its comments, deleted ones as well.
    pub comments: Vec<Comment>,
    /// Its properties as they are given back.
    pub properties: Map<String, Value>,
    /// `threadContext`: the file and the lines; `null` for none.
    pub context: Value,
    /// `pullRequestThreadContext`: the iteration; `null` for none.
    pub iteration_context: Value,
    /// How often it and its comments were written.
    pub writes: usize,
}

impl Thread {
    /// Whether all of its comments are deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.comments.iter().all(|comment| comment.is_deleted)
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "status": self.status,
            "isDeleted": self.is_deleted(),
            "properties": self.properties,
            "comments": self.comments.iter().map(Comment::json).collect::<Value>(),
            "identities": null,
            "threadContext": self.context,
            "pullRequestThreadContext": self.iteration_context,
            "publishedDate": "2026-11-23T10:00:00Z",
            "lastUpdatedDate": "2026-11-23T10:00:00Z",
        })
    }
}

/// A comment of a thread.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its id within the thread.
    pub id: u64,
    /// The id of who wrote it.
    pub author: String,
    /// The Markdown.
    pub content: String,
    /// Deleted comments stay without their content.
    pub is_deleted: bool,
}

impl Comment {
    /// A comment that somebody wrote.
    #[must_use]
    pub fn new(id: u64, author: &str, content: &str) -> Comment {
        Comment { id, author: author.to_owned(), content: content.to_owned(), is_deleted: false }
    }

    pub(super) fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "parentCommentId": u64::from(self.id > 1),
            "author": { "id": self.author, "displayName": "somebody", "uniqueName": format!("Build\\{}", self.author) },
            "commentType": "text",
            "usersLiked": [],
        });
        if self.is_deleted {
            json["isDeleted"] = json!(true);
        } else {
            json["content"] = json!(self.content);
        }
        json
    }
}

/// A status of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `context.genre`.
    pub genre: String,
    /// `context.name`.
    pub name: String,
    /// `succeeded`, `failed`, `error` or `pending`.
    pub state: String,
    /// The description.
    pub description: String,
    /// Where a click leads.
    pub target_url: Option<String>,
    /// The iteration; none for the pull request as a whole.
    pub iteration: Option<u64>,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// `GET`.
    pub method: String,
    /// The collection's path: `/acme`.
    pub collection: String,
    /// The path below the repository, or below `_apis` of the collection.
    pub path: String,
    /// The query.
    pub query: String,
    /// `Bearer` or `Basic`.
    pub scheme: String,
    /// Headers, names in lower case, without the token.
    pub headers: BTreeMap<String, String>,
    /// The JSON body; `null` for none.
    pub body: Value,
}

impl LoggedRequest {
    /// `METHOD /path`, without query.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Everything.
#[derive(Debug)]
pub(super) struct State {
    pub(super) tokens: HashMap<String, Token>,
    pub(super) usage: HashMap<String, Usage>,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) newest_version: String,
    pub(super) pull_requests: BTreeMap<u64, PullRequest>,
    pub(super) faults: Vec<Fault>,
    pub(super) log: Vec<LoggedRequest>,
    pub(super) violations: Vec<String>,
    pub(super) policies: Vec<Policy>,
}

impl State {
    pub(super) fn new(clock: Clock) -> State {
        State {
            tokens: HashMap::from([(TOKEN.to_owned(), Token::of_build_service())]),
            usage: HashMap::new(),
            limits: Limits::default(),
            clock,
            newest_version: "7.2".to_owned(),
            pull_requests: BTreeMap::new(),
            faults: Vec::new(),
            log: Vec::new(),
            violations: Vec::new(),
            policies: Vec::new(),
        }
    }

    /// All of it as JSON.
    pub(super) fn remembered(&self) -> Answer {
        let status = |s: &Status| json!({ "context": { "genre": s.genre, "name": s.name }, "state": s.state, "description": s.description, "targetUrl": s.target_url, "iterationId": s.iteration });
        let pull = |(id, pull): (&u64, &PullRequest)| {
            let threads: Value = pull.threads.iter().filter(|thread| !thread.is_deleted()).map(Thread::json).collect();
            let statuses: Value = pull.statuses.iter().map(status).collect();
            (id.to_string(), json!({ "status": pull.status, "threads": threads, "statuses": statuses }))
        };
        let pulls = Value::Object(self.pull_requests.iter().map(pull).collect());
        let requests: Value = self.log.iter().map(|request| json!(request.line())).collect();
        Answer::new(200, json!({ "pullRequests": pulls, "requests": requests, "violations": self.violations }))
    }
}

/// Properties as they are given back: with their types.
pub(super) fn typed(sent: &Map<String, Value>) -> Map<String, Value> {
    let of = |value: &Value| match value {
        Value::Object(_) => value.clone(),
        Value::String(_) => json!({ "$type": "System.String", "$value": value }),
        Value::Number(number) if number.is_f64() => json!({ "$type": "System.Double", "$value": value }),
        Value::Number(_) => json!({ "$type": "System.Int32", "$value": value }),
        other => json!({ "$type": "System.String", "$value": other.to_string() }),
    };
    sent.iter().map(|(name, value)| (name.clone(), of(value))).collect()
}
