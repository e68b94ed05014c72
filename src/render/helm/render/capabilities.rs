//! What a release knows of the cluster.

use std::sync::Arc;

use seatrial_golang::semver::Version;

use crate::major::Major;

/// What a cluster can do, as charts ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes, with its `v`.
    pub kube_version: String,
    /// What it serves: `v1`, `apps/v1`, `apps/v1/Deployment`.
    pub api_versions: Arc<[String]>,
    /// The Helm that says so.
    pub helm: Major,
}

impl Capabilities {
    /// What `helm template` takes when it is told nothing.
    #[must_use]
    pub fn of_helm(helm: Major) -> Capabilities {
        let api_versions = helm.default_api_versions().lines().map(str::to_owned).collect();
        Capabilities { kube_version: helm.default_kube_version().to_owned(), api_versions, helm }
    }

    /// The same with another version of Kubernetes (helm: `ParseKubeVersion`); `None` where it is not one.
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Option<Capabilities> {
        if self.helm == Major::Three {
            // What is behind the numbers stays, and counts in constraints.
            self.kube_version = format!("v{}", Version::parse(version).ok()?);
            return Some(self);
        }
        numbers(version)?;
        self.kube_version = if version.starts_with('v') { version.to_owned() } else { format!("v{version}") };
        Some(self)
    }

    /// The same with further versions of groups.
    #[must_use]
    pub fn with_api_versions(mut self, further: &[String]) -> Capabilities {
        if !further.is_empty() {
            self.api_versions = self.api_versions.iter().chain(further).cloned().collect();
        }
        self
    }

    /// The version without what a provider put behind it; Helm 3 takes it whole.
    #[must_use]
    pub fn plain_version(&self) -> String {
        if self.helm == Major::Three {
            return self.kube_version.clone();
        }
        let shown = |all: Vec<u64>| all.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        numbers(&self.kube_version).map_or_else(|| self.kube_version.clone(), |all| format!("v{}", shown(all)))
    }

    /// The two first numbers of the version.
    #[must_use]
    pub fn major_minor(&self) -> (String, String) {
        let all = numbers(&self.kube_version).unwrap_or_default();
        let at = |index: usize| all.get(index).map(u64::to_string).unwrap_or_default();
        (at(0), at(1))
    }
}

/// The numbers of a version: at least two, and what follows them is passed over (k8s.io/apimachinery: `version.ParseGeneric`).
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.trim().strip_prefix('v').unwrap_or_else(|| version.trim());
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let numbers = version.get(..end)?.trim_end_matches('.');
    let all: Vec<u64> = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    (all.len() >= 2).then_some(all)
}
