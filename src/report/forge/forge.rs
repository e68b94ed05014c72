//! The forges that there are, and which one a target is.

use seatrial_ci::{ForgeKind, ForgeTarget};
use seatrial_model::Secret;
use seatrial_transport::Transport;

use crate::{
    AzureRepos, CheckRun, Comment, CommitStatus, Delivery, DeployedEnvironment, Deployment, Duty, GitHub,
    InlineComments, OptIn, Right, Standing,
};

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

    /// Keeps a thread for each finding on a line of the diff: on GitHub, a review comment. Gives back what was not written, as sentences.
    pub async fn keep_inline(&self, pull_request: u64, wanted: &InlineComments) -> Vec<String> {
        match self {
            Forge::GitHub(github) => github.keep_inline(pull_request, wanted).await,
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

    /// That the forge has nothing of the kind, as a sentence; `None` where it has.
    #[must_use]
    pub fn lacks(&self, opt_in: OptIn) -> Option<String> {
        let what = match (self, opt_in) {
            (Forge::GitHub(_), OptIn::CheckRun | OptIn::Deployment | OptIn::RoutineLabel) => return None,
            (Forge::AzureRepos(_), OptIn::CheckRun) => "Azure Repos has no check runs",
            (Forge::AzureRepos(_), OptIn::Deployment) => "Azure Repos has no deployments",
            (Forge::AzureRepos(_), OptIn::RoutineLabel) => "labels are set on GitHub alone",
        };
        Some(format!("`{}`: {what}", opt_in.key()))
    }

    /// Makes a check run on the head commit.
    pub async fn create_check_run(&self, check: &CheckRun<'_>) -> Delivery {
        match self {
            Forge::GitHub(github) => github.create_check_run(check).await,
            Forge::AzureRepos(_) => Delivery::Refused(self.lacks(OptIn::CheckRun).unwrap_or_default()),
        }
    }

    /// Records a deployment and how it ended.
    pub async fn record_deployment(&self, deployment: &Deployment) -> Delivery {
        match self {
            Forge::GitHub(github) => github.record_deployment(deployment).await,
            Forge::AzureRepos(_) => Delivery::Refused(self.lacks(OptIn::Deployment).unwrap_or_default()),
        }
    }

    /// Adds a label to a pull request.
    pub async fn add_label(&self, pull_request: u64, label: &str) -> Delivery {
        match self {
            Forge::GitHub(github) => github.add_label(pull_request, label).await,
            Forge::AzureRepos(_) => Delivery::Refused(self.lacks(OptIn::RoutineLabel).unwrap_or_default()),
        }
    }

    /// Takes a label off a pull request.
    pub async fn remove_label(&self, pull_request: u64, label: &str) -> Delivery {
        match self {
            Forge::GitHub(github) => github.remove_label(pull_request, label).await,
            Forge::AzureRepos(_) => Delivery::Refused(self.lacks(OptIn::RoutineLabel).unwrap_or_default()),
        }
    }

    /// Sets our deployments of an environment inactive that are not yet; gives their number.
    ///
    /// # Errors
    /// A sentence that says why not all of them are.
    pub async fn end_deployments(&self, environment: &DeployedEnvironment) -> Result<usize, String> {
        match self {
            Forge::GitHub(github) => github.end_deployments(environment).await,
            Forge::AzureRepos(_) => Err(self.lacks(OptIn::Deployment).unwrap_or_default()),
        }
    }

    /// Whether the token may do something; nothing is written to find that out.
    pub async fn may(&self, duty: Duty) -> Right {
        match self {
            Forge::GitHub(github) => github.may(duty).await,
            Forge::AzureRepos(azure) => azure.may(duty).await,
        }
    }

    /// Names of the statuses that a branch requires, as [`CommitStatus::context`] has them.
    ///
    /// # Errors
    /// A sentence that says why they are not known.
    pub async fn required_statuses(&self, branch: &str) -> Result<Vec<String>, String> {
        match self {
            Forge::GitHub(github) => github.required_statuses(branch).await,
            Forge::AzureRepos(azure) => azure.required_statuses(branch).await,
        }
    }

    /// Whom the token belongs to, where that decides what to grant and the forge says it.
    pub async fn identity(&self) -> Option<String> {
        match self {
            Forge::GitHub(_) => None,
            Forge::AzureRepos(azure) => azure.identity().await,
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
