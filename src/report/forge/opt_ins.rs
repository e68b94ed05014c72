//! What a forge is told beside comment and status where the configuration asks for it: a check run, deployments.
//!
//! Not here: how a forge is told (its folder), and who may ask for it (the binary).

use seatrial_model::ReportedFinding;

use crate::StatusState;

/// What the configuration may ask for, and not every forge has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// The report as a check run, with annotations.
    CheckRun,
    /// A deployment for each environment that was deployed.
    Deployment,
    /// A label on a pull request that is routine.
    RoutineLabel,
}

impl OptIn {
    /// Its key in the configuration.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            OptIn::CheckRun => "check-run",
            OptIn::Deployment => "deployment",
            OptIn::RoutineLabel => "routine-label",
        }
    }
}

/// The report as a check run.
#[derive(Clone, Debug)]
pub struct CheckRun<'a> {
    /// As the status: `seatrial/KEY`.
    pub name: String,
    /// Head commit that the report is about.
    pub head: String,
    /// Run number and attempt.
    pub run: (u64, u64),
    /// Tells this process from all others: a creation whose answer was lost is found again by it.
    pub nonce: u64,
    /// How it ended.
    pub state: StatusState,
    /// One line.
    pub title: String,
    /// The report as Markdown.
    pub summary: String,
    /// What is annotated, the most important first.
    pub findings: Vec<&'a ReportedFinding>,
    /// Where a click leads.
    pub details_url: Option<String>,
}

/// An environment that is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedEnvironment {
    /// Its name in the configuration.
    pub name: String,
    /// The namespace of the pull request's own, where it has one.
    pub preview_namespace: Option<String>,
}

/// A deployment and how it ended.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Which of several reports on one pull request.
    pub key: String,
    /// The commit that was deployed.
    pub head: String,
    /// Where it was deployed.
    pub environment: DeployedEnvironment,
    /// How it ended.
    pub state: StatusState,
    /// What was done; a longer one than 140 characters is cut.
    pub description: String,
    /// Where the environment answers.
    pub environment_url: Option<String>,
    /// Where the run can be watched.
    pub log_url: Option<String>,
}
