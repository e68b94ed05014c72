//! Preview namespaces: made, filled, refused, cleaned up.

use std::time::Duration;

use seatrial_deploy::{CancelToken, cleanup};
use serde_json::json;

use crate::harness::{Harness, SHOP, changes};

#[tokio::test]
async fn everything_with_a_namespace_moves_and_cleanup_takes_it_away_again() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    let deployed = harness.deploy(SHOP).await;
    assert_eq!((deployed.broken.clone(), harness.findings(&deployed)), (None, Vec::new()));
    assert_eq!(
        changes(&deployed),
        [
            "created ConfigMap shop-pr-12/settings",
            "created Service shop-pr-12/web",
            "created Deployment shop-pr-12/web",
            "created Job shop-pr-12/migrate"
        ]
    );
    let skipped: Vec<String> = deployed.skipped.iter().map(|s| format!("{}: {}", s.object, s.because)).collect();
    assert_eq!(skipped, ["Namespace shop: the preview namespace takes its place"]);
    let namespace = harness.get("v1", "Namespace", None, "shop-pr-12").await.expect("is there");
    assert_eq!(namespace["metadata"]["labels"]["seatrial.dev/pull-request"], "12");
    assert_eq!(namespace["metadata"]["annotations"]["seatrial.dev/commit"], "abc1234");
    assert!(harness.get("v1", "Namespace", None, "shop").await.is_none());

    // The next push finds it and goes on in it.
    let second = harness.deploy(SHOP).await;
    assert!(changes(&second).iter().all(|c| c.starts_with("unchanged ")), "{:?}", changes(&second));

    let (_sender, cancel) = CancelToken::new();
    let deadline = Duration::from_secs(20);
    let gone = cleanup(&harness.cluster, "shop-pr-12", deadline, &|p| harness.note(p), &cancel).await;
    assert!(gone.expect("cleaned up"));
    assert!(harness.get("v1", "Namespace", None, "shop-pr-12").await.is_none());
    let again = cleanup(&harness.cluster, "shop-pr-12", deadline, &|p| harness.note(p), &cancel).await;
    assert!(!again.expect("nothing to do"));
}

#[tokio::test]
async fn a_namespace_that_is_not_ours_is_neither_used_nor_deleted() {
    let harness = Harness::start().await.into_preview("default");
    let deployed = harness.deploy(SHOP).await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "the namespace `default` exists and was not made by Seatrial: choose another `preview.namespace`; nothing was applied"
        )
    );
    let (_sender, cancel) = CancelToken::new();
    let refused = cleanup(&harness.cluster, "default", Duration::from_secs(5), &|p| harness.note(p), &cancel).await;
    assert_eq!(
        refused.expect_err("refused").to_string(),
        "the namespace `default` was not made by Seatrial, so that it is not deleted"
    );
    assert!(harness.get("v1", "Namespace", None, "default").await.is_some());
}

#[tokio::test]
async fn a_collision_is_found_before_even_the_namespace_is_made() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    let other = "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: jobs\n";
    let deployed = harness.deploy(&format!("{SHOP}{other}")).await;
    assert_eq!(
        harness.findings(&deployed),
        [
            "preview-collision line 55: ConfigMap `shop/settings` and ConfigMap `jobs/settings` would become one in the preview namespace `shop-pr-12`"
        ]
    );
    assert!(harness.get("v1", "Namespace", None, "shop-pr-12").await.is_none());
}

#[tokio::test]
async fn a_host_that_stays_behind_is_named() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    let deployed = harness.deploy(&SHOP.replace("greeting: hello", "api: http://api.shop.svc:8080")).await;
    assert_eq!(
        deployed.notices,
        ["ConfigMap shop-pr-12/settings names the host `api.shop.svc`, which stays outside the preview namespace"]
    );
}

#[tokio::test]
async fn a_namespace_that_does_not_go_names_what_holds_it() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    harness.deploy("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }").await;
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": "shop-pr-12", "finalizers": ["acme.io/hold"]}});
    harness.cluster.create(&held).await.expect("created");
    let (_sender, cancel) = CancelToken::new();
    let stuck = cleanup(&harness.cluster, "shop-pr-12", Duration::from_secs(2), &|p| harness.note(p), &cancel).await;
    let sentence = stuck.expect_err("stuck").to_string();
    assert!(sentence.starts_with("the namespace `shop-pr-12` is not gone after 2s: "), "{sentence}");
    assert!(sentence.contains("acme.io/hold") || sentence.contains("kubernetes"), "{sentence}");

    // Nor is it deployed into: that waits until it is gone.
    let mut harness = harness;
    harness.options.timeout = Duration::from_secs(1);
    let deployed = harness.deploy(SHOP).await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "the deadline of 1s passed while waiting for the namespace `shop-pr-12` to be deleted; nothing was applied"
        )
    );
}
