//! Order, dry-run, apply, wait, inventory, Lease, preview namespaces, cleanup.
//!
//! A deployment prunes and forces nothing; what puts a target back deletes what a pull request has created. Who renders and who reports is
//! not known here.

mod apply;
mod blame;
mod cancel;
mod claims;
mod cleanup;
mod deployment;
mod drift;
mod endpoints;
mod evidence;
mod field_path;
mod finding;
mod gather;
mod held;
mod ids;
mod inventory;
mod lease;
mod look;
mod mirror;
mod missing;
mod no_endpoints;
mod normalise;
mod options;
mod order;
mod ownership;
mod place;
mod plan;
mod policy;
mod preview;
mod prune;
mod recreate;
mod reference;
mod restore;
mod restored;
mod seed;
mod service_fault;
mod settle;
mod shorten;
mod spot;
mod unready;
mod wait;
mod waiting;
mod warning;
mod work;

pub use cancel::{CancelToken, Canceller};
pub use cleanup::cleanup;
pub use deployment::{deploy, deploy_seeded};
pub use gather::{Seen, events, gather};
pub use held::Held;
pub use ids::{CATALOG, NO_ENDPOINTS};
pub use no_endpoints::{DeclaredPort, declared_ports, in_backticks, lacks_target_port, selects_no_pods};
pub use options::{DeployOptions, Hold, Preview, Progress, RunIdentity, Unserved};
pub use preview::may_read_preview;
pub use restore::{Base, restore};
pub use restored::{Left, Restored};
pub use seed::{Render, Seed, Seeded};
pub use service_fault::place_of_service_fault;
pub use settle::{Settling, Watched};

use std::sync::Arc;

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
