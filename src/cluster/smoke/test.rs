//! What a test is, as the configuration says it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a test does; exactly one of these keys stands beside `name` and `environment`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::large_enum_variant, reason = "there is one per test of a configuration")]
pub enum Probe {
    /// An HTTP GET.
    Http(Box<Http>),
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

    /// How far the probe reaches. Whoever adds a kind must say it: what is not known to be harmless reaches [`Reach::Outside`].
    #[must_use]
    pub fn reach(&self) -> Reach<'_> {
        match self {
            Probe::Http(http) => match (&http.url, &http.service) {
                (None, Some(service)) => match service.split_once('/') {
                    Some((namespace, _)) => Reach::Namespace(namespace),
                    None => Reach::OwnNamespace,
                },
                // One that asks for nothing is a mistake that `problems` names.
                (Some(_), _) | (None, None) => Reach::Outside,
            },
            Probe::Rollout(rollout) => match rollout.workload.split('/').collect::<Vec<_>>().as_slice() {
                [_, _] => Reach::OwnNamespace,
                [_, namespace, _] => Reach::Namespace(namespace),
                _ => Reach::Outside,
            },
        }
    }
}

/// How far a test reaches: whose words may cause it to run depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach<'a> {
    /// Into the namespace that the environment is deployed to: the preview, where there is one.
    OwnNamespace,
    /// Into a namespace that the test names; perhaps it is the environment's own.
    Namespace(&'a str),
    /// Out of the cluster: requests leave from the machine that runs us.
    Outside,
    /// It runs a program on that machine.
    Program,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        test: Probe,
        reaches: String,
    }

    /// Every kind is in the table: the match below does not compile without a new one, and the count fails until it has a case.
    fn kind_index(probe: &Probe) -> usize {
        match probe {
            Probe::Http(_) => 0,
            Probe::Rollout(_) => 1,
        }
    }

    #[test]
    fn every_kind_of_test_reaches_as_far_as_the_table_says() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("testdata/reach.yaml")).expect("valid YAML");
        let mut kinds: Vec<usize> = cases.iter().map(|case| kind_index(&case.test)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, [0, 1], "a kind has no case");
        for case in &cases {
            let reach = match case.test.reach() {
                Reach::OwnNamespace => "own namespace".to_owned(),
                Reach::Namespace(namespace) => format!("namespace {namespace}"),
                Reach::Outside => "outside".to_owned(),
                Reach::Program => "a program".to_owned(),
            };
            assert_eq!(reach, case.reaches, "{:?}", case.test);
        }
    }
}
