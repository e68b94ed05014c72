//! Our few verbs over kube-rs: get, list, dry-run, apply, create, delete, logs, the service proxy; and who we are to the cluster.

mod cluster;
mod error;
mod target;

pub use cluster::{Applied, Cluster, ContainerRun, ProxyAnswer};
pub use error::{ApiError, Conflict};
pub use target::{ClusterTarget, Environment};
