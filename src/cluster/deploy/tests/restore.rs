//! Putting a shared target back: what a pull request has applied, what others have done meanwhile, and what must be there in the end.

use std::time::Duration;

use seatrial_deploy::{Base, CancelToken, Deployed, Hold, Restored, restore};
use seatrial_model::{Action, Holds};
use serde_json::{Value, json};

use crate::harness::{Harness, SHOP};

const BASE: &str = "1234567890123456789012345678901234567890";

const EXTRA: &str =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra, namespace: shop }\ndata: { a: \"1\" }\n";

/// A target that the base was deployed to, outside of a pull request.
async fn at_base() -> Harness {
    let mut harness = Harness::start().await;
    harness.options.run.pull_request = None;
    harness.options.run.commit = Some(BASE.to_owned());
    let deployed = harness.deploy(SHOP).await;
    assert_eq!((deployed.broken, deployed.findings.len()), (None, 0));
    harness.options.run.pull_request = Some(12);
    harness.options.run.commit = Some("abc1234".to_owned());
    harness.options.hold = Hold::Beyond;
    harness
}

impl Harness {
    /// Deploys a change and keeps the target held.
    async fn try_out(&self, yaml: &str) -> Deployed {
        let (_sender, cancel) = CancelToken::new();
        let manifests = self.manifests(yaml);
        let report = |progress| self.note(progress);
        let mut deployed = seatrial_deploy::deploy(&self.cluster, &manifests, &self.options, &report, &cancel).await;
        if let Some(settling) = deployed.settling.take() {
            deployed.held = settling.watch(&report, &cancel, std::future::ready(())).await.held;
        }
        deployed
    }

    async fn put_back(&self, deployed: &mut Deployed, yaml: &str) -> Restored {
        let (_sender, cancel) = CancelToken::new();
        self.put_back_until(deployed, yaml, &cancel).await
    }

    async fn put_back_until(&self, deployed: &mut Deployed, yaml: &str, cancel: &CancelToken) -> Restored {
        let manifests = self.manifests(yaml);
        let base = Base { manifests: &manifests, is_complete: true, seeded: None, commit: BASE };
        restore(&self.cluster, base, &self.options, deployed.held.take(), &|p| self.note(p), cancel).await
    }

    async fn config(&self, name: &str) -> Option<Value> {
        self.get("v1", "ConfigMap", Some("shop"), name).await
    }

    async fn inventory(&self) -> String {
        let inventory = self.config("seatrial-inventory-dev").await.expect("is there");
        let text = |pointer: &str| inventory.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{}|{}", text("/data/entries"), text("/data/created"))
    }
}

fn done(restored: &Restored) -> Vec<String> {
    let changes = restored.changes.iter().filter(|change| change.action != Action::Unchanged);
    changes.map(|change| format!("{} {}", change.action.as_str(), change.object)).collect()
}

pub(crate) async fn a_failed_change_is_undone_and_what_it_created_is_gone() {
    let harness = at_base().await;
    let broken = SHOP.replace("web:1.4.0", "web:crash").replace("greeting: hello", "greeting: hi") + EXTRA;
    let mut deployed = harness.try_out(&broken).await;
    assert!(deployed.is_touched && deployed.held.is_some(), "{deployed:?}");
    assert!(harness.inventory().await.ends_with("|acme/shop#12 shop_extra__ConfigMap v1\n"));
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(
        done(&restored),
        ["configured ConfigMap shop/settings", "configured Deployment shop/web", "deleted ConfigMap shop/extra"],
        "{restored:?}"
    );
    assert_eq!((restored.holds(), restored.unready.len()), (Holds::Base, 0), "{restored:?}");
    assert_eq!(
        restored.sentence("dev", Some(12), BASE),
        "dev holds the state of its base 1234567 again: 2 configured, 1 deleted"
    );
    assert!(harness.config("extra").await.is_none());
    assert_eq!(harness.config("settings").await.expect("is there")["data"]["greeting"], "hello");
    assert!(harness.inventory().await.ends_with("shop_web_apps_Deployment v1\n|"), "{}", harness.inventory().await);
    let lease = harness.get("coordination.k8s.io/v1", "Lease", Some("shop"), "seatrial-dev").await.expect("is there");
    assert_eq!(lease["spec"]["holderIdentity"], "");
}

pub(crate) async fn what_was_there_before_or_others_own_is_not_deleted() {
    let harness = at_base().await;
    let map = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": {"a": "1"}});
    harness.cluster.create(&map("extra")).await.expect("created");
    let second = EXTRA.replace("name: extra", "name: taken");
    let mut deployed = harness.try_out(&format!("{SHOP}{EXTRA}{second}")).await;
    let mut taken = harness.config("taken").await.expect("created");
    taken["metadata"]["labels"] =
        json!({"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"});
    harness.cluster.replace(&taken).await.expect("replaced");
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(done(&restored), Vec::<String>::new());
    assert_eq!(
        restored.sentence("dev", Some(12), BASE),
        "dev holds a mixture of pull request 12 and its base 1234567; not put back: ConfigMap shop/taken is owned by Flux \
         Kustomization `flux-system/apps`"
    );
    assert!(harness.config("extra").await.is_some() && harness.config("taken").await.is_some());
}

pub(crate) async fn one_object_that_cannot_be_put_back_keeps_no_other_from_it() {
    let harness = at_base().await;
    let mut deployed = harness.try_out(&SHOP.replace("greeting: hello", "greeting: hi")).await;
    // The base has another Job of that name by now.
    let restored = harness.put_back(&mut deployed, &SHOP.replace("migrate:1", "migrate:2")).await;
    assert_eq!(done(&restored), ["configured ConfigMap shop/settings"]);
    assert_eq!(
        restored.sentence("dev", Some(12), BASE),
        "dev holds a mixture of pull request 12 and its base 1234567, 1 configured; not put back: `spec.template` of Job \
         shop/migrate is immutable, and the object on the cluster has another value"
    );
}

pub(crate) async fn what_may_be_recreated_is_put_back_so() {
    let mut harness = at_base().await;
    harness.options.recreate = vec!["Job".to_owned()];
    let mut deployed = harness.try_out(&SHOP.replace("migrate:1", "migrate:2")).await;
    let actions: Vec<Action> = deployed.changes.iter().map(|change| change.action).collect();
    assert!(actions.contains(&Action::Recreated), "{deployed:?}");
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(done(&restored), ["recreated Job shop/migrate"], "{restored:?}");
    assert_eq!(restored.holds(), Holds::Base, "{restored:?}");
    let job = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
    let image = job.pointer("/spec/template/spec/containers/0/image").and_then(Value::as_str);
    assert!(image.is_some_and(|image| image.ends_with("migrate:1")), "{image:?}");
}

pub(crate) async fn what_the_base_would_not_get_is_not_deleted_for_it() {
    let mut harness = at_base().await;
    let mut deployed = harness.try_out(&SHOP.replace("greeting: hello", "greeting: hi")).await;
    harness.options.recreate = vec!["Job".to_owned()];
    let broken = SHOP.replace("migrate:1", "migrate:2").replace("restartPolicy: Never", "restartPolicy: Always");
    assert_ne!(broken, SHOP.replace("migrate:1", "migrate:2"));
    let before = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
    let restored = harness.put_back(&mut deployed, &broken).await;
    assert_eq!(restored.left.len(), 1, "{restored:?}");
    let after = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
    assert_eq!(before["metadata"]["uid"], after["metadata"]["uid"]);
}

pub(crate) async fn the_state_of_another_pull_request_stays_and_only_what_this_one_left_is_deleted() {
    let mut harness = at_base().await;
    harness.options.hold = Hold::ToTheEnd;
    harness.try_out(&format!("{SHOP}{EXTRA}")).await;
    harness.options.run.pull_request = Some(13);
    harness.try_out(&SHOP.replace("greeting: hello", "greeting: hi")).await;
    harness.options.run.pull_request = Some(12);
    let restored = harness.put_back(&mut Deployed::default(), SHOP).await;
    assert_eq!(done(&restored), ["deleted ConfigMap shop/extra"]);
    assert_eq!(
        restored.sentence("dev", Some(12), BASE),
        "dev: the base is not applied again, since what was deployed last is the state of pull request 13, 1 deleted"
    );
    assert_eq!(harness.config("settings").await.expect("is there")["data"]["greeting"], "hi");
}

pub(crate) async fn what_another_pull_request_uses_too_is_its_own_from_then_on() {
    let mut harness = at_base().await;
    harness.options.hold = Hold::ToTheEnd;
    harness.try_out(&format!("{SHOP}{EXTRA}")).await;
    harness.options.run.pull_request = Some(13);
    harness.try_out(&format!("{SHOP}{EXTRA}")).await;
    harness.options.run.pull_request = Some(12);
    let restored = harness.put_back(&mut Deployed::default(), SHOP).await;
    assert_eq!(done(&restored), Vec::<String>::new());
    harness.options.run.pull_request = Some(13);
    let restored = harness.put_back(&mut Deployed::default(), SHOP).await;
    assert_eq!(done(&restored), ["deleted ConfigMap shop/extra"]);
}

pub(crate) async fn a_namespace_goes_with_what_is_in_it_unless_that_is_of_others() {
    let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: jobs }\n";
    let added = format!("{SHOP}{namespace}{}", EXTRA.replace("namespace: shop", "namespace: jobs"));
    let harness = at_base().await;
    let mut deployed = harness.try_out(&added).await;
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(done(&restored), ["deleted ConfigMap jobs/extra", "deleted Namespace jobs"], "{restored:?}");
    let mut deployed = harness.try_out(&added).await;
    let of_others =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "jobs"}});
    harness.cluster.create(&of_others).await.expect("created");
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(done(&restored), ["deleted ConfigMap jobs/extra"]);
    assert_eq!(
        restored.left.iter().map(|left| left.sentence.as_str()).collect::<Vec<_>>(),
        ["Namespace jobs holds `ConfigMap/theirs`, which is not of this pull request"]
    );
}

pub(crate) async fn a_signal_ends_it_and_it_says_what_was_not_looked_at() {
    let harness = at_base().await;
    let broken = SHOP.replace("greeting: hello", "greeting: hi") + EXTRA;
    let mut deployed = harness.try_out(&broken).await;
    let (cancel, token) = CancelToken::new();
    cancel.cancel();
    let restored = harness.put_back_until(&mut deployed, SHOP, &token).await;
    assert_eq!(restored.holds(), Holds::PullRequest);
    let said = restored.sentence("dev", Some(12), BASE);
    assert!(
        said.starts_with("dev holds the state of pull request 12, and was not put back to 1234567; cancelled while "),
        "{said}"
    );
    let lease = harness.get("coordination.k8s.io/v1", "Lease", Some("shop"), "seatrial-dev").await.expect("is there");
    assert_eq!(lease["spec"]["holderIdentity"], "");
    // The next one goes on from there.
    let restored = harness.put_back(&mut Deployed::default(), SHOP).await;
    assert_eq!(restored.holds(), Holds::Base, "{restored:?}");
}

pub(crate) async fn a_lease_that_was_lost_meanwhile_leaves_the_target_to_whoever_has_it() {
    let harness = at_base().await;
    let mut deployed = harness.try_out(&SHOP.replace("greeting: hello", "greeting: hi")).await;
    let mut lease =
        harness.get("coordination.k8s.io/v1", "Lease", Some("shop"), "seatrial-dev").await.expect("is there");
    lease["spec"]["holderIdentity"] = json!("run-2");
    harness.cluster.replace(&lease).await.expect("replaced");
    tokio::time::sleep(Duration::from_secs(11)).await;
    let restored = harness.put_back(&mut deployed, SHOP).await;
    assert_eq!(restored.holds(), Holds::PullRequest);
    assert!(restored.broken.as_deref().is_some_and(|why| why.contains("`run-2` took over its Lease")), "{restored:?}");
}
