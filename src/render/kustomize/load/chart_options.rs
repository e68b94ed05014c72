//! What becomes of the charts that kustomizations name (kustomize: `--enable-helm`, `--helm-kube-version`, `--helm-api-versions`).

use seatrial_model::Level;

/// What becomes of charts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HelmCharts {
    /// They are refused, as kustomize does it without `--enable-helm`.
    #[default]
    Refused,
    /// They are refused, and nobody can change that: Flux's kustomize-controller never calls Helm.
    RefusedByFlux,
    /// They are rendered, and must be here.
    Here(ClusterGiven),
    /// They are rendered; one that is not here is fetched by whoever builds, so that it is needed and nothing is wrong.
    HereOrNeeded,
}

/// What is said of the cluster to charts that say nothing of it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterGiven {
    /// The version of Kubernetes.
    pub kube_version: Option<String>,
    /// What it serves besides.
    pub api_versions: Vec<String>,
}

impl HelmCharts {
    /// The way out, where they are refused.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        match self {
            HelmCharts::Refused => Some("render it with `--enable-helm`"),
            HelmCharts::RefusedByFlux => Some(
                "Flux's kustomize-controller never renders charts: deploy this one with a HelmRelease, or write what `helm template` prints \
                 into a file and name that under `resources`",
            ),
            HelmCharts::Here(_) | HelmCharts::HereOrNeeded => None,
        }
    }

    /// How bad it is that a chart is not here.
    pub(crate) fn level_of_missing(&self) -> Level {
        if *self == HelmCharts::HereOrNeeded { Level::Note } else { Level::Error }
    }

    fn given(&self) -> Option<&ClusterGiven> {
        match self {
            HelmCharts::Here(given) => Some(given),
            HelmCharts::Refused | HelmCharts::RefusedByFlux | HelmCharts::HereOrNeeded => None,
        }
    }

    /// The version of Kubernetes for charts that say none.
    pub(crate) fn kube_version(&self) -> Option<&str> {
        self.given()?.kube_version.as_deref()
    }

    /// What is served besides, for charts that do not say it.
    pub(crate) fn api_versions(&self) -> &[String] {
        self.given().map(|given| given.api_versions.as_slice()).unwrap_or_default()
    }
}
