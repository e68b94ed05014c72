//! Order, dry-run, apply, wait, inventory, Lease, preview namespaces, cleanup.
//!
//! A deployment prunes and forces nothing; what puts a target back deletes what a pull request has created. Who renders and who reports is
//! not known here.

mod apply;
mod blame;
mod deployed;
mod deployment;
mod hold;
mod ids;
mod inventory;
mod plan;
mod restore;
mod services;
mod wait;
mod watch;
mod work;

pub use deployed::Deployed;
pub use deployment::{deploy, deploy_seeded};
pub use hold::cleanup::cleanup;
pub use hold::held::Held;
pub use hold::preview::may_read_preview;
pub use ids::{CATALOG, NO_ENDPOINTS};
pub use plan::seed::{Render, Seed, Seeded};
pub use restore::restored::{Left, Restored};
pub use restore::{Base, restore};
pub use services::no_endpoints::{DeclaredPort, declared_ports, in_backticks, lacks_target_port, selects_no_pods};
pub use services::service_fault::place_of_service_fault;
pub use watch::gather::{Seen, events, gather};
pub use watch::settle::{Settling, Watched};
pub use work::cancel::{CancelToken, Canceller};
pub use work::options::{DeployOptions, Hold, Preview, Progress, RunIdentity, Unserved};
