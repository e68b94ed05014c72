//! Logs requests, applies faults, answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::LoggedRequest;
use super::description;
use super::routes;
use super::state::State;
use crate::answer::Answer;
use crate::call::Body;
use crate::fault::{behaviour, misbehave};
use crate::listen::{Dropped, Listening, bind};

type Shared = Arc<Mutex<State>>;

/// Not GitHub's: what the server remembers, as JSON, for tests that are no Rust.
const REMEMBERED: &str = "/_remembered";

/// Listens, and serves until it is dropped.
pub(super) async fn serve(address: SocketAddr, state: Shared) -> std::io::Result<Listening> {
    let bound = bind(address).await?;
    let address = bound.address;
    Ok(bound.serve(move |request| handle(request, Arc::clone(&state), address)))
}

async fn handle(request: Request<Incoming>, state: Shared, address: SocketAddr) -> Result<Response<Body>, Dropped> {
    if request.uri().path() == REMEMBERED {
        return Ok(lock(&state, |state| state.remembered()).into_response());
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let full = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let (base, path) =
        match full.strip_prefix("/api/v3/").or_else(|| full.strip_prefix("/api/graphql").map(|_| "graphql")) {
            Some(rest) => (format!("http://{address}/api/v3"), format!("/{rest}")),
            None => (format!("http://{address}"), full.to_owned()),
        };
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: BTreeMap<String, String> =
        parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let authorization = headers.remove("authorization").unwrap_or_default();
    let token = authorization.split_once(' ').map(|(_, token)| token);
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let request = LoggedRequest { method: parts.method.to_string(), path, headers, body };

    let behaviour = lock(&state, |state| {
        state.log.push(request.clone());
        state.violations.extend(description::violation(&request));
        let path = request.path.split('?').next().unwrap_or_default();
        behaviour(&mut state.faults, &request.method, path)
    });
    let carry_out = || lock(&state, |state| routes::answer(state, &request, token, &base));
    misbehave(behaviour, carry_out).await.map(Answer::into_response)
}

fn lock<T>(state: &Shared, work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}
