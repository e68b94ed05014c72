//! A registry by the OCI distribution specification 1.1: manifests, blobs, tags; with the tokens that it asks for.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Request, Response};
use seatrial_transport::{Redirects, Retry, Transport};
use seatrial_tree::digest;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::address::Repository;
use crate::answer::{body, refusal};
use crate::challenge::{Challenge, challenge};
use crate::manifest::{ACCEPTED, Descriptor};
use crate::{FetchError, Login};

/// For a request with its retries, and for the body that it brings.
const DEADLINE: Duration = Duration::from_secs(60);

/// Bytes of a manifest (OCI distribution 1.1: registries should take 4 MiB).
const LARGEST_MANIFEST: usize = 4 << 20;

/// Bytes of a layer.
const LARGEST_BLOB: usize = 64 << 20;

/// Bytes of a list of tags, or of a token.
const LARGEST_LIST: usize = 16 << 20;

/// Pages of tags that are read: Docker Hub's pages hold a hundred.
const MOST_PAGES: usize = 1_000;

/// A manifest with its digest.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) digest: String,
    pub(crate) bytes: Vec<u8>,
}

/// Asks registries, and keeps their tokens.
#[derive(Debug)]
pub(crate) struct Client {
    transport: Transport,
    /// What to send along, by repository: the header `Authorization`.
    tokens: Mutex<HashMap<String, SecretString>>,
}

/// A token, under either name.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Client {
    pub(crate) fn new(transport: Transport) -> Client {
        Client { transport, tokens: Mutex::default() }
    }

    /// A manifest by tag or digest; `None` where there is none.
    pub(crate) async fn manifest(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        reference: &str,
    ) -> Result<Option<Found>, FetchError> {
        let what = format!("the manifest `{reference}` of {}/{}", repository.host, repository.name);
        let url = format!("{}/manifests/{reference}", repository.base);
        let Some(answer) = self.get(repository, login, Method::GET, &url).await? else { return Ok(None) };
        let bytes = body(answer, &what, LARGEST_MANIFEST).await?;
        let found = digest(&bytes);
        if reference.starts_with("sha256:") && found != reference {
            return Err(FetchError::Wrong(format!("{what} is not what its digest says: it is {found}")));
        }
        Ok(Some(Found { digest: found, bytes }))
    }

    /// The digest of a manifest, asked for by HEAD; `None` where there is none.
    pub(crate) async fn digest(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        reference: &str,
    ) -> Result<Option<String>, FetchError> {
        let url = format!("{}/manifests/{reference}", repository.base);
        let Some(answer) = self.get(repository, login, Method::HEAD, &url).await? else { return Ok(None) };
        let said = answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        if let Some(said) = said.filter(|said| said.starts_with("sha256:")) {
            return Ok(Some(said.to_owned()));
        }
        // A registry need not say it.
        Ok(self.manifest(repository, login, reference).await?.map(|found| found.digest))
    }

    /// A blob, which is what its name says.
    pub(crate) async fn blob(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        layer: &Descriptor,
    ) -> Result<Vec<u8>, FetchError> {
        let what = format!("`{}` of {}/{}", layer.digest, repository.host, repository.name);
        if layer.size > LARGEST_BLOB as u64 {
            return Err(FetchError::Wrong(format!("{what} is longer than {} MB", LARGEST_BLOB >> 20)));
        }
        let url = format!("{}/blobs/{}", repository.base, layer.digest);
        let Some(answer) = self.get(repository, login, Method::GET, &url).await? else {
            return Err(FetchError::Wrong(format!("{what} is in the manifest, and not in the registry")));
        };
        let bytes = body(answer, &what, LARGEST_BLOB).await?;
        if bytes.len() as u64 != layer.size || digest(&bytes) != layer.digest {
            return Err(FetchError::Wrong(format!("{what} is not what its digest says: it was cut or changed")));
        }
        Ok(bytes)
    }

    /// All tags, by pages; `None` where the registry knows no such repository.
    pub(crate) async fn tags(
        &self,
        repository: &Repository,
        login: Option<&Login>,
    ) -> Result<Option<Vec<String>>, FetchError> {
        let what = format!("the tags of {}/{}", repository.host, repository.name);
        let mut next = format!("{}/tags/list", repository.base);
        let (mut all, mut asked) = (Vec::new(), HashSet::new());
        loop {
            if !asked.insert(next.clone()) || asked.len() > MOST_PAGES {
                return Err(FetchError::Wrong(format!("{what} have pages without end")));
            }
            let Some(answer) = self.get(repository, login, Method::GET, &next).await? else { return Ok(None) };
            let following = next_page(answer.headers(), &next, &repository.base)
                .map_err(|()| FetchError::Wrong(format!("{what} go on at another place than they begin")))?;
            let bytes = body(answer, &what, LARGEST_LIST).await?;
            let page: Tags = serde_json::from_slice(&bytes)
                .map_err(|error| FetchError::Wrong(format!("{what} cannot be read: {error}")))?;
            all.extend(page.tags.unwrap_or_default());
            match following {
                Some(following) => next = following,
                None => return Ok(Some(all)),
            }
        }
    }

    /// Whether the tags of a repository are shown to who asks.
    pub(crate) async fn shows_tags(&self, repository: &Repository, login: Option<&Login>) -> Result<bool, FetchError> {
        let url = format!("{}/tags/list?n=1", repository.base);
        Ok(self.get(repository, login, Method::GET, &url).await?.is_some())
    }

    /// Asks; a token is got where one is asked for, once. `None` where there is no such thing.
    async fn get(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        method: Method,
        url: &str,
    ) -> Result<Option<Response>, FetchError> {
        let known = self.known(repository);
        let mut answer = self.ask(method.clone(), url, known.as_ref()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED
            && let Some(asked) = challenge(answer.headers())
        {
            let authorization = self.authorization(repository, login, asked).await?;
            answer = self.ask(method, url, authorization.as_ref()).await?;
            if let Some(authorization) = authorization.filter(|_| answer.status() != StatusCode::UNAUTHORIZED) {
                let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
                tokens.insert(repository.base.clone(), authorization);
            }
        }
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(answer)),
            _ => Err(refusal(&answer, &repository.host, login.is_some())),
        }
    }

    fn known(&self, repository: &Repository) -> Option<SecretString> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&repository.base).cloned()
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        authorization: Option<&SecretString>,
    ) -> Result<Response, FetchError> {
        let mut request = Request::new(method, parsed(url)?);
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(ACCEPTED));
        if let Some(value) = authorization {
            request.headers_mut().insert(header::AUTHORIZATION, sensitive(value.expose_secret())?);
        }
        Ok(self.transport.send_through(request, Redirects::Anywhere, Retry::Idempotent, DEADLINE).await?)
    }

    /// The header `Authorization` that a challenge asks for; `None` where nobody logs in.
    async fn authorization(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        asked: Challenge,
    ) -> Result<Option<SecretString>, FetchError> {
        match asked {
            Challenge::Basic => Ok(login.map(basic)),
            Challenge::Bearer { realm, service, scope } => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", repository.name));
                let token = self.token(repository, login, &realm, service.as_deref(), &scope).await?;
                Ok(Some(SecretString::from(format!("Bearer {}", token.expose_secret()))))
            }
        }
    }

    /// A token for a scope (distribution: `GET` with user and password; `POST` as OAuth 2 for an identity token).
    async fn token(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        realm: &str,
        service: Option<&str>,
        scope: &str,
    ) -> Result<SecretString, FetchError> {
        let what = format!("the token for {}/{}", repository.host, repository.name);
        let mut url = parsed(realm)?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && repository.base.starts_with("http://"));
        if !is_safe {
            return Err(FetchError::Refused(format!(
                "{} sends us for {what} to an address without TLS",
                repository.host
            )));
        }
        let request = match login.filter(|login| login.username.is_empty()) {
            Some(login) => {
                let pairs = [
                    ("grant_type", "refresh_token"),
                    ("service", service.unwrap_or_default()),
                    ("scope", scope),
                    ("client_id", "seatrial"),
                    ("refresh_token", login.password.expose_secret()),
                ];
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                let mut request = Request::new(Method::POST, url);
                let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().insert(header::CONTENT_TYPE, kind);
                *request.body_mut() = Some(form.into());
                request
            }
            None => {
                url.query_pairs_mut()
                    .extend_pairs(service.map(|service| ("service", service)))
                    .append_pair("scope", scope);
                let mut request = Request::new(Method::GET, url);
                if let Some(login) = login {
                    request.headers_mut().insert(header::AUTHORIZATION, sensitive(basic(login).expose_secret())?);
                }
                request
            }
        };
        let answer = self.transport.send(request, Retry::Idempotent, DEADLINE).await?;
        if !answer.status().is_success() {
            return Err(refusal(&answer, &repository.host, login.is_some()));
        }
        let bytes = body(answer, &what, LARGEST_LIST).await?;
        let token: Token =
            serde_json::from_slice(&bytes).map_err(|_| FetchError::Wrong(format!("{what} cannot be read")))?;
        let token = token.token.or(token.access_token).filter(|token| !token.is_empty());
        token.map(SecretString::from).ok_or_else(|| FetchError::Wrong(format!("{what} is empty")))
    }
}

/// The next page, as the header `Link` says it (RFC 8288), at the address that is asked: who stands before a registry may call it otherwise.
fn next_page(headers: &HeaderMap, asked: &str, base: &str) -> Result<Option<String>, ()> {
    let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    let each = links.flat_map(|value| value.split("<").skip(1)).filter_map(|link| link.split_once('>'));
    let is_next =
        |parameters: &str| parameters.split([';', ',']).any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"));
    let Some((target, _)) = each.into_iter().find(|(_, parameters)| is_next(parameters)) else { return Ok(None) };
    let (asked, base) = (parsed(asked).map_err(drop)?, parsed(base).map_err(drop)?);
    let target = asked.join(target).map_err(drop)?;
    let is_here = target.host_str() == base.host_str() && target.path().starts_with(base.path());
    let mut next = base;
    next.set_path(target.path());
    next.set_query(target.query());
    if is_here { Ok(Some(next.to_string())) } else { Err(()) }
}

pub(crate) fn basic(login: &Login) -> SecretString {
    use base64::Engine as _;
    let text = format!("{}:{}", login.username, login.password.expose_secret());
    SecretString::from(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text)))
}

pub(crate) fn sensitive(value: &str) -> Result<HeaderValue, FetchError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| FetchError::Wrong("a credential has characters that no header may have".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn parsed(url: &str) -> Result<Url, FetchError> {
    url.parse().map_err(|_| FetchError::Wrong("an address that is asked for is not one".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_read_where_the_first_one_is() {
        let base = "https://r.example.com/v2/a/web";
        let next = |link: &str| {
            let headers = HeaderMap::from_iter([(header::LINK, link.parse().expect("a header"))]);
            next_page(&headers, &format!("{base}/tags/list"), base)
        };
        let second = Ok(Some(format!("{base}/tags/list?last=b&n=2")));
        for link in [
            "</v2/a/web/tags/list?last=b&n=2>; rel=\"next\"",
            "<http://r.example.com/v2/a/web/tags/list?last=b&n=2>; rel=next",
            "<https://r.example.com:443/v2/a/web/tags/list?last=b&n=2>; rel=\"next\"",
            "<list?n=0>; rel=\"prev\", <list?last=b&n=2>; rel=\"next\"",
        ] {
            assert_eq!(next(link), second, "{link}");
        }
        assert_eq!(next("<list?n=0>; rel=\"prev\""), Ok(None));
        for link in ["<https://evil.example/v2/a/web/tags/list>; rel=\"next\"", "</v2/other/tags/list>; rel=\"next\""] {
            assert_eq!(next(link), Err(()), "{link}");
        }
    }
}
