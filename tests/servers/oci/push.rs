//! Pushes over the registry HTTP API: what is there already is not sent again. Answers a Basic or Bearer challenge.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use url::Url;

use super::{MANIFEST, OciError, Package, digest};
use crate::call::{call, full};

/// A registry to push to.
#[derive(Debug)]
pub struct Remote {
    base: String,
    login: Option<(String, String)>,
    /// What the last challenge wanted.
    authorization: Mutex<Option<String>>,
}

/// An answer with its whole body.
struct Answer {
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What is sent, once or twice.
struct Message {
    method: Method,
    url: String,
    content: Option<(&'static str, Bytes)>,
}

impl Message {
    fn new(method: Method, url: impl Into<String>) -> Message {
        Message { method, url: url.into(), content: None }
    }

    fn with(self, media_type: &'static str, body: Bytes) -> Message {
        Message { content: Some((media_type, body)), ..self }
    }
}

impl Remote {
    /// A registry at `http://HOST:PORT`.
    #[must_use]
    pub fn new(url: &str) -> Remote {
        Remote { base: url.trim_end_matches('/').to_owned(), login: None, authorization: Mutex::default() }
    }

    /// Answers challenges with a user and a password.
    #[must_use]
    pub fn with_login(mut self, user: &str, password: &str) -> Remote {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Pushes a package under a tag, and gives the manifest's digest.
    ///
    /// # Errors
    /// When the registry is not reached or refuses.
    pub async fn push(&self, repository: &str, tag: &str, package: &Package) -> Result<String, OciError> {
        for blob in [&package.config, &package.layer] {
            self.push_blob(repository, &blob.bytes).await?;
        }
        let manifest = package.manifest();
        let expected = digest(&manifest);
        let url = format!("{}/v2/{repository}/manifests/{tag}", self.base);
        let answer = self.send(repository, Message::new(Method::PUT, url).with(MANIFEST, manifest.into())).await?;
        let answer = answer.expect(StatusCode::CREATED)?;
        match answer.header("docker-content-digest") {
            Some(given) if given != expected => Err(answer.nonsense(&format!("gave {given} for {expected}"))),
            _ => Ok(expected),
        }
    }

    async fn push_blob(&self, repository: &str, bytes: &Bytes) -> Result<(), OciError> {
        let digest = digest(bytes);
        let blobs = format!("{}/v2/{repository}/blobs", self.base);
        let there = self.send(repository, Message::new(Method::HEAD, format!("{blobs}/{digest}"))).await?;
        if there.status == StatusCode::OK {
            return Ok(());
        }
        there.expect(StatusCode::NOT_FOUND)?;
        let begun = self.send(repository, Message::new(Method::POST, format!("{blobs}/uploads/"))).await?;
        let begun = begun.expect(StatusCode::ACCEPTED)?;
        let location = begun.header("location").ok_or_else(|| begun.nonsense("no Location"))?;
        let upload = Url::parse(&blobs).and_then(|base| base.join(location));
        let mut upload = upload.map_err(|error| begun.nonsense(&format!("Location: {error}")))?;
        upload.query_pairs_mut().append_pair("digest", &digest);
        let message = Message::new(Method::PUT, upload).with("application/octet-stream", bytes.clone());
        self.send(repository, message).await?.expect(StatusCode::CREATED)?;
        Ok(())
    }

    /// Sends, and sends again after a challenge.
    async fn send(&self, repository: &str, message: Message) -> Result<Answer, OciError> {
        let known = self.authorization().clone();
        let answer = exchange(&message, known.as_deref()).await?;
        let (StatusCode::UNAUTHORIZED, Some((user, password))) = (answer.status, &self.login) else {
            return Ok(answer);
        };
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        let authorization = match Challenge::parse(challenge) {
            Some(challenge) => format!("Bearer {}", challenge.token(repository, &basic).await?),
            None => basic,
        };
        *self.authorization() = Some(authorization.clone());
        exchange(&message, Some(&authorization)).await
    }

    fn authorization(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.authorization.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    fn expect(self, status: StatusCode) -> Result<Answer, OciError> {
        if self.status == status {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(&self.body).trim().to_owned();
        Err(OciError::Refused { request: self.request, status: self.status.as_u16(), body })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn nonsense(&self, why: &str) -> OciError {
        OciError::Nonsense { request: self.request.clone(), why: why.to_owned() }
    }
}

async fn exchange(message: &Message, authorization: Option<&str>) -> Result<Answer, OciError> {
    let name = format!("{} {}", message.method, message.url);
    let nonsense = |why: String| OciError::Nonsense { request: name.clone(), why };
    let (media_type, body) = message.content.clone().unwrap_or_default();
    let mut request = Request::builder().method(&message.method).uri(&message.url);
    if !media_type.is_empty() {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let request = request.body(full(body)).map_err(|error| nonsense(error.to_string()))?;
    let (parts, body) = call(request).await?.into_parts();
    let body = body.collect().await.map_err(|error| OciError::Body(name.clone(), error))?.to_bytes();
    Ok(Answer { request: name, status: parts.status, headers: parts.headers, body })
}

/// What a Bearer challenge names.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    realm: String,
    service: String,
}

impl Challenge {
    /// Reads `Bearer realm="…",service="…",scope="…"`; the scope is known better here.
    fn parse(header: &str) -> Option<Challenge> {
        let parameters = header.strip_prefix("Bearer ")?;
        let value = |key: &str| {
            let (_, rest) = parameters.split_once(&format!("{key}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        Some(Challenge { realm: value("realm")?, service: value("service").unwrap_or_default() })
    }

    /// A token for pulling and pushing, so that one lasts for the whole push.
    async fn token(&self, repository: &str, basic: &str) -> Result<String, OciError> {
        let scope = format!("repository:{repository}:pull,push");
        let url = Url::parse_with_params(&self.realm, [("service", self.service.as_str()), ("scope", scope.as_str())]);
        let url = url.map_err(|error| OciError::Nonsense { request: self.realm.clone(), why: error.to_string() })?;
        let answer = exchange(&Message::new(Method::GET, url), Some(basic)).await?.expect(StatusCode::OK)?;
        let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = json.get("access_token").or_else(|| json.get("token")).and_then(serde_json::Value::as_str);
        token.map(str::to_owned).ok_or_else(|| answer.nonsense("no token in the answer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_bearer_challenge_and_leaves_others() {
        let header = r#"Bearer realm="http://h:1/oauth2/token",service="shop.azurecr.io",scope="repository:a:pull""#;
        let read = Challenge::parse(header).expect("is one");
        assert_eq!((read.realm.as_str(), read.service.as_str()), ("http://h:1/oauth2/token", "shop.azurecr.io"));
        assert_eq!(Challenge::parse(r#"Basic realm="x""#), None);
    }
}
