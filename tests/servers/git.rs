//! A Git server over smart HTTP: every request goes to `git http-backend`, over a directory of bare repositories.
//!
//! So the protocol is Git's own. Bodies are streamed both ways; gzip and chunked requests pass as clients send them. Everybody may read.
//!
//! Not imitated: credentials, hooks of a forge, webhooks, LFS, paths with percent escapes, making a repository on the first push, TLS.
//! The `git` on `PATH` must have `http-backend`, which Debian's has.

mod cgi;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response, header};
use hyper::body::Incoming;

use crate::call::{Body, full};
use crate::listen::{ANY_PORT, Dropped, Listening, bind};

/// Whether somebody may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushes {
    /// Everybody may push.
    Allowed,
    /// Git says that the service is not enabled.
    Refused,
}

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GitServer {
    shared: Arc<Shared>,
    listening: Arc<Listening>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    pushes: Pushes,
    log: Mutex<Vec<String>>,
}

impl GitServer {
    /// Starts on a free port of loopback, over a directory of bare repositories.
    pub async fn start(root: &Path, pushes: Pushes) -> GitServer {
        GitServer::start_at(ANY_PORT, root, pushes).await.expect("a port of loopback is free")
    }

    /// Starts on an address.
    ///
    /// # Errors
    /// When the address cannot be bound, or the directory is not there.
    pub async fn start_at(address: SocketAddr, root: &Path, pushes: Pushes) -> io::Result<GitServer> {
        let root = root.canonicalize()?;
        let shared = Arc::new(Shared { root, pushes, log: Mutex::default() });
        let handed = Arc::clone(&shared);
        let listening = bind(address).await?.serve(move |request| handle(request, Arc::clone(&handed)));
        Ok(GitServer { shared, listening: Arc::new(listening) })
    }

    /// Where it is: `http://127.0.0.1:PORT`; a repository is at `/NAME.git` there.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.address)
    }

    /// Every request so far as `METHOD /path?query`, followed by ` gzip` and ` chunked` where its body was.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn handle(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, Dropped> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let mut line = format!("{} {}", request.method(), request.uri());
    let encodings = [text(header::CONTENT_ENCODING), text(header::TRANSFER_ENCODING)];
    for encoding in encodings.into_iter().flatten() {
        line += &format!(" {encoding}");
    }
    shared.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    let answer = cgi::run(request, &shared.root, shared.pushes).await;
    Ok(answer.unwrap_or_else(|error| {
        let mut response = Response::new(full(format!("git http-backend: {error}\n")));
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        response
    }))
}
