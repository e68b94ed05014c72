//! octocrab over our transport: it writes the request, with token and API version; what is sent, and how often, is below and above it.

use std::time::Duration;

use http::request::Builder;
use http::{Response, Uri};
use http_body_util::BodyExt as _;
use octocrab::{AuthState, Error, OctoBody, Octocrab, OctocrabBuilder};
use reqwest::{Body, Request};
use seatrial_model::Secret;
use seatrial_transport::{Transport, TransportError};
use tower::BoxError;
use url::{Position, Url};

use super::dialect::HEADERS;
use crate::calls::{Call, Dialect, Incoming};

/// Sends one request once.
///
/// octocrab adds the token to addresses without a host and to api.github.com alone, and its layer for a base address joins every path with that of
/// the base, which GraphQL on an Enterprise Server is not below. So it is given path and query, and the service puts the origin in front.
pub(crate) async fn send(
    transport: &Transport,
    authorization: &Secret,
    call: &Call,
    left: Duration,
) -> Result<Response<Incoming>, TransportError> {
    let crab = client(transport.clone(), authorization, call.url.clone(), left);
    let path = &call.url[Position::BeforePath..Position::AfterQuery];
    let mut request = Builder::new().method(call.method.clone()).uri(path);
    for (name, value) in HEADERS {
        request = request.header(*name, *value);
    }
    let request = crab.build_request(request, call.body.as_ref()).map_err(unwrapped)?;
    let response = crab.execute(request).await.map_err(unwrapped)?;
    Ok(response.map(|body| body.map_err(BoxError::from).boxed()))
}

/// A client for one request: octocrab's own has a task of its own in the runtime that it was made in, and knows no deadline of a single request.
fn client(transport: Transport, authorization: &Secret, origin: Url, left: Duration) -> Octocrab {
    let token = authorization.expose().trim_start_matches("Bearer ").to_owned();
    let service = tower::service_fn(move |request: http::Request<OctoBody>| {
        let (transport, origin) = (transport.clone(), origin.clone());
        async move { attempt(&transport, origin, request, left).await }
    });
    let builder =
        OctocrabBuilder::new_empty().with_service(service).with_auth(AuthState::AccessToken { token: token.into() });
    match builder.build() {
        Ok(crab) => crab,
        Err(never) => match never {},
    }
}

/// The tower service below octocrab.
async fn attempt(
    transport: &Transport,
    origin: Url,
    request: http::Request<OctoBody>,
    left: Duration,
) -> Result<Response<Body>, BoxError> {
    let (parts, body) = request.into_parts();
    let mut asked = Request::new(parts.method, at(origin, &parts.uri));
    *asked.headers_mut() = parts.headers;
    // A body that streams could not be sent to where a redirect leads.
    let body = body.collect().await?.to_bytes();
    if !body.is_empty() {
        *asked.body_mut() = Some(body.into());
    }
    Ok(transport.attempt(asked, Dialect::GitHub.redirects(), left).await?.into())
}

fn at(mut origin: Url, path: &Uri) -> Url {
    origin.set_path(path.path());
    origin.set_query(path.query());
    origin
}

/// Our transport's own error, which octocrab passes on as it came.
fn unwrapped(error: Error) -> TransportError {
    let sentence = || TransportError::Settings("the request to GitHub is not valid".to_owned());
    match error {
        Error::Service { source, .. } => source.downcast::<TransportError>().map_or_else(|_| sentence(), |e| *e),
        _ => sentence(),
    }
}
