//! A repository of Azure Repos through the REST API of Azure DevOps: dev.azure.com, `*.visualstudio.com`, Azure DevOps Server.
//!
//! The report is the first comment of a thread, which is `active` while something is to be mended and `closed` when all is green. The token is a
//! job's own (`System.AccessToken`), one of Entra, or a personal access token.

pub(crate) mod dialect;
mod each;
mod pull_request;
mod refusal;
mod repository;
mod rights;
mod statuses;
mod threads;

use std::time::Duration;

use http::Method;
use seatrial_model::Secret;
use seatrial_transport::Transport;
use serde_json::json;
use tokio::time::Instant;

use crate::calls::{Api, Dialect, Failure, Patience, Repeat, api_base, one_line, sendable};
use crate::overtaken::ending;
use crate::sticky::{Place, Sticky};
use crate::{Comment, CommitStatus, Delivery, InlineComments, Standing, shorten};
use pull_request::{Known, PullRequest};
use refusal::{COMMENT, INLINE, READ, STATUS, sentence};
use repository::{Ask, Repository};
use statuses::{GENRE, name_of, state_of};

pub(crate) use threads::Threads;

/// Characters of a comment at most, its marker included: "Comments can be up to 150,000 characters."
pub const THREAD_LIMIT: usize = 150_000;

/// Azure DevOps delays a caller that uses much by up to 30 s before it refuses.
const PATIENCE: Patience = Patience { attempt: Duration::from_secs(35), whole: Duration::from_secs(60) };

/// A repository of Azure Repos through the REST API.
#[derive(Clone, Debug)]
pub struct AzureRepos {
    repository: Repository,
}

impl AzureRepos {
    /// A repository, by name or id, of a project in a collection (`https://dev.azure.com/acme`, `https://acme.visualstudio.com`,
    /// `https://HOST/tfs/COLLECTION`).
    ///
    /// # Errors
    /// A sentence: the collection is not a URL, project or repository cannot be one, the token is nothing that could be sent.
    pub fn new(
        transport: &Transport,
        collection: &str,
        project: &str,
        repository: &str,
        token: &Secret,
    ) -> Result<AzureRepos, String> {
        let base = api_base(collection)
            .ok_or("the address of the Azure DevOps collection is not a URL such as `https://dev.azure.com/acme`")?;
        if project.is_empty() {
            return Err("it is not known which project of Azure DevOps the repository belongs to".to_owned());
        }
        if !is_name(project) {
            return Err(format!("`{}` is not a project of Azure DevOps", one_line(project)));
        }
        if !is_name(repository) {
            return Err(format!("`{}` is not a repository of Azure Repos", one_line(repository)));
        }
        let token = sendable(token)
            .ok_or("the Azure DevOps token is empty or contains characters that are not allowed in a token")?;
        let (transport, authorization) = (transport.clone(), dialect::authorization(token));
        let api = Api { transport, base, dialect: Dialect::AzureRepos, authorization, patience: PATIENCE };
        Ok(AzureRepos { repository: Repository::new(api, project, repository) })
    }

    /// With another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> AzureRepos {
        self.repository.api.patience = patience;
        self
    }

    /// Where a pull request stands.
    ///
    /// # Errors
    /// A sentence that says why it is not known.
    pub async fn standing(&self, pull_request: u64) -> Result<Standing, String> {
        let known = self.pull_request(pull_request).known().await;
        known.map(|known| known.standing).map_err(|failure| sentence(&failure, READ))
    }

    /// Keeps one thread on a pull request by the algorithm of the sticky comment. A body that is longer than [`THREAD_LIMIT`] together with
    /// its marker is never sent.
    pub async fn upsert_comment(&self, pull_request: u64, comment: &Comment) -> Delivery {
        let threads = Threads::of(self.pull_request(pull_request));
        let sticky = Sticky::new(Place::AzureRepos(threads), comment);
        sticky.upsert().await.unwrap_or_else(|failure| Delivery::Refused(sentence(&failure, COMMENT)))
    }

    /// Keeps a thread for each finding on a line of the diff: begun once, `fixed` when the finding is gone, `active` when it is back. Gives
    /// back what was not written, as sentences.
    pub async fn keep_inline(&self, pull_request: u64, wanted: &InlineComments) -> Vec<String> {
        let threads = Threads::of(self.pull_request(pull_request));
        threads.keep_inline(wanted).await.unwrap_or_else(|failure| vec![sentence(&failure, INLINE)])
    }

    /// Sets a status on the iteration of a pull request whose head this commit is. One that is over, or has another head by now, gets none.
    pub async fn set_status(&self, pull_request: u64, commit: &str, status: &CommitStatus) -> Delivery {
        let pull_request = self.pull_request(pull_request);
        let sent = self.send_status(&pull_request, commit, status).await;
        sent.unwrap_or_else(|failure| Delivery::Refused(sentence(&failure, STATUS)))
    }

    /// Ends what an overtaken run began: see [`ending`].
    pub async fn end_status(&self, pull_request: u64, commit: &str, status: &CommitStatus) -> Delivery {
        match self.pull_request(pull_request).statuses(status).await.map(|set| ending(set, status)) {
            Ok(Some(ending)) => self.set_status(pull_request, commit, &ending).await,
            Ok(None) => Delivery::Overtaken("a newer run has set it".to_owned()),
            Err(failure) => Delivery::Refused(sentence(&failure, STATUS)),
        }
    }

    async fn send_status(
        &self,
        pull_request: &PullRequest<'_>,
        commit: &str,
        status: &CommitStatus,
    ) -> Result<Delivery, Failure> {
        let Known { standing, iteration } = pull_request.known().await?;
        if let Some(stale) = standing.outdates(commit) {
            return Ok(Delivery::Stale(stale));
        }
        let mut body = json!({
            "context": { "genre": GENRE, "name": name_of(&status.context) },
            "state": state_of(status.state),
            "description": shorten(&status.description),
        });
        if let Some(fields) = body.as_object_mut() {
            let url = status.target_url.as_ref().map(|url| ("targetUrl".to_owned(), json!(url)));
            let iteration = iteration.map(|id| ("iterationId".to_owned(), json!(id)));
            fields.extend(url.into_iter().chain(iteration));
        }
        // The last status of a context counts: two equal ones are one.
        let path = pull_request.path(&["statuses"]);
        let ask = Ask { method: Method::POST, path, query: Vec::new(), body: Some(body), repeat: Repeat::Harmless };
        self.repository.call(&ask, pull_request.end).await?;
        Ok(Delivery::Created(status.target_url.clone().unwrap_or_else(|| pull_request.address())))
    }

    fn pull_request(&self, number: u64) -> PullRequest<'_> {
        PullRequest { repository: &self.repository, number, end: Instant::now() + self.repository.api.patience.whole }
    }
}

/// A name or an id: Azure DevOps allows blanks and most letters of the world, but nothing that a path is made of.
fn is_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\');
    !name.trim().is_empty() && name != "." && name != ".." && !name.contains(forbidden)
}
