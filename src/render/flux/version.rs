//! The version of Flux in a cluster, as far as it is known, and what hangs on it.

use seatrial_model::Level;

use crate::substitution::Strictness;

/// A minor version of Flux; one that is not known warns and never fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Option<(u32, u32)>);

impl Version {
    /// Reads `2.9`, `v2.9`, `2.9.5`; `None` for what is not a version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.trim().trim_start_matches('v').split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        Some(Version(Some((major, minor))))
    }

    /// Whether variables without a value are refused, and the level of one: since 2.9 (kustomize-controller 1.9: feature gate
    /// `StrictPostBuildSubstitutions`).
    pub(crate) fn substitution(self) -> (Strictness, Level) {
        match self.0 {
            Some(version) if version >= (2, 9) => (Strictness::Strict, Level::Error),
            Some(_) | None => (Strictness::Strict, Level::Warning),
        }
    }
}
