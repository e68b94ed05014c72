//! HTTP through the API server's service proxy.

use std::time::Duration;

use http::{HeaderName, HeaderValue, header};

use crate::call::answer::{About, error_of, status_of};
use crate::call::{Answer, Call, MostBody, Repeat};
use crate::cluster::path::{below, segment};
use crate::{ApiError, Cluster};

/// More of a body is not read.
const MOST: usize = 1 << 20;

/// An answer through the service proxy.
#[derive(Clone, Debug)]
pub struct ProxyAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, at most 1 MiB of it.
    pub body: Vec<u8>,
}

/// A request to a service.
#[derive(Clone, Debug, Default)]
pub struct ProxyRequest<'a> {
    /// `GET` by default.
    pub method: http::Method,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub service: &'a str,
    /// Name or number of its port (`https:NAME` to speak TLS to it); `None` is the only one.
    pub port: Option<&'a str>,
    /// Path with query.
    pub path: &'a str,
    /// Headers to send.
    pub headers: &'a [(String, String)],
    /// What is sent along.
    pub body: &'a str,
}

impl Cluster {
    /// HTTP through the API server's service proxy. One attempt: the caller has a patience of its own. Redirects are answers.
    ///
    /// # Errors
    /// See [`ApiError`]; an HTTP error status of the service is an answer, not an error. [`ApiError::is_service_unavailable`] tells
    /// that the API server found nobody behind the service.
    pub async fn proxy(&self, asked: &ProxyRequest<'_>, timeout: Duration) -> Result<ProxyAnswer, ApiError> {
        let ProxyRequest { namespace, service, port, path, headers, body, .. } = *asked;
        let route = route(namespace, service, port, path)?;
        let request = http::Request::builder().method(asked.method.clone()).uri(route);
        let mut request = request.body(body.as_bytes().to_vec()).map_err(|_| unaskable(path))?;
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        for (name, value) in headers {
            let (name, value) = allowed(name, value)?;
            request.headers_mut().insert(name, value);
        }
        let about = About {
            verb: verb_of(&asked.method),
            resource: "services/proxy".to_owned(),
            namespace: Some(namespace.to_owned()),
            kind: None,
            name: Some(service.to_owned()),
        };
        let call = Call { request, about, repeat: Repeat::Never, timeout, body: MostBody::Cut(MOST) };
        let answer = self.line().ask(&call).await?;
        if is_the_servers_own(&answer, service) {
            return Err(error_of(answer.status.as_u16(), &answer.body, &call.about, self.masker()));
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Ok(ProxyAnswer { status: answer.status.as_u16(), headers, body: answer.body })
    }
}

impl ApiError {
    /// Whether the API server found nobody behind the service that was asked through its proxy: no ready endpoint, or none that takes connections.
    #[must_use]
    pub fn is_service_unavailable(&self) -> bool {
        let ApiError::Server { code: 502..=504, message } = self else { return false };
        message.contains("no endpoints available") || message.contains("error trying to reach service")
    }
}

/// The verb that RBAC knows a method by (apiserver: `pkg/endpoints/request/requestinfo.go`).
fn verb_of(method: &http::Method) -> &'static str {
    match *method {
        http::Method::POST => "create",
        http::Method::PUT => "update",
        http::Method::PATCH => "patch",
        http::Method::DELETE => "delete",
        _ => "get",
    }
}

/// `/api/v1/namespaces/NS/services/[https:]NAME[:PORT]/proxy/PATH`.
fn route(namespace: &str, service: &str, port: Option<&str>, path: &str) -> Result<String, ApiError> {
    let (scheme, port) = match port {
        Some(port) => match port.split_once(':') {
            Some((scheme @ ("http" | "https"), port)) => (Some(scheme), Some(port).filter(|p| !p.is_empty())),
            _ => (None, Some(port)),
        },
        None => (None, None),
    };
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    if !plain(service) || !port.is_none_or(plain) {
        return Err(ApiError::NotFound(format!("services `{service}`")));
    }
    let named = match (scheme, port) {
        (Some(scheme), port) => format!("{scheme}:{service}:{}", port.unwrap_or_default()),
        (None, Some(port)) => format!("{service}:{port}"),
        (None, None) => service.to_owned(),
    };
    let namespace = segment(namespace).ok_or_else(|| ApiError::NotFound(format!("namespaces `{namespace}`")))?;
    let named = segment(&named).ok_or_else(|| ApiError::NotFound(format!("services `{service}`")))?;
    let path = below(path).ok_or_else(|| unaskable(path))?;
    Ok(format!("/api/v1/namespaces/{namespace}/services/{named}/proxy/{path}"))
}

fn unaskable(path: &str) -> ApiError {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    ApiError::Configuration(format!("the path `{path}` leads out of the service"))
}

/// A header for the service. What the API server reads itself is ours: with it a test could act as somebody else.
fn allowed(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ApiError> {
    let refused = |why: &str| ApiError::Configuration(format!("the header `{name}` {why}"));
    let lower = name.to_ascii_lowercase();
    let of_the_server =
        matches!(lower.as_str(), "authorization" | "host" | "connection" | "upgrade" | "content-length");
    if of_the_server
        || lower.starts_with("impersonate-")
        || lower.starts_with("x-remote-")
        || lower == "transfer-encoding"
    {
        return Err(refused("cannot be sent through the service proxy: the API server reads it itself"));
    }
    let name = HeaderName::try_from(lower).map_err(|_| refused("is not a valid header name"))?;
    Ok((name, HeaderValue::try_from(value).map_err(|_| refused("has a value that is not valid in a header"))?))
}

/// The API server answers with a `Status` of its own: not allowed, no such service, nobody behind it. A service that is an API server, too, is not
/// mistaken for it as long as its words are others.
fn is_the_servers_own(answer: &Answer, service: &str) -> bool {
    let code = answer.status.as_u16();
    if code < 400 {
        return false;
    }
    let Some(status) = status_of(&answer.body).filter(|status| status.is_failure() && status.code == code) else {
        return code == 401 && answer.body.is_empty();
    };
    let message = &status.message;
    let about_service = status.details.as_ref().is_some_and(|d| d.kind == "services" && d.name.starts_with(service));
    match code {
        401 => message == "Unauthorized",
        403 => message.contains("services/proxy"),
        404 => about_service || message.contains("services \""),
        429 => true,
        _ => {
            message.contains("no endpoints available")
                || message.contains("error trying to reach service")
                || message.contains("no service port")
                || about_service
        }
    }
}
