//! Versions and their ranges as Helm, Flux and others read them: `github.com/Masterminds/semver/v3`, which is more lenient than the
//! specification of semantic versions, and has rules of its own for pre-releases.

mod constraint;
mod constraints;
mod scan;
mod version;

pub use constraints::{Constraints, Fit};
pub use version::Version;

#[cfg(test)]
mod tests;
