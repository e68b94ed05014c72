//! Where a pull request lives, apart from the CI that builds it: kind of forge, addresses for programs and people, links to files.
//!
//! Not here: how a CI says it (the host's file), and what is called there (`report/forge`).

/// A kind of forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeKind {
    /// github.com, `ghe.com`, GitHub Enterprise Server.
    GitHub,
}

/// A repository on a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeTarget {
    /// Which forge.
    pub kind: ForgeKind,
    /// Base of its API: `https://api.github.com`, `https://HOST/api/v3`.
    pub api: String,
    /// Its address for people: `https://github.com`.
    pub server: String,
    /// `owner/name`.
    pub repository: String,
}

impl ForgeTarget {
    /// Address of a line of a file at a commit, for people, with `{path}` and `{line}` in the places of these.
    #[must_use]
    pub fn file_url(&self, commit: &str) -> String {
        match self.kind {
            ForgeKind::GitHub => format!("{}/{}/blob/{commit}/{{path}}#L{{line}}", self.server, self.repository),
        }
    }

    /// The variable that most people put a token in.
    #[must_use]
    pub fn token_variable(&self) -> &'static str {
        match self.kind {
            ForgeKind::GitHub => "GITHUB_TOKEN",
        }
    }

    /// Environment variables that may hold a token, the first that is set counts.
    #[must_use]
    pub fn token_variables(&self) -> &'static [&'static str] {
        match self.kind {
            ForgeKind::GitHub => &["SEATRIAL_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
        }
    }
}
