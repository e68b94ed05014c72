//! A stateful fake of the part of GitHub's REST API that a report needs: comments, pull requests and comments on their lines, commit statuses, check runs, deployments, who
//! am I. Requests that GitHub's own description has (`github-rest.openapi.json`, an excerpt) are held against it: see
//! [`FakeGitHub::violations`].
//!
//! It answers under `/` as api.github.com does and under `/api/v3` as an Enterprise Server does, pages like GitHub (`Link` names
//! `/repositories/ID/…`), refuses what GitHub refuses (bodies over 65,536 characters, descriptions over 140, unknown commits, others'
//! comments, what a [`Token`] lacks a permission for), tells the rules of a branch and a classic token its scopes,, counts requests against [`Limits`] and says so in headers, answers 304 to an `ETag`
//! that still holds, remembers every request, and misbehaves on demand: see [`Fault`]. `GET /_remembered` gives its memory to tests that
//! are no Rust.
//!
//! Whose comment may be edited: one's own; everybody's for a person with write access to the repository (GraphQL's
//! `CommentCannotEditReason` says so). An app is held to its own here; whether GitHub lets an app with `issues: write` edit a person's
//! comment was not found out.
//!
//! Not imitated: classic scopes beyond all or nothing, points and concurrency of secondary limits (it counts writes in a minute), limits by
//! address or organisation, webhooks, redirects of renamed repositories, reviews as a whole, resolved threads and outdated lines, SARIF, `since` and `sort`, conditional
//! writes, branch and tag names for commits, GraphQL beyond `viewer { login }`, time in bodies (timestamps are made up but increase),
//! HTTP/2 and TLS. Guessed: that the permission is looked at before the id or the commit; that whoever may read a branch
//! is told the names of the statuses that its protection requires; a combined status of an unknown commit is 404; lists of check
//! runs, deployments and their statuses begin with the newest; environments are named without regard to case; the wording of a 409 and of
//! 422 for deployments; a deployment may be set inactive twice. A [`Fault`]'s answer is sent as it is, without limits' headers.

mod answer;
mod checks;
mod comments;
mod deployments;
mod description;
mod labels;
mod limits;
mod paging;
mod reviews;
mod routes;
mod rules;
mod server;
mod state;
mod statuses;
mod token;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use crate::answer::Answer;
pub use crate::fault::{Behaviour, Fault};
pub use limits::Limits;
pub use reviews::ReviewComment;
pub use rules::Requirement;
pub use state::{Account, Check, Comment, Deployment, DeploymentStatus, LoggedRequest, Pull, Status};
pub use token::{Access, Permission, Token};

use crate::clock::Clock;
use crate::listen::{ANY_PORT, Listening};
use state::State;

/// The token that is known from the start; it belongs to `github-actions[bot]`.
pub const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FakeGitHub {
    state: Arc<Mutex<State>>,
    listening: Arc<Listening>,
}

impl FakeGitHub {
    /// Starts on a free port of loopback.
    pub async fn start() -> FakeGitHub {
        FakeGitHub::start_with(Clock::system()).await
    }

    /// Starts on a free port of loopback, with a clock for its limits.
    pub async fn start_with(clock: Clock) -> FakeGitHub {
        FakeGitHub::start_at(ANY_PORT, clock).await.expect("a port of loopback is free")
    }

    /// Starts on an address.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(address: SocketAddr, clock: Clock) -> io::Result<FakeGitHub> {
        let state = Arc::new(Mutex::new(State::new(clock)));
        let listening = Arc::new(server::serve(address, Arc::clone(&state)).await?);
        Ok(FakeGitHub { state, listening })
    }

    /// API base as on api.github.com.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.address)
    }

    /// API base as on an Enterprise Server.
    #[must_use]
    pub fn enterprise_url(&self) -> String {
        format!("{}/api/v3", self.url())
    }

    /// Lets a token in that has every permission.
    pub fn add_token(&self, token: &str, account: Account) {
        self.grant(token, Token::of(account));
    }

    /// Lets a token in with the permissions that it has, or changes them.
    pub fn grant(&self, text: &str, token: Token) {
        self.state().tokens.insert(text.to_owned(), token);
    }

    /// Sets the limits of every token.
    pub fn limit(&self, limits: Limits) {
        self.state().limits = limits;
    }

    /// Adds a pull request, and its repository where that is new.
    pub fn add_pull(&self, repository: &str, pull: Pull) {
        self.state().repository(repository).add_pull(pull);
    }

    /// Changes a pull request: moves its head, closes or locks it.
    pub fn change_pull(&self, repository: &str, number: u64, change: impl FnOnce(&mut Pull)) {
        self.state().repository(repository).change_pull(number, change);
    }

    /// The labels of a pull request.
    #[must_use]
    pub fn labels(&self, repository: &str, number: u64) -> Vec<String> {
        self.state().repository(repository).pulls.get(&number).map(|pull| pull.labels.clone()).unwrap_or_default()
    }

    /// Adds a comment of somebody, and gives its id.
    pub fn add_comment(&self, repository: &str, issue: u64, author: &str, body: &str) -> u64 {
        self.state().add_comment(repository, issue, &Account::named(author), body).id
    }

    /// The comments on an issue or a pull request, oldest first.
    #[must_use]
    pub fn comments(&self, repository: &str, issue: u64) -> Vec<Comment> {
        self.state().repository(repository).comments(issue)
    }

    /// The comments on lines of a pull request, oldest first.
    #[must_use]
    pub fn review_comments(&self, repository: &str, pull: u64) -> Vec<ReviewComment> {
        self.state().repository(repository).review_comments(pull)
    }

    /// Adds a comment of somebody on a line, perhaps below another one, and gives its id.
    pub fn add_review_comment(&self, repository: &str, pull: u64, author: &str, body: &str, below: Option<u64>) -> u64 {
        let mut state = self.state();
        let id = state.next_id();
        let (author, path) = (Account::named(author), "a.yaml".to_owned());
        let body = body.to_owned();
        let comment = ReviewComment { id, pull, author, body, path, lines: (1, 1), in_reply_to: below, edits: 0 };
        state.repository(repository).review_comments.insert(id, comment);
        id
    }

    /// The statuses of a commit, oldest first.
    #[must_use]
    pub fn statuses(&self, repository: &str, commit: &str) -> Vec<Status> {
        self.state().repository(repository).statuses(commit)
    }

    /// The check runs of a commit, oldest first.
    #[must_use]
    pub fn checks(&self, repository: &str, commit: &str) -> Vec<Check> {
        self.state().repository(repository).checks(commit)
    }

    /// The deployments, oldest first.
    #[must_use]
    pub fn deployments(&self, repository: &str) -> Vec<Deployment> {
        self.state().repository(repository).deployments.values().cloned().collect()
    }

    /// Requires a status of a branch.
    pub fn require(&self, repository: &str, branch: &str, context: &str, by: Requirement) {
        let required = rules::Required { branch: branch.to_owned(), context: context.to_owned(), by };
        self.state().repository(repository).required.push(required);
    }

    /// Which requests do not fit GitHub's description, in words.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Misbehaves from now on.
    pub fn arm(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state().log.clone()
    }

    /// Every request so far as `METHOD /path`, without query.
    #[must_use]
    pub fn request_lines(&self) -> Vec<String> {
        let line = |request: &LoggedRequest| {
            format!("{} {}", request.method, request.path.split('?').next().unwrap_or_default())
        };
        self.state().log.iter().map(line).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
