//! What the API server, or we, refuse: a finding with the line, and nothing of the stage applied.

use serde_json::json;

use crate::harness::{Harness, SHOP, changes};

pub(crate) async fn one_refused_object_keeps_its_whole_stage_from_being_applied() {
    let harness = Harness::start().await;
    let deployed = harness.deploy(&SHOP.replace("replicas: 2", "replicaz: 2")).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{deployed:?}");
    assert!(found[0].starts_with("apply-rejected line 20: the API server refuses Deployment shop/web: "), "{found:?}");
    assert!(found[0].contains("spec.replicaz"), "{found:?}");
    assert_eq!(deployed.summary, "`Deployment/web` refused");
    assert_eq!(changes(&deployed), ["created Namespace shop"]);
    assert!(harness.get("v1", "ConfigMap", Some("shop"), "settings").await.is_none());
}

pub(crate) async fn a_missing_permission_names_verb_resource_and_the_rule_to_add() {
    let harness = Harness::start_forbidding(&[("patch", "deployments.apps")]).await;
    let deployed = harness.deploy(SHOP).await;
    assert_eq!(
        harness.findings(&deployed),
        [
            "forbidden line 17: `seatrial` may not patch `deployments.apps` in namespace `shop`, which Deployment shop/web needs"
        ]
    );
    assert_eq!(
        deployed.findings[0].help.as_deref(),
        Some(
            "bind a Role with the rule `{ apiGroups: [\"apps\"], resources: [deployments], verbs: [get, list, create, patch] }` to `seatrial`"
        )
    );
    assert_eq!(deployed.broken, None);
}

pub(crate) async fn a_lease_that_may_not_be_taken_breaks_the_run_and_says_what_to_grant() {
    let harness = Harness::start_forbidding(&[("create", "leases.coordination.k8s.io")]).await;
    let deployed =
        harness.deploy("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: default } }").await;
    assert_eq!(
        deployed.broken.as_deref(),
        Some(
            "not allowed to create the Lease that keeps two runs apart: grant get, create and update on \
             leases.coordination.k8s.io in namespace `default` to `seatrial`; nothing was applied"
        )
    );
}

pub(crate) async fn a_field_that_somebody_else_owns_is_a_conflict_at_its_line() {
    let harness = Harness::start().await;
    harness.deploy(SHOP).await;
    let mut live = harness.get("apps/v1", "Deployment", Some("shop"), "web").await.expect("is there");
    // A field that another manager applied: the entry of a hand-made update.
    live["spec"]["replicas"] = json!(5);
    let entry = json!({
        "manager": "hpa-operator", "operation": "Apply", "apiVersion": "apps/v1", "time": "2026-01-01T10:00:00Z",
        "fieldsType": "FieldsV1", "fieldsV1": { "f:spec": { "f:replicas": {} } },
    });
    live["metadata"]["managedFields"] = json!([entry]);
    harness.cluster.replace(&live).await.expect("replaced");
    let deployed = harness.deploy(&SHOP.replace("replicas: 2", "replicas: 3")).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{deployed:?}");
    assert!(found[0].starts_with("field-conflict line 20: in Deployment shop/web `spec.replicas`"), "{found:?}");
    assert!(found[0].contains("owned by the field manager"), "{found:?}");
}

pub(crate) async fn an_immutable_field_says_so_and_nothing_is_recreated() {
    let harness = Harness::start().await;
    harness.deploy(SHOP).await;
    let before = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
    let deployed = harness.deploy(&SHOP.replace("migrate:1", "migrate:2")).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{deployed:?}");
    assert!(
        found[0].starts_with("apply-rejected line 46: `spec.template` of Job shop/migrate is immutable"),
        "{found:?}"
    );
    assert!(deployed.findings[0].help.as_deref().is_some_and(|h| h.contains("kubectl delete job migrate -n shop")));
    let after = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
    assert_eq!(before["metadata"]["uid"], after["metadata"]["uid"]);
}

pub(crate) async fn an_immutable_object_of_ours_is_recreated_where_that_is_allowed() {
    let annotated =
        SHOP.replace("  name: migrate\n", "  name: migrate\n  annotations: { seatrial.dev/recreate: \"true\" }\n");
    for (kinds, shop) in [(vec!["Job".to_owned()], SHOP), (Vec::new(), annotated.as_str())] {
        let mut harness = Harness::start().await;
        harness.options.recreate = kinds;
        harness.deploy(SHOP).await;
        let before = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
        let deployed = harness.deploy(&shop.replace("migrate:1", "migrate:2")).await;
        assert!(changes(&deployed).contains(&"recreated Job shop/migrate".to_owned()), "{deployed:?}");
        let after = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
        assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"]);
        // What would not be taken is not deleted.
        let wrong = shop.replace("restartPolicy: Never", "restartPolicy: Always");
        let deployed = harness.deploy(&wrong).await;
        assert_eq!(deployed.findings.len(), 1, "{deployed:?}");
        let still = harness.get("batch/v1", "Job", Some("shop"), "migrate").await.expect("is there");
        assert_eq!(still["metadata"]["uid"], after["metadata"]["uid"]);
    }
}

pub(crate) async fn what_our_inventory_does_not_own_is_not_recreated() {
    let mut harness = Harness::start().await;
    harness.options.recreate = vec!["Job".to_owned()];
    harness.deploy(SHOP).await;
    harness.options.environment = "other".to_owned();
    let deployed = harness.deploy(&SHOP.replace("migrate:1", "migrate:2")).await;
    assert_eq!(harness.findings(&deployed).len(), 1, "{deployed:?}");
    assert!(deployed.findings[0].message.contains("is immutable"), "{deployed:?}");
}

pub(crate) async fn what_flux_owns_is_refused_before_anything_is_touched() {
    let harness = Harness::start().await;
    let owned = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: owned
  namespace: default
  labels:
    kustomize.toolkit.fluxcd.io/name: apps
    kustomize.toolkit.fluxcd.io/namespace: flux-system
";
    let live = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned", "namespace": "default",
        "labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}}});
    harness.cluster.create(&live).await.expect("created");
    let free = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: free, namespace: default } }";
    let deployed = harness.deploy(&format!("{owned}---\n{free}\n")).await;
    assert_eq!(
        harness.findings(&deployed),
        [
            "owned-by-other line 4: ConfigMap default/owned is owned by Flux Kustomization `flux-system/apps` on the cluster"
        ]
    );
    assert!(deployed.findings[0].help.as_deref().is_some_and(|h| h.contains("preview namespace")));
    assert_eq!(deployed.summary, "`ConfigMap/owned` owned by others");
    assert!(harness.get("v1", "ConfigMap", Some("default"), "free").await.is_none());
}

pub(crate) async fn a_namespace_that_nobody_makes_is_named_with_its_line() {
    let harness = Harness::start().await;
    let deployed =
        harness.deploy("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: nowhere\n").await;
    assert_eq!(
        harness.findings(&deployed),
        ["apply-rejected line 5: the namespace `nowhere` of ConfigMap nowhere/a does not exist"]
    );
}

pub(crate) async fn a_kind_that_is_not_served_is_a_finding_and_nothing_is_applied() {
    let harness = Harness::start().await;
    let widget = "apiVersion: acme.io/v1\nkind: Widget\nmetadata: { name: w, namespace: default }\n";
    let deployed = harness.deploy(&format!("{widget}---\n{SHOP}")).await;
    assert_eq!(harness.findings(&deployed), ["apply-rejected line 1: the cluster does not serve `acme.io/v1 Widget`"]);
    assert_eq!(changes(&deployed), Vec::<String>::new());
}

pub(crate) async fn an_encrypted_document_is_skipped_and_named() {
    let harness = Harness::start().await;
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: default }\nstringData: { a: ENC }\nsops: { mac: x }\n";
    let deployed = harness.deploy(secret).await;
    let skipped: Vec<String> = deployed.skipped.iter().map(|s| format!("{}: {}", s.object, s.because)).collect();
    assert_eq!(skipped, ["Secret default/s: encrypted with SOPS, and never applied as ciphertext"]);
    assert!(harness.get("v1", "Secret", Some("default"), "s").await.is_none());
}

pub(crate) async fn a_cause_that_may_not_be_read_is_said_to_be_missing() {
    let mut harness = Harness::start_forbidding(&[("list", "pods"), ("list", "events")]).await;
    harness.options.timeout = std::time::Duration::from_secs(2);
    let deployed = harness.deploy(&SHOP.replace("web:1.4.0", "web:9.9")).await;
    let found = harness.findings(&deployed);
    assert_eq!(found.len(), 1, "{deployed:?}");
    assert!(found[0].starts_with("not-ready line 17: `Deployment/web` was not ready after 2s, "), "{found:?}");
    assert_eq!(
        deployed.notices,
        [
            "not allowed: list events in namespace shop: causes may be missing",
            "not allowed: list pods in namespace shop: causes may be missing"
        ]
    );
}

pub(crate) async fn a_missing_right_on_what_we_keep_ourselves_says_what_to_grant() {
    for (verb, resource, expected) in [
        ("get", "leases.coordination.k8s.io", "grant get, create and update on leases.coordination.k8s.io"),
        ("patch", "configmaps", "grant get, create and patch on configmaps in namespace `default`"),
    ] {
        let harness = Harness::start_forbidding(&[(verb, resource)]).await;
        let service = "{ apiVersion: v1, kind: Service, metadata: { name: a, namespace: default }, spec: { ports: [ { port: 1 } ] } }";
        let broken = harness.deploy(service).await.broken.unwrap_or_default();
        assert!(broken.starts_with(&format!("not allowed to {verb} ")) && broken.contains(expected), "{broken}");
    }
}

pub(crate) async fn a_warning_of_the_server_is_a_finding_at_its_line_and_no_refusal() {
    const ENDPOINTS: &str = "\
metadata: { name: db, namespace: default }
apiVersion: v1
kind: Endpoints
subsets: [{ addresses: [{ ip: 10.0.0.1 }], ports: [{ port: 5432 }] }]
";
    let harness = Harness::start().await;
    let deployed = harness.deploy(ENDPOINTS).await;
    let told = "server-warning line 2: the API server warns of Endpoints default/db: v1 Endpoints is deprecated in v1.33+; use \
                discovery.k8s.io/v1 EndpointSlice";
    assert_eq!(harness.findings(&deployed), [told]);
    assert_eq!(deployed.findings[0].level, seatrial_model::Level::Warning);
    assert_eq!(changes(&deployed), ["created Endpoints default/db"]);
    let again = harness.deploy(ENDPOINTS).await;
    assert_eq!(again.findings[0].level, seatrial_model::Level::Note, "it is not changed");
}
