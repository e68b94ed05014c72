//! A stateful fake of the part of Azure DevOps' REST API that a report needs: pull requests with their iterations, threads, comments and
//! statuses, and whom a token belongs to.
//!
//! It answers below a collection as dev.azure.com (`/acme`), `acme.visualstudio.com` (nothing) and a Server (`/tfs/DefaultCollection`) do. Every
//! request is held against Microsoft's own description of version 7.1 (`azure-repos-7.1.swagger.json`): method, path, types in the path, query
//! parameters, and of bodies every field's name, type and enumeration; what does not fit is refused with 400 and kept, see
//! [`FakeAzureRepos::violations`]. It refuses what a [`Token`] lacks a scope (the description lists them) or a permission for, comments over
//! 150,000 characters, others' comments, versions that its server does not have yet; it counts requests against [`Limits`]; it remembers every
//! request and misbehaves on demand: see [`Fault`]. `GET /_remembered` gives its memory to tests that are no Rust.
//!
//! Not imitated: votes, reviewers, policies, following a line through iterations, likes, identities beyond the id, TSTUs (it counts requests), delays before a
//! limit, time in bodies, HTTP/2 and TLS. The description says that lists are arrays; they come in a frame with `count` and `value`, as the
//! service sends them. Of the lists that are imitated here, only that of an iteration's files has pages.
//!
//! Guessed, because the description is silent:
//! - `GET pullRequests/{id}` (`status`, `lastMergeSourceCommit`) and `GET _apis/connectionData` (`authenticatedUser.id`, without a version, for
//!   any token) are not in this part of the description; they are as learn.microsoft.com and many clients have them. That the author of a
//!   comment has the same id as `authenticatedUser` is what such clients rely on.
//! - `GET` of the repository, of `_apis/permissions/NAMESPACE/BITS?tokens=…` and of `_apis/policy/configurations` are not in this part either; they
//!   are as learn.microsoft.com has them, the settings of a status policy (`statusGenre`, `statusName`, `scope`) as many clients have them. A
//!   token's scopes are not looked at there.
//! - A property that is sent as a plain value comes back as `{"$type": …, "$value": …}`; the values' types are kept.
//! - A token that is not accepted: 401 without a body where `X-TFS-FedAuthRedirect: Suppress` was sent, else 302 to a page for signing in. A personal
//!   access token as `Bearer` is not accepted, a web token as password is. A scope that is missing is 401, a permission 403 with TF401027, a
//!   repository that may not be read 404 with TF401019.
//! - A comment's 150,000 characters are .NET's: those beyond 16 bits count twice.
//! - Editing or deleting somebody else's comment is 403, a deleted comment or thread 404. A thread whose comments are all deleted is deleted.
//! - Threads and statuses are taken on pull requests that are completed or abandoned, too. An iteration that is not there is 400.
//! - A thread on a line: a path that begins with `/`, lines and offsets from 1 (the description says that offsets start at 0; the pages of the
//!   service send 1 for the first character), start before end. A `changeTrackingId` must be that of the file in the iteration, or 0, for which
//!   the service finds it. The numbers of files are the same in every iteration. A context is given back as it was sent.
//! - Statuses and words of the other refusals: 400 with some `typeKey`.
//! - 429 comes with `Retry-After`, `X-RateLimit-*` and TF400733. A [`Fault`]'s answer is sent as it is.

mod answer;
mod description;
mod files;
mod limits;
mod policies;
mod routes;
mod server;
mod state;
mod statuses;
mod threads;
mod token;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use crate::answer::Answer;
pub use crate::fault::{Behaviour, Fault};
pub use limits::Limits;
pub use policies::Policy;
pub use state::{Comment, LoggedRequest, PullRequest, Status, Thread};
pub use token::{Permission, Token};

use crate::clock::Clock;
use crate::listen::{ANY_PORT, Listening};
use state::State;

/// The token that is known from the start, as a job is given one; it belongs to [`BUILD_SERVICE`].
pub const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJidWlsZCJ9.c2VhdHJpYWw";

/// The id of the project's build service.
pub const BUILD_SERVICE: &str = "2fa95b7a-c774-4595-a6f2-63f482634e9f";

/// The project of the repository.
pub const PROJECT: &str = "Web Shop";

/// The repository.
pub const REPOSITORY: &str = "shop";

/// The project's id, which stands for its name everywhere.
pub const PROJECT_ID: &str = "0f6d3b9a-1111-4222-8333-0123456789ab";

/// The repository's id, which stands for its name everywhere.
pub const REPOSITORY_ID: &str = "7c1e2a44-5555-4666-8777-0123456789cd";

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FakeAzureRepos {
    state: Arc<Mutex<State>>,
    listening: Arc<Listening>,
}

impl FakeAzureRepos {
    /// Starts on a free port of loopback.
    pub async fn start() -> FakeAzureRepos {
        FakeAzureRepos::start_with(Clock::system()).await
    }

    /// Starts on a free port of loopback, with a clock for its limits.
    pub async fn start_with(clock: Clock) -> FakeAzureRepos {
        FakeAzureRepos::start_at(ANY_PORT, clock).await.expect("a port of loopback is free")
    }

    /// Starts on an address.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(address: SocketAddr, clock: Clock) -> io::Result<FakeAzureRepos> {
        let state = Arc::new(Mutex::new(State::new(clock)));
        let listening = Arc::new(server::serve(address, Arc::clone(&state)).await?);
        Ok(FakeAzureRepos { state, listening })
    }

    /// The collection as on dev.azure.com.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/acme", self.organization_url())
    }

    /// The collection as on `acme.visualstudio.com`.
    #[must_use]
    pub fn organization_url(&self) -> String {
        format!("http://{}", self.listening.address)
    }

    /// The collection as on a Server.
    #[must_use]
    pub fn server_url(&self) -> String {
        format!("{}/tfs/DefaultCollection", self.organization_url())
    }

    /// Lets a token in with the rights that it has, or changes them.
    pub fn grant(&self, text: &str, token: Token) {
        self.state().tokens.insert(text.to_owned(), token);
    }

    /// Sets the limits of every token.
    pub fn limit(&self, limits: Limits) {
        self.state().limits = limits;
    }

    /// Knows no version of the API later than this.
    pub fn at_version(&self, newest: &str) {
        newest.clone_into(&mut self.state().newest_version);
    }

    /// Adds a pull request.
    pub fn add_pull_request(&self, pull_request: PullRequest) {
        self.state().pull_requests.insert(pull_request.id, pull_request);
    }

    /// Changes a pull request: pushes to it, completes or abandons it, adds threads of others.
    pub fn change<T>(&self, id: u64, change: impl FnOnce(&mut PullRequest) -> T) -> T {
        change(self.state().pull_requests.get_mut(&id).expect("the test added this pull request"))
    }

    /// A pull request as it is now.
    #[must_use]
    pub fn pull_request(&self, id: u64) -> PullRequest {
        self.change(id, |pull_request| pull_request.clone())
    }

    /// The threads that are not deleted, oldest first.
    #[must_use]
    pub fn threads(&self, id: u64) -> Vec<Thread> {
        self.pull_request(id).threads.into_iter().filter(|thread| !thread.is_deleted()).collect()
    }

    /// Misbehaves from now on. Paths begin below the repository: `/pullRequests/*/threads`; else `/connectionData`.
    pub fn arm(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Adds a policy that requires a status.
    pub fn require(&self, policy: Policy) {
        self.state().policies.push(policy);
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state().log.clone()
    }

    /// Every request so far as `METHOD /path` below the repository, without query.
    #[must_use]
    pub fn request_lines(&self) -> Vec<String> {
        self.state().log.iter().map(LoggedRequest::line).collect()
    }

    /// What did not fit the description, in words.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
