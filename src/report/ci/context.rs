//! What a run knows about where it runs, whichever host that is. How one host tells it lives in that host's file.

use std::collections::BTreeMap;

use crate::{ForgeKind, ForgeTarget, github_actions, unsupported};

/// Which CI system runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// GitHub Actions.
    GitHubActions,
    /// Another CI: recognised, and not supported yet.
    Unsupported,
    /// None that is known: a person's machine.
    Local,
}

impl Host {
    /// Which one an environment says.
    #[must_use]
    pub fn detect(env: &BTreeMap<String, String>) -> Host {
        // The runner sets the variable to `true`; people who want to imitate it do so too.
        match env.get("GITHUB_ACTIONS").map(String::as_str) {
            Some("true") => Host::GitHubActions,
            _ if unsupported::context(env).is_some() => Host::Unsupported,
            _ => Host::Local,
        }
    }

    /// The file that describes what started the run, where the host writes one.
    #[must_use]
    pub fn event_file(self, env: &BTreeMap<String, String>) -> Option<&str> {
        match self {
            Host::GitHubActions => env.get("GITHUB_EVENT_PATH").map(String::as_str),
            Host::Unsupported | Host::Local => None,
        }
    }

    /// That there is no token for a forge, and how this host gives one to a step.
    #[must_use]
    pub fn missing_token(self, forge: &ForgeTarget) -> String {
        let way_out = match (self, forge.kind) {
            (Host::GitHubActions, ForgeKind::GitHub) => "; give the step `env: { GITHUB_TOKEN: ${{ github.token }} }`",
            (Host::GitHubActions | Host::Unsupported | Host::Local, ForgeKind::AzureRepos)
            | (Host::Unsupported | Host::Local, ForgeKind::GitHub) => "",
        };
        format!("{} is not set{way_out}", forge.token_variable())
    }
}

/// Why a run gets no credentials and deploys nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Ours: the full ladder.
    Trusted,
    /// Nothing says that it is a fork's, and nothing says that it is not: deployed only where the caller says so.
    WhenTold {
        /// Why that is so, as a clause.
        because: String,
        /// Whether the environment names a pull request.
        names_pull_request: bool,
    },
    /// Validated only; the reason as a clause: `the pull request comes from a fork`.
    Untrusted(String),
}

/// A pull request as the event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestContext {
    /// Its number.
    pub number: u64,
    /// The head commit: not the merge commit that is checked out.
    pub head: String,
    /// The merge commit that the host made of head and target branch and says it checked out, where its environment names one.
    pub merge: Option<String>,
    /// Commit of the target branch when the event was sent: the branch may have gone on since.
    pub base: String,
    /// Name of the target branch.
    pub target_branch: String,
    /// Name of the source branch.
    pub source_branch: String,
    /// Whether it is a draft.
    pub draft: bool,
}

/// Where we run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiContext {
    /// The CI system.
    pub host: Host,
    /// Where the pull request lives, when that is known: not always where it is built.
    pub forge: Option<ForgeTarget>,
    /// The pull request, when there is one.
    pub pull_request: Option<PullRequestContext>,
    /// The commit that is checked out, as the host says.
    pub checkout: Option<String>,
    /// Whether the pull request's content may be deployed.
    pub trust: Trust,
    /// Where the run can be watched.
    pub run_url: Option<String>,
    /// Number of the run, growing; and attempt: for the stale-run guard.
    pub run: Option<(u64, u64)>,
    /// Name of the pipeline: a workflow, a job of Jenkins.
    pub pipeline: Option<String>,
    /// Name of the job in it.
    pub job: Option<String>,
    /// File for the job summary.
    pub summary_file: Option<String>,
    /// File for step outputs.
    pub output_file: Option<String>,
    /// Sentences: an unreadable event file, an event without a pull request.
    pub notices: Vec<String>,
}

impl CiContext {
    /// Detects the context. `event` is the content of the file that [`Host::event_file`] names, when it could be read.
    #[must_use]
    pub fn detect(env: &BTreeMap<String, String>, event: Option<&str>) -> CiContext {
        match Host::detect(env) {
            Host::GitHubActions => {
                let context = github_actions::context(env, event);
                // Two CIs at once contradict each other; whoever of them says that it is a fork is believed.
                match unsupported::not_ours(env) {
                    Some(because) => CiContext { trust: Trust::Untrusted(because), ..context },
                    None => context,
                }
            }
            Host::Unsupported | Host::Local => unsupported::context(env).unwrap_or_else(CiContext::local),
        }
    }

    pub(crate) fn local() -> CiContext {
        CiContext {
            host: Host::Local,
            forge: None,
            pull_request: None,
            checkout: None,
            trust: Trust::Trusted,
            run_url: None,
            run: None,
            pipeline: None,
            job: None,
            summary_file: None,
            output_file: None,
            notices: Vec::new(),
        }
    }
}
