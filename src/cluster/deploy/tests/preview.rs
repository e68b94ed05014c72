//! Preview namespaces: made, filled, refused, cleaned up.

use std::time::Duration;

use seatrial_deploy::{CancelToken, RunIdentity, cleanup, deploy};
use serde_json::json;

use crate::harness::{Harness, SHOP, changes};

pub(crate) async fn everything_with_a_namespace_moves_and_cleanup_takes_it_away_again() {
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
    let gone =
        cleanup(&harness.cluster, "shop-pr-12", &harness.options.run, deadline, &|p| harness.note(p), &cancel).await;
    assert!(gone.expect("cleaned up"));
    assert!(harness.get("v1", "Namespace", None, "shop-pr-12").await.is_none());
    let again =
        cleanup(&harness.cluster, "shop-pr-12", &harness.options.run, deadline, &|p| harness.note(p), &cancel).await;
    assert!(!again.expect("nothing to do"));
}

pub(crate) async fn a_namespace_that_is_not_ours_is_neither_used_nor_deleted() {
    let harness = Harness::start().await.into_preview("default");
    let deployed = harness.deploy(SHOP).await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "the namespace `default` exists and was not created by Seatrial: choose another `preview.namespace`; nothing was applied"
        )
    );
    let (_sender, cancel) = CancelToken::new();
    let refused = cleanup(
        &harness.cluster,
        "default",
        &harness.options.run,
        Duration::from_secs(5),
        &|p| harness.note(p),
        &cancel,
    )
    .await;
    assert_eq!(
        refused.expect_err("refused").to_string(),
        "the namespace `default` was not created by Seatrial, so it is not deleted"
    );
    assert!(harness.get("v1", "Namespace", None, "default").await.is_some());
}

pub(crate) async fn a_collision_is_found_before_even_the_namespace_is_made() {
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

pub(crate) async fn a_host_that_stays_behind_is_named() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    let deployed = harness.deploy(&SHOP.replace("greeting: hello", "api: http://api.shop.svc:8080")).await;
    assert_eq!(
        deployed.notices,
        ["ConfigMap shop-pr-12/settings names the host `api.shop.svc`, which is outside the preview namespace"]
    );
}

pub(crate) async fn a_namespace_that_does_not_go_names_what_holds_it() {
    let harness = Harness::start().await.into_preview("shop-pr-12");
    harness.deploy("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }").await;
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": "shop-pr-12", "finalizers": ["acme.io/hold"]}});
    harness.cluster.create(&held).await.expect("created");
    let (_sender, cancel) = CancelToken::new();
    let stuck = cleanup(
        &harness.cluster,
        "shop-pr-12",
        &harness.options.run,
        Duration::from_secs(2),
        &|p| harness.note(p),
        &cancel,
    )
    .await;
    let sentence = stuck.expect_err("stuck").to_string();
    assert!(sentence.starts_with("the namespace `shop-pr-12` still exists after 2s: "), "{sentence}");
    assert!(sentence.contains("acme.io/hold") || sentence.contains("kubernetes"), "{sentence}");

    // Nor is it deployed into: that waits until it is gone.
    let mut harness = harness;
    harness.options.timeout = Duration::from_secs(3);
    let deployed = harness.deploy(SHOP).await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "the deadline of 3s passed while waiting for the namespace `shop-pr-12` to be deleted; nothing was applied"
        )
    );
}

pub(crate) async fn a_preview_of_another_repository_or_pull_request_is_neither_used_nor_deleted() {
    let mut harness = Harness::start().await.into_preview("shop-pr-12");
    harness.deploy(SHOP).await;
    let ours = harness.options.run.clone();
    let other = |repository: Option<&str>, pull_request| RunIdentity {
        repository: repository.map(str::to_owned),
        pull_request,
        ..ours.clone()
    };
    let table = [
        (other(Some("evil/shop"), Some(12)), "belongs to the repository `acme/shop`"),
        (other(Some("acme/shop"), Some(8)), "belongs to the pull request 12"),
        (other(None, Some(12)), "say which repository this is with `--repository OWNER/NAME`"),
        (other(Some("acme/shop"), None), "say which pull request this is with `--pull-request NUMBER`"),
    ];
    for (run, says) in table {
        harness.options.run = run.clone();
        let deployed = harness.deploy(SHOP).await;
        assert!(deployed.broken.as_ref().is_some_and(|b| b.contains(says)), "{run:?}: {:?}", deployed.broken);
        assert_eq!(changes(&deployed), Vec::<String>::new(), "{run:?}");
        let (_sender, cancel) = CancelToken::new();
        let deadline = Duration::from_secs(20);
        let kept = cleanup(&harness.cluster, "shop-pr-12", &run, deadline, &|p| harness.note(p), &cancel).await;
        let sentence = kept.expect_err("refused").to_string();
        assert!(sentence.contains(says) && sentence.contains("so it is not deleted"), "{sentence}");
    }
    let namespace = harness.get("v1", "Namespace", None, "shop-pr-12").await.expect("is there");
    assert_eq!(namespace["metadata"]["labels"]["seatrial.dev/pull-request"], "12");
    assert_eq!(namespace["metadata"]["annotations"]["seatrial.dev/repository"], "acme/shop");
}

pub(crate) async fn a_repository_in_other_case_is_the_same_one() {
    let mut harness = Harness::start().await.into_preview("shop-pr-12");
    harness.deploy(SHOP).await;
    harness.options.run.repository = Some("Acme/Shop".to_owned());
    let again = harness.deploy(SHOP).await;
    assert_eq!(again.broken, None);
    assert!(changes(&again).iter().all(|c| c.starts_with("unchanged ")), "{:?}", changes(&again));
    let (_sender, cancel) = CancelToken::new();
    let run = harness.options.run.clone();
    let gone =
        cleanup(&harness.cluster, "shop-pr-12", &run, Duration::from_secs(20), &|p| harness.note(p), &cancel).await;
    assert!(gone.expect("cleaned up"));
}

/// Neither overwrites the other's name, however their requests fall together.
pub(crate) async fn of_two_pull_requests_that_make_one_namespace_at_once_one_is_refused() {
    let harness = Harness::start().await.into_preview("shop-preview");
    let manifests = harness.manifests("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }");
    let (_sender, cancel) = CancelToken::new();
    let as_pull_request = async |number: u64| {
        let mut options = harness.options.clone();
        (options.run.pull_request, options.run.holder) = (Some(number), format!("run-{number}"));
        let mut deployed = deploy(&harness.cluster, &manifests, &options, &|_| {}, &cancel).await;
        harness.watch(&mut deployed, &cancel).await;
        deployed
    };
    let (a, b) = tokio::join!(as_pull_request(7), as_pull_request(8));
    let refused: Vec<&String> = [&a, &b].into_iter().filter_map(|deployed| deployed.broken.as_ref()).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused.iter().all(|sentence| sentence.contains("belongs to the pull request")), "{refused:?}");
}
