//! Tests that ask, against a simulated cluster and against addresses on loopback.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use seatrial_model::{TestOutcome, TestResult};
use seatrial_simulated::{Forbidden, Image, SimulatedCluster, Specification};
use seatrial_smoke::{Context, EnvText, Expect, Http, Planned, Probe, TestOptions};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::bed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    test: Probe,
    outcome: String,
    #[serde(default)]
    says: String,
    evidence: Option<String>,
    attempts: Option<u32>,
}

fn image(name: &str, serves: &[(&str, &str)]) -> Image {
    let serves = serves.iter().map(|(path, body)| ((*path).to_owned(), (*body).to_owned())).collect();
    Image { name: name.to_owned(), tags: vec!["1".to_owned()], serves, ..Image::default() }
}

fn deployment(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name, "namespace": "shop" },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": name, "image": image, "ports": [{ "containerPort": 8080 }] }] }
            }
        }
    })
}

fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": name, "namespace": "shop" },
        "spec": { "selector": { "app": name }, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] }
    })
}

/// Two ports, and which is meant is not said.
fn ports(name: &str) -> Value {
    let mut service = service(name);
    service["spec"]["ports"] =
        json!([{ "name": "http", "port": 80, "targetPort": 8080 }, { "name": "metrics", "port": 9090 }]);
    service["metadata"]["name"] = json!("ports");
    service
}

async fn start(forbid: Vec<Forbidden>) -> (SimulatedCluster, Context) {
    let web = image("web", &[("/healthz", "ok"), ("/status", r#"{"db":"up"}"#)]);
    let specification = Specification { images: vec![web, image("deaf", &[])], forbid };
    bed::start(specification).await
}

async fn deployed() -> (SimulatedCluster, Context) {
    let (server, context) = start(Vec::new()).await;
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    context.cluster.apply(&namespace).await.expect("applied");
    for object in [
        deployment("web", "web:1"),
        deployment("deaf", "deaf:1"),
        deployment("lost", "web:2"),
        service("web"),
        service("deaf"),
        service("nobody"),
        ports("web"),
    ] {
        context.cluster.apply(&object).await.expect("applied");
    }
    (server, context)
}

fn test(probe: Probe, context: &Context) -> Planned {
    bed::named("a test", probe, TestOptions::default(), context)
}

fn text(text: &str) -> EnvText {
    EnvText::Text(text.to_owned())
}

fn http(http: Http) -> Probe {
    Probe::Http(Box::new(http))
}

fn url(url: &str, timeout: &str) -> Http {
    Http { url: Some(url.to_owned()), timeout: Some(timeout.to_owned()), ..Http::default() }
}

async fn one(probe: Probe, context: &Context) -> TestResult {
    let mut results = bed::results(&[test(probe, context)], &|_| {}).await;
    assert_eq!(results.len(), 1);
    results.remove(0)
}

#[tokio::test]
async fn every_test_ends_as_the_table_says() {
    let (_server, context) = deployed().await;
    let settled = Http { service: Some("web".to_owned()), path: Some("/healthz".to_owned()), ..Http::default() };
    assert_eq!(one(http(settled), &context).await.outcome, TestOutcome::Passed);
    let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../testdata/requests.yaml")).expect("valid YAML");
    for case in cases {
        let result = one(case.test, &context).await;
        let outcome = serde_json::to_value(result.outcome).expect("JSON");
        assert_eq!(outcome, case.outcome, "{}: {}", case.name, result.message);
        assert!(result.message.starts_with(&case.says), "{}: {}", case.name, result.message);
        assert_eq!(result.message.is_empty(), result.outcome == TestOutcome::Passed, "{}", case.name);
        assert!(!result.message.contains("hunter2"), "{}", result.message);
        assert!(case.attempts.is_none_or(|attempts| attempts == result.attempts), "{}", case.name);
        let shown = result.evidence.first().map(|evidence| evidence.text.as_str()).unwrap_or_default();
        assert!(shown.contains(case.evidence.as_deref().unwrap_or_default()), "{}: {shown}", case.name);
    }
}

#[tokio::test]
async fn a_cluster_that_refuses_breaks_the_test_at_once_and_not_the_next_one() {
    let forbid = vec![Forbidden { verb: "get".to_owned(), resource: "services/proxy".to_owned() }];
    let (_server, context) = start(forbid).await;
    let (address, _) = serve(vec!["200 OK"]).await;
    let port = Some("http".to_owned());
    let refused = Http { service: Some("web".to_owned()), port, ..Http::default() };
    let tests = [test(http(refused), &context), test(http(url(&address, "5s")), &context)];
    let results = bed::results(&tests, &|_| {}).await;
    let outcomes: Vec<TestOutcome> = results.iter().map(|result| result.outcome).collect();
    assert_eq!(outcomes, [TestOutcome::Broken, TestOutcome::Passed]);
    assert_eq!(results[0].message, "not allowed: get services/proxy in namespace shop");
    assert_eq!((results[0].attempts, results[0].kind.as_str()), (1, "http"));
}

#[tokio::test]
async fn a_cluster_that_is_gone_breaks_the_test_after_its_time() {
    let (server, context) = deployed().await;
    let address = server.url().to_owned();
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let gone = Http { service: Some("web".to_owned()), timeout: Some("400ms".to_owned()), ..Http::default() };
    let result = one(http(gone), &context).await;
    assert_eq!(result.outcome, TestOutcome::Broken, "{}", result.message);
    // The server may come back while there is time, and so the last words are not always those of the connection.
    let either = [
        format!("cannot reach the cluster at {address}: "),
        "the connection to the API server broke: ".to_owned(),
        "the API server did not answer within 0.4 s".to_owned(),
    ];
    assert!(result.duration_ms < 4_000, "{} ms", result.duration_ms);
    assert!(either.iter().any(|says| result.message.starts_with(says)), "{}", result.message);
}

/// A server that answers with these statuses (and header lines), one per connection, the last one again and again.
async fn serve(answers: Vec<&str>) -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("bound"));
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let all = Arc::clone(&seen);
    let mut answers = answers.into_iter().map(str::to_owned).collect::<Vec<_>>().into_iter();
    tokio::spawn(async move {
        let mut last = "200 OK".to_owned();
        while let Ok((mut stream, _)) = listener.accept().await {
            last = answers.next().unwrap_or(last);
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap_or(0);
            all.lock().expect("no panic").push(String::from_utf8_lossy(&buffer[..count]).into_owned());
            let body = "password hunter2hunter2";
            let length = body.len();
            let answer = format!("HTTP/1.1 {last}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, seen)
}

#[tokio::test]
async fn an_address_is_asked_until_it_answers_as_expected() {
    let (_server, context) = start(Vec::new()).await;
    let (address, seen) = serve(vec!["503 Service Unavailable", "502 Bad Gateway", "200 OK"]).await;
    let headers = BTreeMap::from([("X-Test".to_owned(), text("yes"))]);
    let path = Some("/healthz?a=1".to_owned());
    let result = one(http(Http { headers, path, ..url(&address, "10s") }), &context).await;
    assert_eq!((result.outcome, result.attempts), (TestOutcome::Passed, 3));
    assert!(result.duration_ms >= 500 && result.evidence.is_empty());
    let first = seen.lock().expect("no panic")[0].to_lowercase();
    assert!(first.starts_with("get /healthz?a=1 http/1.1") && first.contains("x-test: yes"), "{first}");
}

#[tokio::test]
async fn an_address_that_does_not_come_up_is_told_with_its_last_answer() {
    let (_server, context) = start(Vec::new()).await;
    let (address, _) = serve(vec!["503 Service Unavailable\r\nSet-Cookie: session=hunter2"]).await;
    let result = one(http(url(&format!("{address}x?token=hunter2"), "600ms")), &context).await;
    assert_eq!(result.outcome, TestOutcome::Failed);
    let begins = format!("`{address}x` answered 503 instead of 200 (2 attempts in 0.");
    assert!(result.message.starts_with(&begins), "{}", result.message);
    let evidence = &result.evidence[0];
    assert!(evidence.text.contains("HTTP 503") && evidence.text.contains("password ***"), "{}", evidence.text);
    assert!(!evidence.text.contains("hunter2"), "{}", evidence.text);

    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let result = one(http(url(&format!("http://{free}/"), "100ms")), &context).await;
    let begins = format!("cannot reach {free}: connection refused (1 attempt in 0.");
    assert!(result.message.starts_with(&begins) && result.outcome == TestOutcome::Failed, "{}", result.message);
}

#[tokio::test]
async fn redirects_are_followed_unless_one_is_expected() {
    let (_server, context) = start(Vec::new()).await;
    let (address, seen) = serve(vec!["302 Found\r\nLocation: /there", "200 OK"]).await;
    assert_eq!(one(http(url(&address, "5s")), &context).await.outcome, TestOutcome::Passed);
    assert!(seen.lock().expect("no panic")[1].starts_with("GET /there "));

    let (address, seen) = serve(vec!["302 Found\r\nLocation: /there", "200 OK"]).await;
    let headers = BTreeMap::from([("location".to_owned(), "^/there$".to_owned())]);
    let expect = Expect { status: Some(302), headers, ..Expect::default() };
    assert_eq!(one(http(Http { expect, ..url(&address, "5s") }), &context).await.outcome, TestOutcome::Passed);
    assert_eq!(seen.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_followed_and_told_with_the_way_out() {
    let (_server, context) = start(Vec::new()).await;
    let (inner, asked) = serve(vec!["200 OK"]).await;
    let port = inner.trim_start_matches("http://127.0.0.1:").trim_end_matches('/');
    let origin = inner.trim_end_matches('/');
    let expect = "expect the redirect with `expect.status`";
    let table = [
        (
            format!("{inner}admin?token=hunter2"),
            format!(
                "`{origin}`, which is another origin; the redirect is not followed; allow it with `redirects: [\"{origin}\"]`, or {expect}"
            ),
        ),
        (
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            format!("`http://[::ffff:7f00:1]:{port}`, which is another origin; the redirect is not followed; allow it"),
        ),
        (
            "http://169.254.169.254/latest/meta-data/iam".to_owned(),
            format!(
                "`http://169.254.169.254`, which is a link-local or metadata address; the redirect is not followed; {expect} ("
            ),
        ),
        (
            "gopher://127.0.0.1:6379/_x".to_owned(),
            format!("`gopher://127.0.0.1:6379`, which is not HTTP; the redirect is not followed; {expect} ("),
        ),
        (
            "file:///etc/passwd".to_owned(),
            format!("`file:`, which is not HTTP; the redirect is not followed; {expect} ("),
        ),
    ];
    for (location, says) in table {
        let (address, seen) = serve(vec![&format!("302 Found\r\nLocation: {location}")]).await;
        let headers = BTreeMap::from([("X-Api-Key".to_owned(), text("hunter2hunter2"))]);
        let result = one(http(Http { headers, ..url(&address, "100ms") }), &context).await;
        assert_eq!(result.outcome, TestOutcome::Failed, "{location}");
        let begins = format!("`{address}` redirects to {says}");
        assert!(result.message.starts_with(&begins), "{}", result.message);
        assert!(result.evidence.is_empty() && !result.message.contains("hunter2"), "{}", result.message);
        assert!(seen.lock().expect("no panic")[0].to_lowercase().contains("x-api-key: hunter2hunter2"));
    }
    assert_eq!(asked.lock().expect("no panic").len(), 0);
}

#[tokio::test]
async fn a_redirect_to_an_origin_that_the_test_names_is_followed_without_what_may_be_a_credential() {
    let (_server, context) = start(Vec::new()).await;
    let (login, asked) = serve(vec!["200 OK"]).await;
    let (address, _) = serve(vec![&format!("302 Found\r\nLocation: {login}")]).await;
    let headers = ["X-Api-Key", "Authorization", "Cookie", "Accept-Language"].map(|name| (name.to_owned(), text("de")));
    let (headers, redirects) = (BTreeMap::from(headers), vec![login.trim_end_matches('/').to_owned()]);
    let result = one(http(Http { headers, redirects, ..url(&address, "5s") }), &context).await;
    assert_eq!(result.outcome, TestOutcome::Passed, "{}", result.message);
    let asked = asked.lock().expect("no panic")[0].to_lowercase();
    assert!(asked.contains("accept-language: de"), "{asked}");
    assert!(!asked.contains("x-api-key") && !asked.contains("authorization") && !asked.contains("cookie"), "{asked}");
}
