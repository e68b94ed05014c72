//! What the API refuses, in the words of the real one; and what it leaves alone.

use serde_json::Value;

use crate::bed::{Bed, deployment, number, text};

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";

async fn shop(specification: &str) -> Bed {
    let bed = Bed::start(specification).await;
    bed.namespace("shop").await;
    bed
}

#[tokio::test(flavor = "multi_thread")]
async fn applies_that_do_not_fit_are_refused_as_the_api_server_words_it() {
    let bed = shop("{}").await;
    let web = deployment("web", "shop/web:1", 2);
    let typed = "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): ";
    let cases = [
        ("replicas: 2", "replicaz: 2", 500, format!("{typed}.spec.replicaz: field not declared in schema")),
        ("replicas: 2", "replicas: two", 500, format!("{typed}.spec.replicas: expected numeric (int or float), got string")),
        ("name: web }", "name: Web }", 400, "the name of the object (Web) does not match the name on the URL (web)".to_owned()),
        ("image:", "imagee:", 500, format!("{typed}.spec.template.spec.containers[name=\"web\"].imagee: field not declared in schema")),
        (
            "matchLabels: { app: web }",
            "matchLabels: { app: x }",
            422,
            "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`".to_owned(),
        ),
        (
            "  selector: { matchLabels: { app: web } }\n",
            "",
            422,
            "Deployment.apps \"web\" is invalid: spec.selector: Required value".to_owned(),
        ),
    ];
    for (from, to, expected_code, expected) in cases {
        let (code, status) = bed.dry_run(WEB, &web.replace(from, to)).await;
        assert_eq!((code, text(&status, "/message")), (expected_code, expected.as_str()), "{to}");
    }
    let (code, status) = bed.apply("/apis/apps/v1/namespaces/absent/deployments/web", &web).await;
    assert_eq!((code, text(&status, "/message")), (404, "namespaces \"absent\" not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_may_not_change() {
    let bed = shop("{}").await;
    let web = deployment("web", "shop/web:1", 2);
    bed.applied(WEB, &web).await;
    let (code, status) = bed.apply(WEB, &web.replace("app: web", "app: other")).await;
    assert_eq!(code, 422);
    assert_eq!(
        text(&status, "/message"),
        "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable"
    );
    assert_eq!(text(&status, "/details/causes/0/field"), "spec.selector");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_manifest_again_changes_nothing() {
    let bed = shop("images: [{ name: shop/web, tags: ['1'] }]").await;
    let web = deployment("web", "shop/web:1", 2);
    bed.applied(WEB, &web).await;
    let live = bed.until(WEB, |d| number(d, "/status/availableReplicas") == 2).await;
    let (_, dry) = bed.dry_run(WEB, &web).await;
    assert_eq!(dry, live);
    let (_, again) = bed.apply(WEB, &web).await;
    assert_eq!(again, live);
    let service =
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}";
    let path = "/api/v1/namespaces/shop/services/web";
    let first = bed.applied(path, service).await;
    assert_eq!(bed.applied(path, service).await, first);
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: b}}";
    let path = "/api/v1/namespaces/shop/secrets/s";
    let first = bed.applied(path, secret).await;
    assert_eq!(text(&first, "/data/a"), "Yg==");
    assert_eq!(text(&bed.applied(path, secret).await, "/data/a"), "Yg==");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_stores_nothing() {
    let bed = shop("{}").await;
    let (code, made) = bed.dry_run(WEB, &deployment("web", "shop/web:1", 2)).await;
    assert_eq!((code, text(&made, "/spec/strategy/type")), (200, "RollingUpdate"));
    assert_eq!(bed.get(WEB).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forbidden_is_refused_with_the_missing_right() {
    let bed = shop("forbid: [{ verb: patch, resource: deployments.apps }, { verb: '*', resource: secrets }]").await;
    let (code, status) = bed.apply(WEB, &deployment("web", "shop/web:1", 2)).await;
    assert_eq!((code, text(&status, "/reason")), (403, "Forbidden"));
    assert_eq!(
        text(&status, "/message"),
        "deployments.apps \"web\" is forbidden: User \"seatrial\" cannot patch resource \"deployments\" in API group \"apps\" in the namespace \"shop\""
    );
    let (_, status) = bed.get("/api/v1/secrets").await;
    assert_eq!(
        text(&status, "/message"),
        "secrets is forbidden: User \"seatrial\" cannot list resource \"secrets\" in API group \"\" at the cluster scope"
    );
    let ask = r#"{"spec":{"resourceAttributes":{"verb":"patch","group":"apps","resource":"deployments"}}}"#;
    let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let (_, review) = bed.send("POST", reviews, "application/json", ask).await;
    assert_eq!(review.pointer("/status/allowed"), Some(&Value::Bool(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn creation_replacement_and_deletion_keep_their_guards() {
    let bed = shop("{}").await;
    let (maps, map) = ("/api/v1/namespaces/shop/configmaps", "/api/v1/namespaces/shop/configmaps/a");
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"}}"#;
    let (_, made) = bed.send("POST", maps, "application/json", body).await;
    let (code, status) = bed.send("POST", maps, "application/json", body).await;
    assert_eq!((code, text(&status, "/message")), (409, "configmaps \"a\" already exists"));
    let mut newer = made.clone();
    newer["data"]["k"] = "2".into();
    let (code, _) = bed.send("PUT", map, "application/json", &newer.to_string()).await;
    assert_eq!(code, 200);
    let (code, status) = bed.send("PUT", map, "application/json", &newer.to_string()).await;
    assert_eq!((code, text(&status, "/reason")), (409, "Conflict"));
    assert!(
        text(&status, "/message")
            .starts_with("Operation cannot be fulfilled on configmaps \"a\": the object has been modified")
    );
    let strict = format!("{maps}?fieldValidation=Strict");
    let unknown = body.replace("\"data\"", "\"dataa\"").replace("\"a\"}", "\"b\"}");
    let (code, status) = bed.send("POST", &strict, "application/json", &unknown).await;
    assert_eq!(
        (code, text(&status, "/message")),
        (
            400,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dataa\""
        )
    );
    let guard = r#"{"preconditions":{"uid":"other"}}"#;
    let (code, _) = bed.send("DELETE", map, "application/json", guard).await;
    assert_eq!(code, 409);
    assert_eq!(bed.delete(map).await.0, 200);
    let (code, status) = bed.delete(map).await;
    assert_eq!((code, text(&status, "/message")), (404, "configmaps \"a\" not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn finalizers_hold_an_object_until_they_are_gone() {
    let bed = shop("{}").await;
    let map = "/api/v1/namespaces/shop/configmaps/a";
    bed.applied(map, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, finalizers: [acme.io/hold]}}").await;
    let (_, lingering) = bed.delete(map).await;
    assert!(lingering.pointer("/metadata/deletionTimestamp").is_some(), "{lingering:#}");
    assert_eq!(bed.get(map).await.0, 200);
    let free = r#"{"metadata":{"finalizers":null}}"#;
    bed.send("PATCH", map, "application/merge-patch+json", free).await;
    assert_eq!(bed.get(map).await.0, 404);
}
