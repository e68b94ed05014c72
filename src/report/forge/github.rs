//! A GitHub repository through its API.

mod answer;
mod api;
mod body;
mod comments;
mod refusal;
mod sticky;

use std::time::Duration;

use http::Method;
use seatrial_model::Secret;
use seatrial_transport::Transport;
use serde_json::json;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use crate::marker::{Marker, escape_key};
use crate::{Comment, CommitStatus, Delivery, StatusState};
use answer::{Answer, Failure};
use api::{Api, Call, Repeat};
use comments::Comments;
use refusal::{COMMENT, READ, STATUS, sentence};
use sticky::Sticky;

/// Characters of a comment at most, its marker included: GitHub answers 422 "Body is too long (maximum is 65536 characters)".
pub const BODY_LIMIT: usize = 65_536;

/// Characters of a status description at most: GitHub answers 422 "description is too long (maximum is 140 characters)".
pub const DESCRIPTION_LIMIT: usize = 140;

/// How long GitHub is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one answer.
    pub attempt: Duration,
    /// For one delivery with all its calls and waits; a rate limit that lasts longer is a refusal.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { attempt: Duration::from_secs(10), whole: Duration::from_secs(60) }
    }
}

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
        let base = api_base(api_url)?;
        let parts = repository.split_once('/').filter(|(owner, name)| is_plain(owner) && is_plain(name));
        let (owner, name) = parts.ok_or_else(|| format!("`{repository}` is not a repository, such as `owner/name`"))?;
        // A secret that was read from a file often ends in a newline.
        let token = token.expose().trim();
        if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err("the GitHub token is empty or contains characters that are not allowed in a token".to_owned());
        }
        let (transport, token) = (transport.clone(), Secret::new(token));
        let api = Api { transport, base, token, patience: Patience::default() };
        Ok(GitHub { api, owner: owner.to_owned(), name: name.to_owned() })
    }

    /// With another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> GitHub {
        self.api.patience = patience;
        self
    }

    /// The head commit of a pull request.
    ///
    /// # Errors
    /// A sentence that says why it is not known.
    pub async fn head_of(&self, pull_request: u64) -> Result<String, String> {
        let answer = self.comments(pull_request).pull().await.map_err(|failure| sentence(&failure, READ))?;
        Ok(answer.text("/head/sha").to_owned())
    }

    /// Keeps one comment on a pull request by the algorithm of the sticky comment. A body that is longer than [`BODY_LIMIT`] together with its
    /// marker is never sent.
    pub async fn upsert_comment(&self, pull_request: u64, comment: &Comment) -> Delivery {
        let marker = Marker { key: escape_key(&comment.key), head: comment.head.clone(), run: comment.run };
        let text = format!("{marker}\n{}", comment.body.replace("\r\n", "\n").trim_end());
        let sticky = Sticky { comments: self.comments(pull_request), marker, text };
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

    async fn send_status(&self, commit: &str, status: &CommitStatus) -> Result<Answer, Failure> {
        let state = match status.state {
            StatusState::Success => "success",
            StatusState::Failure => "failure",
            StatusState::Error => "error",
            StatusState::Pending => "pending",
        };
        let mut body =
            json!({ "state": state, "context": status.context, "description": shorten(&status.description) });
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

/// The base without what is not a part of it: credentials, query, fragment.
fn api_base(api_url: &str) -> Result<Url, String> {
    let url = Url::parse(api_url).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let mut url =
        url.ok_or_else(|| "the address of the GitHub API is not a URL such as `https://api.github.com`".to_owned())?;
    // Both fail only for addresses without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn is_plain(part: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !part.is_empty() && part != "." && part != ".." && part.chars().all(known)
}

fn shorten(description: &str) -> String {
    if description.chars().count() <= DESCRIPTION_LIMIT {
        return description.to_owned();
    }
    let kept: String = description.chars().take(DESCRIPTION_LIMIT - 1).collect();
    format!("{}…", kept.trim_end())
}
