//! The fake refuses and pages as GitHub does: what other tests rely on.

use reqwest::{Client, Method, RequestBuilder};
use seatrial_test_servers::github::{Account, Answer, Behaviour, FakeGitHub, Fault, Pull, TOKEN};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

const REPOSITORY: &str = "example/shop";

async fn fake() -> FakeGitHub {
    let github = FakeGitHub::start().await;
    github.add_pull(REPOSITORY, Pull::open(7, "cafe"));
    github
}

fn client() -> Client {
    Transport::new(&Settings::default()).expect("is a client").client().clone()
}

fn call(method: Method, url: &str) -> RequestBuilder {
    client().request(method, url).bearer_auth(TOKEN)
}

async fn status_and_message(request: RequestBuilder) -> (u16, String) {
    let response = request.send().await.expect("is answered");
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_default();
    let error = body.pointer("/errors/0/message").or_else(|| body.get("message"));
    (status, error.and_then(Value::as_str).unwrap_or_default().to_owned())
}

#[tokio::test]
async fn pages_by_thirty_with_links_to_the_repositorys_number() {
    let github = fake().await;
    for i in 0..65 {
        github.add_comment(REPOSITORY, 7, "octocat", &format!("comment {i}"));
    }
    let mut url = format!("{}/repos/{REPOSITORY}/issues/7/comments", github.enterprise_url());
    let mut pages = Vec::new();
    loop {
        let response = call(Method::GET, &url).send().await.expect("is answered");
        let link = response.headers().get("link").map(|l| l.to_str().expect("is text").to_owned()).unwrap_or_default();
        pages.push(response.json::<Vec<Value>>().await.expect("is a list").len());
        let Some((next, _)) = link.split_once(">; rel=\"next\"") else { break };
        next.trim_start_matches('<').clone_into(&mut url);
        assert!(url.contains("/api/v3/repositories/"), "{url}");
    }
    assert_eq!(pages, [30, 30, 5]);
}

#[tokio::test]
async fn refuses_what_github_refuses() {
    let github = fake().await;
    let foreign = github.add_comment(REPOSITORY, 7, "octocat", "mine");
    let base = format!("{}/repos/{REPOSITORY}", github.url());
    let (comments, statuses) = (format!("{base}/issues/7/comments"), format!("{base}/statuses/cafe"));
    let post = |url: &str, body: Value| call(Method::POST, url).json(&body);
    let table = [
        (post(&comments, json!({ "body": "x".repeat(65_537) })), 422, "Body is too long (maximum is 65536 characters)"),
        (post(&comments, json!({ "body": "" })), 422, "body can't be blank"),
        (post(&comments, json!({ "body": "é".repeat(65_536) })), 201, ""),
        (post(&format!("{base}/issues/8/comments"), json!({ "body": "x" })), 404, "Not Found"),
        (
            post(&statuses, json!({ "state": "success", "description": "x".repeat(141) })),
            422,
            "description is too long (maximum is 140 characters)",
        ),
        (post(&format!("{base}/statuses/beef"), json!({ "state": "success" })), 422, "No commit found for SHA: beef"),
        (
            call(Method::PATCH, &format!("{base}/issues/comments/{foreign}")).json(&json!({ "body": "yours" })),
            403,
            "Resource not accessible by integration",
        ),
        (call(Method::GET, &format!("{}/user", github.url())), 403, "Resource not accessible by integration"),
        (client().get(format!("{base}/pulls/7")), 401, "Bad credentials"),
    ];
    for (request, status, message) in table {
        assert_eq!(status_and_message(request).await, (status, message.to_owned()));
    }
    assert_eq!(github.comments(REPOSITORY, 7).len(), 2);
}

#[tokio::test]
async fn misbehaves_on_the_requests_that_were_named() {
    let github = fake().await;
    let url = format!("{}/repos/{REPOSITORY}/issues/7/comments", github.url());
    let path = "/repos/*/*/issues/*/comments";
    github.arm(Fault::new("POST", path, Behaviour::Answer(Answer::error(502, "Bad Gateway"))).nth(2));
    github.arm(Fault::new("POST", path, Behaviour::DropAfter).nth(3));
    let post = |text: &str| call(Method::POST, &url).json(&json!({ "body": text })).send();
    assert_eq!(post("one").await.expect("is answered").status(), 201);
    assert_eq!(post("two").await.expect("is answered").status(), 502);
    assert!(post("three").await.is_err());
    assert_eq!(post("four").await.expect("is answered").status(), 201);
    let bodies: Vec<String> = github.comments(REPOSITORY, 7).into_iter().map(|comment| comment.body).collect();
    assert_eq!(bodies, ["one", "three", "four"]);
    assert_eq!(github.request_lines().len(), 4);
}

#[tokio::test]
async fn knows_who_a_token_belongs_to() {
    let github = fake().await;
    github.add_token("ghp_1", Account::named("octocat"));
    let user = client().get(format!("{}/user", github.url())).bearer_auth("ghp_1").send().await.expect("is answered");
    assert_eq!(user.json::<Value>().await.expect("is JSON")["login"], "octocat");
    let viewer =
        call(Method::POST, &format!("{}/api/graphql", github.url())).json(&json!({ "query": "{ viewer { login } }" }));
    let viewer: Value = viewer.send().await.expect("is answered").json().await.expect("is JSON");
    assert_eq!(viewer["data"]["viewer"]["login"], "github-actions[bot]");
}
