//! Order, dry-run, apply, wait, inventory, Lease, preview namespaces, cleanup.

mod options;

pub use options::{CancelToken, DeployOptions, Preview, Progress, RunIdentity};

use seatrial_api::{ApiError, Cluster};
use seatrial_model::{Change, Finding, Manifest, ObjectId, Skipped};

/// What a deployment did; kept whatever happened later.
#[derive(Debug, Default)]
pub struct Deployed {
    /// What was done to which object, in order.
    pub changes: Vec<Change>,
    /// What the change is at fault for: rejected, conflicting, owned by others, not ready.
    pub findings: Vec<Finding>,
    /// Objects left out on purpose.
    pub skipped: Vec<Skipped>,
    /// Objects of the last inventory that are no longer rendered and still exist.
    pub vanished: Vec<ObjectId>,
    /// Why it stopped though the change is not at fault; a sentence.
    pub broken: Option<String>,
    /// A clause for the table: `` `web` not ready ``; empty when all is well.
    pub summary: String,
    /// Sentences for the report's notices.
    pub notices: Vec<String>,
}

/// Deploys the objects of one environment and waits until they are ready. Holds the target's Lease while it works.
pub async fn deploy(
    _cluster: &Cluster,
    _manifests: &[Manifest],
    _options: &DeployOptions,
    _progress: &(dyn Fn(Progress) + Send + Sync),
    _cancel: &CancelToken,
) -> Deployed {
    Deployed::default()
}

/// Deletes a preview namespace that Seatrial made and waits until it is gone; `false` when there was none.
///
/// # Errors
/// [`ApiError`]; also when the namespace is not one of ours.
pub async fn cleanup(
    _cluster: &Cluster,
    _namespace: &str,
    _deadline: std::time::Duration,
    _progress: &(dyn Fn(Progress) + Send + Sync),
    _cancel: &CancelToken,
) -> Result<bool, ApiError> {
    Ok(false)
}
