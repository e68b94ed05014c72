//! A GitHub repository through its API.

mod check_run;
mod comments;
mod creation;
mod deployment;
pub(crate) mod dialect;
mod label;
mod lists;
pub(crate) mod octocrab;
mod refusal;
mod review;
mod rights;

use http::Method;
use seatrial_model::Secret;
use seatrial_transport::Transport;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::calls::{Answer, Api, Call, Dialect, Failure, Kind, Patience, Repeat, api_base, sendable};
use crate::overtaken::ending;
use crate::sticky::{Place, Sticky};
use crate::{Comment, CommitStatus, Delivery, Standing, StatusState, shorten};
use refusal::{COMMENT, READ, STATUS, sentence};

pub use check_run::SUMMARY_LIMIT;
pub(crate) use comments::Comments;

/// Characters of a comment at most, its marker included: GitHub answers 422 "Body is too long (maximum is 65536 characters)".
pub const BODY_LIMIT: usize = 65_536;

/// A GitHub repository through its API.
#[derive(Clone, Debug)]
pub struct GitHub {
    api: Api,
    owner: String,
    name: String,
}

impl GitHub {
    /// A repository `owner/name` at an API base (`https://api.github.com`, `https://HOST/api/v3`).
    ///
    /// # Errors
    /// A sentence: the base is not a URL, the repository no `owner/name`, the token nothing that could be sent.
    pub fn new(transport: &Transport, api_url: &str, repository: &str, token: &Secret) -> Result<GitHub, String> {
        let base =
            api_base(api_url).ok_or("the address of the GitHub API is not a URL such as `https://api.github.com`")?;
        let parts = repository.split_once('/').filter(|(owner, name)| is_plain(owner) && is_plain(name));
        let (owner, name) = parts.ok_or_else(|| format!("`{repository}` is not a repository, such as `owner/name`"))?;
        let token = sendable(token)
            .ok_or("the GitHub token is empty or contains characters that are not allowed in a token")?;
        let authorization = Secret::new(format!("Bearer {token}"));
        let (transport, patience) = (transport.clone(), Patience::default());
        let api = Api { transport, base, dialect: Dialect::GitHub, authorization, patience };
        Ok(GitHub { api, owner: owner.to_owned(), name: name.to_owned() })
    }

    /// With another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> GitHub {
        self.api.patience = patience;
        self
    }

    /// Where a pull request stands.
    ///
    /// # Errors
    /// A sentence that says why it is not known.
    pub async fn standing(&self, pull_request: u64) -> Result<Standing, String> {
        self.comments(pull_request).standing().await.map_err(|failure| sentence(&failure, READ))
    }

    /// Keeps one comment on a pull request by the algorithm of the sticky comment. A body that is longer than [`BODY_LIMIT`] together with its
    /// marker is never sent.
    pub async fn upsert_comment(&self, pull_request: u64, comment: &Comment) -> Delivery {
        let sticky = Sticky::new(Place::GitHub(self.comments(pull_request)), comment);
        sticky.upsert().await.unwrap_or_else(|failure| Delivery::Refused(sentence(&failure, COMMENT)))
    }

    /// Sets a status on a commit.
    pub async fn set_status(&self, commit: &str, status: &CommitStatus) -> Delivery {
        match self.send_status(commit, status).await {
            Ok(answer) => {
                Delivery::Created(status.target_url.clone().unwrap_or_else(|| answer.text("/url").to_owned()))
            }
            Err(failure) => Delivery::Refused(sentence(&failure, STATUS)),
        }
    }

    /// Ends what an overtaken run began: see [`ending`].
    pub async fn end_status(&self, commit: &str, status: &CommitStatus) -> Delivery {
        match self.statuses(commit, &status.context).await.map(|set| ending(set, status)) {
            Ok(Some(ending)) => self.set_status(commit, &ending).await,
            Ok(None) => Delivery::Overtaken("a newer run has set it".to_owned()),
            Err(failure) => Delivery::Refused(sentence(&failure, STATUS)),
        }
    }

    /// Those of a name among the newest hundred of a commit, the newest first.
    async fn statuses(&self, commit: &str, context: &str) -> Result<Vec<CommitStatus>, Failure> {
        let mut url = self.api.url(&["repos", &self.owner, &self.name, "commits", commit, "statuses"]);
        url.query_pairs_mut().append_pair("per_page", "100");
        let call = Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless };
        let answer = self.api.answer(&call, &self.api.exchange(&call, Kind::Page, self.end()).await?)?;
        let read = |status: &Value| {
            let text = |key: &str| status.get(key).and_then(Value::as_str).map(str::to_owned);
            let state = StatusState::ALL.into_iter().find(|state| Some(name_of(*state)) == text("state").as_deref())?;
            let description = text("description").unwrap_or_default();
            let context = text("context").filter(|own| own == context)?;
            Some(CommitStatus { context, state, description, target_url: text("target_url") })
        };
        Ok(answer.json.as_array().into_iter().flatten().filter_map(read).collect())
    }

    async fn send_status(&self, commit: &str, status: &CommitStatus) -> Result<Answer, Failure> {
        let mut body = json!({ "state": name_of(status.state), "context": status.context, "description": shorten(&status.description) });
        if let (Some(url), Some(fields)) = (&status.target_url, body.as_object_mut()) {
            fields.insert("target_url".to_owned(), json!(url));
        }
        let url = self.api.url(&["repos", &self.owner, &self.name, "statuses", commit]);
        // The last status of a context counts: two equal ones are one.
        let call = Call { method: Method::POST, url, body: Some(body), repeat: Repeat::Harmless };
        self.api.call(&call, self.end()).await
    }

    fn comments(&self, pull_request: u64) -> Comments<'_> {
        Comments {
            api: &self.api,
            owner: &self.owner,
            name: &self.name,
            pull_request,
            end: self.end(),
            me: OnceCell::new(),
        }
    }

    fn end(&self) -> Instant {
        Instant::now() + self.api.patience.whole
    }
}

fn name_of(state: StatusState) -> &'static str {
    match state {
        StatusState::Success => "success",
        StatusState::Failure => "failure",
        StatusState::Error => "error",
        StatusState::Pending => "pending",
    }
}

fn is_plain(part: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !part.is_empty() && part != "." && part != ".." && part.chars().all(known)
}
