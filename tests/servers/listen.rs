//! Listens, and serves every connection over HTTP/1.1 until the server is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::call::Body;

/// A port of loopback that is free.
pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
pub(crate) struct Dropped;

/// A server that is bound and does not answer yet.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// A server that answers; it stops when this is dropped, and all its connections with it.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Binds an address.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<Bound> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Serves from now on.
    pub(crate) fn serve<Handle, Answer>(self, handle: Handle) -> Listening
    where
        Handle: Fn(Request<Incoming>) -> Answer + Clone + Send + 'static,
        Answer: Future<Output = Result<Response<Body>, Dropped>> + Send + 'static,
    {
        let Bound { listener, address } = self;
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                // A connection that was gone before it was taken is no reason to stop.
                let Ok((stream, _)) = listener.accept().await else { continue };
                let service = service_fn(handle.clone());
                connections.spawn(async move {
                    // A dropped connection ends in an error here: that is what was asked for.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Listening { address, task }
    }
}
