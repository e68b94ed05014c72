//! Where tests run.

use seatrial_api::Cluster;
use seatrial_transport::Transport;

/// Where tests run.
#[derive(Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// For `url` tests.
    pub transport: Transport,
    /// Namespace of services and workloads that name none.
    pub namespace: String,
}
