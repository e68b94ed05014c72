//! Applying and waiting: what a change of the manifests becomes.

use std::time::Duration;

use seatrial_deploy::Progress;
use seatrial_model::ObjectId;

use crate::harness::{Harness, SHOP, changes};

pub(crate) async fn a_set_is_created_in_order_then_unchanged_then_only_what_changed_is_configured() {
    let harness = Harness::start().await;
    let first = harness.deploy(SHOP).await;
    assert_eq!(first.broken, None);
    assert_eq!(harness.findings(&first), Vec::<String>::new());
    assert_eq!(
        changes(&first),
        [
            "created Namespace shop",
            "created ConfigMap shop/settings",
            "created Service shop/web",
            "created Deployment shop/web",
            "created Job shop/migrate"
        ]
    );
    assert_eq!(first.summary, "");
    let version = |object: &serde_json::Value| object["metadata"]["resourceVersion"].clone();
    let before = harness.get("v1", "ConfigMap", Some("shop"), "settings").await.expect("is there");

    let second = harness.deploy(SHOP).await;
    assert!(changes(&second).iter().all(|c| c.starts_with("unchanged ")), "{:?}", changes(&second));
    let after = harness.get("v1", "ConfigMap", Some("shop"), "settings").await.expect("is there");
    assert_eq!(version(&before), version(&after));

    let third = harness.deploy(&SHOP.replace("web:1.4.0", "web:1.4.1")).await;
    assert_eq!(third.broken, None);
    let configured: Vec<String> = changes(&third).into_iter().filter(|c| !c.starts_with("unchanged")).collect();
    assert_eq!(configured, ["configured Deployment shop/web"]);
    let pods = harness.cluster.list("v1", "Pod", Some("shop"), Some("app=web")).await.expect("answers");
    let ready = pods.iter().filter(|p| p["spec"]["containers"][0]["image"] == "acr.io/web:1.4.1").count();
    assert_eq!(ready, 2);
}

pub(crate) async fn progress_tells_what_was_applied_and_what_is_waited_for() {
    let harness = Harness::start().await;
    harness.deploy(SHOP).await;
    let told = harness.progress.lock().expect("not poisoned").clone();
    assert_eq!(told.first(), Some(&Progress::Applied { summary: "5 created".to_owned() }));
    assert!(
        told.contains(&Progress::Ready { object: ObjectId::new("apps", "Deployment", Some("shop"), "web") }),
        "{told:?}"
    );
    assert!(
        told.contains(&Progress::Ready { object: ObjectId::new("batch", "Job", Some("shop"), "migrate") }),
        "{told:?}"
    );
}

pub(crate) async fn a_tag_that_does_not_exist_points_at_the_line_that_sets_it() {
    let harness = Harness::start().await;
    let deployed = harness.deploy(&SHOP.replace("web:1.4.0", "web:9.9")).await;
    assert_eq!(deployed.broken, None);
    assert_eq!(
        harness.findings(&deployed),
        ["image-pull line 27: `Deployment/web` cannot start, image not found: `acr.io/web:9.9`"]
    );
    assert_eq!(deployed.summary, "`Deployment/web` not ready");
    let finding = &deployed.findings[0];
    assert!(finding.notes[0].starts_with("Deployment shop/web, pod web-"), "{:?}", finding.notes);
    assert!(finding.evidence.iter().any(|e| e.title == "last events" && e.text.contains("acr.io/web:9.9")));
}

pub(crate) async fn a_crash_is_told_with_its_exit_code_and_its_last_words() {
    let harness = Harness::start().await;
    let deployed = harness.deploy(&SHOP.replace("web:1.4.0", "web:crash")).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "not-ready line 26: `Deployment/web` is not ready, container `web` crashes with exit code 3, restarted "
        ),
        "{found:?}"
    );
    assert!(found[0].ends_with(": fatal: no database"), "{found:?}");
    let logs = deployed.findings[0].evidence.iter().find(|e| e.title.contains("log lines")).expect("logs");
    assert_eq!(logs.text, "fatal: no database");
}

pub(crate) async fn the_old_pods_that_still_run_do_not_save_a_broken_new_revision() {
    let harness = Harness::start().await;
    assert_eq!(harness.deploy(SHOP).await.summary, "");
    let broken = harness.deploy(&SHOP.replace("web:1.4.0", "web:9.9")).await;
    assert_eq!(broken.summary, "`Deployment/web` not ready");
    // And the failure of that revision is not held against the next one.
    let mended = harness.deploy(SHOP).await;
    assert_eq!((mended.summary.as_str(), mended.broken), ("", None));
}

pub(crate) async fn a_failed_job_names_its_exit_code_and_log() {
    let harness = Harness::start().await;
    let deployed = harness.deploy(&SHOP.replace("migrate:1", "migrate:bad")).await;
    let found = harness.findings(&deployed);
    let told = "not-ready line 49: `Job/migrate` is not ready, container `migrate` crashes with exit code 4: fatal: table exists";
    assert_eq!(found, [told]);
    assert!(deployed.findings[0].evidence.iter().any(|e| e.text == "fatal: table exists"), "{deployed:?}");
}

pub(crate) async fn what_is_not_ready_at_the_deadline_is_a_finding() {
    let mut harness = Harness::start().await;
    harness.options.timeout = Duration::from_secs(2);
    let yaml = "\
apiVersion: acme.io/v1
kind: Widget
metadata: { name: w, namespace: default }
";
    let crd = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.acme.io }
spec:
  group: acme.io
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
  versions:
  - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
";
    let deployed = harness.deploy(&format!("{yaml}---\n{crd}")).await;
    assert_eq!((harness.findings(&deployed), deployed.broken.clone()), (Vec::new(), None));
    assert_eq!(changes(&deployed), ["created CustomResourceDefinition widgets.acme.io", "created Widget default/w"]);

    // Nobody serves this kind of load: the pod waits for a Secret that never comes.
    let stuck = SHOP.replace(
        "image: acr.io/web:1.4.0",
        "image: acr.io/web:1.4.0\n        envFrom: [ { secretRef: { name: absent } } ]",
    );
    let deployed = harness.deploy(&stuck).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{deployed:?}");
    assert!(found[0].contains("`Deployment/web` was not ready after 2s") && found[0].contains("absent"), "{found:?}");
}

pub(crate) async fn objects_that_vanished_are_named_and_stay() {
    let harness = Harness::start().await;
    harness.deploy(SHOP).await;
    let without = SHOP.replace("name: settings", "name: renamed");
    let second = harness.deploy(&without).await;
    let vanished: Vec<String> = second.vanished.iter().map(ToString::to_string).collect();
    assert_eq!(vanished, ["ConfigMap shop/settings"]);
    assert!(harness.get("v1", "ConfigMap", Some("shop"), "settings").await.is_some());
    // It is still known, and named again, as long as it exists.
    assert_eq!(harness.deploy(&without).await.vanished, second.vanished);
    let settings = ObjectId::new("", "ConfigMap", Some("shop"), "settings");
    harness.cluster.delete("v1", &settings, None).await.expect("deleted");
    assert_eq!(harness.deploy(&without).await.vanished, []);
}
