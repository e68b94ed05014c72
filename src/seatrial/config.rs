//! `seatrial.yaml`: its types, and reading it. Strict: an unknown key is an error with the line.

mod check;
mod checked_out;
mod helm;
mod place;
mod problem;
mod raw;
mod read;
mod template;

use indexmap::IndexMap;
use schemars::JsonSchema;
use seatrial_discover::{FluxRoot, Source};
use seatrial_kubernetes::Minor;
use seatrial_kustomize::LoadRestriction;
use seatrial_smoke::{Probe, TestOptions};
use seatrial_tree::{join, parent};
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(crate) use checked_out::checked_out;
pub(crate) use helm::HelmSource;
pub(crate) use place::{place_of, root_of};
pub(crate) use problem::ConfigProblem;
pub(crate) use read::read;
pub(crate) use template::{FillError, Placeholders, fill, is_dns_label};

/// The name that is looked for.
pub(crate) const FILE_NAME: &str = "seatrial.yaml";

/// The whole file, checked: each choice was made once, when it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// What to render and deploy, in order.
    pub(crate) environments: IndexMap<String, EnvironmentConfig>,
    /// Copies of other repositories, which stand in for remote bases.
    pub(crate) checkouts: Vec<CheckoutConfig>,
    /// Registries that are not asked like all others, by host and port.
    pub(crate) registries: IndexMap<String, RegistryConfig>,
    /// Tests against what is live.
    pub(crate) tests: Vec<TestConfig>,
    /// Image of Seatrial itself, for bringing files out of pods.
    pub(crate) collector: Option<String>,
    /// Rule id → level.
    pub(crate) rules: IndexMap<String, RuleLevel>,
    /// Where the report goes.
    pub(crate) report: ReportConfig,
}

/// One environment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EnvironmentConfig {
    /// What is rendered.
    pub(crate) source: SourceConfig,
    /// Kubernetes minor to check against.
    pub(crate) kubernetes: Option<Minor>,
    /// Where it is deployed; without it, into the simulated cluster.
    pub(crate) cluster: Option<ClusterConfig>,
    /// What the simulated cluster's registry and pods do.
    pub(crate) simulated: Option<seatrial_simulated::Specification>,
    /// How it is deployed; without it, it is rendered and checked only.
    pub(crate) deploy: Option<DeployConfig>,
}

/// What an environment is rendered from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SourceConfig {
    /// A cluster that Flux reconciles.
    Flux(Box<FluxSource>),
    /// A kustomization.
    Kustomize(KustomizeSource),
    /// A Helm chart.
    Helm(Box<HelmSource>),
    /// Plain manifests.
    Manifests(ManifestSource),
}

/// A cluster that credentials lead to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ClusterConfig {
    /// A context of a kubeconfig.
    Kubeconfig(KubeconfigCluster),
    /// The cluster whose pod we run in.
    InCluster,
}

/// One test.
#[derive(Clone, Debug)]
pub(crate) struct TestConfig {
    /// What it claims, and where that stands.
    pub(crate) name: serde_saphyr::Spanned<String>,
    /// In which environment.
    pub(crate) environment: String,
    /// What it does.
    pub(crate) probe: Probe,
    /// How long, how often, behind what.
    pub(crate) options: TestOptions,
}

/// Plain manifests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestSource {
    /// A file or a directory, relative to the configuration's directory.
    pub(crate) path: String,
    /// Whether the directory holds other files, too: those that are not manifests, and those that a kustomization, a chart or a cluster of Flux
    /// takes, are skipped. Without it, each YAML and JSON file there must hold objects.
    #[serde(default)]
    pub(crate) mixed: bool,
}

/// A kustomization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct KustomizeSource {
    /// Relative to the configuration's directory.
    pub(crate) path: String,
    /// Which files its kustomizations may read; by default `rootOnly`, or `none` where Flux evidently reconciles the path.
    #[serde(default)]
    pub(crate) load_restrictor: Option<LoadRestrictor>,
}

/// A cluster that Flux reconciles, walked from its root.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FluxSource {
    /// The directory that the bootstrap applies, relative to the configuration's directory.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// A template of Azure's Resource Manager (JSON) with `Microsoft.KubernetesConfiguration/fluxConfigurations`, relative to the configuration's
    /// directory: what it reconciles is walked, beside or instead of `path`.
    #[serde(default)]
    pub(crate) azure: Option<String>,
    /// Directories that stand for sources of other repositories: `[Kind/][namespace/]name` → path, relative to the configuration's directory. One
    /// that lies outside of the repository is read in a pull request only if the target branch names it, too.
    #[serde(default)]
    pub(crate) repositories: IndexMap<String, String>,
    /// Variables that the bootstrap supplies, or that only the cluster knows.
    #[serde(default)]
    pub(crate) variables: IndexMap<String, String>,
    /// Version of Flux in the cluster, such as `2.9`; what hangs on a version that is not known is at most a warning.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// Version of the extension `microsoft.flux` of AKS or Azure Arc, such as `1.19.5`, instead of the version of Flux that it carries.
    #[serde(default)]
    pub(crate) extension: Option<String>,
}

/// Which files a kustomization may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum LoadRestrictor {
    /// Those in and below its own directory, as kustomize does.
    #[serde(rename = "rootOnly", alias = "LoadRestrictionsRootOnly")]
    RootOnly,
    /// All files of the repository, as Flux does.
    #[serde(rename = "none", alias = "LoadRestrictionsNone")]
    None,
}

/// A local copy of another repository: vendored, or checked out by CI.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutConfig {
    /// URL of the repository as in `resources` of a kustomization; with `?ref=` if the copy is only valid for that reference.
    pub(crate) url: String,
    /// Path of the copy, relative to the configuration's directory.
    pub(crate) path: String,
}

/// A registry, or a repository of charts, that is not asked like all others. That it is named here lets its address be a private one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RegistryConfig {
    /// Host, with port and path if need be, that is asked instead.
    #[serde(default)]
    pub(crate) mirror: Option<String>,
    /// It is an Azure Container Registry, whatever it is called: a job's identity is exchanged for a login.
    #[serde(default)]
    pub(crate) azure: bool,
    /// Ask it without TLS.
    #[serde(default)]
    pub(crate) plain_http: bool,
}

/// A context of a kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KubeconfigCluster {
    /// The context; the current one by default.
    #[serde(default)]
    pub(crate) context: Option<String>,
}

/// It has no keys yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InCluster {}

/// How long a deployment may take when nothing else is said.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// How to deploy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeployConfig {
    /// Who applies.
    #[serde(default)]
    pub(crate) mode: DeployMode,
    /// Deadline for applying and waiting, `10m` by default.
    #[serde(default)]
    pub(crate) timeout: Option<String>,
    /// The longest time for which deployed workloads are watched to stay ready, unless the tests take longer; `30s` by default.
    #[serde(default)]
    pub(crate) settle: Option<String>,
    /// URL of the environment for readers of the report; placeholders as in `preview.namespace`.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// A separate namespace for each pull request.
    #[serde(default)]
    pub(crate) preview: Option<PreviewConfig>,
    /// What becomes of an environment without preview when `run` fails, or the pull request is closed without a merge; `keep` by default.
    #[serde(default)]
    pub(crate) after: After,
    /// Kinds such as `Job` whose objects are deleted and applied again when an immutable field has changed, if Seatrial has applied them before; as
    /// the annotation `seatrial.dev/recreate: "true"` on an object. Never a claim, volume, namespace or definition.
    #[serde(default)]
    pub(crate) recreate: Vec<String>,
}

/// What becomes of a shared environment after the trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum After {
    /// It holds the pull request's state.
    #[default]
    Keep,
    /// The commit that has authority is applied again, and what was created for the pull request is deleted.
    Restore,
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
    /// How long it is kept after the last deployment, `72h` by default.
    #[serde(default)]
    pub(crate) ttl: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReportConfig {
    /// One comment on the pull request.
    pub(crate) comment: bool,
    /// A status on the head commit.
    pub(crate) status: bool,
    /// A thread on each changed line that has a new error or warning, with its fix as a suggestion; on GitHub, a review comment. Not by default.
    pub(crate) inline: bool,
    /// A check run with annotations on the head commit; GitHub takes it from an App or a job's `GITHUB_TOKEN`.
    #[serde(rename = "check-run")]
    pub(crate) check_run: bool,
    /// A deployment for each environment that was deployed, with its `deploy.url`; `cleanup` sets it inactive.
    pub(crate) deployment: bool,
    /// A label that a pull request has while it is routine and passes, for rules that merge; on GitHub.
    #[serde(rename = "routine-label")]
    pub(crate) routine_label: Option<String>,
    /// Names comment, status and check run among those of other pipelines on the same pull request; by default the pipeline, the job and, unless it is
    /// `seatrial.yaml` at the root, the configuration file.
    pub(crate) key: Option<String>,
}

impl Default for ReportConfig {
    fn default() -> ReportConfig {
        ReportConfig {
            comment: true,
            status: true,
            inline: false,
            check_run: false,
            deployment: false,
            routine_label: None,
            key: None,
        }
    }
}

impl Default for SourceConfig {
    fn default() -> SourceConfig {
        SourceConfig::Manifests(ManifestSource::default())
    }
}

impl SourceConfig {
    /// The key that names it.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            SourceConfig::Flux(_) => "flux",
            SourceConfig::Kustomize(_) => "kustomize",
            SourceConfig::Helm(_) => "helm",
            SourceConfig::Manifests(_) => "manifests",
        }
    }

    /// The key that names it, and in that the one of its path.
    pub(crate) fn place(&self) -> [&'static str; 2] {
        match self {
            SourceConfig::Flux(source) if source.path.is_none() => ["flux", "azure"],
            SourceConfig::Helm(_) => ["helm", "chart"],
            SourceConfig::Flux(_) | SourceConfig::Kustomize(_) | SourceConfig::Manifests(_) => [self.key(), "path"],
        }
    }

    /// The path as it is written.
    pub(crate) fn path(&self) -> &str {
        match self {
            SourceConfig::Flux(source) => source.path.as_deref().or(source.azure.as_deref()).unwrap_or_default(),
            SourceConfig::Kustomize(source) => &source.path,
            SourceConfig::Helm(source) => &source.chart,
            SourceConfig::Manifests(source) => &source.path,
        }
    }

    /// Which files may be read, where it says so.
    pub(crate) fn load_restriction(&self) -> Option<LoadRestriction> {
        let SourceConfig::Kustomize(source) = self else { return None };
        source.load_restrictor.map(|restrictor| match restrictor {
            LoadRestrictor::RootOnly => LoadRestriction::RootOnly,
            LoadRestrictor::None => LoadRestriction::None,
        })
    }

    /// What is rendered, seen from the root of the tree; `None` where that leads out of it.
    pub(crate) fn in_tree(&self, config_path: &str, environment: &str) -> Option<Source> {
        let seen = |path: &str| join(parent(config_path), path);
        let path = seen(self.path())?;
        Some(match self {
            SourceConfig::Flux(source) => Source::Flux(FluxRoot {
                path: source.path.as_ref().map(|_| path),
                azure: match &source.azure {
                    Some(template) => Some(seen(template)?),
                    None => None,
                },
                repositories: source
                    .repositories
                    .iter()
                    .map(|(name, path)| Some((name.clone(), checked_out(config_path, path)?)))
                    .collect::<Option<_>>()?,
                configured: Some((config_path.to_owned(), environment.to_owned())),
                version: source.version.clone(),
                extension: source.extension.clone(),
            }),
            SourceConfig::Kustomize(_) => Source::Kustomize(path),
            SourceConfig::Helm(source) => Source::Helm(source.in_tree(config_path, environment)?),
            SourceConfig::Manifests(source) if source.mixed => Source::Mixed(path),
            SourceConfig::Manifests(_) => Source::Manifests(path),
        })
    }

    /// How far rendering it reaches. Whoever adds a kind must say it: what is not known to be harmless reaches [`SourceReach::Outside`],
    /// and then the words of the base count.
    pub(crate) fn reach(&self) -> SourceReach {
        match self {
            SourceConfig::Flux(_) | SourceConfig::Kustomize(_) | SourceConfig::Helm(_) | SourceConfig::Manifests(_) => {
                SourceReach::Repository
            }
        }
    }
}

/// How far rendering a source reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceReach {
    /// Files of the checkout, and of those beside it that the authority names (`outside.rs`).
    Repository,
}

impl TestConfig {
    /// Whether it is the same test in all that it says.
    pub(crate) fn is_same(&self, other: &TestConfig) -> bool {
        self.name.value == other.name.value
            && self.environment == other.environment
            && self.probe == other.probe
            && self.options == other.options
    }
}

/// The JSON Schema of the file (`seatrial schema config`).
pub(crate) fn config_schema() -> serde_json::Value {
    schemars::schema_for!(raw::RawConfig).to_value()
}
