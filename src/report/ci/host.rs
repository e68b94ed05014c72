//! Which CI system runs us, and what each of them calls its settings.

use std::collections::BTreeMap;

use crate::other::says_something;
use crate::{ForgeKind, other};

/// Which CI system runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// GitHub Actions.
    GitHubActions,
    /// Azure Pipelines.
    AzurePipelines,
    /// Jenkins.
    Jenkins,
    /// Another CI: the caller says what it builds.
    Other,
    /// None that is known: a person's machine.
    Local,
}

/// How much more of the history is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// One commit more.
    One,
    /// All of it.
    All,
}

/// That there is no token for a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingToken {
    /// Which variable is not set, as a clause.
    pub reason: String,
    /// What to do about it, as a clause, where this host has a way.
    pub way_out: Option<String>,
}

/// Variables by which a host is known for sure.
const MARKS: [(&str, Host); 6] = [
    ("FORGEJO_ACTIONS", Host::Other),
    ("GITEA_ACTIONS", Host::Other),
    ("GITHUB_ACTIONS", Host::GitHubActions),
    ("TF_BUILD", Host::AzurePipelines),
    ("JENKINS_URL", Host::Jenkins),
    ("HUDSON_URL", Host::Jenkins),
];

/// Variables that speak of a host where none is known for sure: a container was given some of them, or another CI's agent runs on a Jenkins node.
const HINTS: [(&str, Host); 2] = [("SYSTEM_COLLECTIONURI", Host::AzurePipelines), ("JENKINS_HOME", Host::Jenkins)];

impl Host {
    /// Which one an environment says; what the caller has chosen goes before.
    ///
    /// # Errors
    /// A sentence where there are two at once, and none is chosen.
    pub fn detect(env: &BTreeMap<String, String>, chosen: Option<Host>) -> Result<Host, String> {
        if let Some(chosen) = chosen {
            return Ok(chosen);
        }
        // Forgejo and Gitea set GitHub's variables as well.
        let mut marks = marks(env);
        if marks.iter().any(|(_, host)| *host == Host::Other) {
            marks.retain(|(_, host)| *host != Host::GitHubActions);
        }
        if let Some((other, second)) =
            marks.iter().find(|(_, host)| Some(*host) != marks.first().map(|(_, host)| *host))
            && let Some((variable, first)) = marks.first()
        {
            return Err(format!(
                "this is {} (`{variable}`) and {} (`{other}`) at once: say which with --ci or SEATRIAL_CI",
                first.name(),
                second.name()
            ));
        }
        let hinted = || HINTS.iter().find(|(variable, _)| is_set(env, variable));
        Ok(match marks.first().or_else(hinted) {
            Some((_, host)) => *host,
            None if other::is_recognised(env) => Host::Other,
            None => Host::Local,
        })
    }

    /// Those that an environment names for sure.
    pub(crate) fn all_marked(env: &BTreeMap<String, String>) -> impl Iterator<Item = Host> {
        marks(env).into_iter().map(|(_, host)| host)
    }

    /// The file that describes what started the run, where a host of this environment writes one.
    #[must_use]
    pub fn event_file(env: &BTreeMap<String, String>) -> Option<&str> {
        env.get("GITHUB_EVENT_PATH").map(String::as_str)
    }

    /// Whether its variables tell a fork's pull request for sure. Jenkins names a fork's owner, and has none to name for a fork that was
    /// deleted, nor another one for a fork within the same owner (github-branch-source-plugin).
    #[must_use]
    pub fn tells_forks(self) -> bool {
        !matches!(self, Host::Jenkins)
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Host::GitHubActions => "GitHub Actions",
            Host::AzurePipelines => "Azure Pipelines",
            Host::Jenkins => "Jenkins",
            Host::Other => "this CI",
            Host::Local => "this machine",
        }
    }

    /// The variable that most people put a forge's token in here.
    #[must_use]
    pub fn token_variable(self, forge: ForgeKind) -> &'static str {
        match (forge, self) {
            (ForgeKind::GitHub, _) => "GITHUB_TOKEN",
            (ForgeKind::AzureRepos, Host::AzurePipelines) => "SYSTEM_ACCESSTOKEN",
            // As Azure's own command line has it.
            (ForgeKind::AzureRepos, _) => "AZURE_DEVOPS_EXT_PAT",
        }
    }

    /// What is missing where no token is there, and how a step of this host gets one.
    #[must_use]
    pub fn missing_token(self, forge: ForgeKind) -> MissingToken {
        let variable = self.token_variable(forge);
        let way_out = match (self, forge) {
            (Host::GitHubActions, ForgeKind::GitHub) => {
                Some("give the step `env: { GITHUB_TOKEN: ${{ github.token }} }`".to_owned())
            }
            (Host::AzurePipelines, ForgeKind::AzureRepos) => {
                Some(format!("give the step `env: {{ {variable}: $(System.AccessToken) }}`"))
            }
            (Host::AzurePipelines, ForgeKind::GitHub) | (Host::GitHubActions, ForgeKind::AzureRepos) => {
                Some(format!("give the step a secret as `env: {{ {variable}: … }}`"))
            }
            (Host::Jenkins, _) => Some(format!(
                "bind a credential: `withCredentials([string(credentialsId: '…', variable: '{variable}')])`"
            )),
            (Host::Other | Host::Local, _) => None,
        };
        MissingToken { reason: format!("{variable} is not set"), way_out }
    }

    /// What to do about a clone that is too shallow, as a clause.
    #[must_use]
    pub fn deepen(self, depth: Depth) -> String {
        let (by_hand, input) = match depth {
            Depth::One => ("git fetch --deepen=1", "2"),
            Depth::All => ("git fetch --unshallow", "0"),
        };
        match self {
            Host::GitHubActions => format!("give actions/checkout `fetch-depth: {input}`, or run `{by_hand}` first"),
            // A fetch by hand has no credentials there.
            Host::AzurePipelines => format!("set `fetchDepth: {input}` on the step `checkout: self`"),
            Host::Jenkins => {
                format!("turn off the shallow clone (`Advanced clone behaviours`), or run `{by_hand}` first")
            }
            Host::Other | Host::Local => format!("run `{by_hand}` first"),
        }
    }

    /// What to do where the target branch was not fetched, as a clause.
    #[must_use]
    pub fn fetch_target(self, branch: &str) -> String {
        let refspec = format!("+refs/heads/{branch}:refs/remotes/origin/{branch}");
        match self {
            Host::AzurePipelines => self.deepen(Depth::All),
            Host::Jenkins => format!("add the refspec `{refspec}` to the job's git (`Specify ref specs`)"),
            Host::GitHubActions | Host::Other | Host::Local => format!("run `git fetch origin {refspec}` first"),
        }
    }

    /// Whether the host merges head and target itself, so that what is checked out may be a commit that nobody else knows.
    #[must_use]
    pub fn merges_itself(self) -> bool {
        self == Host::Jenkins
    }
}

fn marks(env: &BTreeMap<String, String>) -> Vec<(&'static str, Host)> {
    MARKS.into_iter().filter(|(variable, _)| is_set(env, variable)).collect()
}

fn is_set(env: &BTreeMap<String, String>, variable: &str) -> bool {
    env.get(variable).is_some_and(|value| match variable {
        // The runner sets the variable to `true`; people who want to imitate it do so too.
        "GITHUB_ACTIONS" => value == "true",
        _ => says_something(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(pairs: &[(&str, &str)], chosen: Option<Host>) -> Result<Host, String> {
        Host::detect(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), chosen)
    }

    #[test]
    fn a_host_is_known_by_its_variables() {
        let table: [(&[(&str, &str)], Host); 11] = [
            (&[("GITHUB_ACTIONS", "true"), ("GITEA_ACTIONS", "true")], Host::Other),
            (&[("GITHUB_ACTIONS", "true"), ("FORGEJO_ACTIONS", "true"), ("GITEA_ACTIONS", "true")], Host::Other),
            (&[("GITHUB_ACTIONS", "true")], Host::GitHubActions),
            (&[("GITHUB_ACTIONS", "True")], Host::Other),
            (&[("TF_BUILD", "True"), ("CI", "true")], Host::AzurePipelines),
            (&[("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/")], Host::AzurePipelines),
            (&[("JENKINS_URL", "https://ci.example.com/"), ("HUDSON_URL", "https://ci.example.com/")], Host::Jenkins),
            (&[("JENKINS_HOME", "/var/jenkins_home"), ("TF_BUILD", "True")], Host::AzurePipelines),
            (&[("GITLAB_CI", "true")], Host::Other),
            (&[("CI", "false"), ("TF_BUILD", ""), ("JENKINS_URL", " ")], Host::Local),
            (&[], Host::Local),
        ];
        for (environment, host) in table {
            assert_eq!(detected(environment, None), Ok(host), "{environment:?}");
        }
    }

    #[test]
    fn a_missing_token_names_the_variable_of_host_and_forge() {
        let table = [
            (Host::GitHubActions, ForgeKind::GitHub, "GITHUB_TOKEN is not set", Some("github.token")),
            (Host::GitHubActions, ForgeKind::AzureRepos, "AZURE_DEVOPS_EXT_PAT is not set", Some("a secret")),
            (
                Host::AzurePipelines,
                ForgeKind::AzureRepos,
                "SYSTEM_ACCESSTOKEN is not set",
                Some("$(System.AccessToken)"),
            ),
            (Host::AzurePipelines, ForgeKind::GitHub, "GITHUB_TOKEN is not set", Some("a secret")),
            (Host::Jenkins, ForgeKind::AzureRepos, "AZURE_DEVOPS_EXT_PAT is not set", Some("'AZURE_DEVOPS_EXT_PAT'")),
            (Host::Jenkins, ForgeKind::GitHub, "GITHUB_TOKEN is not set", Some("'GITHUB_TOKEN'")),
            (Host::Other, ForgeKind::AzureRepos, "AZURE_DEVOPS_EXT_PAT is not set", None),
        ];
        for (host, forge, reason, way_out) in table {
            let missing = host.missing_token(forge);
            assert_eq!(missing.reason, reason, "{host:?}");
            let says = way_out.is_none_or(|says| missing.way_out.as_ref().is_some_and(|told| told.contains(says)));
            assert!(says && missing.way_out.is_some() == way_out.is_some(), "{missing:?}");
        }
    }

    #[test]
    fn two_hosts_at_once_are_an_error_until_one_is_chosen() {
        let both = [("JENKINS_URL", "https://ci"), ("GITHUB_ACTIONS", "true")];
        let error = detected(&both, None).expect_err("two");
        assert_eq!(
            error,
            "this is GitHub Actions (`GITHUB_ACTIONS`) and Jenkins (`JENKINS_URL`) at once: say which with --ci or SEATRIAL_CI"
        );
        assert_eq!(detected(&both, Some(Host::Jenkins)), Ok(Host::Jenkins));
    }
}
