//! Minor versions of Flux.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};

/// A minor version of Flux: 2.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u32,
    minor: u32,
}

impl Release {
    /// The oldest whose kinds are embedded.
    pub const OLDEST: Release = Release { major: 0, minor: 41 };
    /// The newest whose kinds are embedded.
    pub const NEWEST: Release = Release { major: 2, minor: 9 };

    /// Reads `2.9`, `v2.9`, `2.9.5`, `2.9.x`; `None` for what is not a version or does not say which minor.
    #[must_use]
    pub fn parse(text: &str) -> Option<Release> {
        let text = text.trim();
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Release { major, minor })
    }

    /// Major and minor.
    #[must_use]
    pub fn numbers(self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// The one before; of a first minor, itself.
    #[must_use]
    pub fn before(self) -> Release {
        Release { minor: self.minor.saturating_sub(1), ..self }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Release {
        Release { minor: self.minor.saturating_add(1), ..self }
    }
}

/// `2.9`.
impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Release, D::Error> {
        let text = String::deserialize(deserializer)?;
        Release::parse(&text).ok_or_else(|| D::Error::custom("not a version of Flux"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_that_say_their_minor() {
        let cases = [
            ("2.9", Some("2.9")),
            ("v2.10.1", Some("2.10")),
            (" 2.7.x ", Some("2.7")),
            ("2.x", None),
            ("2", None),
            (">=2.6", None),
            ("", None),
            ("vv2.9", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Release::parse(text).map(|r| r.to_string()).as_deref(), expected, "{text}");
        }
        assert!(Release::parse("2.10") > Release::parse("2.9"));
    }
}
