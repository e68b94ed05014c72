//! A Kubernetes API on loopback, in-process: the embedded default of the demo and of the tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the simulated cluster's registry and pods do (`simulated:` of an environment).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Specification {
    /// Images that exist.
    pub images: Vec<Image>,
    /// What the credentials may not do.
    pub forbid: Vec<Forbidden>,
}

/// An image that exists, and what its containers do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Name without tag.
    pub name: String,
    /// Tags and digests that exist; any other is ErrImagePull.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Path → body that an HTTP GET is answered with (status 200); any other path is 404. No `serves`: nothing listens.
    #[serde(default)]
    pub serves: std::collections::BTreeMap<String, String>,
    /// Exit code: the container ends with it at once (0: a Job completes; else: it crashes).
    #[serde(default)]
    pub exits: Option<i32>,
    /// What it logs.
    #[serde(default)]
    pub logs: Vec<String>,
}

/// A verb on a resource that is answered with 403.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forbidden {
    /// `patch`, `create`, `get`, `list`, `delete`, `*`.
    pub verb: String,
    /// `deployments.apps`, `secrets`, `*`.
    pub resource: String,
}

/// A running simulated cluster; stops when dropped.
#[derive(Debug)]
pub struct SimulatedCluster(());

impl SimulatedCluster {
    /// Starts one on a free port of loopback. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(_specification: Specification) -> std::io::Result<SimulatedCluster> {
        todo!()
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        todo!()
    }
}
