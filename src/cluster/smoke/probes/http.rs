//! `http:` against a service, through the API server, or against an address.

mod answer;
pub(crate) mod attempt;
pub(crate) mod expectation;
mod redirect;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EnvText, Expect};

/// `http:`: one of `service` and `url`.
///
/// Redirects are followed, up to ten of them, unless the expected status is itself a redirect: those of a service within it, those of a `url`
/// within its origin, from HTTP to HTTPS on the same host, and to the origins in `redirects`. No header that may be a credential goes along.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Service in the environment's namespace, reached through the API server: `shop` or `namespace/shop`.
    pub service: Option<String>,
    /// Its port: name or number, with `https:` before it when the service speaks TLS; the only one by default.
    pub port: Option<String>,
    /// Path; `/` by default.
    pub path: Option<String>,
    /// An address instead of a service; placeholders as in `deploy.url`.
    pub url: Option<String>,
    /// `GET` by default.
    pub method: Option<Method>,
    /// What is sent along; its `Content-Type` is one of the headers.
    pub body: Option<String>,
    /// Headers to send; a value may be taken from an environment variable with `{ env: NAME }`.
    pub headers: BTreeMap<String, EnvText>,
    /// Further origins to which redirects of `url` are followed: `https://login.example.com`; placeholders as in `deploy.url`.
    pub redirects: Vec<String>,
    /// What is expected; status 200 by default.
    pub expect: Expect,
    /// Retried until this has passed; `30s` by default.
    pub timeout: Option<String>,
}

/// HTTP methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names say it (RFC 9110, RFC 5789)")]
pub enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// As it is sent.
    pub(crate) fn to_http(self) -> http::Method {
        match self {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
            Method::Options => http::Method::OPTIONS,
        }
    }
}
