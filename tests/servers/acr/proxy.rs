//! `/v2/…`: who asks, may they, and on to the registry behind.

use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::Settings;
use super::claims::{self, Access, Kind};
use super::oauth::{basic, challenge, log_in, refusal};
use crate::call::{Body, BodyError, call};
use crate::registry::path::{Target, parse};

/// Headers of one connection, which the next one has its own of.
const HOP_BY_HOP: [header::HeaderName; 6] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::PROXY_AUTHORIZATION,
];

pub(super) async fn handle(request: Request<Incoming>, settings: &Settings) -> Response<Body> {
    let Some(target) = parse(request.uri().path()) else {
        return refusal(404, "NOT_FOUND", "page not found");
    };
    let needed = needed(request.method(), target);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if let Err(error) = authorize(settings, request.headers(), needed.as_ref()) {
        return challenge(settings, host, needed.as_ref(), error);
    }
    match forward(request, settings).await {
        Ok(response) => response,
        Err(sentence) => refusal(502, "UNAVAILABLE", &sentence),
    }
}

/// What a request needs; nothing but a known caller for `/v2/` itself.
fn needed(method: &Method, target: Target<'_>) -> Option<Access> {
    let actions: &[&str] = match method.as_str() {
        "GET" | "HEAD" => &["pull"],
        "DELETE" => &["delete"],
        _ => &["pull", "push"],
    };
    match target {
        Target::Base => None,
        Target::Catalog => Some(Access::new("registry", "catalog", &["*"])),
        Target::In(repository, _) => Some(Access::new("repository", repository, actions)),
    }
}

/// `Err` has what the challenge says of a token that was sent.
fn authorize(settings: &Settings, headers: &HeaderMap, needed: Option<&Access>) -> Result<(), Option<&'static str>> {
    const INVALID: Option<&str> = Some("invalid_token");
    const INSUFFICIENT: Option<&str> = Some("insufficient_scope");
    if let Some((user, password)) = basic(headers) {
        let (_, rights) = log_in(settings, &user, &password).ok_or(None)?;
        let may = needed.is_none_or(|needed| needed.clone().within(rights) == *needed);
        return if may { Ok(()) } else { Err(INSUFFICIENT) };
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).ok_or(None)?;
    let claims = claims::read(settings, token, Kind::AccessToken).ok_or(INVALID)?;
    let may = needed.is_none_or(|needed| claims.access.iter().any(|access| access.covers(needed)));
    if may { Ok(()) } else { Err(INSUFFICIENT) }
}

/// Bodies pass through as they come. The client's `Host` stays, so that the registry's own links lead back here.
async fn forward(request: Request<Incoming>, settings: &Settings) -> Result<Response<Body>, String> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = format!("{}{path}", settings.upstream).parse().map_err(|error| format!("upstream: {error}"))?;
    parts.headers.remove(header::AUTHORIZATION);
    for name in &HOP_BY_HOP {
        parts.headers.remove(name);
    }
    let request = Request::from_parts(parts, body.map_err(BodyError::from).boxed());
    let response = call(request).await.map_err(|error| error.to_string())?;
    let (mut parts, body) = response.into_parts();
    for name in &HOP_BY_HOP {
        parts.headers.remove(name);
    }
    Ok(Response::from_parts(parts, body.map_err(BodyError::from).boxed()))
}
