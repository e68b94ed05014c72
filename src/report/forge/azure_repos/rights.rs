//! What a token's identity may do in a repository of Azure Repos, and which statuses the policies of a branch require. All of it is read: the
//! service evaluates the caller's own permissions when it is asked.

use http::Method;
use serde_json::Value;
use tokio::time::Instant;

use super::AzureRepos;
use super::refusal::{COMMENT, Purpose, READ, STATUS, missing, sentence};
use super::repository::Ask;
use crate::calls::{Failure, Kind};
use crate::{Duty, Right};

/// The security namespace of Git repositories, and in it the bit of "Contribute to pull requests" (`PullRequestContribute`).
const GIT: &str = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87";
const CONTRIBUTE: &str = "16384";

/// The type of policies that require a status.
const STATUS_POLICY: &str = "cbdc66da-9728-4af8-aada-9a5a32e4a226";

/// The repository as it says itself.
struct Known {
    id: String,
    project: String,
    default_branch: String,
}

impl AzureRepos {
    /// Whether the token's identity may do something.
    pub async fn may(&self, duty: Duty) -> Right {
        let purpose = match duty {
            Duty::Comment => COMMENT,
            Duty::Status => STATUS,
            Duty::CheckRun => return Right::Missing("Azure Repos has no check runs; leave out `check-run`".to_owned()),
            Duty::Deployment => {
                return Right::Missing("Azure Repos has no deployments; leave out `deployment`".to_owned());
            }
        };
        match self.has_permission().await {
            Ok(true) => Right::Granted,
            Ok(false) => Right::Missing(missing(purpose)),
            Err(failure) => match &failure {
                Failure::Refused { status: 401 | 403 | 404, .. } => Right::Missing(sentence(&failure, purpose)),
                _ => Right::Unknown(sentence(&failure, purpose)),
            },
        }
    }

    async fn has_permission(&self) -> Result<bool, Failure> {
        let known = self.known_repository().await?;
        let token = format!("repoV2/{}/{}", known.project, known.id);
        let query = [("tokens", token.as_str())];
        let answer = self.ask(&["_apis", "permissions", GIT, CONTRIBUTE], &query).await?;
        let granted = answer.pointer("/value/0").and_then(Value::as_bool);
        granted.ok_or_else(|| Failure::Unclear("the answer does not say whether it has the permission".to_owned()))
    }

    /// The statuses that the enabled and blocking policies of a branch require, as `GENRE/NAME`.
    ///
    /// # Errors
    /// A sentence that says why they are not known.
    pub async fn required_statuses(&self, branch: &str) -> Result<Vec<String>, String> {
        let required = self.policies(branch).await;
        required.map_err(|failure| sentence(&failure, Purpose { what: "read the branch policies", ..READ }))
    }

    async fn policies(&self, branch: &str) -> Result<Vec<String>, Failure> {
        let known = self.known_repository().await?;
        let path = [known.project.as_str(), "_apis", "policy", "configurations"];
        let answer = self.ask(&path, &[("policyType", STATUS_POLICY)]).await?;
        let all = answer.get("value").and_then(Value::as_array);
        let all = all.ok_or_else(|| Failure::Unclear("the answer is not a list of policies".to_owned()))?;
        let says = |policy: &&Value, key: &str| policy.get(key).and_then(Value::as_bool).unwrap_or_default();
        let is_required =
            |policy: &&Value| says(policy, "isEnabled") && says(policy, "isBlocking") && !says(policy, "isDeleted");
        let applies = |policy: &&Value| {
            let scopes = policy.pointer("/settings/scope").and_then(Value::as_array);
            scopes.into_iter().flatten().any(|scope| known.is_in(scope, branch))
        };
        let name = |policy: &Value| {
            let text = |key: &str| policy.pointer(&format!("/settings/{key}")).and_then(Value::as_str);
            let name = text("statusName")?;
            Some(match text("statusGenre").filter(|genre| !genre.is_empty()) {
                Some(genre) => format!("{genre}/{name}"),
                None => name.to_owned(),
            })
        };
        let mut names: Vec<String> = all.iter().filter(is_required).filter(applies).filter_map(name).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The name of the identity that the token belongs to.
    pub async fn identity(&self) -> Option<String> {
        let answer = self.repository.connection(self.end()).await.ok()?;
        let name = |key: &str| Some(answer.text(&format!("/authenticatedUser/{key}"))).filter(|name| !name.is_empty());
        let name = name("customDisplayName").or_else(|| name("providerDisplayName"));
        name.map(crate::calls::one_line)
    }

    async fn known_repository(&self) -> Result<Known, Failure> {
        let ask = Ask::get(Vec::new());
        let answer = self.repository.call(&ask, self.end()).await?;
        let text = |pointer: &str| answer.text(pointer).to_owned();
        let known = Known { id: text("/id"), project: text("/project/id"), default_branch: text("/defaultBranch") };
        if known.id.is_empty() || known.project.is_empty() {
            return Err(self.repository.unhelpful(&ask, "something that is not a repository"));
        }
        Ok(known)
    }

    async fn ask(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Failure> {
        let call = self.repository.call_at(Method::GET, path, query);
        let received = self.repository.api.exchange(&call, Kind::Page, self.end()).await?;
        Ok(self.repository.api.answer(&call, &received)?.json)
    }

    fn end(&self) -> Instant {
        Instant::now() + self.repository.api.patience.whole
    }
}

impl Known {
    /// Whether the scope of a policy has a branch of the repository in it.
    fn is_in(&self, scope: &Value, branch: &str) -> bool {
        let text = |key: &str| scope.get(key).and_then(Value::as_str);
        let is_here = text("repositoryId").is_none_or(|id| id.eq_ignore_ascii_case(&self.id));
        let branch = format!("refs/heads/{branch}");
        let is_branch = match (text("matchKind").unwrap_or_default().to_ascii_lowercase().as_str(), text("refName")) {
            ("defaultbranch", _) => branch == self.default_branch,
            (_, None) => true,
            ("prefix", Some(name)) => branch.starts_with(name),
            (_, Some(name)) => branch == name,
        };
        is_here && is_branch
    }
}
