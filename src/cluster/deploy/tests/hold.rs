//! The Lease, and being told to stop.
#![allow(clippy::disallowed_methods, reason = "it is measured how long a Lease is waited for")]

use std::time::Duration;

use seatrial_deploy::{CancelToken, Progress};
use serde_json::{Value, json};

use crate::harness::{Harness, SHOP, changes};

const CONFIG: &str = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: default } }";

async fn lease(harness: &Harness, namespace: &str) -> Value {
    harness.get("coordination.k8s.io/v1", "Lease", Some(namespace), "seatrial-dev").await.expect("is there")
}

fn held_by(holder: &str, renewed: &str) -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "seatrial-dev", "namespace": "default"},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 30, "renewTime": renewed},
    })
}

fn now() -> String {
    seatrial_api::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

pub(crate) async fn the_lease_is_free_again_when_the_deployment_is_over() {
    let harness = Harness::start().await;
    harness.deploy(SHOP).await;
    assert_eq!(lease(&harness, "shop").await["spec"]["holderIdentity"], "");
}

pub(crate) async fn a_lease_that_another_run_holds_is_waited_for_until_the_deadline() {
    let mut harness = Harness::start().await;
    harness.options.timeout = Duration::from_secs(1);
    harness.cluster.create(&held_by("run-2", &now())).await.expect("created");
    let deployed = harness.deploy(CONFIG).await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "the deadline of 1s passed while waiting for `run-2`, which holds the Lease `default/seatrial-dev`; nothing was applied"
        )
    );
    let told = harness.progress.lock().expect("not poisoned").clone();
    assert_eq!(told, [Progress::Note("waiting for `run-2`, which holds the Lease `default/seatrial-dev`".to_owned())]);
    assert_eq!(lease(&harness, "default").await["spec"]["holderIdentity"], "run-2");
}

pub(crate) async fn a_lease_that_expired_long_ago_is_taken_over() {
    let harness = Harness::start().await;
    harness.cluster.create(&held_by("dead", "2020-01-01T00:00:00.000000Z")).await.expect("created");
    let deployed = harness.deploy(CONFIG).await;
    assert_eq!((deployed.broken.clone(), changes(&deployed)), (None, vec!["created ConfigMap default/a".to_owned()]));
    assert_eq!(lease(&harness, "default").await["spec"]["leaseTransitions"], 1);
}

/// A restarted job has another holder's name: what is left of its first attempt keeps it waiting no longer than the Lease lasts.
pub(crate) async fn a_run_that_died_holds_the_target_no_longer_than_its_lease_lasts() {
    let harness = Harness::start().await;
    let mut dead = held_by("acme/shop run 7 job deploy, first attempt", &now());
    dead["spec"]["leaseDurationSeconds"] = json!(2);
    harness.cluster.create(&dead).await.expect("created");
    let begun = std::time::Instant::now();
    let deployed = harness.deploy(CONFIG).await;
    assert_eq!((deployed.broken.clone(), changes(&deployed)), (None, vec!["created ConfigMap default/a".to_owned()]));
    let waited = begun.elapsed().as_secs();
    assert!((2..15).contains(&waited), "{waited} s");
}

pub(crate) async fn a_cancelled_wait_says_where_it_stopped_and_frees_the_lease() {
    let harness = Harness::start().await;
    let stuck = SHOP.replace(
        "image: acr.io/web:1.4.0",
        "image: acr.io/web:1.4.0\n        envFrom: [ { secretRef: { name: absent } } ]",
    );
    let (cancel, token) = CancelToken::new();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        cancel.cancel();
    };
    let (deployed, ()) = tokio::join!(harness.deploy_until(&stuck, &token), stop);
    assert_eq!(deployed.broken.as_deref(), Some("cancelled while waiting for `Deployment/web`; so far 5 created"));
    assert_eq!(lease(&harness, "shop").await["spec"]["holderIdentity"], "");
}

pub(crate) async fn a_run_that_was_cancelled_before_it_began_touches_nothing() {
    let harness = Harness::start().await;
    let (cancel, token) = CancelToken::new();
    cancel.cancel();
    let deployed = harness.deploy_until(SHOP, &token).await;
    assert!(deployed.broken.is_some_and(|b| b.starts_with("cancelled while ")));
    assert!(harness.get("v1", "Namespace", None, "shop").await.is_none());
}
