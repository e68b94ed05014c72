//! Our few verbs over kube-rs: get, list, dry-run, apply, create, delete, logs, port-forward, the service proxy; and who we are to the cluster.
//!
//! kube gives the types, the requests and the client; kubeconfig reading, credentials, TLS, retries and sentences are ours, so that nothing
//! is interactive, nothing waits for ever and no error shows a credential.

mod access;
mod answer;
mod call;
mod clock;
mod cluster;
mod connection;
mod credential;
mod credentials;
mod destination;
mod discovery;
mod error;
mod file;
mod kubeconfig;
mod log;
mod many;
mod path;
mod plugin;
mod port_forward;
#[cfg_attr(unix, path = "process_group/unix.rs")]
#[cfg_attr(not(unix), path = "process_group/elsewhere.rs")]
mod process_group;
mod review;
mod service;
mod target;
mod warning;
mod watch;

pub use clock::now;
pub use cluster::{Applied, Cluster, FIELD_MANAGER};
pub use error::{ApiError, Conflict};
pub use kubeconfig::named_files;
pub use log::ContainerRun;
pub use many::Listed;
pub use path::stays_below;
pub use port_forward::PortForward;
pub use process_group::ProcessGroup;
pub use review::{Allowance, Intent};
pub use service::{ProxyAnswer, ProxyRequest};
pub use target::{ClusterTarget, Environment};
pub use watch::Watch;
