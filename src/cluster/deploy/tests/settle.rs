//! Ready and staying so, with and without tests.

use std::time::Duration;

use seatrial_deploy::{CancelToken, Progress, Settling, Watched, deploy};
use seatrial_model::ObjectId;
use serde_json::json;

use crate::harness::{Harness, SHOP};

/// The shop with a liveness probe that takes three minutes.
fn probed() -> String {
    let probe = "livenessProbe: { httpGet: { port: 8080 }, periodSeconds: 60 }";
    SHOP.replace("image: acr.io/web:1.4.0", &format!("image: acr.io/web:1.4.0\n        {probe}"))
}

async fn deployed(harness: &Harness, yaml: &str) -> Settling {
    let (_sender, cancel) = CancelToken::new();
    let manifests = harness.manifests(yaml);
    let deployed = deploy(&harness.cluster, &manifests, &harness.options, &|p| harness.note(p), &cancel).await;
    deployed.settling.expect("all is ready")
}

async fn watched(harness: &Harness, settling: Settling, tests: impl Future<Output = ()>) -> Watched {
    let (_sender, cancel) = CancelToken::new();
    settling.watch(&|p| harness.note(p), &cancel, tests).await
}

async fn holder(harness: &Harness) -> String {
    let lease = harness.get("coordination.k8s.io/v1", "Lease", Some("shop"), "seatrial-dev").await.expect("is there");
    lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

fn web() -> ObjectId {
    ObjectId::new("apps", "Deployment", Some("shop"), "web")
}

pub(crate) async fn the_target_is_held_until_the_tests_have_ended() {
    let harness = Harness::start().await;
    let settling = deployed(&harness, SHOP).await;
    let tests = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(holder(&harness).await, "run-1");
    };
    let watched = watched(&harness, settling, tests).await;
    assert_eq!((watched.findings.len(), watched.notices.len(), watched.broken), (0, 0, None));
    assert_eq!(holder(&harness).await, "");
}

pub(crate) async fn the_report_says_when_the_watch_was_shorter_than_a_probe() {
    let mut harness = Harness::start().await;
    harness.options.settle = Duration::from_secs(2);
    let settling = deployed(&harness, &probed()).await;
    let watched = watched(&harness, settling, std::future::ready(())).await;
    let sentence = "`Deployment/web` was watched for 2s after it was ready; its liveness probe takes 3m to end a container that hangs";
    assert_eq!((watched.findings.len(), watched.notices), (0, vec![sentence.to_owned()]));
}

pub(crate) async fn probes_that_are_not_simulated_are_not_waited_for() {
    let harness = Harness::start().await;
    let settling = deployed(&harness, &probed()).await;
    let watched = watched(&harness, settling, std::future::ready(())).await;
    assert_eq!((watched.findings.len(), watched.notices.len(), watched.broken), (0, 0, None));
}

pub(crate) async fn what_is_deleted_while_the_tests_run_fails_the_deployment() {
    let harness = Harness::start().await;
    let settling = deployed(&harness, SHOP).await;
    let tests = async {
        harness.cluster.delete("apps/v1", &web(), None).await.expect("deleted");
        tokio::time::sleep(Duration::from_millis(2500)).await;
    };
    let watched = watched(&harness, settling, tests).await;
    let messages: Vec<&str> = watched.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`Deployment/web` did not stay ready, it was deleted by somebody else during the wait"]);
    assert_eq!(holder(&harness).await, "");
}

pub(crate) async fn what_somebody_else_changes_while_the_tests_run_is_not_judged() {
    let harness = Harness::start().await;
    let settling = deployed(&harness, SHOP).await;
    let tests = async {
        let mut live = harness.get("apps/v1", "Deployment", Some("shop"), "web").await.expect("is there");
        live["spec"]["template"]["spec"]["containers"][0]["image"] = json!("acr.io/web:1.4.1");
        harness.cluster.replace(&live).await.expect("replaced");
        tokio::time::sleep(Duration::from_millis(2500)).await;
    };
    let watched = watched(&harness, settling, tests).await;
    assert_eq!(watched.findings.len(), 0, "{:?}", watched.findings);
    let why = watched.broken.expect("nobody knows");
    assert!(why.starts_with("`Deployment/web` was changed by somebody else"), "{why}");
}

pub(crate) async fn what_this_run_did_not_change_is_not_watched() {
    let mut harness = Harness::start().await;
    let settling = deployed(&harness, &probed()).await;
    watched(&harness, settling, std::future::ready(())).await;
    harness.options.settle = Duration::from_secs(30);
    let settling = deployed(&harness, &probed()).await;
    let all = watched(&harness, settling, std::future::ready(()));
    let watched = tokio::time::timeout(Duration::from_secs(5), all).await.expect("no window");
    assert_eq!((watched.findings.len(), watched.notices.len()), (0, 0));
}

pub(crate) async fn what_has_no_probe_is_watched_for_a_while_and_no_longer_than_the_tests_take() {
    let mut harness = Harness::start().await;
    let most = Duration::from_secs(2);
    harness.options.settle = most;
    let settling = deployed(&harness, SHOP).await;
    let begun = tokio::time::Instant::now();
    let without_tests = watched(&harness, settling, std::future::ready(())).await;
    assert!(begun.elapsed() >= most, "{:?}", begun.elapsed());
    assert_eq!((without_tests.findings.len(), without_tests.notices.len()), (0, 0));
    let note = "watching for 2s whether `Deployment/web` stays ready";
    let told = |progress: &Progress| matches!(progress, Progress::Note(line) if line == note);
    assert!(harness.progress.lock().expect("whole").iter().any(told));

    let settling = deployed(&harness, &SHOP.replace("web:1.4.0", "web:1.4.1")).await;
    let takes = most + Duration::from_secs(1);
    let begun = tokio::time::Instant::now();
    watched(&harness, settling, tokio::time::sleep(takes)).await;
    assert!(begun.elapsed() < takes + Duration::from_secs(1), "{:?}", begun.elapsed());
}
