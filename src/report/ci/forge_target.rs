//! Where a pull request lives, apart from the CI that builds it: kind of forge, addresses for programs and people, links to files.
//!
//! Not here: how a CI says it (the host's file), and what is called there (`report/forge`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A kind of forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeKind {
    /// github.com, `ghe.com`, GitHub Enterprise Server.
    GitHub,
    /// Azure Repos: dev.azure.com, `*.visualstudio.com`, Azure DevOps Server.
    AzureRepos,
}

/// A repository on a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeTarget {
    /// Which forge.
    pub kind: ForgeKind,
    /// Base of its API: `https://api.github.com`, `https://HOST/api/v3`; of Azure Repos the collection, `https://dev.azure.com/acme`.
    pub api: String,
    /// Its address for people: `https://github.com`; of Azure Repos the collection again.
    pub server: String,
    /// The project that the repository is in, where the forge has projects.
    pub project: Option<String>,
    /// `owner/name`; of Azure Repos the name alone.
    pub repository: String,
}

impl ForgeTarget {
    /// A repository `owner/name` on the GitHub at an address for people.
    pub(crate) fn github(server: &str, repository: &str) -> ForgeTarget {
        let server = server.trim_end_matches('/').to_owned();
        let (api, repository) = (api_of(&server), repository.to_owned());
        ForgeTarget { kind: ForgeKind::GitHub, api, server, project: None, repository }
    }

    /// A repository in a collection of Azure DevOps: `https://dev.azure.com/acme`.
    pub(crate) fn azure_repos(collection: &str, project: &str, repository: &str) -> ForgeTarget {
        let collection = collection.trim_end_matches('/').to_owned();
        ForgeTarget {
            kind: ForgeKind::AzureRepos,
            api: collection.clone(),
            server: collection,
            project: Some(project.to_owned()),
            repository: repository.to_owned(),
        }
    }

    /// The repository among all of the forge, for people and for the labels of previews: `acme/shop`; of Azure Repos
    /// `organization/project/shop`.
    #[must_use]
    pub fn name(&self) -> String {
        match self.kind {
            ForgeKind::GitHub => self.repository.clone(),
            ForgeKind::AzureRepos => {
                let last = self.api.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                let organization = last.strip_suffix(".visualstudio.com").unwrap_or(last);
                format!("{organization}/{}/{}", self.project.as_deref().unwrap_or_default(), self.repository)
            }
        }
    }

    /// Address of a line of a file at a commit, for people, with `{path}` and `{line}` in the places of these.
    #[must_use]
    pub fn file_url(&self, commit: &str) -> String {
        match self.kind {
            ForgeKind::GitHub => format!("{}/{}/blob/{commit}/{{path}}#L{{line}}", self.server, self.repository),
            ForgeKind::AzureRepos => {
                let project = self.project.as_deref().map(segment).unwrap_or_default();
                let repository = format!("{}/{project}/_git/{}", self.server, segment(&self.repository));
                let line = "line={line}&lineEnd={line}&lineStartColumn=1&lineEndColumn=1";
                format!("{repository}?path=/{{path}}&version=GC{commit}&{line}")
            }
        }
    }

    /// Environment variables that may hold a token, the first that is set counts.
    #[must_use]
    pub fn token_variables(&self) -> &'static [&'static str] {
        match self.kind {
            ForgeKind::GitHub => &["SEATRIAL_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
            ForgeKind::AzureRepos => &["SEATRIAL_AZURE_DEVOPS_TOKEN", "SYSTEM_ACCESSTOKEN", "AZURE_DEVOPS_EXT_PAT"],
        }
    }
}

/// GitHub Enterprise Server has its API below the server's own address, and `ghe.com` beside it.
pub(crate) fn api_of(server: &str) -> String {
    match server.split_once("://") {
        Some((_, host)) if host.eq_ignore_ascii_case("github.com") => "https://api.github.com".to_owned(),
        Some((scheme, host)) if host.to_ascii_lowercase().ends_with(".ghe.com") => format!("{scheme}://api.{host}"),
        _ => format!("{server}/api/v3"),
    }
}

/// What stands in a segment as it is: unreserved characters (RFC 3986).
const IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A segment of a path; Azure DevOps allows blanks in names of projects and repositories.
pub(crate) fn segment(name: &str) -> String {
    utf8_percent_encode(name, IN_A_SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_file_has_an_address_on_each_forge() {
        let target = |kind, server: &str, project: Option<&str>, repository: &str| ForgeTarget {
            kind,
            api: server.to_owned(),
            server: server.to_owned(),
            project: project.map(str::to_owned),
            repository: repository.to_owned(),
        };
        let github = target(ForgeKind::GitHub, "https://github.com", None, "acme/shop");
        assert_eq!(github.file_url("cafe"), "https://github.com/acme/shop/blob/cafe/{path}#L{line}");
        let azure = target(ForgeKind::AzureRepos, "https://dev.azure.com/acme", Some("Web Shop"), "shop");
        assert_eq!(
            azure.file_url("cafe"),
            "https://dev.azure.com/acme/Web%20Shop/_git/shop?path=/{path}&version=GCcafe&line={line}&lineEnd={line}&lineStartColumn=1&lineEndColumn=1"
        );
        let old = target(ForgeKind::AzureRepos, "https://acme.visualstudio.com", Some("shop"), "shop");
        assert_eq!(old.name(), "acme/shop/shop");
        assert_eq!((github.name(), azure.name()), ("acme/shop".to_owned(), "acme/Web Shop/shop".to_owned()));
    }
}
