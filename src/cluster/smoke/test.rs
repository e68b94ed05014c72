//! What a test is, as the configuration says it.

pub(crate) mod problems;
pub(crate) mod when;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Command, EnvText, Grpc, HelmTest, Http, Job, Rollout, Tcp, When, parse_duration};

/// What a test does; exactly one of these keys stands beside `name` and `environment`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// An HTTP request.
    Http(Box<Http>),
    /// A connection over TCP.
    Tcp(Tcp),
    /// A health check over gRPC.
    Grpc(Grpc),
    /// A workload is rolled out.
    Rollout(Rollout),
    /// A Job that ends well.
    Job(Box<Job>),
    /// A program on the machine that runs Seatrial.
    Command(Box<Command>),
    /// The test hooks of a chart.
    HelmTest(HelmTest),
}

/// How long a test may take when nothing is said: what asks again until it gets an answer.
const ASKING: Duration = Duration::from_secs(30);

/// The same for what runs to its end (helm: `helm test --timeout`, five minutes by default).
const RUNNING: Duration = Duration::from_secs(300);

impl Probe {
    /// The key that it stands at: `http`, `rollout`, …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Probe::Http(_) => "http",
            Probe::Tcp(_) => "tcp",
            Probe::Grpc(_) => "grpc",
            Probe::Rollout(_) => "rollout",
            Probe::Job(_) => "job",
            Probe::Command(_) => "command",
            Probe::HelmTest(_) => "helm-test",
        }
    }

    /// How far the probe reaches. Whoever adds a kind must say it: what is not known to be harmless reaches [`Reach::Outside`].
    #[must_use]
    pub fn reach(&self) -> Reach<'_> {
        match self {
            Probe::Http(http) => match (&http.url, &http.service) {
                // What the machine's environment gives may go only where the authority sends it.
                _ if http.headers.values().any(EnvText::is_from_environment) => Reach::Outside,
                (None, Some(service)) => of_service(service),
                // One that asks for nothing is a mistake that `problems` names.
                (Some(_), _) | (None, None) => Reach::Outside,
            },
            Probe::Tcp(tcp) => of_endpoint(tcp.service.as_deref(), tcp.address.as_deref()),
            Probe::Grpc(grpc) => of_endpoint(grpc.endpoint.as_deref(), grpc.address.as_deref()),
            Probe::Rollout(rollout) => match rollout.workload.split('/').collect::<Vec<_>>().as_slice() {
                [_, _] => Reach::OwnNamespace,
                [_, namespace, _] => Reach::Namespace(namespace),
                _ => Reach::Outside,
            },
            Probe::Job(_) | Probe::HelmTest(_) => Reach::OwnNamespace,
            Probe::Command(_) => Reach::Program,
        }
    }

    /// How long it may take when nothing is said.
    #[must_use]
    pub(crate) fn patience(&self) -> Duration {
        match self {
            Probe::Http(_) | Probe::Tcp(_) | Probe::Grpc(_) | Probe::Rollout(_) => ASKING,
            Probe::Job(_) | Probe::Command(_) | Probe::HelmTest(_) => RUNNING,
        }
    }
}

fn of_service(service: &str) -> Reach<'_> {
    match service.split_once('/') {
        Some((namespace, _)) => Reach::Namespace(namespace),
        None => Reach::OwnNamespace,
    }
}

fn of_endpoint<'a>(service: Option<&'a str>, address: Option<&str>) -> Reach<'a> {
    match (service, address) {
        (Some(service), None) => of_service(service),
        _ => Reach::Outside,
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

/// One test to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What it does.
    pub probe: Probe,
    /// What holds for tests of all kinds.
    pub options: TestOptions,
}

/// What holds for tests of all kinds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TestOptions {
    /// How long it may take; 30 s for what asks again, five minutes for what runs to its end.
    pub timeout: Option<String>,
    /// How often it is run again when it fails. A test that passes then is flaky.
    pub retries: u32,
    /// Names of tests that must have passed before.
    pub needs: Vec<String>,
    /// Its failure is reported and does not fail the run.
    pub optional: bool,
    /// What must have changed for it to be run.
    pub when: Option<When>,
}

impl Test {
    /// How long one run of it may take; a text that cannot be read was reported by [`crate::test::problems`] and counts as nothing said.
    pub(crate) fn patience(&self) -> Duration {
        let own = match &self.probe {
            Probe::Http(http) => http.timeout.as_deref(),
            Probe::Rollout(rollout) => rollout.timeout.as_deref(),
            _ => None,
        };
        let said = own.or(self.options.timeout.as_deref());
        said.and_then(|text| parse_duration(text).ok()).unwrap_or_else(|| self.probe.patience())
    }
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
            Probe::Tcp(_) => 2,
            Probe::Grpc(_) => 3,
            Probe::Job(_) => 4,
            Probe::Command(_) => 5,
            Probe::HelmTest(_) => 6,
        }
    }

    #[test]
    fn every_kind_of_test_reaches_as_far_as_the_table_says() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("testdata/reach.yaml")).expect("valid YAML");
        let mut kinds: Vec<usize> = cases.iter().map(|case| kind_index(&case.test)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, [0, 1, 2, 3, 4, 5, 6], "a kind has no case");
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
