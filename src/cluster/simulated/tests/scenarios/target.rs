//! The two clusters: how they are reached, how long they take.

use std::time::Duration;

use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use seatrial_simulated::{SimulatedCluster, Specification};
use serde_json::Value;

use crate::scenario::Which;

/// The images of the test bed (`tests/testbed`), as the simulated cluster is told of them. There `migrate:2.1.0` fails when
/// `SHOP_EXIT: 3` tells it to, as the scenarios do; here it always does.
const SPECIFICATION: &str = r#"{"images": [
    {"name": "shopacr.azurecr.io/shop/web", "tags": ["1.4.0", "1.4.1"], "serves": {"/healthz": "ok"}},
    {"name": "shopacr.azurecr.io/shop/api", "tags": ["2.0.3", "2.1.0"], "serves": {"/healthz": "ok"}},
    {"name": "shopacr.azurecr.io/shop/migrate", "tags": ["2.0.3"], "exits": 0},
    {"name": "shopacr.azurecr.io/shop/migrate", "tags": ["2.1.0"], "exits": 3}
]}"#;

/// A cluster.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) which: Which,
    client: Client,
    _simulated: Option<std::sync::Arc<SimulatedCluster>>,
}

/// A new simulated cluster.
pub(crate) async fn simulated() -> Target {
    let specification: Specification = serde_json::from_str(SPECIFICATION).expect("a specification");
    let cluster = SimulatedCluster::start(specification).await.expect("a port");
    let mut config = Config::new(cluster.url().parse().expect("a URL"));
    config.default_retry = false;
    let client = Client::try_from(config).expect("a client");
    Target { which: Which::Simulated, client, _simulated: Some(std::sync::Arc::new(cluster)) }
}

/// The real cluster of the environment.
pub(crate) async fn real() -> Option<Target> {
    let file = std::env::var("SEATRIAL_TEST_KUBECONFIG").ok()?;
    let kubeconfig = Kubeconfig::read_from(file).expect("a kubeconfig");
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.expect("usable");
    config.default_retry = false;
    let client = Client::try_from(config).expect("a client");
    Some(Target { which: Which::Real, client, _simulated: None })
}

impl Target {
    /// How long something may take.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(if self.which == Which::Real { 120 } else { 10 })
    }

    /// How often is looked.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_millis(if self.which == Which::Real { 200 } else { 10 })
    }

    /// How long nothing is to happen before it is believed that nothing will.
    pub(crate) fn stillness(&self) -> Duration {
        Duration::from_millis(if self.which == Which::Real { 3_000 } else { 300 })
    }

    /// Sends a request; the code and body of the answer, whatever it is.
    pub(crate) async fn send(&self, method: &str, path: &str, media_type: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = Request::builder().method(method).uri(path).header("content-type", media_type);
        match self.client.request::<Value>(request.body(body).expect("a request")).await {
            Ok(value) => (200, value),
            Err(kube::Error::Api(status)) => (status.code, serde_json::to_value(&status).expect("JSON")),
            Err(other) => panic!("{method} {path}: {other:?}"),
        }
    }
}

/// The path of the objects of a kind in a namespace.
pub(crate) fn collection(kind: &str, namespace: &str) -> String {
    let (api, plural) = match kind {
        "Namespace" => return "/api/v1/namespaces".to_owned(),
        "ConfigMap" => ("api/v1", "configmaps"),
        "PersistentVolumeClaim" => ("api/v1", "persistentvolumeclaims"),
        "Pod" => ("api/v1", "pods"),
        "Secret" => ("api/v1", "secrets"),
        "Service" => ("api/v1", "services"),
        "ServiceAccount" => ("api/v1", "serviceaccounts"),
        "ControllerRevision" => ("apis/apps/v1", "controllerrevisions"),
        "DaemonSet" => ("apis/apps/v1", "daemonsets"),
        "Deployment" => ("apis/apps/v1", "deployments"),
        "ReplicaSet" => ("apis/apps/v1", "replicasets"),
        "StatefulSet" => ("apis/apps/v1", "statefulsets"),
        "Job" => ("apis/batch/v1", "jobs"),
        "EndpointSlice" => ("apis/discovery.k8s.io/v1", "endpointslices"),
        "Ingress" => ("apis/networking.k8s.io/v1", "ingresses"),
        "RoleBinding" => ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
        other => panic!("the path of {other} is not known to the tests"),
    };
    format!("/{api}/namespaces/{namespace}/{plural}")
}
