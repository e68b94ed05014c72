//! Reads requests, logs them, applies faults, answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::state::State;
use super::{Answer, LoggedRequest, PROJECT, PROJECT_ID, REPOSITORY, REPOSITORY_ID, routes};
use crate::call::Body;
use crate::fault::{behaviour, misbehave};
use crate::listen::{Dropped, Listening, bind};

type Shared = Arc<Mutex<State>>;

/// Not the service's: what the server remembers, as JSON, for tests that are no Rust.
const REMEMBERED: &str = "/_remembered";

/// Listens, and serves until it is dropped.
pub(super) async fn serve(address: SocketAddr, state: Shared) -> std::io::Result<Listening> {
    Ok(bind(address).await?.serve(move |request| handle(request, Arc::clone(&state))))
}

async fn handle(request: Request<Incoming>, state: Shared) -> Result<Response<Body>, Dropped> {
    if request.uri().path().ends_with(REMEMBERED) {
        return Ok(lock(&state, |state| state.remembered()).into_response());
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let Some((collection, path)) = place(parts.uri.path()) else {
        return Ok(Answer::page(404, "<html>The page is not found</html>").into_response());
    };
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: BTreeMap<String, String> =
        parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let authorization = headers.remove("authorization").unwrap_or_default();
    let (scheme, token) = credentials(&authorization);
    let request = LoggedRequest {
        method: parts.method.to_string(),
        collection,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        scheme,
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let behaviour = lock(&state, |state| {
        state.log.push(request.clone());
        behaviour(&mut state.faults, &request.method, &request.path)
    });
    let carry_out = || lock(&state, |state| routes::answer(state, &request, token.as_deref()));
    misbehave(behaviour, carry_out).await.map(Answer::into_response)
}

/// The collection's path, and the path below the repository or below `_apis` of the collection.
fn place(path: &str) -> Option<(String, String)> {
    let segments: Vec<String> = path.trim_matches('/').split('/').map(decoded).collect();
    let at = segments.iter().position(|segment| segment == "_apis")?;
    let (before, below) = (segments.get(..at)?, segments.get(at + 1..)?);
    let (collection, rest) = match below {
        [area, repositories, repository, rest @ ..] if area == "git" && repositories == "repositories" => {
            let (project, collection) = before.split_last()?;
            if ![PROJECT, PROJECT_ID].contains(&project.as_str())
                || ![REPOSITORY, REPOSITORY_ID].contains(&repository.as_str())
            {
                return None;
            }
            (collection, rest)
        }
        // What belongs to a project and not to one of its repositories.
        _ => match before.split_last() {
            Some((project, collection)) if [PROJECT, PROJECT_ID].contains(&project.as_str()) => (collection, below),
            _ => (before, below),
        },
    };
    let collection = format!("/{}", collection.join("/"));
    let known = ["/", "/acme", "/tfs/DefaultCollection"].contains(&collection.as_str());
    known.then(|| (collection, format!("/{}", rest.join("/"))))
}

fn decoded(segment: &str) -> String {
    // `+` is a plus in a path.
    let pair = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The scheme, and the token: the password of whoever it is.
fn credentials(authorization: &str) -> (String, Option<String>) {
    let (scheme, rest) = authorization.split_once(' ').unwrap_or_default();
    let token = match scheme {
        "Bearer" => Some(rest.to_owned()),
        "Basic" => STANDARD
            .decode(rest)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|pair| pair.split_once(':').map(|(_, token)| token.to_owned())),
        _ => None,
    };
    (scheme.to_owned(), token)
}

fn lock<T>(state: &Shared, work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}
