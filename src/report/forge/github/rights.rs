//! What a token may do on GitHub.
//!
//! A classic token says its scopes with every answer. Other tokens do not say what they may do: they are asked to change what cannot be there (a
//! comment, a check run or a deployment with the id 0, a commit of zeros). GitHub looks at the permission first: without it the answer is 403, with
//! it 404, or 422 for the commit. Nothing can be written by that.

use http::Method;
use serde_json::{Value, json};

use super::GitHub;
use super::refusal::{CHECK, COMMENT, DEPLOYMENT, Purpose, STATUS, sentence};
use crate::calls::{Call, Failure, Kind, Repeat};
use crate::{Duty, Right};

/// A commit that no repository has.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// What a token says of itself.
struct Classic {
    scopes: Vec<String>,
    is_private: bool,
    /// Whether its owner may push.
    may_push: bool,
}

impl GitHub {
    /// Whether the token may do something.
    pub async fn may(&self, duty: Duty) -> Right {
        let purpose = purpose(duty);
        match self.classic().await {
            Ok(Some(classic)) => classic.may(duty, purpose),
            Ok(None) => self.try_what_is_not_there(duty, purpose).await,
            Err(failure) => right(&failure, purpose),
        }
    }

    /// Names of the statuses that a branch requires, by rulesets and by protection.
    ///
    /// # Errors
    /// A sentence that says why they are not known.
    pub async fn required_statuses(&self, branch: &str) -> Result<Vec<String>, String> {
        let rules = self.read(&["rules", "branches", branch]).await;
        let protection = self.read(&["branches", branch]).await;
        let (rules, protection) = match (rules, protection) {
            (Ok(rules), Ok(protection)) => (rules, protection),
            // A server that has no rulesets yet.
            (Err(Failure::Refused { status: 404, .. }), Ok(protection)) => (Value::Null, protection),
            (Err(failure), _) | (_, Err(failure)) => return Err(sentence(&failure, READ_RULES)),
        };
        let is_of_statuses = |rule: &&Value| rule.get("type").and_then(Value::as_str) == Some("required_status_checks");
        let of_rules = rules.as_array().into_iter().flatten().filter(is_of_statuses);
        let of_rules = of_rules.filter_map(|rule| rule.pointer("/parameters/required_status_checks")?.as_array());
        let of_rules = of_rules.flatten().filter_map(|check| check.get("context")?.as_str());
        let of_protection = protection.pointer("/protection/required_status_checks/contexts").and_then(Value::as_array);
        let of_protection = of_protection.into_iter().flatten().filter_map(Value::as_str);
        let mut all: Vec<String> = of_rules.chain(of_protection).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        Ok(all)
    }

    async fn read(&self, path: &[&str]) -> Result<Value, Failure> {
        let call = self.asking(Method::GET, path, None);
        let received = self.api.exchange(&call, Kind::Page, self.end()).await?;
        Ok(self.api.answer(&call, &received)?.json)
    }

    /// What a classic token says of itself; `None` of a token that has no scopes.
    async fn classic(&self) -> Result<Option<Classic>, Failure> {
        let call = self.asking(Method::GET, &[], None);
        let received = self.api.exchange(&call, Kind::Object, self.end()).await?;
        let scopes = received.headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let Some(scopes) = scopes else { return Ok(None) };
        let scopes = scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty());
        let json = self.api.answer(&call, &received)?.json;
        let says = |pointer: &str| json.pointer(pointer).and_then(Value::as_bool);
        Ok(Some(Classic {
            scopes: scopes.collect(),
            is_private: says("/private").unwrap_or(true),
            may_push: says("/permissions/push").unwrap_or_default(),
        }))
    }

    async fn try_what_is_not_there(&self, duty: Duty, purpose: Purpose) -> Right {
        let (method, path, body): (Method, &[&str], Value) = match duty {
            Duty::Comment => (Method::PATCH, &["issues", "comments", "0"], json!({ "body": "seatrial doctor" })),
            Duty::Status => {
                (Method::POST, &["statuses", NO_COMMIT], json!({ "state": "error", "context": "seatrial doctor" }))
            }
            Duty::CheckRun => (Method::PATCH, &["check-runs", "0"], json!({ "name": "seatrial doctor" })),
            Duty::Deployment => (Method::POST, &["deployments", "0", "statuses"], json!({ "state": "inactive" })),
        };
        match self.api.call(&self.asking(method, path, Some(body)), self.end()).await {
            Err(Failure::Refused { status: 404, .. }) if duty != Duty::Status => Right::Granted,
            Err(Failure::Refused { status: 422, .. }) => Right::Granted,
            Err(failure) => right(&failure, purpose),
            Ok(_) => Right::Unknown(format!("could not find out whether the token may {}", purpose.what)),
        }
    }

    fn asking(&self, method: Method, path: &[&str], body: Option<Value>) -> Call {
        let own = ["repos", &self.owner, &self.name];
        let segments: Vec<&str> = own.iter().chain(path).copied().collect();
        Call { method, url: self.api.url(&segments), body, repeat: Repeat::Harmless }
    }
}

/// The rules of a branch.
const READ_RULES: Purpose = Purpose { what: "read the rules of the branch", permission: "contents: read" };

fn purpose(duty: Duty) -> Purpose {
    match duty {
        Duty::Comment => COMMENT,
        Duty::Status => STATUS,
        Duty::CheckRun => CHECK,
        Duty::Deployment => DEPLOYMENT,
    }
}

impl Classic {
    fn may(&self, duty: Duty, Purpose { what, .. }: Purpose) -> Right {
        let own = match duty {
            Duty::Comment => None,
            Duty::Status => Some("repo:status"),
            Duty::CheckRun => {
                let way_out = "use a job's `GITHUB_TOKEN` or the token of an App";
                return Right::Missing(format!("GitHub does not let a classic token {what}; {way_out}"));
            }
            Duty::Deployment => Some("repo_deployment"),
        };
        let public = (!self.is_private).then_some("public_repo");
        let accepted: Vec<&str> = ["repo"].into_iter().chain(own).chain(public).collect();
        if !self.scopes.iter().any(|scope| accepted.contains(&scope.as_str())) {
            let any = accepted.join("` or `");
            return Right::Missing(format!("the scopes of the token do not let it {what}; give it the scope `{any}`"));
        }
        if duty != Duty::Comment && !self.may_push {
            return Right::Missing(format!(
                "the owner of the token may not push to the repository, so it may not {what}; give the owner the role `write`"
            ));
        }
        Right::Granted
    }
}

/// What a failed call says of a right: that the token is refused is an answer.
fn right(failure: &Failure, purpose: Purpose) -> Right {
    let told = sentence(failure, purpose);
    match failure {
        Failure::Refused { status: 401 | 403 | 404, .. } => Right::Missing(told),
        _ => Right::Unknown(told),
    }
}
