//! The server itself: discovery, watches, hostile requests, its end.

use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, ListParams, Patch, PatchParams, WatchEvent, WatchParams};
use kube::core::{DynamicObject, GroupVersionKind};
use kube::discovery::{Discovery, Scope};

use crate::bed::{Bed, text};

#[tokio::test(flavor = "multi_thread")]
async fn kube_discovers_kinds() {
    let bed = Bed::start("{}").await;
    let discovery = Discovery::new(bed.client.clone()).run_aggregated().await.expect("discovery");
    let (deployment, capabilities) =
        discovery.resolve_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment")).expect("is served");
    assert_eq!((deployment.plural.as_str(), capabilities.scope), ("deployments", Scope::Namespaced));
    let (_, capabilities) = discovery.resolve_gvk(&GroupVersionKind::gvk("", "v1", "Namespace")).expect("is served");
    assert_eq!(capabilities.scope, Scope::Cluster);
    let version = bed.client.apiserver_version().await.expect("a version");
    assert_eq!((version.major.as_str(), version.minor.as_str()), ("1", "35"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_sees_what_is_added_changed_and_deleted() {
    let bed = Bed::start("{}").await;
    let api: Api<ConfigMap> = Api::namespaced(bed.client.clone(), "default");
    let apply = async |name: &str, labels: &str| {
        let body = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"app": labels}}});
        api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(&body)).await.expect("is applied");
    };
    apply("before", "web").await;
    let version = api.list(&ListParams::default()).await.expect("a list").metadata.resource_version.expect("a version");
    let parameters = WatchParams::default().labels("app=web").timeout(5);
    let mut from_now = api.watch(&parameters, &version).await.expect("a watch").boxed();
    let mut with_state = api.watch(&parameters, "0").await.expect("a watch").boxed();
    apply("a", "web").await;
    apply("b", "api").await;
    apply("a", "other").await;
    apply("before", "web").await;
    api.delete("before", &Default::default()).await.expect("is deleted");
    let mut seen = vec![];
    for stream in [&mut from_now, &mut with_state] {
        while let Some(event) = stream.try_next().await.expect("an event") {
            let (kind, object) = match event {
                WatchEvent::Added(object) => ("added", object),
                WatchEvent::Modified(object) => ("modified", object),
                WatchEvent::Deleted(object) => ("deleted", object),
                other => panic!("{other:?}"),
            };
            let name = object.metadata.name.expect("a name");
            seen.push(format!("{kind} {name}"));
            if kind == "deleted" && name == "before" {
                break;
            }
        }
    }
    let expected = ["added a", "deleted a", "deleted before"];
    let (first, second) = seen.split_at(3);
    assert_eq!(first, expected);
    assert_eq!(second, ["added before", "added a", "deleted a", "deleted before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_ends_after_its_time() {
    let bed = Bed::start("{}").await;
    let kind = kube::core::ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Secret"));
    let api: Api<DynamicObject> = Api::namespaced_with(bed.client.clone(), "default", &kind);
    let stream = api.watch(&WatchParams::default().timeout(1), "0").await.expect("a watch");
    let events: Vec<_> = tokio::time::timeout(std::time::Duration::from_secs(5), stream.try_collect())
        .await
        .expect("ends in time")
        .expect("no error");
    assert!(events.is_empty(), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_refused_and_the_server_lives() {
    let bed = Bed::start("{}").await;
    let maps = "/api/v1/namespaces/default/configmaps";
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    let cases = [
        ("POST", maps, "x".repeat(9 * 1024 * 1024), 413),
        ("POST", maps, deep, 400),
        ("POST", maps, "{\"apiVersion\": \"v1\"".to_owned(), 400),
        ("POST", maps, "[1]".to_owned(), 400),
        ("POST", maps, "\u{0}\u{1b}".to_owned(), 400),
        ("POST", maps, format!("{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{nested}}}"), 422),
        ("POST", maps, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":[]}".to_owned(), 400),
        (
            "POST",
            maps,
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"../x\"}}".to_owned(),
            422,
        ),
        ("GET", "/api/v1/pods?labelSelector=%28%28", String::new(), 400),
        ("GET", "/api/v1/pods?watch=1&resourceVersion=x", String::new(), 400),
        ("GET", "/api/v1/namespaces/%2e%2e/pods/%00/log", String::new(), 404),
        ("POST", "/version", String::new(), 405),
    ];
    for (method, path, body, expected) in cases {
        let (code, status) = bed.send(method, path, "application/json", &body).await;
        assert_eq!(code, expected, "{method} {path} {}: {status}", body.chars().take(60).collect::<String>());
    }
    assert_eq!(text(&bed.get("/api/v1/namespaces/default").await.1, "/status/phase"), "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_stops_with_its_handle() {
    let bed = Bed::start("{}").await;
    let address = bed.cluster.url().strip_prefix("http://").expect("http").to_owned();
    let open = tokio::net::TcpStream::connect(&address).await.expect("listens");
    drop(bed);
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(&address).await.is_err() {
            drop(open);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("still listens on {address}");
}
