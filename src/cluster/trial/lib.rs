//! The tests against what is live: rollout and http. Results as test cases with timings and evidence.

use schemars::JsonSchema;
mod duration;

pub use duration::parse_duration;

use seatrial_api::Cluster;
use seatrial_model::TestResult;
use seatrial_transport::Transport;
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

/// `http:`: one of `service` and `url`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Service in the environment's namespace, reached through the API server: `shop` or `namespace/shop`.
    pub service: Option<String>,
    /// Its port: name or number; the only one by default.
    pub port: Option<String>,
    /// Path; `/` by default.
    pub path: Option<String>,
    /// An address instead of a service; placeholders as in `deploy.url`.
    pub url: Option<String>,
    /// Headers to send.
    pub headers: std::collections::BTreeMap<String, String>,
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
    pub headers: std::collections::BTreeMap<String, String>,
    /// Text that the body contains.
    pub contains: Option<String>,
    /// Regular expression that matches the body.
    pub matches: Option<String>,
    /// JSON pointer → value that the body has there.
    pub json: std::collections::BTreeMap<String, serde_json::Value>,
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

/// Where tests run.
#[derive(Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// For `url` tests.
    pub transport: Transport,
    /// Namespace of services and workloads that name none.
    pub namespace: String,
}

/// Runs tests one after another; results in their order. `location` of the results is filled in by the caller.
pub async fn run(_tests: &[Test], _context: &Context) -> Vec<TestResult> {
    Vec::new()
}

/// Checks a test without running it: durations, regular expressions, JSON pointers, `service` or `url`. Sentences.
#[must_use]
pub fn problems(_test: &Test) -> Vec<String> {
    Vec::new()
}
