//! What charts make at random is made of a seed that lies in the target's namespace.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_deploy::{CancelToken, DeployOptions, Deployed, Seed, Seeded, deploy_seeded};
use serde_json::json;

use crate::harness::Harness;

/// An environment with a password.
fn shop(password: &str) -> String {
    format!(
        "{{ apiVersion: v1, kind: Namespace, metadata: {{ name: shop }} }}\n---\n{{ apiVersion: v1, kind: Secret, metadata: {{ name: login, namespace: shop }}, stringData: {{ password: p-{password} }} }}\n"
    )
}

fn hex(seed: &Seed) -> String {
    seed.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Deploys it; `fresh` is the seed that is made where there is none.
async fn deploy(harness: &Harness, options: &DeployOptions, fresh: u8) -> Deployed {
    let (_sender, cancel) = CancelToken::new();
    let fixed = harness.manifests(&shop("fixed"));
    let render = |seed: &Seed| Ok(Arc::from(harness.manifests(&shop(&hex(seed)))));
    let fresh = || Ok(Seed::new([fresh; 32]));
    let seeded = Seeded { fresh: &fresh, render: &render };
    let mut deployed = deploy_seeded(&harness.cluster, (&fixed, seeded), options, &|_| {}, &cancel).await;
    harness.watch(&mut deployed, &cancel).await;
    deployed
}

/// The password that lies in a namespace.
async fn password(harness: &Harness, namespace: &str) -> String {
    let secret = harness.get("v1", "Secret", Some(namespace), "login").await.expect("deployed");
    let data = secret.pointer("/data/password").and_then(|text| text.as_str());
    let text = data.and_then(|text| STANDARD.decode(text).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_else(|| {
        secret.pointer("/stringData/password").and_then(|t| t.as_str()).unwrap_or_default().to_owned()
    })
}

pub(crate) async fn the_next_deployment_makes_the_same_and_another_namespace_makes_another() {
    let harness = Harness::start().await;
    let first = deploy(&harness, &harness.options, 1).await;
    assert_eq!((first.broken.as_deref(), first.refused.as_deref()), (None, None));
    assert!(
        first.notices.iter().any(|n| n.contains("the Secret `seatrial-seed` in namespace `shop`")),
        "{:?}",
        first.notices
    );
    let made = password(&harness, "shop").await;
    assert_eq!(made, format!("p-{}", "01".repeat(32)));
    deploy(&harness, &harness.options, 2).await;
    assert_eq!(password(&harness, "shop").await, made);
    let harness = harness.into_preview("shop-pr-12");
    deploy(&harness, &harness.options, 3).await;
    assert_eq!(password(&harness, "shop-pr-12").await, format!("p-{}", "03".repeat(32)));
    let seed = harness.get("v1", "Secret", Some("shop"), "seatrial-seed").await.expect("is there");
    assert_eq!(seed.pointer("/metadata/labels/app.kubernetes.io~1managed-by"), Some(&json!("seatrial")));
    assert_eq!(seed.get("immutable"), Some(&json!(true)));
    let inventory = harness.get("v1", "ConfigMap", Some("shop"), "seatrial-inventory-dev").await.expect("is there");
    assert!(!inventory.to_string().contains("seatrial-seed"), "{inventory}");
    let told = STANDARD.encode([1; 32]);
    assert!(!harness.cluster.masker().mask(&told).contains(&told));
}

pub(crate) async fn two_runs_at_once_have_the_same_seed() {
    let harness = Harness::start().await;
    let namespace = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }";
    harness.deploy(namespace).await;
    let others = DeployOptions { environment: "other".to_owned(), ..harness.options.clone() };
    let (one, other) = tokio::join!(deploy(&harness, &harness.options, 1), deploy(&harness, &others, 2));
    assert_eq!([&one, &other].map(|done| done.refused.as_deref()), [None, None]);
    let passwords = [&one, &other].map(|done| {
        let manifests = done.seeded.as_ref().expect("made anew");
        manifests[1].node.at(&["stringData", "password"]).and_then(|node| node.as_str()).map(str::to_owned)
    });
    assert_eq!(passwords[0], passwords[1]);
}

pub(crate) async fn a_repository_does_not_say_what_the_seed_is() {
    let claim = "{ apiVersion: v1, kind: Secret, metadata: { name: seatrial-seed, namespace: default, labels: { app.kubernetes.io/managed-by: seatrial } }, immutable: true, data: { seed: YQ== } }";
    for harness in [Harness::start().await, Harness::start().await.into_preview("shop-pr-12")] {
        let deployed = harness.deploy(claim).await;
        let message = "reserved-name line 1: the Secret `seatrial-seed` is Seatrial's own, and not deployed: give this one another name";
        assert_eq!(harness.findings(&deployed), [message]);
        assert!(deployed.changes.is_empty());
    }
    // Somebody else put it there.
    let harness = Harness::start().await.into_preview("shop-pr-12");
    harness.deploy("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }").await;
    let theirs = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "seatrial-seed", "namespace": "shop-pr-12" },
        "data": { "seed": STANDARD.encode([7; 32]) },
    });
    harness.cluster.create(&theirs).await.expect("created");
    let deployed = deploy(&harness, &harness.options, 1).await;
    assert!(deployed.refused.is_some_and(|why| why.contains("was not made by Seatrial")));
    assert!(deployed.changes.is_empty(), "{:?}", deployed.changes);
}

pub(crate) async fn without_permission_nothing_is_deployed() {
    for verb in ["get", "create"] {
        let harness = Harness::start_forbidding(&[(verb, "secrets")]).await.into_preview("shop-pr-12");
        let deployed = deploy(&harness, &harness.options, 1).await;
        let expected = format!(
            "not allowed to {verb} the Secret `seatrial-seed`, of which they are made: grant get and create on secrets in namespace `shop-pr-12`"
        );
        assert_eq!(deployed.refused, Some(expected));
        assert!(deployed.changes.is_empty() && deployed.broken.is_none());
    }
}
