//! Whom a token belongs to, what it may do, and how GitHub words that it may not.

use std::collections::BTreeMap;

use super::{Account, Answer};

/// A permission of an app or of a fine-grained token, in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Comments of issues, and of pull requests too.
    Issues,
    /// Pull requests, and their comments.
    PullRequests,
    /// Commit statuses.
    Statuses,
    /// Commits.
    Contents,
    /// Check runs.
    Checks,
    /// Deployments and their statuses.
    Deployments,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Permission::Issues => "issues",
            Permission::PullRequests => "pull_requests",
            Permission::Statuses => "statuses",
            Permission::Contents => "contents",
            Permission::Checks => "checks",
            Permission::Deployments => "deployments",
        }
    }
}

/// How far a permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Not at all.
    None,
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
}

impl Access {
    fn name(self) -> &'static str {
        match self {
            Access::None => "none",
            Access::Read => "read",
            Access::Write => "write",
        }
    }
}

/// What kind of token it is: that decides how it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An app's installation, or a job of GitHub Actions.
    App,
    /// A person's `github_pat_…`.
    FineGrained,
    /// A person's `ghp_…`.
    Classic,
}

impl Kind {
    /// GitHub tells by the first letters; a test's token may have none of them.
    pub(super) fn of(text: &str, account: &Account) -> Kind {
        match text.split('_').next() {
            Some("ghs") => Kind::App,
            Some("github") => Kind::FineGrained,
            Some("ghp") => Kind::Classic,
            _ if account.bot => Kind::App,
            _ => Kind::Classic,
        }
    }
}

/// A token's owner and rights.
#[derive(Clone, Debug)]
pub struct Token {
    pub(super) account: Account,
    pub(super) maintains: bool,
    pub(super) pushes: bool,
    pub(super) scopes: Vec<&'static str>,
    permissions: BTreeMap<Permission, Access>,
}

impl Token {
    /// A token with every permission. Its owner may edit what the owner wrote.
    #[must_use]
    pub fn of(account: Account) -> Token {
        Token { account, maintains: false, pushes: true, scopes: vec!["repo"], permissions: BTreeMap::new() }
    }

    /// With a permission that goes only so far.
    #[must_use]
    pub fn with(mut self, permission: Permission, access: Access) -> Token {
        self.permissions.insert(permission, access);
        self
    }

    /// The owner is a person with write access to the repository, who may edit what others wrote.
    #[must_use]
    pub fn of_maintainer(mut self) -> Token {
        self.maintains = true;
        self
    }

    /// With these scopes, as a classic token says them; what it may do does not follow from them here.
    #[must_use]
    pub fn scoped(mut self, scopes: &[&'static str]) -> Token {
        self.scopes = scopes.to_vec();
        self
    }

    /// The owner may only read the repository.
    #[must_use]
    pub fn of_reader(mut self) -> Token {
        self.pushes = false;
        self
    }

    /// Whether one of the ways to be allowed something is open.
    pub(super) fn may(&self, ways: &[(Permission, Access)]) -> bool {
        let has = |permission: &Permission| self.permissions.get(permission).copied().unwrap_or(Access::Write);
        ways.is_empty() || ways.iter().any(|(permission, access)| has(permission) >= *access)
    }
}

/// How GitHub refuses what a token may not do. A classic token is not even told that there is something.
pub(super) fn refusal(kind: Kind, ways: &[(Permission, Access)]) -> Answer {
    let named = |(permission, access): &(Permission, Access)| format!("{}={}", permission.name(), access.name());
    let accepted = ways.iter().map(named).collect::<Vec<_>>().join("; ");
    let answer = match kind {
        Kind::App => Answer::forbidden(),
        Kind::FineGrained => Answer::error(403, "Resource not accessible by personal access token"),
        Kind::Classic => return Answer::not_found(),
    };
    answer.with_header("x-accepted-github-permissions", accepted)
}
