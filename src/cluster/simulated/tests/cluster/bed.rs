//! A simulated cluster, a kube-rs client on it, and manifests: what the tests beside stand on.

use std::time::{Duration, Instant};

use http::Request;
use kube::{Client, Config};
use seatrial_simulated::{SimulatedCluster, Specification};
use serde_json::Value;

/// A cluster and a client.
pub(crate) struct Bed {
    pub(crate) cluster: SimulatedCluster,
    pub(crate) client: Client,
}

/// A document of YAML as JSON.
pub(crate) fn yaml(text: &str) -> Value {
    let source = seatrial_model::Sources::new().add("test", text.to_owned());
    let parsed = seatrial_yaml::parse(&source, seatrial_yaml::Dialect::Kubectl);
    assert!(parsed.findings.is_empty(), "{:?}\n{text}", parsed.findings);
    parsed.documents[0].node.to_json()
}

impl Bed {
    /// Starts one with a specification in YAML.
    pub(crate) async fn start(specification: &str) -> Bed {
        let specification: Specification = serde_json::from_value(yaml(specification)).expect("a specification");
        let cluster = SimulatedCluster::start(specification).await.expect("a port");
        // The tests want to see a 503, not to wait for its end.
        let mut config = Config::new(cluster.url().parse().expect("a URL"));
        config.default_retry = false;
        let client = Client::try_from(config).expect("a client");
        Bed { cluster, client }
    }

    /// Sends a request; the code and body of the answer, whatever it is.
    pub(crate) async fn send(&self, method: &str, path: &str, media_type: &str, body: &str) -> (u16, Value) {
        self.sent(method, path, &[("content-type", media_type)], body).await
    }

    /// The same with any headers.
    pub(crate) async fn sent(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.as_bytes().to_vec()).expect("a request");
        match self.client.request::<Value>(request).await {
            Ok(value) => (200, value),
            Err(kube::Error::Api(status)) => (status.code, serde_json::to_value(&status).expect("JSON")),
            Err(other) => panic!("{method} {path}: {other:?}"),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, "application/json", "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.send("DELETE", path, "application/json", "").await
    }

    /// Server-side apply as `seatrial`, as `cluster/api` sends it.
    pub(crate) async fn apply(&self, path: &str, manifest: &str) -> (u16, Value) {
        let path = format!("{path}?fieldManager=seatrial&fieldValidation=Strict");
        self.send("PATCH", &path, "application/apply-patch+yaml", manifest).await
    }

    pub(crate) async fn dry_run(&self, path: &str, manifest: &str) -> (u16, Value) {
        let path = format!("{path}?fieldManager=seatrial&fieldValidation=Strict&dryRun=All");
        self.send("PATCH", &path, "application/apply-patch+yaml", manifest).await
    }

    /// Applies and expects that it works.
    pub(crate) async fn applied(&self, path: &str, manifest: &str) -> Value {
        let (code, object) = self.apply(path, manifest).await;
        assert_eq!(code, 200, "{object}");
        object
    }

    /// Makes a namespace.
    pub(crate) async fn namespace(&self, name: &str) {
        let manifest = format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
        self.applied(&format!("/api/v1/namespaces/{name}"), &manifest).await;
    }

    /// Asks again until the answer is as wanted; gives it.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let (_, value) = self.get(path).await;
            if wanted(&value) {
                return value;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{path}: {value:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The text at a pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a pointer; zero when it is absent.
pub(crate) fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// The condition of a type: its status and reason.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> (&'a str, &'a str) {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let found = conditions.iter().find(|condition| text(condition, "/type") == kind);
    found.map_or(("", ""), |condition| (text(condition, "/status"), text(condition, "/reason")))
}

/// A Deployment of one container.
pub(crate) fn deployment(name: &str, image: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  replicas: {replicas}
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec:
      containers:
        - {{ name: {name}, image: \"{image}\", ports: [{{ name: http, containerPort: 8080 }}] }}
"
    )
}
