//! What a test is, as the configuration says it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a test does; exactly one of these keys stands beside `name` and `environment`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// An HTTP GET.
    Http(Http),
    /// A workload is rolled out.
    Rollout(Rollout),
}

impl Probe {
    /// `http` or `rollout`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Probe::Http(_) => "http",
            Probe::Rollout(_) => "rollout",
        }
    }
}

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
    /// Headers to send.
    pub headers: BTreeMap<String, String>,
    /// Further origins to which redirects of `url` are followed: `https://login.example.com`; placeholders as in `deploy.url`.
    pub redirects: Vec<String>,
    /// What is expected; status 200 by default.
    pub expect: Expect,
    /// Retried until this has passed; `30s` by default.
    pub timeout: Option<String>,
}

/// What an answer must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Status.
    pub status: Option<u16>,
    /// Header → regular expression that must match its value.
    pub headers: BTreeMap<String, String>,
    /// Text that the body contains.
    pub contains: Option<String>,
    /// Regular expression that matches the body.
    pub matches: Option<String>,
    /// JSON pointer → value that the body has there.
    pub json: BTreeMap<String, serde_json::Value>,
}

/// `rollout:`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// `Deployment/web`, `deployment/web`, `StatefulSet/namespace/db`.
    pub workload: String,
    /// Waited for this long; `30s` by default.
    #[serde(default)]
    pub timeout: Option<String>,
}

/// One test to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What it does.
    pub probe: Probe,
}
