//! `seatrial.yaml` as it is written: what serde reads and the JSON Schema shows. What the types cannot say is checked when it is turned
//! into a [`Config`](super::Config).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CheckoutConfig, DeployConfig, InCluster, KubeconfigCluster, KustomizeSource, PathSource, ReportConfig, RuleLevel,
};

/// The whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "seatrial.yaml")]
pub(crate) struct RawConfig {
    /// Version of this format: 1.
    pub(super) version: u32,
    /// What to render and deploy, in order.
    #[serde(default)]
    pub(super) environments: IndexMap<String, RawEnvironment>,
    /// Copies of other repositories, which stand in for remote bases.
    #[serde(default)]
    pub(super) checkouts: Vec<CheckoutConfig>,
    /// Tests against what is live.
    #[serde(default)]
    pub(super) tests: Vec<RawTest>,
    /// Rule id → level.
    #[serde(default)]
    pub(super) rules: IndexMap<String, RuleLevel>,
    /// Where the report goes.
    #[serde(default)]
    pub(super) report: ReportConfig,
}

/// One environment: exactly one source, and what to do with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EnvironmentConfig")]
pub(super) struct RawEnvironment {
    /// A kustomization.
    #[serde(default)]
    pub(super) kustomize: Option<KustomizeSource>,
    /// Plain manifests.
    #[serde(default)]
    pub(super) manifests: Option<PathSource>,
    /// Kubernetes minor to check against: `1.35`.
    #[serde(default)]
    pub(super) kubernetes: Option<String>,
    /// Where it is deployed; without it, into the simulated cluster.
    #[serde(default)]
    pub(super) cluster: Option<RawCluster>,
    /// What the simulated cluster's registry and pods do.
    #[serde(default)]
    pub(super) simulated: Option<seatrial_simulated::Specification>,
    /// How it is deployed; without it, it is rendered and checked only.
    #[serde(default)]
    pub(super) deploy: Option<DeployConfig>,
}

/// A cluster: exactly one of the keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "ClusterConfig")]
pub(super) struct RawCluster {
    /// A context of a kubeconfig.
    #[serde(default)]
    pub(super) kubeconfig: Option<KubeconfigCluster>,
    /// The cluster whose pod we run in.
    #[serde(default)]
    pub(super) in_cluster: Option<InCluster>,
}

/// One test: `name`, `environment`, and exactly one of the probes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestConfig")]
pub(super) struct RawTest {
    /// What it claims.
    #[schemars(with = "String")]
    pub(super) name: serde_saphyr::Spanned<String>,
    /// In which environment.
    pub(super) environment: String,
    /// An HTTP GET.
    #[serde(default)]
    pub(super) http: Option<seatrial_trial::Http>,
    /// A workload is rolled out.
    #[serde(default)]
    pub(super) rollout: Option<seatrial_trial::Rollout>,
}
