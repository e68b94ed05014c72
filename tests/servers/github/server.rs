//! Sockets: accepts connections, logs requests, applies faults.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::routes;
use super::state::State;
use super::{Answer, Behaviour, LoggedRequest};

type Shared = Arc<Mutex<State>>;

/// Not GitHub's: what the server remembers, as JSON, for tests that are no Rust.
const REMEMBERED: &str = "/_remembered";

/// Listens, and serves until the task is aborted.
pub(crate) async fn serve(port: u16, state: Shared) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port of loopback is free");
    let address = listener.local_addr().expect("is bound");
    let task = tokio::spawn(async move {
        // Dropped with this task, and all connections with it.
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve_connection(stream, Arc::clone(&state), address));
        }
    });
    (address, task)
}

async fn serve_connection(stream: TcpStream, state: Shared, address: SocketAddr) {
    let service = service_fn(move |request| handle(request, Arc::clone(&state), address));
    // A dropped connection ends in an error here: that is what the test asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped on demand")
    }
}

impl std::error::Error for Dropped {}

async fn handle(
    request: Request<Incoming>,
    state: Shared,
    address: SocketAddr,
) -> Result<Response<Full<Bytes>>, Dropped> {
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
