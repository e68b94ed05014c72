//! Kubernetes minors that are known.

use std::fmt;

/// A Kubernetes minor version, `1.29` to `1.37`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u8);

impl Minor {
    /// All that are known, oldest first.
    pub const ALL: [Minor; 9] =
        [Minor(29), Minor(30), Minor(31), Minor(32), Minor(33), Minor(34), Minor(35), Minor(36), Minor(37)];
    /// What is assumed when nothing says which.
    pub const DEFAULT: Minor = Minor(35);
    /// The newest that is known.
    pub const LATEST: Minor = Minor(37);

    /// Parses `1.35`, `v1.35`, `1.35.4`.
    ///
    /// # Errors
    /// A sentence that names the minors that are known.
    pub fn parse(text: &str) -> Result<Minor, String> {
        let mut parts = text.trim_start_matches('v').split('.');
        let minor = (parts.next() == Some("1")).then(|| parts.next()).flatten().and_then(|m| m.parse().ok());
        minor.map(Minor).filter(|m| Minor::ALL.contains(m)).ok_or_else(|| {
            format!("Kubernetes `{text}` is not supported: choose a minor from {} to {}", Minor::ALL[0], Minor::LATEST)
        })
    }

    /// The second number: 35.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

/// `1.35`.
impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}
