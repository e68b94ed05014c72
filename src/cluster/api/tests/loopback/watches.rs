//! Watches: what is listed, what is followed, and when nothing is known.

use std::sync::Arc;
use std::time::Duration;

use seatrial_api::Watch;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::server::Step;
use crate::verbs::{ok, serving};

const SETS: &str = "/apis/apps/v1/namespaces/shop/deployments";

fn named(name: &str, version: &str, replicas: i64) -> Value {
    json!({ "metadata": { "name": name, "resourceVersion": version }, "spec": { "replicas": replicas } })
}

fn lines(events: &[(&str, Value)]) -> Step {
    let lines = events.iter().map(|(what, object)| json!({ "type": what, "object": object }).to_string() + "\n");
    Step::Answer("200 OK", lines.collect())
}

/// Names and replicas, in order, once they are as expected or 5 s are over.
async fn seen(watch: &Watch, changed: &Notify, expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    let mut seen = Vec::new();
    for _ in 0..50 {
        let objects = watch.list(|_| true).await.unwrap_or_default();
        let one = |object: &Arc<Value>| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            (name, object["spec"]["replicas"].as_i64().unwrap_or_default())
        };
        seen = objects.iter().map(one).collect();
        seen.sort();
        if seen.iter().map(|(name, replicas)| (name.as_str(), *replicas)).eq(expected.iter().copied()) {
            break;
        }
        let _ = tokio::time::timeout(Duration::from_millis(100), changed.notified()).await;
    }
    seen
}

#[tokio::test]
async fn a_watch_lists_once_and_goes_on_where_it_ended() {
    let (server, cluster) = serving(|request, before| match request.line.as_str() {
        line if line.contains("watch=true") && line.ends_with("resourceVersion=5") && before == 0 => lines(&[
            ("ADDED", named("api", "6", 1)),
            ("MODIFIED", named("web", "7", 3)),
            ("DELETED", named("old", "8", 1)),
        ]),
        line if line.contains("watch=true") => Step::Hang,
        _ => ok(
            &json!({ "metadata": { "resourceVersion": "5" }, "items": [named("web", "1", 2), named("old", "2", 1)] }),
        ),
    })
    .await;
    let changed = Arc::default();
    let watch = cluster.watch("apps/v1", "Deployment", Some("shop"), &changed);
    let expected = [("api", 1), ("web", 3)];
    let seen = seen(&watch, &changed, &expected).await;
    assert_eq!(seen.iter().map(|(name, replicas)| (name.as_str(), *replicas)).collect::<Vec<_>>(), expected);
    let web = watch.get("web").await.expect("known").expect("is there");
    assert_eq!((&web["kind"], &web["apiVersion"]), (&json!("Deployment"), &json!("apps/v1")));
    assert_eq!(watch.get("old").await, Some(None), "it is known that it is gone");
    // A watch that ends at once is not begun anew at once.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let asked: Vec<String> = server.seen(&format!("GET {SETS}")).into_iter().map(|request| request.line).collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[2].ends_with("resourceVersion=8"), "{asked:?}");
}

#[tokio::test]
async fn nothing_is_known_of_what_must_not_be_listed_or_watched() {
    for refused in ["watch=true", "limit="] {
        let (server, cluster) = serving(move |request, _| {
            let no =
                json!({ "kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no" });
            let list = json!({ "metadata": { "resourceVersion": "5" }, "items": [named("web", "1", 2)] });
            if request.line.contains(refused) { Step::Answer("403 Forbidden", no.to_string()) } else { ok(&list) }
        })
        .await;
        let changed = Arc::default();
        let watch = cluster.watch("apps/v1", "Deployment", Some("shop"), &changed);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(watch.get("web").await, None, "{refused}");
        let asked = server.seen(&format!("GET {SETS}")).len();
        assert!(asked <= 2, "{refused}: what is refused is not asked for again, {asked} requests");
    }
}

#[tokio::test]
async fn a_watch_that_breaks_is_begun_anew_with_a_list() {
    let (_server, cluster) = serving(|request, before| match request.line.as_str() {
        line if line.contains("watch=true") && before == 0 && line.ends_with("resourceVersion=5") => {
            lines(&[("ERROR", json!({ "kind": "Status", "code": 410, "message": "too old resource version" }))])
        }
        line if line.contains("watch=true") => Step::Hang,
        _ if before == 0 => ok(&json!({ "metadata": { "resourceVersion": "5" }, "items": [named("web", "1", 2)] })),
        _ => ok(&json!({ "metadata": { "resourceVersion": "9" }, "items": [named("web", "8", 4)] })),
    })
    .await;
    let changed = Arc::default();
    let watch = cluster.watch("apps/v1", "Deployment", Some("shop"), &changed);
    let seen = seen(&watch, &changed, &[("web", 4)]).await;
    assert_eq!(seen, [("web".to_owned(), 4)]);
}
