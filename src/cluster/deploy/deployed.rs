//! What became of a deployment.

use std::sync::Arc;

use seatrial_model::{Change, Finding, Manifest, ObjectId, Skipped};

use crate::{Held, Settling};

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
    /// Why nothing is deployed of an environment that needs a seed; a clause.
    pub refused: Option<String>,
    /// What has to stay ready now, and is watched while the tests run; none when something failed.
    pub settling: Option<Settling>,
    /// Whether something was applied, or may have been.
    pub is_touched: bool,
    /// The target, where something failed and it stays held.
    pub held: Option<Held>,
    /// What was deployed, where it was made anew with the seed of the target.
    pub seeded: Option<Arc<[Manifest]>>,
    /// A clause for the table: `` `Deployment/web` not ready ``; empty when all is well.
    pub summary: String,
    /// Sentences for the report's notices.
    pub notices: Vec<String>,
}
