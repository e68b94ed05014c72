//! The name under which Helm knows a release (helm-controller: `GetReleaseName`, `ShortenName`).

use std::fmt::Write;

use seatrial_model::Manifest;
use sha2::{Digest, Sha256};

use crate::objects::flux_object::text;

/// Helm's own limit.
const LONGEST: usize = 53;

/// Hexadecimal digits of the hash that stands for what is left out.
const DIGITS: usize = 12;

/// The name of a release: its own, else made of target namespace and name.
pub(crate) fn of(manifest: &Manifest) -> String {
    let name = match (text(manifest, &["releaseName"]), text(manifest, &["targetNamespace"])) {
        (Some(name), _) => name.to_owned(),
        (None, Some(namespace)) => format!("{namespace}-{}", manifest.id.name),
        (None, None) => manifest.id.name.clone(),
    };
    shortened(name)
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let kept: usize = LONGEST - DIGITS - 1;
    // Names are ASCII; what is not is refused by the API server, and cut at a character here.
    let kept = (0..=kept).rev().find(|at| name.is_char_boundary(*at)).unwrap_or_default();
    let mut short = format!("{}-", name.get(..kept).unwrap_or_default());
    for byte in Sha256::digest(name.as_bytes()).iter().take(DIGITS / 2) {
        // A string takes everything.
        let _ = write!(short, "{byte:02x}");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_ends_in_its_hash() {
        // helm-controller: `internal/release/name_test.go`.
        let long = "release-name-with-very-long-name-which-is-longer-than-53-characters";
        assert_eq!(shortened(long.to_owned()), "release-name-with-very-long-name-which-i-788ca0d0d7b0");
        assert_eq!(shortened("a".repeat(53)), "a".repeat(53));
        assert_eq!(shortened("ä".repeat(40)).len(), 53);
    }
}
