//! The fake refuses and pages as GitHub does: what other tests rely on.

#[path = "support/fake.rs"]
mod fake;

use fake::{REPOSITORY, client, fake};
use reqwest::{Method, RequestBuilder};
use seatrial_test_servers::github::{Account, Answer, Behaviour, Fault, TOKEN};
use serde_json::{Value, json};

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

/// The address of a page that a `Link` names.
fn linked(response: &reqwest::Response, rel: &str) -> Option<String> {
    let header = response.headers().get("link")?.to_str().expect("is text");
    let named = header.split(", ").find(|part| part.ends_with(&format!("; rel=\"{rel}\"")))?;
    Some(named.split(['<', '>']).nth(1).expect("is a link").to_owned())
}

/// The lengths of all pages, by `next`; and back to the first by `prev`, which is as many.
async fn pages(url: String, list: impl Fn(&Value) -> usize) -> Vec<usize> {
    let (mut url, mut lengths, mut back) = (url, Vec::new(), 0);
    let last = loop {
        let response = call(Method::GET, &url).send().await.expect("is answered");
        let next = linked(&response, "next");
        let answered = url.clone();
        lengths.push(list(&response.json().await.expect("is JSON")));
        let Some(next) = next else { break answered };
        assert!(next.contains("/api/v3/repositories/"), "{next}");
        url = next;
    };
    let mut at = Some(last);
    while let Some(url) = at {
        let response = call(Method::GET, &url).send().await.expect("is answered");
        assert_eq!(linked(&response, "first").is_some(), linked(&response, "prev").is_some());
        at = linked(&response, "prev");
        back += 1;
    }
    assert_eq!(back, lengths.len());
    lengths
}

#[tokio::test]
async fn every_list_is_paged_by_thirty_with_links_to_the_repositorys_number() {
    let github = fake().await;
    let base = format!("{}/repos/{REPOSITORY}", github.enterprise_url());
    for i in 0..65 {
        github.add_comment(REPOSITORY, 7, "octocat", &format!("comment {i}"));
        let status = json!({ "state": "success", "context": format!("context {i}") });
        let sent = call(Method::POST, &format!("{base}/statuses/cafe")).json(&status).send().await;
        assert_eq!(sent.expect("is answered").status(), 201);
    }
    let length = |value: &Value| value.as_array().map_or(0, Vec::len);
    assert_eq!(pages(format!("{base}/issues/7/comments"), length).await, [30, 30, 5]);
    assert_eq!(pages(format!("{base}/commits/cafe/statuses"), length).await, [30, 30, 5]);
    assert_eq!(pages(format!("{base}/commits/cafe/status"), |value| length(&value["statuses"])).await, [30, 30, 5]);
    assert_eq!(pages(format!("{base}/commits/cafe/check-runs"), |value| length(&value["check_runs"])).await, [0]);
    for i in 0..12 {
        let environment = if i % 4 == 0 { "dev (b)" } else { "dev (a)" };
        let body = json!({ "ref": "cafe", "environment": environment, "required_contexts": [] });
        let sent = call(Method::POST, &format!("{base}/deployments")).json(&body).send().await;
        assert_eq!(sent.expect("is answered").status(), 201);
    }
    assert_eq!(pages(format!("{base}/deployments?environment=dev%20(a)&per_page=6"), length).await, [6, 3]);
}

#[tokio::test]
async fn the_combined_status_is_the_newest_of_each_context() {
    let github = fake().await;
    let base = format!("{}/repos/{REPOSITORY}", github.url());
    let combined = || async {
        let response = call(Method::GET, &format!("{base}/commits/cafe/status")).send().await.expect("is answered");
        let body: Value = response.json().await.expect("is JSON");
        (body["state"].as_str().unwrap_or_default().to_owned(), body["total_count"].as_u64().unwrap_or_default())
    };
    let mut seen = vec![combined().await];
    for (context, state) in
        [("a", "success"), ("b", "pending"), ("b", "error"), ("a", "failure"), ("b", "success"), ("a", "success")]
    {
        let status = json!({ "state": state, "context": context });
        call(Method::POST, &format!("{base}/statuses/cafe")).json(&status).send().await.expect("is answered");
        seen.push(combined().await);
    }
    let want = [
        ("pending", 0),
        ("success", 1),
        ("pending", 2),
        ("failure", 2),
        ("failure", 2),
        ("failure", 2),
        ("success", 2),
    ];
    assert_eq!(seen, want.map(|(state, count)| (state.to_owned(), count)));
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

#[tokio::test]
async fn a_deployment_waits_for_all_statuses_unless_told_otherwise_and_a_success_ends_the_one_before() {
    let github = fake().await;
    let base = format!("{}/repos/{REPOSITORY}", github.url());
    let post = |path: String, body: Value| status_and_message(call(Method::POST, &format!("{base}{path}")).json(&body));
    post("/statuses/cafe".to_owned(), json!({ "state": "pending" })).await;
    let waits = post("/deployments".to_owned(), json!({ "ref": "cafe", "environment": "dev" })).await;
    assert_eq!(waits, (409, "Conflict: Commit status checks failed for cafe.".to_owned()));
    let unknown = post("/deployments".to_owned(), json!({ "ref": "beef", "required_contexts": [] })).await;
    assert_eq!(unknown, (422, "No ref found for: beef".to_owned()));
    for transient in [false, true, false] {
        let body =
            json!({ "ref": "cafe", "environment": "dev", "required_contexts": [], "transient_environment": transient });
        assert_eq!(post("/deployments".to_owned(), body).await.0, 201);
        let id = github.deployments(REPOSITORY).pop().expect("one").id;
        assert_eq!(post(format!("/deployments/{id}/statuses"), json!({ "state": "success" })).await.0, 201);
    }
    let deployments = github.deployments(REPOSITORY);
    let states = deployments.iter().map(|d| d.statuses.iter().map(|s| s.state.as_str()).collect::<Vec<_>>());
    assert_eq!(states.collect::<Vec<_>>(), [vec!["success", "inactive"], vec!["success"], vec!["success"]]);
    let long = json!({ "state": "success", "description": "x".repeat(141) });
    let id = deployments[0].id;
    let too_long = "description is too long (maximum is 140 characters)".to_owned();
    assert_eq!(post(format!("/deployments/{id}/statuses"), long).await, (422, too_long));
}
