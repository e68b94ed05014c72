//! Whom a token belongs to, what it may do, and how that it may not is worded.

use super::Answer;
use super::BUILD_SERVICE;

/// A permission of an identity in the repository's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `Read`.
    Read,
    /// `Contribute to pull requests`: threads, comments and statuses.
    ContributeToPullRequests,
}

/// A token's identity and rights.
#[derive(Clone, Debug)]
pub struct Token {
    pub(super) identity: String,
    denied: Vec<Permission>,
    scopes: Option<Vec<&'static str>>,
}

impl Token {
    /// A token with every scope and permission, of an identity by its id.
    #[must_use]
    pub fn of(identity: &str) -> Token {
        Token { identity: identity.to_owned(), denied: Vec::new(), scopes: None }
    }

    /// The token of a job of the project.
    #[must_use]
    pub fn of_build_service() -> Token {
        Token::of(BUILD_SERVICE)
    }

    /// Without a permission.
    #[must_use]
    pub fn without(mut self, permission: Permission) -> Token {
        self.denied.push(permission);
        self
    }

    /// With these scopes alone, as a personal access token has: `vso.code`, `vso.code_status`, `vso.threads_full`.
    #[must_use]
    pub fn scoped(mut self, scopes: &[&'static str]) -> Token {
        self.scopes = Some(scopes.to_vec());
        self
    }

    /// Refuses what the scopes do not cover: `accepted` are those of the description.
    pub(super) fn check_scope(&self, accepted: &[String]) -> Result<(), Answer> {
        let Some(scopes) = &self.scopes else { return Ok(()) };
        let covers = |scope: &str| accepted.iter().any(|accepted| includes(scope, accepted));
        if accepted.is_empty() || scopes.iter().any(|scope| covers(scope)) {
            return Ok(());
        }
        Err(Answer::new(401, serde_json::Value::Null))
    }

    /// Whether the identity has a permission.
    pub(super) fn has(&self, permission: Permission) -> bool {
        !self.denied.contains(&permission)
    }

    /// Refuses what the identity may not do.
    pub(super) fn check_permission(&self, method: &str) -> Result<(), Answer> {
        if self.denied.contains(&Permission::Read) {
            let message = "TF401019: The Git repository with name or identifier shop does not exist or you do not have permissions for the operation you are attempting.";
            return Err(Answer::exception(404, "GitRepositoryNotFoundException", message));
        }
        if method != "GET" && self.denied.contains(&Permission::ContributeToPullRequests) {
            return Err(Answer::needs_permission(&self.identity, "PullRequestContribute"));
        }
        Ok(())
    }
}

/// Managing includes writing, and writing reading.
fn includes(scope: &str, accepted: &str) -> bool {
    let ladder = ["vso.code", "vso.code_write", "vso.code_manage"];
    let rung = |scope: &str| ladder.iter().position(|name| *name == scope);
    scope == accepted || rung(scope).zip(rung(accepted)).is_some_and(|(has, wanted)| has >= wanted)
}
