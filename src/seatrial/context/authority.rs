//! Whose word counts: who says where credentials go and what is deployed. Every command that reaches a cluster asks here.
//!
//! What is not decided here: whose code it is (`seatrial_ci`), and which commit has authority (`revision.rs`).

use std::time::Duration;

use seatrial_ci::{CiContext, Trust};
use seatrial_smoke::{Probe, Reach};

use crate::config::DEFAULT_TIMEOUT;
use crate::config::{Config, DeployConfig, EnvironmentConfig, ReportConfig, SourceReach, TestConfig};

/// A pull request may wait this long without asking its base.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Whose configuration says where credentials go, what is deployed and which tests leave the environment.
#[derive(Clone, Debug)]
pub(crate) enum Authority {
    /// No pull request, or `--trust-head`: the checkout's own configuration.
    Checkout,
    /// The configuration of the commit that has authority.
    Base(Box<Config>),
    /// Nothing is deployed or deleted; the reason as a clause.
    Nobody(String),
}

/// What the caller said on the command line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AuthorityFlags<'a> {
    /// `--trust-head`.
    pub(crate) trust_head: bool,
    /// `--cluster`.
    pub(crate) cluster: Option<&'a str>,
    /// What the command is about to do.
    pub(crate) purpose: Purpose,
}

/// What a command is about to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Judge a change, and deploy it: only what can be compared with its base is.
    #[default]
    Judge,
    /// Delete what was deployed for a pull request; there is nothing to compare.
    Delete,
}

/// What a pull request's base has to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BaseSays<'a> {
    /// Why there is nothing to compare with, as a clause.
    pub(crate) missing: Option<&'a str>,
    /// The configuration of the commit that has authority, or why there is none, as a clause.
    pub(crate) config: &'a Result<Config, String>,
}

/// A test that is run, and in whose words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChosenTest<'a> {
    pub(crate) config: &'a TestConfig,
    pub(crate) source: TestSource,
    /// Whether nothing has changed that it waits for; `waiting.rs` finds that out.
    pub(crate) is_unaffected: bool,
}

impl<'a> ChosenTest<'a> {
    fn new(config: &'a TestConfig, source: TestSource) -> ChosenTest<'a> {
        ChosenTest { config, source, is_unaffected: false }
    }
}

/// In whose words a test is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestSource {
    /// As the checkout has it.
    Checkout,
    /// As the base has it, where the pull request changes or removes it: its failure does not fail the change.
    BaseAlone,
}

impl Authority {
    /// Decides; `base` is `None` where there is no pull request.
    pub(crate) fn decide(ci: &CiContext, flags: AuthorityFlags<'_>, base: Option<BaseSays<'_>>) -> Authority {
        match &ci.trust {
            Trust::Untrusted(because) => Authority::Nobody(because.clone()),
            _ if flags.trust_head => Authority::Checkout,
            Trust::WhenTold { names_pull_request: false, .. } if flags.cluster == Some("simulated") => {
                Authority::Checkout
            }
            Trust::WhenTold { because, names_pull_request } => {
                let simulated = if *names_pull_request { "" } else { ", `--cluster simulated` simulates it" };
                Authority::Nobody(format!("{because}; `--trust-head` deploys the checkout{simulated}"))
            }
            Trust::Trusted => match base {
                None => Authority::Checkout,
                Some(BaseSays { missing: Some(because), .. }) => Authority::Nobody(because.to_owned()),
                Some(BaseSays { config: Ok(config), .. }) => Authority::Base(Box::new(config.clone())),
                Some(BaseSays { config: Err(because), .. }) => Authority::Nobody(because.clone()),
            },
        }
    }

    /// Where the report goes.
    pub(crate) fn report(&self, checkout: Option<&Config>) -> ReportConfig {
        match self {
            Authority::Base(config) => config.report.clone(),
            Authority::Checkout => checkout.map(|config| config.report.clone()).unwrap_or_default(),
            Authority::Nobody(_) => ReportConfig::default(),
        }
    }

    /// Where and how an environment may be deployed, or why it is not, as a clause.
    ///
    /// What is rendered and what the simulated cluster does is the checkout's word; `cluster` and `deploy` are the authority's.
    pub(crate) fn deployable(&self, name: &str, own: Option<&EnvironmentConfig>) -> Result<EnvironmentConfig, String> {
        let without = || "no `deploy:` in seatrial.yaml".to_owned();
        match self {
            Authority::Checkout => own.filter(|own| own.deploy.is_some()).cloned().ok_or_else(without),
            Authority::Nobody(because) if own.is_some_and(|own| own.deploy.is_some()) => Err(because.clone()),
            Authority::Nobody(_) => Err(without()),
            Authority::Base(base) => {
                let before = base.environments.get(name);
                let before = before.and_then(|before| Some((before, before.deploy.as_ref()?)));
                match (own, before) {
                    (Some(own), Some((before, deploy))) => Ok(combined(own, before, deploy)),
                    (Some(own), None) if own.deploy.is_some() => Err("the pull request adds this deployment; \
                         it takes effect after merge, or with --trust-head"
                        .to_owned()),
                    _ => Err(without()),
                }
            }
        }
    }

    /// The tests of an environment that are run. `is_inside` says whether a test stays in the namespaces that the environment is deployed to.
    ///
    /// Inside, the checkout's tests run as they are. One that reaches further runs in the words of the authority alone.
    pub(crate) fn tests<'a>(
        &'a self,
        checkout: &'a Config,
        environment: &str,
        is_inside: impl Fn(&Probe) -> bool,
    ) -> Vec<ChosenTest<'a>> {
        let own = checkout.tests.iter().filter(|test| test.environment == environment);
        let as_written = |config| ChosenTest::new(config, TestSource::Checkout);
        match self {
            Authority::Checkout => own.map(as_written).collect(),
            Authority::Nobody(_) => own.filter(|test| is_inside(&test.probe)).map(as_written).collect(),
            Authority::Base(base) => {
                let is_old = |test: &&TestConfig| base.tests.iter().any(|before| before.is_same(test));
                let own = own.filter(|test| is_inside(&test.probe) || is_old(test)).map(as_written);
                let before = base.tests.iter().filter(|test| test.environment == environment);
                let is_altered = |test: &&TestConfig| !checkout.tests.iter().any(|own| own.is_same(test));
                let altered = before.filter(|test| !is_inside(&test.probe)).filter(is_altered);
                own.chain(altered.map(|config| ChosenTest::new(config, TestSource::BaseAlone))).collect()
            }
        }
    }

    /// The checkout's tests of an environment that are not run, since they reach further than a pull request's words may.
    pub(crate) fn deferred<'a>(
        &'a self,
        checkout: &'a Config,
        environment: &str,
        is_inside: impl Fn(&Probe) -> bool,
    ) -> Vec<&'a TestConfig> {
        let run = self.tests(checkout, environment, is_inside);
        let own = checkout.tests.iter().filter(|test| test.environment == environment);
        own.filter(|test| !run.iter().any(|chosen| std::ptr::eq(chosen.config, *test))).collect()
    }
}

/// The checkout's environment with the authority's `cluster` and `deploy`.
fn combined(own: &EnvironmentConfig, before: &EnvironmentConfig, deploy: &DeployConfig) -> EnvironmentConfig {
    let source = match own.source.reach() {
        SourceReach::Repository => own.source.clone(),
    };
    let timeout = match &own.deploy {
        Some(own) => timeout(own.timeout.as_deref(), deploy.timeout.as_deref()),
        None => deploy.timeout.clone(),
    };
    EnvironmentConfig {
        source,
        kubernetes: own.kubernetes,
        cluster: before.cluster.clone(),
        simulated: own.simulated.clone(),
        deploy: Some(DeployConfig { timeout, ..deploy.clone() }),
    }
}

/// The change's own timeout, up to half an hour or the base's.
fn timeout(own: Option<&str>, base: Option<&str>) -> Option<String> {
    let length = |text: &str| seatrial_smoke::parse_duration(text).unwrap_or(DEFAULT_TIMEOUT);
    let most = base.map_or(DEFAULT_TIMEOUT, length).max(LONGEST_TIMEOUT);
    match own {
        Some(text) if length(text) > most => Some(format!("{}s", most.as_secs())),
        own => own.map(str::to_owned),
    }
}

/// Whether a test stays in the namespaces that an environment is deployed to; `own` is the one for a test that names none.
pub(crate) fn stays_inside(probe: &Probe, own: &str, namespaces: &[String]) -> bool {
    let is_ours = |namespace: &str| namespaces.iter().any(|known| known == namespace);
    match probe.reach() {
        Reach::OwnNamespace => is_ours(own),
        Reach::Namespace(namespace) => is_ours(namespace),
        Reach::Outside | Reach::Program => false,
    }
}
