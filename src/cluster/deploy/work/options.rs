//! What a deployment is told.

use std::time::Duration;

use seatrial_model::ObjectId;

/// How to deploy one environment.
#[derive(Clone, Debug)]
pub struct DeployOptions {
    /// The environment's name: names the inventory and the Lease.
    pub environment: String,
    /// The preview namespace to move into, when there is one.
    pub preview: Option<Preview>,
    /// One deadline for apply and wait together.
    pub timeout: Duration,
    /// How long what was changed is watched at most once it is ready, tests or not; zero where probes are not simulated.
    pub settle: Duration,
    /// Who runs.
    pub run: RunIdentity,
    /// What becomes of kinds that the cluster does not serve.
    pub unserved: Unserved,
    /// For how long the target is held.
    pub hold: Hold,
    /// Kinds whose objects are deleted and applied again when an immutable field of theirs has changed.
    pub recreate: Vec<String>,
}

/// For how long a target is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// Until the deployment is over: it failed, or was watched while the tests ran.
    #[default]
    ToTheEnd,
    /// Beyond, so that it can be put back before another run comes.
    Beyond,
}

/// What becomes of objects whose kind the cluster does not serve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unserved {
    /// Findings: they cannot be applied.
    #[default]
    Refused,
    /// They are left out and named: the cluster is a simulation, whose kinds say nothing of the change.
    Skipped,
}

/// A preview namespace.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its name, placeholders already filled in; a DNS-1123 label.
    pub namespace: String,
    /// How long it lives from this deployment on.
    pub ttl: Duration,
}

/// Who runs: goes into the Lease and onto the preview namespace.
#[derive(Clone, Debug, Default)]
pub struct RunIdentity {
    /// Unique per run: CI run id and attempt, or host and process.
    pub holder: String,
    /// `owner/name`.
    pub repository: Option<String>,
    /// Number of the pull request.
    pub pull_request: Option<u64>,
    /// Head commit.
    pub commit: Option<String>,
}

/// A line of progress, as data: the binary prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A stage was applied: `18 created, 3 configured`.
    Applied {
        /// Counts.
        summary: String,
    },
    /// An object's state changed, or a sign of life for it after 30 s.
    Waiting {
        /// Which.
        object: ObjectId,
        /// `1 of 2 replicas ready`.
        message: String,
    },
    /// An object is ready.
    Ready {
        /// Which.
        object: ObjectId,
    },
    /// An object failed.
    Failed {
        /// Which.
        object: ObjectId,
        /// The cause.
        message: String,
    },
    /// Anything else worth a line: waiting for the Lease, deleting a namespace.
    Note(String),
}
