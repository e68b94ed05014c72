//! Pods: what their status, events and logs show when something is wrong with them.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::{Bed, number, text};

const IMAGES: &str = "
images:
  - { name: shop/web, tags: ['1'], logs: [one, two, three] }
  - { name: shop/crash, tags: ['1'], exits: 3, logs: ['panic: no database'] }
";
const POD: &str = "/api/v1/namespaces/default/pods/web";
const STATUS: &str = "/status/containerStatuses/0";

fn pod(image: &str, more: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{ name: web }}
spec:
  containers:
    - name: web
      image: {image}
{more}"
    )
}

fn waits(pod: &Value, reason: &str) -> bool {
    text(pod, &format!("{STATUS}/state/waiting/reason")) == reason
}

async fn events(bed: &Bed) -> Vec<(String, String)> {
    let path = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dweb";
    let (_, list) = bed.get(path).await;
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|e| (text(e, "/reason").to_owned(), text(e, "/message").to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_listed_cannot_be_pulled() {
    let bed = Bed::start(IMAGES).await;
    bed.applied(POD, &pod("shop/web:2", "")).await;
    let live = bed.until(POD, |pod| waits(pod, "ErrImagePull")).await;
    assert_eq!(
        text(&live, &format!("{STATUS}/state/waiting/message")),
        "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/shop/web:2\": \
         failed to resolve reference \"docker.io/shop/web:2\": docker.io/shop/web:2: not found"
    );
    let live = bed.until(POD, |pod| waits(pod, "ImagePullBackOff")).await;
    assert!(
        text(&live, &format!("{STATUS}/state/waiting/message")).starts_with("Back-off pulling image \"shop/web:2\"")
    );
    assert_eq!(text(&live, "/status/phase"), "Pending");
    let failed: Vec<_> = events(&bed).await.into_iter().filter(|(reason, _)| reason == "Failed").collect();
    assert!(failed.iter().any(|(_, m)| m.starts_with("Failed to pull image \"shop/web:2\": rpc error")), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_becomes_a_crash_loop_within_a_second() {
    let bed = Bed::start(IMAGES).await;
    let began = Instant::now();
    bed.applied(POD, &pod("shop/crash:1", "")).await;
    let live = bed.until(POD, |pod| number(pod, &format!("{STATUS}/restartCount")) >= 3).await;
    assert!(began.elapsed() < Duration::from_millis(2_000), "{:?}", began.elapsed());
    let last = live.pointer(&format!("{STATUS}/lastState/terminated")).expect("a last state");
    assert_eq!((text(last, "/reason"), number(last, "/exitCode")), ("Error", 3));
    let live = bed.until(POD, |pod| waits(pod, "CrashLoopBackOff")).await;
    let message = text(&live, &format!("{STATUS}/state/waiting/message"));
    assert!(
        message.starts_with("back-off ") && message.contains("restarting failed container=web pod=web_default("),
        "{message}"
    );
    assert_eq!(text(&live, "/status/phase"), "Running");
    let log = http::Request::get(format!("{POD}/log?previous=true")).body(vec![]).expect("a request");
    assert_eq!(bed.client.request_text(log).await.expect("a log"), "panic: no database\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_that_is_missing_is_named_and_the_pod_recovers() {
    let bed = Bed::start(IMAGES).await;
    bed.applied(POD, &pod("shop/web:1", "      envFrom: [{ configMapRef: { name: settings } }]")).await;
    let live = bed.until(POD, |pod| waits(pod, "CreateContainerConfigError")).await;
    assert_eq!(text(&live, &format!("{STATUS}/state/waiting/message")), "configmap \"settings\" not found");
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: b}}";
    bed.applied("/api/v1/namespaces/default/configmaps/settings", map).await;
    bed.until(POD, |pod| pod.pointer(&format!("{STATUS}/ready")) == Some(&Value::Bool(true))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_that_is_missing_holds_the_pod_in_creation() {
    let bed = Bed::start(IMAGES).await;
    bed.applied(POD, &pod("shop/web:1", "  volumes: [{ name: s, secret: { secretName: absent } }]")).await;
    let path = "/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedMount";
    let list = bed.until(path, |list| list.pointer("/items/0").is_some()).await;
    assert_eq!(
        text(&list, "/items/0/message"),
        "MountVolume.SetUp failed for volume \"s\" : secret \"absent\" not found"
    );
    let (_, live) = bed.get(POD).await;
    assert!(waits(&live, "ContainerCreating"), "{live:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn init_containers_run_first_and_their_crash_keeps_the_pod_pending() {
    let bed = Bed::start(IMAGES).await;
    let good = "  initContainers: [{ name: prepare, image: \"shop/web:1\" }]";
    bed.applied(POD, &pod("shop/web:1", good)).await;
    let live = bed.until(POD, |pod| pod.pointer(&format!("{STATUS}/ready")) == Some(&Value::Bool(true))).await;
    assert_eq!(text(&live, "/status/initContainerStatuses/0/state/terminated/reason"), "Completed");
    let other = "/api/v1/namespaces/default/pods/other";
    let bad = "  initContainers: [{ name: prepare, image: \"shop/crash:1\" }]";
    bed.applied(other, &pod("shop/web:1", bad).replace("name: web }", "name: other }")).await;
    let live = bed.until(other, |pod| number(pod, "/status/initContainerStatuses/0/restartCount") >= 1).await;
    assert_eq!(
        (text(&live, "/status/phase"), text(&live, &format!("{STATUS}/state/waiting/reason"))),
        ("Pending", "PodInitializing")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_follow_tail_and_say_why_there_are_none() {
    let bed = Bed::start(IMAGES).await;
    bed.applied(POD, &pod("shop/web:1", "")).await;
    bed.until(POD, |pod| pod.pointer(&format!("{STATUS}/ready")) == Some(&Value::Bool(true))).await;
    let log = http::Request::get(format!("{POD}/log?tailLines=2")).body(vec![]).expect("a request");
    assert_eq!(bed.client.request_text(log).await.expect("a log"), "two\nthree\n");
    let cases = [
        ("previous=true", "previous terminated container \"web\" in pod \"web\" not found"),
        ("container=absent", "container absent is not valid for pod web"),
    ];
    for (query, message) in cases {
        let (code, status) = bed.get(&format!("{POD}/log?{query}")).await;
        assert_eq!((code, text(&status, "/message")), (400, message));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_nobody_listens_in_refuses_connections() {
    let bed = Bed::start(IMAGES).await;
    let manifest = pod("shop/web:1", "      ports: [{ containerPort: 8080 }]")
        .replace("name: web }", "name: web, labels: { app: web } }");
    bed.applied(POD, &manifest).await;
    let service =
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 8080}]}}";
    bed.applied("/api/v1/namespaces/default/services/web", service).await;
    let path = "/api/v1/namespaces/default/services/web:8080/proxy/x";
    let refused = bed.until(path, |status| text(status, "/message").contains("refused")).await;
    let message = text(&refused, "/message");
    assert!(message.starts_with("error trying to reach service: dial tcp 10.244.0."), "{message}");
    assert!(message.ends_with(":8080: connect: connection refused"), "{message}");
}
