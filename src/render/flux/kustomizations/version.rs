//! The version of Flux in a cluster, as far as it is known, and what hangs on it.

use seatrial_helm::Major;
use seatrial_kubernetes::flux::{Release, installed};
use seatrial_model::{Level, Manifest};

use crate::variables::substitution::Strictness;

/// A minor version of Flux; one that is not known warns and never fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Option<Release>);

impl From<Option<Release>> for Version {
    fn from(release: Option<Release>) -> Version {
        Version(release)
    }
}

impl Version {
    /// Reads `2.9`, `v2.9`, `2.9.5`; `None` for what is not a version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        Release::parse(text).map(|release| Version(Some(release)))
    }

    /// The same; where it is not known, the one that the objects of the cluster's root install.
    pub(crate) fn or_installed(self, manifests: &[Manifest]) -> Version {
        Version(self.0.or_else(|| installed(manifests)))
    }

    /// Whether it is 2.8 or later; one that is not known is.
    fn is_since_2_8(self) -> bool {
        self.0.is_none_or(|release| release.numbers() >= (2, 8))
    }

    /// The Helm in helm-controller: Helm 4 since Flux 2.8.
    pub(crate) fn helm(self) -> Major {
        if self.is_since_2_8() { Major::Four } else { Major::Three }
    }

    /// Whether post-renderers of a HelmRelease change hooks, too: since 2.8 (helm-controller 1.5, with Helm 4).
    pub(crate) fn post_renders_hooks(self) -> bool {
        self.is_since_2_8()
    }

    /// Whether objects in `crds/` of a chart that are not definitions are passed over: since helm-controller 1.5.5, of Flux 2.8.
    pub(crate) fn ignores_other_objects_in_crds(self) -> bool {
        self.is_since_2_8()
    }

    /// Whether variables without a value are refused, and the level of one: since 2.9 (kustomize-controller 1.9: feature gate
    /// `StrictPostBuildSubstitutions`).
    pub(crate) fn substitution(self) -> (Strictness, Level) {
        match self.0 {
            Some(release) if release.numbers() >= (2, 9) => (Strictness::Strict, Level::Error),
            Some(_) | None => (Strictness::Strict, Level::Warning),
        }
    }
}
