//! Deployments, Jobs, Services, namespaces, garbage: what the controllers do.

use std::time::{Duration, Instant};

use crate::bed::{Bed, condition, deployment, number, text};

const IMAGES: &str = "
images:
  - { name: shop/web, tags: ['1', '2'], serves: { /: hello, /healthz: '{\"status\":\"ok\"}' } }
  - { name: shop/quiet, tags: ['1'] }
  - { name: shop/fails, tags: ['1'], exits: 1 }
";
const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";
const SERVICE: &str = "
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_rolls_out_and_its_service_answers() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    let began = Instant::now();
    bed.applied("/api/v1/namespaces/shop/services/web", SERVICE).await;
    let (code, none) = bed.get("/api/v1/namespaces/shop/services/web/proxy/").await;
    assert_eq!((code, text(&none, "/message")), (503, "no endpoints available for service \"web\""));
    let made = bed.applied(WEB, &deployment("web", "shop/web:1", 2)).await;
    assert_eq!((number(&made, "/metadata/generation"), number(&made, "/status/observedGeneration")), (1, 0));
    let live = bed.until(WEB, |d| condition(d, "Progressing").1 == "NewReplicaSetAvailable").await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
        assert_eq!(number(&live, &format!("/status/{field}")), 2, "{field}: {live:#}");
    }
    assert_eq!(condition(&live, "Available"), ("True", "MinimumReplicasAvailable"));
    assert_eq!(number(&live, "/status/observedGeneration"), 1);
    // The only port has a name: without it, nobody is found.
    let (code, none) = bed.get("/api/v1/namespaces/shop/services/web/proxy/healthz").await;
    assert_eq!((code, text(&none, "/message")), (503, "no endpoints available for service \"web\""));
    for name in ["web:http", "http:web:80", "http:web:http"] {
        let path = format!("/api/v1/namespaces/shop/services/{name}/proxy/healthz");
        let found = bed.until(&path, |answer| answer.get("status").is_some()).await;
        assert_eq!(text(&found, "/status"), "ok", "{name}");
    }
    let slices =
        "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=kubernetes.io/service-name%3Dweb";
    let slices = bed.until(slices, |s| s.pointer("/items/0/endpoints/1/conditions/ready").is_some()).await;
    assert_eq!(number(&slices, "/items/0/ports/0/port"), 8080);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tag_makes_a_new_replica_set_and_empties_the_old_one() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    bed.applied(WEB, &deployment("web", "shop/web:1", 3)).await;
    bed.until(WEB, |d| number(d, "/status/availableReplicas") == 3).await;
    let changed = bed.applied(WEB, &deployment("web", "shop/web:2", 3)).await;
    assert_eq!(number(&changed, "/metadata/generation"), 2);
    let live = bed.until(WEB, |d| {
        number(d, "/status/observedGeneration") == 2
            && number(d, "/status/updatedReplicas") == 3
            && number(d, "/status/replicas") == 3
            && condition(d, "Progressing").1 == "NewReplicaSetAvailable"
    });
    let live = live.await;
    assert_eq!(text(&live, "/metadata/annotations/deployment.kubernetes.io~1revision"), "2");
    let (_, sets) = bed.get("/apis/apps/v1/namespaces/shop/replicasets").await;
    let mut desired: Vec<i64> =
        sets["items"].as_array().expect("a list").iter().map(|set| number(set, "/spec/replicas")).collect();
    desired.sort_unstable();
    assert_eq!(desired, [0, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_that_does_not_progress_keeps_the_old_pods_and_says_so() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    bed.applied(WEB, &deployment("web", "shop/web:1", 2)).await;
    bed.until(WEB, |d| number(d, "/status/availableReplicas") == 2).await;
    let broken = deployment("web", "shop/web:absent", 2)
        .replace("spec:\n  replicas", "spec:\n  progressDeadlineSeconds: 1\n  replicas");
    bed.applied(WEB, &broken).await;
    let live = bed.until(WEB, |d| condition(d, "Progressing").1 == "ProgressDeadlineExceeded").await;
    assert_eq!(condition(&live, "Progressing").0, "False");
    assert_eq!(condition(&live, "Available").0, "True");
    assert_eq!((number(&live, "/status/updatedReplicas"), number(&live, "/status/availableReplicas")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_that_is_missing_is_a_replica_failure() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    let manifest = deployment("web", "shop/web:1", 1)
        .replace("      containers:", "      serviceAccountName: absent\n      containers:");
    bed.applied(WEB, &manifest).await;
    let live = bed.until(WEB, |d| condition(d, "ReplicaFailure").0 == "True").await;
    let message = live.to_string();
    assert!(message.contains("error looking up service account shop/absent"), "{live:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_complete_or_reach_their_backoff_limit() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    let job = |name: &str, image: &str| {
        format!(
            "apiVersion: batch/v1
kind: Job
metadata: {{ name: {name} }}
spec:
  backoffLimit: 1
  template:
    spec:
      restartPolicy: Never
      containers: [{{ name: job, image: \"{image}\" }}]
"
        )
    };
    let path = |name: &str| format!("/apis/batch/v1/namespaces/shop/jobs/{name}");
    bed.applied(&path("good"), &job("good", "shop/quiet:1")).await;
    bed.applied(&path("bad"), &job("bad", "shop/fails:1")).await;
    let good = bed.until(&path("good"), |j| condition(j, "Complete").0 == "True").await;
    assert_eq!(number(&good, "/status/succeeded"), 1);
    let bad = bed.until(&path("bad"), |j| condition(j, "Failed").0 == "True").await;
    assert_eq!((condition(&bad, "Failed").1, number(&bad, "/status/failed")), ("BackoffLimitExceeded", 2));
    let (code, again) = bed.dry_run(&path("good"), &job("good", "shop/quiet:2")).await;
    assert_eq!(code, 422);
    assert!(text(&again, "/message").contains("spec.template: Invalid value:"), "{again:#}");
    assert!(text(&again, "/message").ends_with("field is immutable"), "{again:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stateful_sets_go_one_by_one_and_daemon_sets_have_one_pod() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    let stateful = "/apis/apps/v1/namespaces/shop/statefulsets/db";
    let manifest = deployment("db", "shop/quiet:1", 2)
        .replace("kind: Deployment", "kind: StatefulSet")
        .replace("spec:\n  replicas", "spec:\n  serviceName: db\n  volumeClaimTemplates:\n    - { metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }\n  replicas");
    bed.applied(stateful, &manifest).await;
    let live = bed.until(stateful, |s| number(s, "/status/readyReplicas") == 2).await;
    assert_eq!(text(&live, "/status/currentRevision"), text(&live, "/status/updateRevision"));
    let (_, claim) = bed.get("/api/v1/namespaces/shop/persistentvolumeclaims/data-db-1").await;
    assert_eq!(text(&claim, "/status/phase"), "Bound");
    let daemon = "/apis/apps/v1/namespaces/shop/daemonsets/agent";
    let manifest = deployment("agent", "shop/quiet:1", 1)
        .replace("kind: Deployment", "kind: DaemonSet")
        .replace("  replicas: 1\n", "");
    bed.applied(daemon, &manifest).await;
    bed.until(daemon, |s| number(s, "/status/numberAvailable") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_takes_its_content_with_it() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    bed.applied(WEB, &deployment("web", "shop/web:1", 1)).await;
    bed.until(WEB, |d| number(d, "/status/availableReplicas") == 1).await;
    let (_, answer) = bed.delete("/api/v1/namespaces/shop").await;
    assert_eq!(text(&answer, "/status/phase"), "Terminating");
    let (code, refused) = bed
        .apply("/api/v1/namespaces/shop/configmaps/late", "{apiVersion: v1, kind: ConfigMap, metadata: {name: late}}")
        .await;
    assert_eq!(code, 403);
    assert_eq!(
        text(&refused, "/message"),
        "configmaps \"late\" is forbidden: unable to create new content in namespace shop because it is being terminated"
    );
    assert_eq!(text(&refused, "/details/causes/0/reason"), "NamespaceTerminating");
    bed.until("/api/v1/namespaces/shop", |n| number(n, "/code") == 404).await;
    let (_, pods) = bed.get("/api/v1/pods").await;
    assert_eq!(pods["items"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deployment_owned_goes_with_it() {
    let bed = Bed::start(IMAGES).await;
    bed.namespace("shop").await;
    bed.applied(WEB, &deployment("web", "shop/web:1", 2)).await;
    bed.until(WEB, |d| number(d, "/status/availableReplicas") == 2).await;
    let (code, status) = bed.delete(WEB).await;
    assert_eq!((code, text(&status, "/status")), (200, "Success"));
    let is_empty = |list: &serde_json::Value| list["items"] == serde_json::json!([]);
    bed.until("/apis/apps/v1/namespaces/shop/replicasets", is_empty).await;
    bed.until("/api/v1/namespaces/shop/pods", is_empty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_established_and_its_objects_served_until_it_goes() {
    let bed = Bed::start("{}").await;
    let definition = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.acme.io }
spec:
  group: acme.io
  scope: Namespaced
  names: { plural: widgets, kind: Widget }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
";
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.acme.io";
    bed.applied(path, definition).await;
    bed.until(path, |d| condition(d, "Established").0 == "True").await;
    let widget = "/apis/acme.io/v1/namespaces/default/widgets/a";
    bed.applied(widget, "{apiVersion: acme.io/v1, kind: Widget, metadata: {name: a}, spec: {size: 1}}").await;
    let (_, list) = bed.get("/apis/acme.io/v1").await;
    assert_eq!(text(&list, "/resources/0/kind"), "Widget");
    bed.delete(path).await;
    bed.until(widget, |w| number(w, "/code") == 404).await;
}
