//! The forges that there are, and which one a target is.

use seatrial_ci::{ForgeKind, ForgeTarget};
use seatrial_model::Secret;
use seatrial_transport::Transport;

use crate::{AzureRepos, Comment, CommitStatus, Delivery, GitHub, InlineComments, Standing};

/// A repository on a forge, with a token.
#[derive(Clone, Debug)]
pub enum Forge {
    /// github.com, `ghe.com`, GitHub Enterprise Server.
    GitHub(GitHub),
    /// dev.azure.com, `*.visualstudio.com`, Azure DevOps Server.
    AzureRepos(AzureRepos),
}

impl Forge {
    /// The forge of a target.
    ///
    /// # Errors
    /// A sentence: an address that is not a URL, a repository that cannot be one, a token that cannot be sent.
    pub fn open(target: &ForgeTarget, transport: &Transport, token: &Secret) -> Result<Forge, String> {
        match target.kind {
            ForgeKind::GitHub => GitHub::new(transport, &target.api, &target.repository, token).map(Forge::GitHub),
            ForgeKind::AzureRepos => {
                let project = target.project.as_deref().unwrap_or_default();
                AzureRepos::new(transport, &target.api, project, &target.repository, token).map(Forge::AzureRepos)
            }
        }
    }

    /// Where a pull request stands.
    ///
    /// # Errors
    /// A sentence that says why it is not known.
    pub async fn standing(&self, pull_request: u64) -> Result<Standing, String> {
        match self {
            Forge::GitHub(github) => github.standing(pull_request).await,
            Forge::AzureRepos(azure) => azure.standing(pull_request).await,
        }
    }

    /// Keeps one comment on a pull request.
    pub async fn upsert_comment(&self, pull_request: u64, comment: &Comment) -> Delivery {
        match self {
            Forge::GitHub(github) => github.upsert_comment(pull_request, comment).await,
            Forge::AzureRepos(azure) => azure.upsert_comment(pull_request, comment).await,
        }
    }

    /// Keeps a thread for each finding on a line of the diff, where the forge has threads. Gives back what was not written, as sentences.
    pub async fn keep_inline(&self, pull_request: u64, wanted: &InlineComments) -> Vec<String> {
        match self {
            Forge::GitHub(_) => vec![
                "`inline` has no effect on GitHub, where annotations show findings on the lines of the diff".to_owned(),
            ],
            Forge::AzureRepos(azure) => azure.keep_inline(pull_request, wanted).await,
        }
    }

    /// Sets a status: on the commit, or where statuses belong to pull requests, on that one at this head commit.
    pub async fn set_status(&self, pull_request: u64, commit: &str, status: &CommitStatus) -> Delivery {
        match self {
            Forge::GitHub(github) => github.set_status(commit, status).await,
            Forge::AzureRepos(azure) => azure.set_status(pull_request, commit, status).await,
        }
    }

    /// Ends what an overtaken run began: where the status of that name is pending, it becomes the last one that was not, or this one.
    pub async fn end_status(&self, pull_request: u64, commit: &str, status: &CommitStatus) -> Delivery {
        match self {
            Forge::GitHub(github) => github.end_status(commit, status).await,
            Forge::AzureRepos(azure) => azure.end_status(pull_request, commit, status).await,
        }
    }

    /// Bytes of a comment at most, with room for its marker: GitHub refuses 65,536 characters, and less than that now and then; Azure Repos
    /// refuses 150,000.
    #[must_use]
    pub fn comment_budget(&self) -> usize {
        match self {
            Forge::GitHub(_) => 60_000,
            Forge::AzureRepos(_) => 140_000,
        }
    }
}
