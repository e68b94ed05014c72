//! Which cluster, and what of the process environment counts for reaching it.

use std::collections::BTreeMap;

/// Which cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterTarget {
    /// A context of the kubeconfig; the current one when `None`. A kubeconfig file given here wins over `KUBECONFIG`.
    Kubeconfig {
        /// Path of the file.
        file: Option<String>,
        /// Context.
        context: Option<String>,
    },
    /// The service account of the pod we run in.
    InCluster,
    /// An API server without credentials: the simulated one on loopback.
    Url(String),
}

/// Environment variables, passed in by the binary: `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_*`, and what exec plugins inherit.
pub type Environment = BTreeMap<String, String>;
