//! `seatrial.yaml` as it is written: what serde reads and the JSON Schema shows. What the types cannot say is checked when it is turned
//! into a [`Config`](super::Config).

use indexmap::IndexMap;
use schemars::JsonSchema;
use seatrial_smoke::Probe;
use serde::{Deserialize, Serialize};

use super::{
    CheckoutConfig, DeployConfig, FluxSource, HelmSource, InCluster, KubeconfigCluster, KustomizeSource,
    ManifestSource, RegistryConfig, ReportConfig, RuleLevel,
};

/// Configuration of Seatrial.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "seatrial.yaml")]
pub(crate) struct RawConfig {
    /// Version of this format: 1.
    pub(super) version: u32,
    /// What to render and deploy, in order.
    #[serde(default)]
    pub(super) environments: IndexMap<String, RawEnvironment>,
    /// Local copies of other repositories, used for remote bases.
    #[serde(default)]
    pub(super) checkouts: Vec<CheckoutConfig>,
    /// Registries and repositories of charts that are not asked like all others, by host and port.
    #[serde(default)]
    pub(super) registries: IndexMap<String, RegistryConfig>,
    /// Smoke tests of the deployed environments.
    #[serde(default)]
    pub(super) tests: Vec<RawTest>,
    /// Image of Seatrial in your registry: a container with it brings files out of the pods of `job` tests.
    #[serde(default)]
    pub(super) collector: Option<String>,
    /// Levels of rules, by rule id.
    #[serde(default)]
    pub(super) rules: IndexMap<String, RuleLevel>,
    /// Where the report goes.
    #[serde(default)]
    pub(super) report: ReportConfig,
}

/// One environment: exactly one source, `flux`, `kustomize`, `helm` or `manifests`, and what to do with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EnvironmentConfig")]
pub(super) struct RawEnvironment {
    /// A cluster that Flux reconciles.
    #[serde(default)]
    pub(super) flux: Option<FluxSource>,
    /// A kustomization.
    #[serde(default)]
    pub(super) kustomize: Option<KustomizeSource>,
    /// A Helm chart.
    #[serde(default)]
    pub(super) helm: Option<HelmSource>,
    /// Plain manifests.
    #[serde(default)]
    pub(super) manifests: Option<ManifestSource>,
    /// Kubernetes minor to check against, such as `1.35` (the default).
    #[serde(default)]
    pub(super) kubernetes: Option<String>,
    /// The cluster to deploy to; without it, the simulated cluster.
    #[serde(default)]
    pub(super) cluster: Option<RawCluster>,
    /// How the registry and the pods of the simulated cluster behave.
    #[serde(default)]
    pub(super) simulated: Option<seatrial_simulated::Specification>,
    /// How to deploy it; without it, the environment is only rendered and checked.
    #[serde(default)]
    pub(super) deploy: Option<DeployConfig>,
}

/// A cluster: exactly one of `kubeconfig` and `in-cluster`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "ClusterConfig")]
pub(super) struct RawCluster {
    /// A context of a kubeconfig.
    #[serde(default)]
    pub(super) kubeconfig: Option<KubeconfigCluster>,
    /// The cluster that Seatrial runs in, as a pod.
    #[serde(default)]
    pub(super) in_cluster: Option<InCluster>,
}

/// One smoke test: `name`, `environment`, and exactly one of `http`, `tcp`, `grpc`, `rollout`, `job`, `command` and `helm-test`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "TestConfig")]
pub(super) struct RawTest {
    /// Name of the test: what it claims.
    #[schemars(with = "String")]
    pub(super) name: serde_saphyr::Spanned<String>,
    /// The environment to test.
    pub(super) environment: String,
    /// An HTTP request.
    #[serde(default)]
    pub(super) http: Option<seatrial_smoke::Http>,
    /// A connection over TCP.
    #[serde(default)]
    pub(super) tcp: Option<seatrial_smoke::Tcp>,
    /// A health check over gRPC.
    #[serde(default)]
    pub(super) grpc: Option<seatrial_smoke::Grpc>,
    /// A workload is rolled out.
    #[serde(default)]
    pub(super) rollout: Option<seatrial_smoke::Rollout>,
    /// A Job in the cluster that ends well.
    #[serde(default)]
    pub(super) job: Option<seatrial_smoke::Job>,
    /// A program on the machine that runs Seatrial; it counts as the target branch has it.
    #[serde(default)]
    pub(super) command: Option<seatrial_smoke::Command>,
    /// The test hooks of rendered charts, as `helm test` runs them.
    #[serde(default)]
    pub(super) helm_test: Option<seatrial_smoke::HelmTest>,
    /// How long one run of it may take: by default `30s` for what asks again (http, tcp, grpc, rollout), `5m` for what runs to its end.
    #[serde(default)]
    pub(super) timeout: Option<String>,
    /// How often it is run again when it fails; when it passes then, it is reported as flaky.
    #[serde(default)]
    pub(super) retries: u32,
    /// Names of tests of the same environment that must pass before.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// Whether its failure is reported without failing the run.
    #[serde(default)]
    pub(super) optional: bool,
    /// Runs the test only if the pull request changes one of these. Without it, or without a comparison with the base, the test always runs.
    #[serde(default)]
    pub(super) when: Option<seatrial_smoke::When>,
}

impl RawTest {
    /// What it does: all keys that say so.
    pub(super) fn probes(&mut self) -> Vec<Probe> {
        let all = [
            self.http.take().map(|http| Probe::Http(Box::new(http))),
            self.tcp.take().map(Probe::Tcp),
            self.grpc.take().map(Probe::Grpc),
            self.rollout.take().map(Probe::Rollout),
            self.job.take().map(|job| Probe::Job(Box::new(job))),
            self.command.take().map(|command| Probe::Command(Box::new(command))),
            self.helm_test.take().map(Probe::HelmTest),
        ];
        all.into_iter().flatten().collect()
    }
}
