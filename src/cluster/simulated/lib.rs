//! A Kubernetes API on loopback, in-process: the embedded default of the demo and of the tests.
//!
//! **Its scope** is what these need, and `tests/cluster/scope.rs` holds it:
//!
//! - `cluster/api`: `/version`, the resources of an API version, get, list, watch, server-side apply and its dry run, create, replace, delete
//!   in the background, logs, `SelfSubjectAccessReview`, and GET through the proxy of a Service;
//! - `kubectl get | logs | apply` for a look: aggregated discovery, tables, the parts of `/openapi/v3` that they ask for, patches of both kinds
//!   of merging;
//! - a trial (`run --cluster simulated`): the controllers of workloads, Services, claims, namespaces and definitions, the kubelet, and the
//!   garbage collector.
//!
//! What is not in it is refused: with 404 where nothing is served, with 405 where a real cluster knows the resource, with 415 for a body that is
//! not read here; the two latter say what the simulated cluster does not know. **Where it differs from a real cluster:**
//!
//! - Nothing runs. What containers do is told by the [`Specification`]: of an image that is listed only the tags that are can be pulled, of
//!   any other all; one that `exits` ends, any other runs. Probes always succeed. Init containers, and containers of pods that are meant to end (`restartPolicy` `Never` or
//!   `OnFailure`), end with 0 unless `exits` says otherwise.
//! - Time is short: pods are ready in about 60 ms, crash loops and pull back-offs take milliseconds where a kubelet takes seconds.
//! - Everybody is the user `seatrial` and may do what `forbid` does not name. Roles, quotas, limits, network policies, admission webhooks,
//!   pod security and validation beyond the schema and the rules in `admission` are stored, not followed.
//! - One node, without capacity: every pod is scheduled. Claims are bound without a volume, load balancers get an address of 192.0.2.0/24.
//! - Served are the stable API versions of the minor. Versions of one kind share their objects without conversion; `events.k8s.io` is apart.
//! - Controllers, garbage and `managedFields` are held against a real cluster by the scenarios of `testdata/scenarios`. What these do not show:
//!   names of ReplicaSets and ControllerRevisions are hashed otherwise, pods of Jobs carry no finalizer while they are counted, field
//!   managers are not limited to ten, `kube-root-ca.crt` holds no certificate. A Job that is deleted takes its pods along, whatever is asked.
//! - Not there: `exec`, `attach`, `port-forward`, `eviction`, `binding`, `status` and `scale` as parts of their own, token and most review APIs,
//!   deletion of whole collections, in the foreground or of orphans, discovery other than aggregated, JSON patch, OpenAPI schemas, paging
//!   (`limit` is not followed), protobuf (which `kubectl create namespace` and `kubectl auth can-i` send), CronJob schedules, HPA,
//!   PersistentVolumes, `Endpoints` and the `kubernetes` Service. CRDs are established at once and their schemas not looked at: a field
//!   of a custom object is owned as if its mappings were free-form.
#![allow(
    clippy::disallowed_methods,
    reason = "a server: it listens on loopback and reads the clock; what it decides is given the time"
)]

mod clock;
mod controllers;
mod fields;
mod json;
mod refusal;
mod requests;
mod resource;
mod schema;
mod selector;
mod server;
mod specification;
mod world;

use std::net::Ipv4Addr;
use std::sync::Arc;

use seatrial_kubernetes::Minor;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use specification::{Forbidden, Image, Specification};

use crate::clock::Moment;
use crate::world::World;
use crate::world::shared::Shared;

/// A running simulated cluster; stops when dropped.
#[derive(Debug)]
pub struct SimulatedCluster {
    url: String,
    tasks: [AbortHandle; 2],
}

impl SimulatedCluster {
    /// Starts one on a free port of loopback, of the Kubernetes minor that is assumed by default. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(specification: Specification) -> std::io::Result<SimulatedCluster> {
        SimulatedCluster::start_with(specification, Minor::DEFAULT, 0).await
    }

    /// Starts one of a minor, on a port of loopback; port 0 is a free one.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn start_with(
        specification: Specification,
        minor: Minor,
        port: u16,
    ) -> std::io::Result<SimulatedCluster> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(World::new(specification, minor, Moment::now())));
        controllers::reconcile(&mut shared.lock(), Moment::now());
        let controllers = tokio::spawn(controllers::run(Arc::clone(&shared)));
        let server = tokio::spawn(server::serve(listener, shared));
        Ok(SimulatedCluster { url, tasks: [controllers.abort_handle(), server.abort_handle()] })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for SimulatedCluster {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}
