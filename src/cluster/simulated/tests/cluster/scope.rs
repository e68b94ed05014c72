//! The scope of the simulated cluster: every verb of `cluster/api` is answered, and what `kubectl get | logs | apply` send; the rest is refused.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use seatrial_api::{ApiError, Cluster, ClusterTarget, ContainerRun, Environment, Intent, ProxyRequest};
use seatrial_kubernetes::Scope;
use seatrial_model::{Masker, ObjectId};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::bed::{Bed, deployment, text};

const IMAGES: &str = "images: [{ name: shop/web, tags: ['1'], serves: { /: hello }, logs: [listening] }]";
const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";
const SERVICE: &str = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}}";

/// The verbs of `cluster/api` that are tried below, by the names of their functions.
const TRIED: [&str; 16] = [
    "apply",
    "connect",
    "create",
    "delete",
    "dry_run",
    "end_of_log",
    "get",
    "list",
    "list_named",
    "logs",
    "may",
    "port_forward",
    "proxy",
    "replace",
    "scope",
    "whole_log",
];

/// Method, path, headers and body of a request, and the kind that is answered.
type Look<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

/// A cluster in which `web` runs, and the name of its pod.
async fn shop() -> (Bed, String) {
    let bed = Bed::start(IMAGES).await;
    bed.applied(WEB, &deployment("web", "shop/web:1", 1)).await;
    bed.applied("/api/v1/namespaces/default/services/web", SERVICE).await;
    bed.until(WEB, |web| web.pointer("/status/availableReplicas") == Some(&json!(1))).await;
    bed.until("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", |list| {
        list.pointer("/items/0/endpoints/0/conditions/ready") == Some(&json!(true))
    })
    .await;
    let (_, pods) = bed.get("/api/v1/namespaces/default/pods").await;
    let pod = text(&pods, "/items/0/metadata/name").to_owned();
    (bed, pod)
}

#[test]
fn every_verb_of_the_client_is_tried() {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api");
    let folder =
        std::fs::read_dir(client.join("cluster")).expect("the verbs").map(|entry| entry.expect("readable").path());
    // What a watch has seen is asked of itself.
    let files = folder.filter(|file| !file.ends_with("watch.rs")).chain([client.join("cluster.rs")]);
    let texts: Vec<String> = files.map(|file| std::fs::read_to_string(file).expect("readable")).collect();
    let verbs = texts.iter().flat_map(|text| text.split("pub async fn ").skip(1));
    let verbs: BTreeSet<&str> = verbs.map(|rest| rest.split(['(', '<']).next().expect("a name")).collect();
    assert_eq!(
        verbs,
        BTreeSet::from(TRIED),
        "a verb of `cluster/api` is in the scope of the simulated cluster: try it here"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_sends_is_answered() {
    let (bed, pod) = shop().await;
    let transport = Transport::new(&Settings::default()).expect("a client");
    let target = ClusterTarget::Url(bed.cluster.url().to_owned());
    let cluster =
        Cluster::connect(&target, &Environment::new(), &transport, &Arc::new(Masker::new())).await.expect("answers");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}, "data": {"k": "1"}});
    let id = ObjectId::new("", "ConfigMap", Some("default"), "a");
    assert_eq!(cluster.scope("v1", "Namespace").await.expect("is served"), Scope::Cluster);
    let changed = Arc::new(Notify::new());
    let watch = cluster.watch("v1", "ConfigMap", Some("default"), &changed);

    assert!(cluster.dry_run(&map).await.expect("is tried").created);
    assert_eq!(cluster.get("v1", &id).await.expect("is asked"), None);
    let created = cluster.create(&map).await.expect("is created");
    let mut newer = created.clone();
    newer["data"]["k"] = "2".into();
    let replaced = cluster.replace(&newer).await.expect("is replaced");
    assert_eq!(text(&replaced, "/data/k"), "2");
    let apart = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "default"}});
    assert!(cluster.apply(&apart).await.expect("is applied").created);
    assert_eq!(
        cluster.list("v1", "ConfigMap", Some("default"), None).await.expect("is listed").len(),
        3,
        "one is the cluster's own"
    );
    let names = BTreeSet::from(["a", "b"]);
    // So few are not listed.
    assert_eq!(cluster.list_named("v1", "ConfigMap", Some("default"), &names).await.take("a"), None);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while watch.get("a").await.flatten().is_none_or(|seen| text(&seen, "/data/k") != "2") {
        assert!(tokio::time::Instant::now() < deadline, "the watch has not seen the change");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(cluster.delete("v1", &id, Some(text(&created, "/metadata/uid"))).await.expect("is deleted"));
    assert!(!cluster.delete("v1", &id, None).await.expect("is asked"));

    let logs = cluster.logs("default", &pod, "web", 10, ContainerRun::Current).await;
    let end = cluster.end_of_log(("default", &pod, "web"), 10, 1024).await;
    let whole = cluster.whole_log("default", &pod, "web", 1024).await;
    assert_eq!([logs, end, whole].map(|log| log.expect("is read")), ["listening\n"; 3]);
    let (api_version, kind, namespace) = ("v1".to_owned(), "Pod".to_owned(), Some("default".to_owned()));
    let intent = Intent { api_version, kind, subresource: Some("log"), namespace, verb: "get" };
    assert!(cluster.may(&intent).await.expect("is reviewed").is_allowed);
    let asked = ProxyRequest { namespace: "default", service: "web", path: "/", ..ProxyRequest::default() };
    let answer = cluster.proxy(&asked, Duration::from_secs(5)).await.expect("is answered");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"hello".as_slice()));

    // Nothing listens in it. Who would forward a port does not ask the simulated cluster.
    let refused = cluster.port_forward("default", &pod, 8080, Duration::from_secs(5)).await.err().expect("is refused");
    assert!(matches!(refused, ApiError::Rejected { code: 405, .. }), "{refused}");
    assert!(
        refused.to_string().contains("the simulated cluster does not know how to GET pods/portforward"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kubectl_sends_for_a_look_is_answered() {
    let (bed, pod) = shop().await;
    let discovery =
        [("accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json")];
    let table = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let (strategic, merge) = (
        [("content-type", "application/strategic-merge-patch+json")],
        [("content-type", "application/merge-patch+json")],
    );
    let log = format!("/api/v1/namespaces/default/pods/{pod}");
    let change = r#"{"metadata":{"labels":{"a":"b"}}}"#;
    let cases: [Look<'_>; 9] = [
        ("GET", "/version", &[], "", ""),
        ("GET", "/api", &discovery, "", "APIGroupDiscoveryList"),
        ("GET", "/apis", &discovery, "", "APIGroupDiscoveryList"),
        ("GET", "/openapi/v3/apis/apps/v1", &[], "", ""),
        ("GET", "/api/v1/namespaces/default/pods?limit=500", &table, "", "Table"),
        ("GET", WEB, &table, "", "Table"),
        ("GET", &log, &[], "", "Pod"),
        ("PATCH", WEB, &strategic, change, "Deployment"),
        ("PATCH", WEB, &merge, change, "Deployment"),
    ];
    for (method, path, headers, body, kind) in cases {
        let (code, answer) = bed.sent(method, path, headers, body).await;
        assert_eq!((code, text(&answer, "/kind")), (200, kind), "{method} {path}: {answer}");
    }
    let request = http::Request::get(format!("{log}/log?container=web")).body(vec![]).expect("a request");
    assert_eq!(bed.client.request_text(request).await.expect("a log"), "listening\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_the_scope_is_refused_by_name() {
    let (bed, pod) = shop().await;
    let pod = |part: &str| format!("/api/v1/namespaces/default/pods/{pod}/{part}");
    let unknown = "the server could not find the requested resource";
    let cases: [(&str, &str, &str, &str, u16, &str); 17] = [
        ("GET", "/nope", "", "", 404, unknown),
        ("GET", "/healthz", "", "", 404, unknown),
        ("GET", "/apis/apps", "", "", 404, unknown),
        ("GET", "/apis/apps/v1beta1/deployments", "", "", 404, unknown),
        ("GET", "/apis/metrics.k8s.io/v1beta1/nodes", "", "", 404, unknown),
        ("POST", "/version", "", "", 405, "the server does not allow this method on the requested resource"),
        ("GET", "/api", "", "", 406, "as=APIGroupDiscoveryList"),
        ("GET", &format!("{WEB}/scale"), "", "", 405, "GET deployments.apps/scale"),
        ("PATCH", &format!("{WEB}/status"), "application/merge-patch+json", "{}", 405, "PATCH deployments.apps/status"),
        ("POST", &pod("exec"), "", "", 405, "POST pods/exec"),
        ("GET", &pod("portforward"), "", "", 405, "GET pods/portforward"),
        ("POST", &pod("eviction"), "application/json", "{}", 405, "POST pods/eviction"),
        (
            "POST",
            "/apis/authentication.k8s.io/v1/tokenreviews",
            "application/json",
            "{}",
            405,
            "create tokenreviews.authentication.k8s.io",
        ),
        ("DELETE", "/api/v1/namespaces/default/configmaps", "", "", 405, "delete all configmaps at once"),
        (
            "DELETE",
            WEB,
            "application/json",
            r#"{"propagationPolicy":"Foreground"}"#,
            405,
            "delete with the propagation policy Foreground",
        ),
        ("PATCH", WEB, "application/json-patch+json", "[]", 415, "(application/json-patch+json)"),
        (
            "POST",
            "/api/v1/namespaces",
            "application/vnd.kubernetes.protobuf",
            "",
            415,
            "read a body of application/vnd.kubernetes.protobuf",
        ),
    ];
    for (method, path, media_type, body, expected, says) in cases {
        let (code, status): (u16, Value) = bed.send(method, path, media_type, body).await;
        let message = text(&status, "/message");
        assert_eq!(code, expected, "{method} {path}: {message}");
        assert!(message.contains(says), "{method} {path}: {message}");
    }
    assert_eq!(bed.get(WEB).await.1.pointer("/metadata/deletionTimestamp"), None);
}
