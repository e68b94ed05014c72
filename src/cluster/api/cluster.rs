//! The handle on one cluster.

use std::sync::Arc;
use std::time::Duration;

use seatrial_kubernetes::Scope;
use seatrial_model::{Masker, ObjectId};
use seatrial_transport::Transport;
use serde_json::Value;

use crate::{ApiError, ClusterTarget, Environment};

/// One cluster. Cheap to clone.
#[derive(Clone)]
pub struct Cluster(Arc<()>);

/// What a server-side apply (or its dry run) gave.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object as the server has it now (or would have it).
    pub object: Value,
    /// Whether it did not exist before.
    pub created: bool,
}

/// An answer through the service proxy.
#[derive(Clone, Debug)]
pub struct ProxyAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, at most 1 MiB of it.
    pub body: Vec<u8>,
}

impl Cluster {
    /// Reads the configuration, gets credentials and asks the server for its version, all within 10 s.
    /// Tokens and keys that it meets are entered into `masker`.
    ///
    /// # Errors
    /// [`ApiError::Configuration`], [`ApiError::Unreachable`], [`ApiError::Unauthorized`].
    pub async fn connect(
        _target: &ClusterTarget,
        _environment: &Environment,
        _transport: &Transport,
        _masker: &Masker,
    ) -> Result<Cluster, ApiError> {
        todo!()
    }

    /// What to call it in a report: the context's name, `in-cluster`, or the address.
    #[must_use]
    pub fn name(&self) -> &str {
        todo!()
    }

    /// The server's version: `v1.35.4`.
    #[must_use]
    pub fn version(&self) -> &str {
        todo!()
    }

    /// The namespace that the context names; `default` otherwise.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        todo!()
    }

    /// Scope of a kind as this cluster serves it (discovery, asked once per group and version).
    ///
    /// # Errors
    /// [`ApiError::UnknownKind`] and the rest.
    pub async fn scope(&self, _api_version: &str, _kind: &str) -> Result<Scope, ApiError> {
        todo!()
    }

    /// One object; `None` when it does not exist.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn get(&self, _api_version: &str, _id: &ObjectId) -> Result<Option<Value>, ApiError> {
        todo!()
    }

    /// Objects of a kind, all pages; `namespace` `None` is the whole cluster; `selector` is a label selector.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn list(
        &self,
        _api_version: &str,
        _kind: &str,
        _namespace: Option<&str>,
        _selector: Option<&str>,
    ) -> Result<Vec<Value>, ApiError> {
        todo!()
    }

    /// Server-side apply as field manager `seatrial`, field validation strict, conflicts refused.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn apply(&self, _object: &Value) -> Result<Applied, ApiError> {
        todo!()
    }

    /// The same as a dry run.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn dry_run(&self, _object: &Value) -> Result<Applied, ApiError> {
        todo!()
    }

    /// Creates an object; [`ApiError::Rejected`] with reason `AlreadyExists` when it exists.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn create(&self, _object: &Value) -> Result<Value, ApiError> {
        todo!()
    }

    /// Replaces an object; its `metadata.resourceVersion` guards it ([`ApiError::Rejected`] with reason `Conflict`).
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn replace(&self, _object: &Value) -> Result<Value, ApiError> {
        todo!()
    }

    /// Deletes an object with background propagation; `false` when it did not exist. `uid` guards against deleting another one of that name.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn delete(&self, _api_version: &str, _id: &ObjectId, _uid: Option<&str>) -> Result<bool, ApiError> {
        todo!()
    }

    /// The last `lines` log lines of a container; of its previous run when `previous`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn logs(
        &self,
        _namespace: &str,
        _pod: &str,
        _container: &str,
        _lines: u32,
        _run: ContainerRun,
    ) -> Result<String, ApiError> {
        todo!()
    }

    /// An HTTP GET through the API server's service proxy: `port` is a name or a number, `None` the only one.
    ///
    /// # Errors
    /// See [`ApiError`]; an HTTP error status of the service is an answer, not an error.
    pub async fn proxy_get(
        &self,
        _namespace: &str,
        _service: &str,
        _port: Option<&str>,
        _path: &str,
        _headers: &[(String, String)],
        _timeout: Duration,
    ) -> Result<ProxyAnswer, ApiError> {
        todo!()
    }
}

/// Which run of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRun {
    /// The one that runs, or ended last.
    Current,
    /// The one before: what a crash loop has to say.
    Previous,
}
