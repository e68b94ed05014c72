//! Flags that say where this runs and which pull request it is, where the environment does not.

use clap::{Args, ValueEnum};
use seatrial_ci::Host;

use crate::cli::variables::boolean;

/// Flags that only some pipelines need; the README describes them.
pub(super) const CHANGE: &str = "In other CIs: --target BRANCH, --head COMMIT, --forge URL, --fork; see README";

/// The same where nothing is deployed.
pub(super) const VALIDATED_CHANGE: &str =
    "In other CIs: --pull-request NUMBER, --target BRANCH, --head COMMIT; see README";

/// A CI, as the command line calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    GithubActions,
    AzurePipelines,
    Jenkins,
    /// One that is not known: the flags say what it builds.
    Other,
    /// A person's machine.
    None,
}

impl Ci {
    /// The host of that name.
    pub(crate) fn host(self) -> Host {
        match self {
            Ci::GithubActions => Host::GitHubActions,
            Ci::AzurePipelines => Host::AzurePipelines,
            Ci::Jenkins => Host::Jenkins,
            Ci::Other => Host::Other,
            Ci::None => Host::Local,
        }
    }
}

/// Flags that say which pull request it is, where the CI does not.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ChangeArgs {
    /// Number of the pull request.
    #[arg(long, value_name = "NUMBER", env = "SEATRIAL_PULL_REQUEST")]
    pub(crate) pull_request: Option<u64>,

    /// Repository that the previews belong to.
    #[arg(long, value_name = "OWNER/NAME", env = "SEATRIAL_REPOSITORY")]
    pub(crate) repository: Option<String>,

    /// Target branch of the pull request.
    #[arg(long, value_name = "BRANCH", env = "SEATRIAL_TARGET", hide = true)]
    pub(crate) target: Option<String>,

    /// Head commit of the pull request.
    #[arg(long, value_name = "COMMIT", env = "SEATRIAL_HEAD", value_parser = commit, hide = true)]
    pub(crate) head: Option<String>,

    /// Where the pull request lives: https://github.com, https://HOST, https://dev.azure.com/ORGANIZATION.
    #[arg(long, value_name = "URL", env = "SEATRIAL_FORGE", hide = true)]
    pub(crate) forge: Option<String>,

    /// The pull request comes from a fork: nothing is deployed.
    #[arg(long, env = "SEATRIAL_FORK", value_parser = boolean, hide = true)]
    pub(crate) fork: bool,
}

/// A full commit id.
///
/// # Errors
/// A sentence that says what one is.
fn commit(text: &str) -> Result<String, String> {
    let is_full = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_full { Ok(text.to_owned()) } else { Err("it is not a full commit id of 40 or 64 digits".to_owned()) }
}
