//! `seatrial.yaml`: its types, and reading it. Strict: an unknown key is an error with the line.

mod check;
mod place;
mod problem;
mod template;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use check::read;
pub(crate) use place::{place_of, root_of};
pub(crate) use problem::ConfigProblem;
pub(crate) use template::{Placeholders, fill, is_dns_label};

/// The name that is looked for.
pub(crate) const FILE_NAME: &str = "seatrial.yaml";

/// The whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "seatrial.yaml")]
pub(crate) struct Config {
    /// Version of this format: 1.
    pub(crate) version: u32,
    /// What to render and deploy, in order.
    #[serde(default)]
    pub(crate) environments: IndexMap<String, EnvironmentConfig>,
    /// Copies of other repositories, which stand in for remote bases.
    #[serde(default)]
    pub(crate) checkouts: Vec<CheckoutConfig>,
    /// Tests against what is live.
    #[serde(default)]
    pub(crate) tests: Vec<TestConfig>,
    /// Rule id → level.
    #[serde(default)]
    pub(crate) rules: IndexMap<String, RuleLevel>,
    /// Where the report goes.
    #[serde(default)]
    pub(crate) report: ReportConfig,
}

/// One environment: exactly one source, and what to do with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentConfig {
    /// A kustomization.
    #[serde(default)]
    pub(crate) kustomize: Option<PathSource>,
    /// Plain manifests.
    #[serde(default)]
    pub(crate) manifests: Option<PathSource>,
    /// Kubernetes minor to check against: `1.35`.
    #[serde(default)]
    pub(crate) kubernetes: Option<String>,
    /// Where it is deployed; without it, into the simulated cluster.
    #[serde(default)]
    pub(crate) cluster: Option<ClusterConfig>,
    /// What the simulated cluster's registry and pods do.
    #[serde(default)]
    pub(crate) simulated: Option<seatrial_simulated::Specification>,
    /// How it is deployed; without it, it is rendered and checked only.
    #[serde(default)]
    pub(crate) deploy: Option<DeployConfig>,
}

/// A source that is a path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathSource {
    /// Relative to the configuration's directory.
    pub(crate) path: String,
}

/// A copy of another repository: vendored, or checked out by the CI.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutConfig {
    /// The repository as `resources` of a kustomization name it; `?ref=` where the copy is good for that one only.
    pub(crate) url: String,
    /// Where it lies, relative to the configuration's directory.
    pub(crate) path: String,
}

/// A cluster: exactly one of the keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ClusterConfig {
    /// A context of a kubeconfig.
    #[serde(default)]
    pub(crate) kubeconfig: Option<KubeconfigCluster>,
    /// The cluster whose pod we run in.
    #[serde(default)]
    pub(crate) in_cluster: Option<InCluster>,
}

/// A context of a kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KubeconfigCluster {
    /// The context; the current one by default.
    #[serde(default)]
    pub(crate) context: Option<String>,
}

/// Nothing to say yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InCluster {}

/// How to deploy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeployConfig {
    /// Who applies.
    #[serde(default)]
    pub(crate) mode: DeployMode,
    /// One deadline for applying and waiting: `10m`, the default.
    #[serde(default)]
    pub(crate) timeout: Option<String>,
    /// Address of the environment for people; placeholders as in `preview.namespace`.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// A namespace of its own for each pull request.
    #[serde(default)]
    pub(crate) preview: Option<PreviewConfig>,
}

/// Who applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeployMode {
    /// Seatrial, server-side.
    #[default]
    Apply,
}

/// A preview namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewConfig {
    /// Its name; `{number}`, `{environment}`, `{branch}` and `{sha}` are filled in.
    pub(crate) namespace: String,
    /// How long it lives after the last deployment: `72h`, the default.
    #[serde(default)]
    pub(crate) ttl: Option<String>,
}

/// One test: `name`, `environment`, and exactly one of the probes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestConfig {
    /// What it claims.
    #[schemars(with = "String")]
    pub(crate) name: serde_saphyr::Spanned<String>,
    /// In which environment.
    pub(crate) environment: String,
    /// An HTTP GET.
    #[serde(default)]
    pub(crate) http: Option<seatrial_trial::Http>,
    /// A workload is rolled out.
    #[serde(default)]
    pub(crate) rollout: Option<seatrial_trial::Rollout>,
}

/// Level of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuleLevel {
    /// Not run.
    Off,
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Fails the run.
    Error,
}

/// Where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReportConfig {
    /// One comment on the pull request.
    pub(crate) comment: bool,
    /// A status on the head commit.
    pub(crate) status: bool,
}

impl Default for ReportConfig {
    fn default() -> ReportConfig {
        ReportConfig { comment: true, status: true }
    }
}

impl TestConfig {
    /// The test as `trial` runs it; reading the configuration saw to it that there is exactly one probe.
    pub(crate) fn probe(&self) -> Option<seatrial_trial::Probe> {
        let http = self.http.clone().map(seatrial_trial::Probe::Http);
        http.or_else(|| self.rollout.clone().map(seatrial_trial::Probe::Rollout))
    }

    /// Whether it sends requests from the CI machine, not through the cluster.
    pub(crate) fn leaves_the_cluster(&self) -> bool {
        self.http.as_ref().is_some_and(|http| http.url.is_some())
    }
}

/// The JSON Schema of the file (`seatrial schema config`).
pub(crate) fn config_schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}
