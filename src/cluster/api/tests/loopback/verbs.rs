//! The verbs: what is sent, what is sent again, and what comes of the answers.

use std::sync::Arc;
use std::time::Duration;

use seatrial_api::{ApiError, Cluster, ClusterTarget, ContainerRun, Environment, ProxyRequest};
use seatrial_model::{Masker, ObjectId};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

use crate::server::{Seen, Server, Step, basics};

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";

pub(crate) async fn serving(script: impl Fn(&Seen, usize) -> Step + Send + Sync + 'static) -> (Server, Cluster) {
    let server = Server::plain(move |request, before| basics(request).unwrap_or_else(|| script(request, before))).await;
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let masker = Arc::new(Masker::new());
    masker.add("hunter2hunter2");
    let target = ClusterTarget::Url(server.url());
    let cluster = Cluster::connect(&target, &Environment::new(), &transport, &masker).await.expect("it answers");
    (server, cluster)
}

fn web() -> ObjectId {
    ObjectId::new("apps", "Deployment", Some("shop"), "web")
}

fn deployment() -> Value {
    let metadata = json!({ "name": "web", "namespace": "shop" });
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata })
}

pub(crate) fn ok(body: &Value) -> Step {
    Step::Answer("200 OK", body.to_string())
}

fn failure(status: &'static str, message: &str) -> Step {
    Step::Answer(status, json!({ "kind": "Status", "status": "Failure", "message": message }).to_string())
}

#[tokio::test]
async fn an_apply_is_strict_unforced_and_ours() {
    let (server, cluster) = serving(|request, _| {
        let status = if request.line.contains("dryRun") { "201 Created" } else { "200 OK" };
        Step::Answer(status, request.body.clone())
    })
    .await;
    assert!(cluster.dry_run(&deployment()).await.expect("applied").created);
    let applied = cluster.apply(&deployment()).await.expect("applied");
    assert_eq!((applied.created, applied.object), (false, deployment()));
    let sent = server.seen("PATCH");
    let lines: Vec<&str> = sent.iter().map(|request| request.line.as_str()).collect();
    let parameters = "fieldManager=seatrial&fieldValidation=Strict";
    assert_eq!(lines, [format!("PATCH {WEB}?&dryRun=All&{parameters}"), format!("PATCH {WEB}?&{parameters}")]);
    assert!(sent[0].headers.contains("content-type: application/apply-patch+yaml"));
    assert!(sent[0].headers.contains("user-agent: seatrial/"));
    assert_eq!(server.seen("GET /apis/apps/v1").len(), 1, "discovery is asked once");
}

#[tokio::test]
async fn creates_and_replaces_strictly_and_deletes_in_the_background_with_a_guard() {
    let (server, cluster) = serving(|request, _| Step::Answer("200 OK", request.body.clone())).await;
    cluster.create(&deployment()).await.expect("created");
    cluster.replace(&deployment()).await.expect("replaced");
    assert!(cluster.delete("apps/v1", &web(), Some("u-1")).await.expect("deleted"));
    let parameters = "fieldManager=seatrial&fieldValidation=Strict";
    let collection = "/apis/apps/v1/namespaces/shop/deployments";
    assert_eq!(server.seen("POST")[0].line, format!("POST {collection}?&{parameters}"));
    assert_eq!(server.seen("PUT")[0].line, format!("PUT {WEB}?&{parameters}"));
    let options: Value = serde_json::from_str(&server.seen("DELETE")[0].body).expect("JSON");
    assert_eq!(options, json!({ "propagationPolicy": "Background", "preconditions": { "uid": "u-1" } }));
}

#[tokio::test]
async fn what_is_not_there_is_no_error_of_get_and_delete() {
    let details = json!({ "name": "web", "group": "apps", "kind": "deployments" });
    let missing = json!({ "kind": "Status", "code": 404, "message": "gone", "details": details }).to_string();
    let other = "Precondition failed: UID in precondition: u-1, UID in object meta: u-2";
    let (_server, cluster) = serving(move |request, before| match before {
        0 => Step::Answer("404 Not Found", missing.clone()),
        _ if request.line.starts_with("DELETE") => failure("409 Conflict", other),
        _ => ok(&json!({})),
    })
    .await;
    assert!(cluster.get("apps/v1", &web()).await.expect("no error").is_none());
    assert!(!cluster.delete("apps/v1", &web(), None).await.expect("no error"));
    assert!(!cluster.delete("apps/v1", &web(), Some("u-1")).await.expect("no error"));
}

#[tokio::test]
async fn a_list_is_all_pages_with_types_and_begins_again_when_its_token_is_too_old() {
    let (server, cluster) = serving(|request, _| {
        let page = |name: &str, next: &str| {
            ok(&json!({ "metadata": { "continue": next }, "items": [{ "metadata": { "name": name } }] }))
        };
        match request.line.split("continue=").nth(1) {
            None => page("a", "t-1"),
            Some(token) if token.starts_with("t-1") => page("b", "t-2"),
            Some(_) => failure("410 Gone", "too old"),
        }
    })
    .await;
    let error = cluster.list("v1", "Pod", Some("shop"), Some("app=web")).await.expect_err("always too old");
    assert!(matches!(error, ApiError::Rejected { code: 410, .. }), "{error:?}");
    assert_eq!(server.seen("GET /api/v1/namespaces/shop/pods?").len(), 12, "four rounds of three pages");

    let (server, cluster) = serving(|_, _| ok(&json!({ "metadata": {}, "items": [{ "metadata": {} }] }))).await;
    let pods = cluster.list("v1", "Pod", None, Some("app=web")).await.expect("a list");
    assert_eq!(pods, [json!({ "apiVersion": "v1", "kind": "Pod", "metadata": {} })]);
    let asked = &server.seen("GET /api/v1/pods")[0].line;
    assert!(asked.contains("limit=500") && asked.contains("labelSelector=app%3Dweb"), "{asked}");
}

#[tokio::test]
async fn sends_again_what_is_harmless_to_send_again() {
    // First answer, and how many requests a GET and a POST then are.
    type First = fn() -> Step;
    let table: [(&str, First, usize, usize); 5] = [
        ("closed", || Step::Close, 2, 1),
        ("503", || failure("503 Service Unavailable\r\nRetry-After: 0", "leader changed"), 2, 1),
        ("429", || failure("429 Too Many Requests\r\nRetry-After: 0", "slow down"), 2, 2),
        ("429 for long", || failure("429 Too Many Requests\r\nRetry-After: 600", "slow down"), 1, 1),
        ("422", || failure("422 Unprocessable Entity", "no"), 1, 1),
    ];
    for (name, first, gets, posts) in table {
        let (server, cluster) = serving(move |_, before| if before == 0 { first() } else { ok(&json!({})) }).await;
        let (got, posted) = (cluster.get("apps/v1", &web()).await, cluster.create(&deployment()).await);
        let counts = (server.seen(&format!("GET {WEB}")).len(), server.seen("POST").len());
        assert_eq!(counts, (gets, posts), "{name}");
        assert_eq!((got.is_ok(), posted.is_ok()), (gets > 1, posts > 1), "{name}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_says_that_it_may_have_happened() {
    let (server, cluster) = serving(|_, _| Step::Close).await;
    let error = cluster.create(&deployment()).await.expect_err("closed");
    assert!(matches!(error, ApiError::Closed(_)), "{error:?}");
    assert!(error.to_string().starts_with("the connection to the API server broke: "), "{error}");
    let error = cluster.apply(&deployment()).await.expect_err("closed");
    assert!(matches!(error, ApiError::Closed(_)), "{error:?}");
    assert_eq!((server.seen("POST").len(), server.seen("PATCH").len()), (1, 2));
}

#[tokio::test]
async fn a_field_that_the_schema_does_not_know_is_not_retried_though_it_comes_as_500() {
    let words = "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema";
    let (server, cluster) = serving(move |_, _| failure("500 Internal Server Error", words)).await;
    let error = cluster.apply(&deployment()).await.expect_err("refused");
    assert!(error.is_the_changes_fault(), "{error:?}");
    assert_eq!(server.seen("PATCH").len(), 1);
}

#[tokio::test]
async fn a_kind_that_comes_later_is_found_later() {
    let (_server, cluster) = serving(|request, before| match (request.line.as_str(), before) {
        ("GET /apis/example.com/v1", 0) => Step::Answer("404 Not Found", "404 page not found\n".to_owned()),
        ("GET /apis/example.com/v1", 1) => ok(&json!({ "resources": [] })),
        _ => ok(&json!({ "resources": [{ "name": "widgets", "kind": "Widget", "namespaced": false }] })),
    })
    .await;
    for _ in 0..2 {
        let error = cluster.scope("example.com/v1", "Widget").await.expect_err("not yet");
        assert_eq!(error.to_string(), "the cluster does not serve example.com/v1 Widget");
    }
    assert_eq!(cluster.scope("example.com/v1", "Widget").await.expect("served"), seatrial_kubernetes::Scope::Cluster);
}

#[tokio::test]
async fn logs_are_the_last_lines_and_masked() {
    let (server, cluster) =
        serving(|_, _| Step::Answer("200 OK", "starting\npassword hunter2hunter2\n".to_owned())).await;
    let logs = cluster.logs("shop", "web-1", "web", 20, ContainerRun::Previous).await.expect("logs");
    assert_eq!(logs, "starting\npassword ***\n");
    let asked = &server.seen("GET /api/v1/namespaces/shop/pods/web-1/log")[0].line;
    for part in ["container=web", "tailLines=20", "previous=true", "limitBytes=4194304"] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[tokio::test]
async fn a_name_from_a_manifest_leads_nowhere_else() {
    let (server, cluster) = serving(|_, _| ok(&json!({}))).await;
    let id = ObjectId::new("apps", "Deployment", Some("shop"), "../../secrets?x=1");
    cluster.get("apps/v1", &id).await.expect("asked for as a name");
    let asked = &server.seen("GET /apis/apps/v1/namespaces")[0].line;
    assert_eq!(asked, "GET /apis/apps/v1/namespaces/shop/deployments/..%2F..%2Fsecrets%3Fx%3D1");
    let id = ObjectId::new("apps", "Deployment", Some(".."), "web");
    assert!(cluster.get("apps/v1", &id).await.expect_err("no such namespace").is_the_changes_fault());
}

async fn ask(cluster: &Cluster, path: &str) -> Result<seatrial_api::ProxyAnswer, ApiError> {
    cluster.proxy(&asked(Some("http"), path, &[]), Duration::from_secs(5)).await
}

#[tokio::test]
async fn the_service_proxy_tells_the_servers_answers_from_the_services() {
    let own = |code: u16, message: &str, kind: &str| {
        let details = json!({ "kind": kind, "name": "web" });
        json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message, "details": details })
    };
    let nobody = own(503, "no endpoints available for service \"web\"", "");
    let refused = own(503, "error trying to reach service: dial tcp 10.0.0.1:80: connect: connection refused", "");
    let denied = own(
        403,
        "services \"web\" is forbidden: User \"bob\" cannot get resource \"services/proxy\" in API group \"\" in the namespace \"shop\"",
        "services",
    );
    let missing = own(404, "services \"web\" not found", "services");
    let alike = own(404, "no such order", "orders");
    let answers = [nobody, refused, denied, missing, alike];
    let (server, cluster) = serving(move |request, _| {
        let which: usize = request.line.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(9);
        match (which, answers.get(which)) {
            (0 | 1, Some(body)) => Step::Answer("503 Service Unavailable", body.to_string()),
            (2, Some(body)) => Step::Answer("403 Forbidden", body.to_string()),
            (_, Some(body)) => Step::Answer("404 Not Found", body.to_string()),
            _ => Step::Answer("500 Internal Server Error\r\nX-Own: yes", "oh no".to_owned()),
        }
    })
    .await;
    for path in ["/0", "/1"] {
        let error = ask(&cluster, path).await.expect_err("nobody there");
        assert!(error.is_service_unavailable(), "{error:?}");
    }
    let says = ask(&cluster, "/2").await.expect_err("forbidden").to_string();
    assert_eq!(says, "not allowed: get services/proxy in namespace shop");
    assert_eq!(ask(&cluster, "/3").await.expect_err("missing").to_string(), "services `web` not found");
    assert_eq!(ask(&cluster, "/4").await.expect("the service's own 404").status, 404);
    let answer = ask(&cluster, "/x?a=1").await.expect("the service's own 500");
    assert_eq!((answer.status, answer.body.as_slice()), (500, b"oh no".as_slice()));
    assert!(answer.headers.contains(&("x-own".to_owned(), "yes".to_owned())));
    assert_eq!(server.seen("GET /api/v1/namespaces/shop/services/web:http/proxy/x?a=1").len(), 1, "not sent again");
}

#[tokio::test]
async fn a_test_cannot_climb_out_of_the_service_or_act_as_somebody_else() {
    let (server, cluster) = serving(|_, _| ok(&json!({}))).await;
    for path in ["/../../../secrets", "/%2e%2e/%2e%2e/x"] {
        assert!(ask(&cluster, path).await.expect_err("climbs").to_string().contains("leads out of the service"));
    }
    for name in ["Impersonate-User", "authorization", "X-Remote-User", "Host"] {
        let headers = [(name.to_owned(), "admin".to_owned())];
        let outcome = cluster.proxy(&asked(None, "/", &headers), Duration::from_secs(5)).await;
        assert!(outcome.expect_err("refused").to_string().starts_with(&format!("the header `{name}` cannot be sent")));
    }
    assert!(server.seen("GET /api/v1/namespaces").is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_and_a_silent_service_is_left() {
    let (_server, cluster) =
        serving(
            |request, _| {
                if request.line.ends_with("/slow") { Step::Hang } else { Step::Answer("200 OK", "x".repeat(3 << 20)) }
            },
        )
        .await;
    assert_eq!(ask(&cluster, "/long").await.expect("an answer").body.len(), 1 << 20);
    let outcome = cluster.proxy(&asked(None, "/slow", &[]), Duration::from_millis(200)).await;
    assert!(matches!(outcome, Err(ApiError::TimedOut { .. })));
}

#[tokio::test]
async fn an_answer_or_a_list_without_end_is_an_error() {
    let (server, cluster) = serving(|request, _| match request.line.as_str() {
        line if line.contains("/deployments/web") => Step::Answer("200 OK", "[0,".repeat(3 << 20)),
        line if line.contains("namespaces/large") => {
            Step::Answer("200 OK", format!(r#"{{"metadata":{{"continue":"x"}},{}"items":[]}}"#, " ".repeat(50 << 20)))
        }
        _ => ok(&json!({ "metadata": { "continue": "x" }, "items": [] })),
    })
    .await;
    let error = cluster.get("apps/v1", &web()).await.expect_err("is too large").to_string();
    assert!(error.contains("an answer of more than 8 MiB"), "{error}");
    let error = cluster.list("v1", "Pod", Some("large"), None).await.expect_err("is too large").to_string();
    assert!(error.contains("a list of more than 128 MiB"), "{error}");
    assert_eq!(server.seen("GET /api/v1/namespaces/large/pods?").len(), 3);
    let error = cluster.list("v1", "Pod", Some("shop"), None).await.expect_err("never ends").to_string();
    assert!(error.contains("a list of more than 1000 pages"), "{error}");
}

/// Asked for no wait, or for one that is past, we would flood a server that is overloaded.
#[tokio::test]
async fn an_overloaded_server_is_not_flooded_whatever_wait_it_asks_for() {
    let past =
        "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:00:00 GMT";
    let none = "429 Too Many Requests\r\nRetry-After: 0";
    let endless = "429 Too Many Requests\r\nRetry-After: Fri, 01 Jan 10000 00:00:00 GMT";
    let asked = |status: &'static str| async move {
        let details = json!({ "retryAfterSeconds": 0 });
        let body =
            json!({ "kind": "Status", "status": "Failure", "message": "slow down", "details": details }).to_string();
        let (server, cluster) = serving(move |_, _| Step::Answer(status, body.clone())).await;
        let outcome = tokio::time::timeout(Duration::from_secs(5), cluster.apply(&deployment())).await;
        assert!(outcome.is_err(), "{status}: it is waited for");
        server.seen("PATCH").len()
    };
    let counts = tokio::join!(asked(past), asked(none), asked(endless), asked("429 Too Many Requests"));
    for count in [counts.0, counts.1, counts.2, counts.3] {
        assert!((2..=8).contains(&count), "{counts:?}");
    }
    let huge = "429 Too Many Requests\r\nRetry-After: 18446744073709551615";
    let (_server, cluster) = serving(move |_, _| failure(huge, "slow down")).await;
    assert!(matches!(cluster.apply(&deployment()).await, Err(ApiError::TooManyRequests)));
}

/// A server that sends us on would get, or be made to use, our credentials.
#[tokio::test]
async fn a_redirect_of_the_api_server_is_not_followed() {
    let other = Server::plain(|_, _| ok(&json!({}))).await;
    for status in [301, 302, 303, 307, 308] {
        let head: &'static str = format!("{status} Moved\r\nLocation: {}/x", other.url()).leak();
        let (_server, cluster) = serving(move |_, _| Step::Answer(head, String::new())).await;
        let got = cluster.get("apps/v1", &web()).await.expect_err("is not followed").to_string();
        let sent = cluster.apply(&deployment()).await.expect_err("is not followed").to_string();
        for sentence in [got, sent] {
            assert!(sentence.contains("it redirects elsewhere"), "{sentence}");
        }
    }
    assert_eq!(other.seen("").len(), 0);
}

/// A request to a port of the service `web`.
fn asked<'a>(port: Option<&'a str>, path: &'a str, headers: &'a [(String, String)]) -> ProxyRequest<'a> {
    ProxyRequest { namespace: "shop", service: "web", port, path, headers, ..ProxyRequest::default() }
}
