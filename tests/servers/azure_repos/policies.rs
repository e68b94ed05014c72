//! The repository itself, the caller's permissions in it, and the policies of its branches.

use serde_json::{Value, json};

use super::state::State;
use super::token::{Permission, Token};
use super::{Answer, LoggedRequest, PROJECT, PROJECT_ID, REPOSITORY, REPOSITORY_ID};

/// Security of Git repositories, and "Contribute to pull requests" in it.
const CONTRIBUTE: &str = "/permissions/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87/16384";

/// The type of policies that require a status.
const STATUS: &str = "cbdc66da-9728-4af8-aada-9a5a32e4a226";

/// A policy that requires a status of a branch.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Genre and name of the status.
    pub status: (String, String),
    /// The entry of `scope`.
    pub scope: Value,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it keeps from merging.
    pub blocking: bool,
}

impl Policy {
    /// One that is on and blocks, of a branch of the repository.
    #[must_use]
    pub fn of(branch: &str, genre: &str, name: &str) -> Policy {
        let scope =
            json!({ "repositoryId": REPOSITORY_ID, "refName": format!("refs/heads/{branch}"), "matchKind": "Exact" });
        Policy { status: (genre.to_owned(), name.to_owned()), scope, enabled: true, blocking: true }
    }

    fn json(&self, id: usize) -> Value {
        let (genre, name) = &self.status;
        json!({
            "id": id + 1,
            "isEnabled": self.enabled,
            "isBlocking": self.blocking,
            "isDeleted": false,
            "type": { "id": STATUS, "displayName": "Status" },
            "settings": { "statusGenre": genre, "statusName": name, "scope": [self.scope] },
        })
    }
}

/// `None` where it is asked for something else.
pub(super) fn answer(state: &State, request: &LoggedRequest, token: &Token) -> Option<Answer> {
    if request.method != "GET" {
        return None;
    }
    let asked = |key: &str| {
        let pairs = url::form_urlencoded::parse(request.query.as_bytes());
        pairs.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    };
    Some(match request.path.as_str() {
        "/" => match token.check_permission("GET") {
            Ok(()) => Answer::new(
                200,
                json!({ "id": REPOSITORY_ID, "name": REPOSITORY, "defaultBranch": "refs/heads/main", "project": { "id": PROJECT_ID, "name": PROJECT } }),
            ),
            Err(refusal) => refusal,
        },
        CONTRIBUTE => {
            let is_known = asked("tokens") == Some(format!("repoV2/{PROJECT_ID}/{REPOSITORY_ID}"));
            Answer::list(&[json!(is_known && token.has(Permission::ContributeToPullRequests))])
        }
        "/policy/configurations" if asked("policyType").as_deref() == Some(STATUS) => {
            Answer::list(&state.policies.iter().enumerate().map(|(id, policy)| policy.json(id)).collect::<Vec<_>>())
        }
        _ => return None,
    })
}
