//! The crate against a real API server: what its answers really look like. Runs where `SEATRIAL_TEST_KUBECONFIG` names a kubeconfig whose current
//! context may do everything and whose context `nobody` may do nothing; says so where it does not.

#![allow(clippy::print_stderr, reason = "what is skipped is said")]
#![allow(clippy::disallowed_methods, reason = "which API server there is stands in the environment")]

use std::sync::Arc;

use seatrial_api::{ApiError, Cluster, ClusterTarget, Conflict, Environment, ProxyRequest};
use seatrial_model::{Masker, ObjectId};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

async fn connect(context: Option<&str>) -> Option<Cluster> {
    let Ok(file) = std::env::var("SEATRIAL_TEST_KUBECONFIG") else {
        eprintln!("SKIPPED: SEATRIAL_TEST_KUBECONFIG is not set, nothing was tried against a real API server");
        return None;
    };
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let target = ClusterTarget::Kubeconfig { file: Some(file), context: context.map(str::to_owned) };
    let masker = Arc::new(Masker::new());
    masker.add("hunter2hunter2");
    Some(Cluster::connect(&target, &Environment::new(), &transport, &masker).await.expect("it answers"))
}

fn deployment(namespace: &str, spec: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": namespace },
        "spec": {
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "web", "image": "web:1" }] }
            }
        }
    });
    for (key, value) in spec.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    object
}

async fn namespace(cluster: &Cluster, name: &str) {
    let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    cluster.apply(&object).await.expect("applied");
}

#[tokio::test]
async fn applies_reads_lists_and_deletes() {
    let Some(cluster) = connect(None).await else { return };
    let name = "seatrial-verbs";
    namespace(&cluster, name).await;
    let id = ObjectId::new("apps", "Deployment", Some(name), "web");
    // An earlier run may have been cut short.
    cluster.delete("apps/v1", &id, None).await.expect("no error");
    let desired = deployment(name, &json!({ "replicas": 2 }));
    assert!(cluster.dry_run(&desired).await.expect("fits").created);
    assert!(cluster.apply(&desired).await.expect("applied").created);
    let again = cluster.apply(&desired).await.expect("applied");
    assert_eq!((again.created, again.object["metadata"]["generation"].as_i64()), (false, Some(1)));
    assert_eq!(again.object["metadata"]["managedFields"][0]["manager"], "seatrial");
    let live = cluster.get("apps/v1", &id).await.expect("readable").expect("there");
    let listed = cluster.list("apps/v1", "Deployment", Some(name), None).await.expect("readable");
    assert_eq!((listed.len(), &listed[0]["kind"]), (1, &json!("Deployment")));
    assert!(!cluster.delete("apps/v1", &id, Some("another-uid")).await.expect("no error"));
    assert!(cluster.delete("apps/v1", &id, live["metadata"]["uid"].as_str()).await.expect("deleted"));
    assert!(cluster.get("apps/v1", &id).await.expect("readable").is_none());
}

#[tokio::test]
async fn pages_of_a_long_list_are_all_read() {
    let Some(cluster) = connect(None).await else { return };
    let name = "seatrial-pages";
    namespace(&cluster, name).await;
    for index in 0..520 {
        let metadata = json!({ "name": format!("c{index}"), "namespace": name, "labels": { "test": "pages" } });
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata });
        cluster.apply(&object).await.expect("applied");
    }
    let listed = cluster.list("v1", "ConfigMap", Some(name), Some("test=pages")).await.expect("readable");
    assert_eq!(listed.len(), 520);
}

#[tokio::test]
async fn the_servers_refusals_have_their_sentences() {
    let Some(cluster) = connect(None).await else { return };
    let name = "seatrial-refusals";
    namespace(&cluster, name).await;
    let refused = async |object: Value| cluster.dry_run(&object).await.expect_err("refused");

    let error = refused(deployment(name, &json!({ "replica": 2 }))).await;
    assert!(
        error.is_the_changes_fault() && error.to_string().contains(".spec.replica: field not declared"),
        "{error:?}"
    );

    let error = refused(deployment(name, &json!({ "replicas": -1 }))).await;
    let ApiError::Rejected { code: 422, causes, .. } = &error else { panic!("{error:?}") };
    assert_eq!(causes[0].0, "spec.replicas");

    let error = refused(deployment(name, &json!({ "replicas": "two" }))).await;
    assert!(error.is_the_changes_fault(), "{error:?}");

    let error = refused(deployment("no-such-namespace", &json!({}))).await;
    assert_eq!(error.to_string(), "namespaces `no-such-namespace` not found");

    let error = refused(json!({ "apiVersion": "example.com/v1", "kind": "Widget", "metadata": { "name": "x" } })).await;
    assert_eq!(error.to_string(), "the cluster does not serve example.com/v1 Widget");
    let error = refused(json!({ "apiVersion": "apps/v1", "kind": "Widget", "metadata": { "name": "x" } })).await;
    assert_eq!(error.to_string(), "the cluster does not serve apps/v1 Widget");

    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "s", "namespace": name },
        "type": "kubernetes.io/tls", "stringData": { "tls.key": "hunter2hunter2" }, "data": { "x": "hunter2hunter2 is not base64" }
    });
    let error = refused(secret).await;
    assert!(error.is_the_changes_fault() && !error.to_string().contains("hunter2"), "{error:?}");

    let config = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c", "namespace": name } });
    cluster.apply(&config).await.expect("applied");
    let error = cluster.create(&config).await.expect_err("exists");
    assert!(matches!(&error, ApiError::Rejected { code: 409, reason, .. } if reason == "AlreadyExists"), "{error:?}");
    let mut stale = config.clone();
    stale["metadata"]["resourceVersion"] = json!("1");
    let error = cluster.replace(&stale).await.expect_err("stale");
    assert!(matches!(&error, ApiError::Rejected { code: 409, reason, .. } if reason == "Conflict"), "{error:?}");
    let mut wrong = config.clone();
    wrong["metadata"]["name"] = json!("d");
    wrong["dada"] = json!({});
    let error = cluster.create(&wrong).await.expect_err("strict");
    assert!(error.to_string().contains("unknown field \"dada\""), "{error:?}");
    cluster.delete("v1", &ObjectId::new("", "ConfigMap", Some(name), "c"), None).await.expect("deleted");
}

#[tokio::test]
async fn a_field_of_another_manager_is_a_conflict_with_its_name() {
    let Some(cluster) = connect(None).await else { return };
    let name = "seatrial-conflicts";
    namespace(&cluster, name).await;
    let mut theirs = deployment(name, &json!({ "replicas": 3 }));
    theirs["metadata"]["name"] = json!("theirs");
    // An object with managedFields of others is had by replacing what another one applied; here kubectl stands for it.
    let kubectl = std::process::Command::new("kubectl")
        .args(["apply", "--server-side", "--field-manager=kustomize-controller", "-f", "-"])
        .env("KUBECONFIG", std::env::var("SEATRIAL_TEST_KUBECONFIG").unwrap_or_default())
        .stdin(std::process::Stdio::piped())
        .spawn();
    let Ok(mut kubectl) = kubectl else {
        eprintln!("SKIPPED: kubectl is not installed, no conflict was made");
        return;
    };
    let stdin = kubectl.stdin.take().expect("piped");
    serde_json::to_writer(stdin, &theirs).expect("written");
    assert!(kubectl.wait().expect("it ran").success());
    theirs["spec"]["replicas"] = json!(4);
    let error = cluster.apply(&theirs).await.expect_err("a conflict");
    let conflict = Conflict { manager: "kustomize-controller".to_owned(), field: ".spec.replicas".to_owned() };
    assert!(matches!(&error, ApiError::FieldConflict(found) if found == &[conflict]), "{error:?}");
}

#[tokio::test]
async fn rbac_refusals_name_verb_resource_namespace_and_user() {
    let Some(cluster) = connect(Some("nobody")).await else { return };
    let error = cluster.dry_run(&deployment("default", &json!({}))).await.expect_err("forbidden");
    assert_eq!(error.to_string(), "not allowed: patch deployments.apps in namespace default");
    assert!(matches!(&error, ApiError::Forbidden { user: Some(_), .. }), "{error:?}");
    let error = cluster.list("v1", "Pod", None, None).await.expect_err("forbidden");
    assert_eq!(error.to_string(), "not allowed: list pods in the whole cluster");
    let asked = cluster.proxy(&asked("default", "web"), std::time::Duration::from_secs(5)).await;
    assert_eq!(asked.expect_err("forbidden").to_string(), "not allowed: get services/proxy in namespace default");
}

#[tokio::test]
async fn the_proxy_tells_that_nobody_is_behind_a_service() {
    let Some(cluster) = connect(None).await else { return };
    let name = "seatrial-proxy";
    namespace(&cluster, name).await;
    let spec = json!({ "selector": { "app": "none" }, "ports": [{ "port": 80 }] });
    let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "web", "namespace": name }, "spec": spec });
    cluster.apply(&service).await.expect("applied");
    // What the endpoints controller would write, if one ran here: until then the API server knows no such service.
    let endpoints =
        json!({ "apiVersion": "v1", "kind": "Endpoints", "metadata": { "name": "web", "namespace": name } });
    cluster.apply(&endpoints).await.expect("applied");
    let ask = async |service: &str| {
        cluster.proxy(&asked(name, service), std::time::Duration::from_secs(5)).await.expect_err("nobody")
    };
    let error = ask("web").await;
    assert!(error.is_service_unavailable(), "{error:?}");
    assert_eq!(ask("none").await.to_string(), "services `none` not found");
}

/// A request to the only port of a service.
fn asked<'a>(namespace: &'a str, service: &'a str) -> ProxyRequest<'a> {
    ProxyRequest { namespace, service, path: "/", ..ProxyRequest::default() }
}
