//! Order, dry-run, apply, wait, inventory, Lease, preview namespaces, cleanup.
//!
//! A deployment prunes and forces nothing; what puts a target back deletes what a pull request has created. Who renders and who reports is
//! not known here.

mod apply;
mod blame;
mod cancel;
mod claims;
mod cleanup;
mod deployed;
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
mod known;
mod lease;
mod look;
mod mirror;
mod missing;
mod no_endpoints;
mod normalise;
mod observation;
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
pub use deployed::Deployed;
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
