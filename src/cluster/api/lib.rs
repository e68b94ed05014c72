//! Our few verbs over kube-rs: get, list, dry-run, apply, create, delete, logs, port-forward, the service proxy; and who we are to the cluster.
//!
//! kube gives the types, the requests and the client; kubeconfig reading, credentials, TLS, retries and sentences are ours, so that nothing
//! is interactive, nothing waits for ever and no error shows a credential.

mod access;
mod call;
mod clock;
mod cluster;
mod error;
#[cfg_attr(unix, path = "process_group/unix.rs")]
#[cfg_attr(not(unix), path = "process_group/elsewhere.rs")]
mod process_group;
mod target;

pub use access::kubeconfig::named_files;
pub use clock::now;
pub use cluster::log::ContainerRun;
pub use cluster::many::Listed;
pub use cluster::path::stays_below;
pub use cluster::port_forward::PortForward;
pub use cluster::review::{Allowance, Intent};
pub use cluster::service::{ProxyAnswer, ProxyRequest};
pub use cluster::watch::Watch;
pub use cluster::{Applied, Cluster, FIELD_MANAGER};
pub use error::{ApiError, Conflict};
pub use process_group::ProcessGroup;
pub use target::{ClusterTarget, Environment};
