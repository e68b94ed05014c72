//! One request to one server over plain HTTP/1.1, and the body type that all servers here share.
//!
//! Not here: TLS, redirects, proxies, connection pools. Stand-ins talk to loopback and to the test bed's own network.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// What went wrong in a body.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is streamed or in memory.
pub(crate) type Body = BoxBody<Bytes, BodyError>;

/// A body in memory.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// An answer of JSON.
pub(crate) fn json_answer(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).expect("is a status");
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Only plain HTTP is spoken.
    #[error("`{0}` is no http:// address")]
    Address(String),
    /// Nobody listens.
    #[error("cannot connect to {0}")]
    Connect(String, #[source] std::io::Error),
    /// The connection broke.
    #[error("no answer from {0}")]
    Answer(String, #[source] hyper::Error),
}

/// Sends a request to the server that its absolute address names. A `Host` header that is there already stays.
pub(crate) async fn call(mut request: Request<Body>) -> Result<Response<Incoming>, CallError> {
    let uri = request.uri().clone();
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(CallError::Address(uri.to_string()));
    };
    let host = authority.as_str().to_owned();
    let port = authority.port_u16().unwrap_or(80);
    let bare = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await.map_err(|error| CallError::Connect(host.clone(), error))?;
    let failed = |error| CallError::Answer(host.clone(), error);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // It ends with the answer's body; its error is seen there.
    tokio::spawn(connection);
    if !request.headers().contains_key(header::HOST) {
        let value = HeaderValue::from_str(&host).map_err(|_| CallError::Address(uri.to_string()))?;
        request.headers_mut().insert(header::HOST, value);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>().map_err(|_| CallError::Address(uri.to_string()))?;
    sender.send_request(request).await.map_err(failed)
}
