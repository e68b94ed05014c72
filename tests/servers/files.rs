//! Files over HTTP, as a repository of charts, or a store of blobs, serves them: each path has its answer.
//!
//! Not imitated: conditional requests, ranges, TLS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

pub use crate::answer::Answer;
use crate::answer::half;
use crate::call::{Body, full};
use crate::listen::{ANY_PORT, Dropped, Listening, bind};

/// What a path answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// 200 with these bytes.
    Content(Bytes),
    /// 307 to another address.
    Moved(String),
    /// Any other answer.
    Answer(Answer),
    /// 200 that announces these bytes and sends half of them.
    Cut(Bytes),
}

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    shared: Arc<Mutex<Shared>>,
    listening: Arc<Listening>,
}

#[derive(Debug, Default)]
struct Shared {
    replies: HashMap<String, Reply>,
    guarded: Vec<String>,
    log: Vec<String>,
}

impl Files {
    /// Starts on a free port of loopback, without files.
    pub async fn start() -> Files {
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let handed = Arc::clone(&shared);
        let bound = bind(ANY_PORT).await.expect("a port of loopback is free");
        let listening = bound.serve(move |request| handle(request, Arc::clone(&handed)));
        Files { shared, listening: Arc::new(listening) }
    }

    /// Where it is: `127.0.0.1:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        self.listening.address.to_string()
    }

    /// Sets what a path answers.
    pub fn put(&self, path: &str, reply: Reply) {
        self.shared().replies.insert(path.to_owned(), reply);
    }

    /// Lets only those have a path who log in; others are told how.
    pub fn guard(&self, path: &str) {
        self.shared().guarded.push(path.to_owned());
    }

    /// Every request so far as `METHOD /path`, with ` as …` behind it where somebody logged in, and ` with …` where something was sent.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared().log.clone()
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn handle(request: Request<Incoming>, shared: Arc<Mutex<Shared>>) -> Result<Response<Body>, Dropped> {
    let (request, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let sent = if body.is_empty() { String::new() } else { format!(" with {}", String::from_utf8_lossy(&body)) };
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let login = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let login = login.map(|login| format!(" as {login}")).unwrap_or_default();
    let path = request.uri.path().to_owned();
    shared.log.push(format!("{} {path}{login}{sent}", request.method));
    let mut response = Response::new(full(Bytes::new()));
    if login.is_empty() && shared.guarded.contains(&path) {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"files\""));
        return Ok(response);
    }
    match shared.replies.get(&path).cloned() {
        None => *response.status_mut() = StatusCode::NOT_FOUND,
        Some(Reply::Content(bytes)) => *response.body_mut() = full(bytes),
        Some(Reply::Moved(to)) => {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert(header::LOCATION, to.parse().expect("an address"));
        }
        Some(Reply::Answer(answer)) => response = answer.into_response(),
        Some(Reply::Cut(bytes)) => *response.body_mut() = half(&bytes),
    }
    Ok(response)
}
