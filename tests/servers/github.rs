//! A stateful fake of the part of GitHub's REST API that a report needs: comments, pull requests, commit statuses, who am I.
//!
//! It answers under `/` as api.github.com does and under `/api/v3` as an Enterprise Server does, pages like GitHub (`Link` names
//! `/repositories/ID/…`), refuses what GitHub refuses (bodies over 65,536 characters, descriptions over 140, unknown commits, others'
//! comments), remembers every request, and misbehaves on demand: see [`Fault`]. `GET /_remembered` gives its memory to tests that are no Rust.
//!
//! Not imitated: rate limits (use a fault), permissions of a token (use a fault), conditional requests, webhooks, redirects of renamed
//! repositories, check runs, reviews, GraphQL beyond `viewer { login }`, time (every answer carries made-up but increasing timestamps),
//! HTTP/2 and TLS.

mod answer;
mod fault;
mod routes;
mod server;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use answer::Answer;
pub use fault::{Behaviour, Fault};
pub use state::{Account, Comment, LoggedRequest, Pull, Status};

use state::State;

/// The token that is known from the start; it belongs to `github-actions[bot]`.
pub const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FakeGitHub {
    state: Arc<Mutex<State>>,
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeGitHub {
    /// Starts on a free port of loopback.
    pub async fn start() -> FakeGitHub {
        FakeGitHub::start_at(0).await
    }

    /// Starts on a port of loopback; 0 takes a free one.
    pub async fn start_at(port: u16) -> FakeGitHub {
        let state = Arc::new(Mutex::new(State::new()));
        let (address, task) = server::serve(port, Arc::clone(&state)).await;
        FakeGitHub { state, running: Arc::new(Running { address, task }) }
    }

    /// API base as on api.github.com.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// API base as on an Enterprise Server.
    #[must_use]
    pub fn enterprise_url(&self) -> String {
        format!("{}/api/v3", self.url())
    }

    /// Lets a token in.
    pub fn add_token(&self, token: &str, account: Account) {
        self.state().tokens.insert(token.to_owned(), account);
    }

    /// Adds a pull request, and its repository where that is new.
    pub fn add_pull(&self, repository: &str, pull: Pull) {
        self.state().repository(repository).add_pull(pull);
    }

    /// Changes a pull request: moves its head, closes or locks it.
    pub fn change_pull(&self, repository: &str, number: u64, change: impl FnOnce(&mut Pull)) {
        self.state().repository(repository).change_pull(number, change);
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

    /// The statuses of a commit, oldest first.
    #[must_use]
    pub fn statuses(&self, repository: &str, commit: &str) -> Vec<Status> {
        self.state().repository(repository).statuses(commit)
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
