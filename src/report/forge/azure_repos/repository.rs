//! Addresses of a repository in the REST API, and the version of the API that the server has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::dialect::is_too_new;
use crate::calls::{Answer, Api, Call, Failure, Kind, Received, Repeat};

/// dev.azure.com and Server 2022.1 or later, Server 2022, 2020, 2019 with and without its update.
const VERSIONS: [&str; 5] = ["7.1", "7.0", "6.0", "5.1", "5.0"];

/// A repository of a project in a collection.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) api: Api,
    project: String,
    name: String,
    /// Which of [`VERSIONS`]; all clones learn it together.
    version: Arc<AtomicUsize>,
    /// Whom the token belongs to; all clones learn it together.
    pub(crate) identity: Arc<Identity>,
}

/// Whom a token belongs to, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// As the server says; `None` where the token may not ask.
    pub(crate) asked: OnceCell<Option<String>>,
    /// The author of what we have written.
    pub(crate) wrote: OnceCell<String>,
}

/// A call below the repository.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) repeat: Repeat,
}

impl Ask {
    pub(crate) fn get(path: Vec<String>) -> Ask {
        Ask { method: Method::GET, path, query: Vec::new(), body: None, repeat: Repeat::Harmless }
    }
}

impl Repository {
    pub(crate) fn new(api: Api, project: &str, name: &str) -> Repository {
        let (version, identity) = (Arc::default(), Arc::default());
        Repository { api, project: project.to_owned(), name: name.to_owned(), version, identity }
    }

    /// Carries a call out; its answer is one JSON document.
    pub(crate) async fn call(&self, ask: &Ask, end: Instant) -> Result<Answer, Failure> {
        let received = self.exchange(ask, Kind::Object, end).await?;
        self.api.answer(&self.call_of(ask), &received)
    }

    /// The same, whatever the answer is. A request in a version that the server does not have was not carried out, so it is sent in an
    /// older one.
    pub(crate) async fn exchange(&self, ask: &Ask, kind: Kind, end: Instant) -> Result<Received, Failure> {
        loop {
            let known = self.version.load(Ordering::Relaxed);
            match self.api.exchange(&self.call_of(ask), kind, end).await {
                Err(failure) if is_too_new(&failure) && known + 1 < VERSIONS.len() => {
                    // Calls run side by side: each steps down once from what it had asked for.
                    let _ = self.version.compare_exchange(known, known + 1, Ordering::Relaxed, Ordering::Relaxed);
                }
                other => return other,
            }
        }
    }

    /// A success that does not help.
    pub(crate) fn unhelpful(&self, ask: &Ask, what: &str) -> Failure {
        self.api.unhelpful(&self.call_of(ask), what)
    }

    /// Who the token belongs to. Without a version: it is under preview in every one.
    pub(crate) async fn connection(&self, end: Instant) -> Result<Answer, Failure> {
        let url = self.api.url(&["_apis", "connectionData"]);
        self.api.call(&Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless }, end).await
    }

    /// A call elsewhere in the collection.
    pub(crate) fn call_at(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> Call {
        let mut url = self.api.url(path);
        url.query_pairs_mut().append_pair("api-version", self.version()).extend_pairs(query);
        Call { method, url, body: None, repeat: Repeat::Harmless }
    }

    fn version(&self) -> &'static str {
        VERSIONS.get(self.version.load(Ordering::Relaxed)).copied().unwrap_or("5.0")
    }

    /// The page of a pull request, for people.
    pub(crate) fn page(&self, pull_request: u64) -> Url {
        self.api.url(&[&self.project, "_git", &self.name, "pullrequest", &pull_request.to_string()])
    }

    fn call_of(&self, ask: &Ask) -> Call {
        let mut segments = vec![self.project.as_str(), "_apis", "git", "repositories", &self.name];
        segments.extend(ask.path.iter().map(String::as_str));
        let mut url = self.api.url(&segments);
        url.query_pairs_mut().append_pair("api-version", self.version()).extend_pairs(&ask.query);
        Call { method: ask.method.clone(), url, body: ask.body.clone(), repeat: ask.repeat }
    }
}
