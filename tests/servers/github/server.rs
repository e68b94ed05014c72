//! Logs requests, applies faults, answers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::routes;
use super::state::State;
use super::{Answer, Behaviour, LoggedRequest};
use crate::call::Body;
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
        let path = request.path.split('?').next().unwrap_or_default();
        let met: Vec<Behaviour> = state.faults.iter_mut().filter_map(|f| f.meets(&request.method, path)).collect();
        met.into_iter().next()
    });
    let carry_out = || lock(&state, |state| routes::answer(state, &request, token, &base));
    misbehave(behaviour, carry_out).await.map(Answer::into_response)
}

async fn misbehave(behaviour: Option<Behaviour>, carry_out: impl Fn() -> Answer) -> Result<Answer, Dropped> {
    match behaviour {
        None => {}
        Some(Behaviour::Answer(answer)) => return Ok(answer),
        Some(Behaviour::AnswerAfter(answer)) => {
            carry_out();
            return Ok(answer);
        }
        Some(Behaviour::DropBefore) => return Err(Dropped),
        Some(Behaviour::DropAfter) => {
            carry_out();
            return Err(Dropped);
        }
        Some(Behaviour::Hang) => never().await,
        Some(Behaviour::HangAfter) => {
            carry_out();
            never().await;
        }
        Some(Behaviour::Delay(wait)) => tokio::time::sleep(wait).await,
        Some(Behaviour::Meet(barrier)) => {
            barrier.wait().await;
        }
        Some(Behaviour::Meanwhile(other)) => other(),
    }
    Ok(carry_out())
}

async fn never() {
    let waiting: Infallible = std::future::pending().await;
    match waiting {}
}

fn lock<T>(state: &Shared, work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}
