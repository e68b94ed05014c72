//! Repositories of charts over HTTP: `index.yaml`, and the archives that it names (helm: `pkg/repo`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode, header};
use reqwest::{Request, Response};
use seatrial_transport::{Redirects, Retry, Transport};
use seatrial_tree::digest;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;

use crate::address::host_of;
use crate::answer::{body, refusal};
use crate::choice::{choose, newest};
use crate::entries::{Entry, entries};
use crate::oci::{basic, parsed, sensitive};
use crate::{FetchError, HostSettings, Login};

/// For a request with its retries, and for the body that it brings.
const DEADLINE: Duration = Duration::from_secs(60);

/// Bytes of an index: Bitnami's was the largest, with about 20 MB.
const LARGEST_INDEX: usize = 64 << 20;

/// Bytes of a chart.
const LARGEST_CHART: usize = 64 << 20;

/// An index that is read once, or why it cannot be.
type Once = OnceCell<Result<Arc<str>, FetchError>>;

/// Asks repositories of charts; each index is read once.
#[derive(Debug)]
pub(crate) struct Repositories {
    transport: Transport,
    indexes: Mutex<HashMap<String, Arc<Once>>>,
}

/// A chart as a repository has it.
#[derive(Debug)]
pub(crate) struct Pulled {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: String,
    pub(crate) version: String,
}

impl Repositories {
    pub(crate) fn new(transport: Transport) -> Repositories {
        Repositories { transport, indexes: Mutex::default() }
    }

    /// A chart. `url` is the address of the repository with the chart's name behind it.
    pub(crate) async fn chart(&self, url: &str, version: &str, settings: &HostSettings) -> Result<Pulled, FetchError> {
        let wrong = || FetchError::Wrong(format!("`{}` is not the address of a chart in a repository", shown(url)));
        let (repository, name) = url.trim_end_matches('/').rsplit_once('/').ok_or_else(wrong)?;
        // Without TLS, a login goes along only where somebody with the say has asked for that.
        let is_safe = settings.plain_http || url.starts_with("https://");
        let login = settings.login.as_ref().filter(|_| is_safe);
        let repository = mirrored(repository, settings);
        let index = self.index(&repository, login).await?;
        let read = entries(&index, name)
            .map_err(|why| FetchError::Wrong(format!("the index of {} cannot be read: {why}", shown(&repository))))?;
        let Some(entries) = read else {
            let what = format!("the index of {} has no chart `{name}`", shown(&repository));
            return Err(FetchError::NotFound { what, newest: None });
        };
        let versions = entries.iter().map(|entry| entry.version.as_str());
        let Some(chosen) = choose(versions.clone(), version) else {
            let what = if version.is_empty() {
                format!("the index of {} has no version of it", shown(&repository))
            } else {
                format!("the index of {} has no version `{version}` of it", shown(&repository))
            };
            return Err(FetchError::NotFound { what, newest: newest(versions).map(str::to_owned) });
        };
        let entry = entries.iter().find(|entry| entry.version == chosen).ok_or_else(wrong)?;
        let (bytes, digest) = self.archive(&repository, name, entry, login).await?;
        Ok(Pulled { bytes, digest, version: entry.version.clone() })
    }

    async fn archive(
        &self,
        repository: &str,
        name: &str,
        entry: &Entry,
        login: Option<&Login>,
    ) -> Result<(Vec<u8>, String), FetchError> {
        let what = format!("the chart `{name}` {} of {}", entry.version, shown(repository));
        let Some(address) = entry.urls.first() else {
            return Err(FetchError::Wrong(format!("{what} has no address in the index")));
        };
        let base = parsed(repository)?;
        let address =
            resolved(&base, address).ok_or_else(|| FetchError::Wrong(format!("the address of {what} is not one")))?;
        if !matches!(address.scheme(), "http" | "https") {
            let scheme = address.scheme();
            return Err(FetchError::Wrong(format!("{what} is to be had by `{scheme}`, which is not read")));
        }
        // helm: `passCredentials` is false unless somebody says otherwise.
        let is_own = address.origin() == base.origin();
        let answer = self.get(address, login.filter(|_| is_own)).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Err(FetchError::Wrong(format!("{what} is in the index, and not where that says")));
        }
        if !answer.status().is_success() {
            return Err(refusal(&answer, &host_of(answer.url().as_str()), login.is_some() && is_own));
        }
        let bytes = body(answer, &what, LARGEST_CHART).await?;
        let said =
            entry.digest.as_deref().map(|said| said.trim_start_matches("sha256:")).filter(|said| !said.is_empty());
        let found = digest(&bytes);
        if said.is_some_and(|said| !found.ends_with(&said.to_ascii_lowercase())) {
            return Err(FetchError::Wrong(format!("{what} is not what the index says: its digest is {found}")));
        }
        Ok((bytes, found))
    }

    async fn index(&self, repository: &str, login: Option<&Login>) -> Result<Arc<str>, FetchError> {
        let cell = {
            let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(indexes.entry(repository.to_owned()).or_default())
        };
        cell.get_or_init(|| self.read_index(repository, login)).await.clone()
    }

    async fn read_index(&self, repository: &str, login: Option<&Login>) -> Result<Arc<str>, FetchError> {
        let what = format!("the index of {}", shown(repository));
        let mut url = parsed(repository)?;
        let path = format!("{}/index.yaml", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let answer = self.get(url, login).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            let what = format!("there is no repository of charts at {}: it has no `index.yaml`", shown(repository));
            return Err(FetchError::not_there(what, login.is_some()));
        }
        if !answer.status().is_success() {
            return Err(refusal(&answer, &host_of(answer.url().as_str()), login.is_some()));
        }
        let bytes = body(answer, &what, LARGEST_INDEX).await?;
        let text = String::from_utf8(bytes);
        Ok(text.map_err(|_| FetchError::Wrong(format!("{what} cannot be read: it is not UTF-8")))?.into())
    }

    async fn get(&self, url: url::Url, login: Option<&Login>) -> Result<Response, FetchError> {
        let mut request = Request::new(Method::GET, url);
        if let Some(login) = login {
            let value = sensitive(basic(login).expose_secret())?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        Ok(self.transport.send_through(request, Redirects::Anywhere, Retry::Idempotent, DEADLINE).await?)
    }
}

/// The address of an archive: one that is relative lies below the repository, and takes its query along (helm: `ResolveReferenceURL`).
fn resolved(base: &url::Url, address: &str) -> Option<url::Url> {
    let mut folder = base.clone();
    folder.set_path(&format!("{}/", base.path().trim_end_matches('/')));
    let mut resolved = folder.join(address).ok()?;
    if url::Url::parse(address).is_err() && resolved.query().is_none() {
        resolved.set_query(base.query());
    }
    Some(resolved)
}

/// The address without user and query: those may be credentials.
fn shown(repository: &str) -> String {
    let address = repository.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit('@').next().unwrap_or_default();
    if path.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{host}/{path}") }
}

/// The address at the mirror of its host.
fn mirrored(repository: &str, settings: &HostSettings) -> String {
    let Some(mirror) = &settings.mirror else { return repository.to_owned() };
    let scheme = if settings.plain_http { "http" } else { "https" };
    let rest = repository.split_once("://").map_or(repository, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    format!("{scheme}://{}/{path}", mirror.trim_end_matches('/'))
}
