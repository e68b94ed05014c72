//! Forms that are posted, and JSON that comes back.

use std::time::Duration;

use http::{HeaderValue, Method, header};
use reqwest::{Request, Response};
use seatrial_transport::{Retry, Transport};
use serde::de::DeserializeOwned;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::EntraError;

/// For a request with its retries.
const DEADLINE: Duration = Duration::from_secs(30);

/// Posts a form. Nothing is written by it: it may be sent again.
pub(crate) async fn post(transport: &Transport, url: Url, pairs: &[(&str, &str)]) -> Result<Response, EntraError> {
    let mut request = Request::new(Method::POST, url);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    *request.body_mut() = Some(Serializer::new(String::new()).extend_pairs(pairs).finish().into());
    send(transport, request).await
}

/// Sends a request.
pub(crate) async fn send(transport: &Transport, request: Request) -> Result<Response, EntraError> {
    Ok(transport.send(request, Retry::Idempotent, DEADLINE).await?)
}

/// The JSON of an answer.
pub(crate) async fn json<T: DeserializeOwned>(answer: Response) -> Result<T, EntraError> {
    let host = answer.url().host_str().unwrap_or_default().to_owned();
    let unreadable = || EntraError::Unreadable(host.clone());
    let bytes = answer.bytes().await.map_err(|_| unreadable())?;
    serde_json::from_slice(&bytes).map_err(|_| unreadable())
}

/// An address that a variable or a setting says.
pub(crate) fn address(text: &str) -> Result<Url, EntraError> {
    text.parse().map_err(|_| EntraError::Unreadable("an address of the environment that is not one".to_owned()))
}
