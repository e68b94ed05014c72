//! The fake of Azure Repos: that it holds requests against the description, and refuses what the service refuses.

use reqwest::{Client, Method, Response};
use seatrial_test_servers::azure_repos::{FakeAzureRepos, PullRequest, TOKEN, Token};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

async fn fake() -> FakeAzureRepos {
    let fake = FakeAzureRepos::start().await;
    fake.add_pull_request(PullRequest::active(7, "cafe"));
    fake
}

fn client() -> Client {
    Transport::new(&Settings::default()).expect("is a client").client().clone()
}

async fn call(fake: &FakeAzureRepos, method: Method, path: &str, body: Value) -> Response {
    let separator = if path.contains('?') { '&' } else { '?' };
    let url = format!("{}/Web%20Shop/_apis/git/repositories/shop{path}{separator}api-version=7.1", fake.url());
    let request = client().request(method, url).bearer_auth(TOKEN).header("x-tfs-fedauthredirect", "Suppress");
    let request = if body.is_null() { request } else { request.json(&body) };
    request.send().await.expect("is answered")
}

async fn json_of(response: Response) -> Value {
    assert_eq!(response.status(), 200);
    response.json().await.expect("is JSON")
}

#[tokio::test]
async fn what_the_description_does_not_have_is_refused_and_kept() {
    let (threads, statuses) = ("/pullRequests/7/threads", "/pullRequests/7/statuses");
    let comment = |field: &str, value: Value| json!({ "comments": [{ "content": "x", field: value }] });
    let context = |context: Value| json!({ "context": context, "state": "failed" });
    let table = [
        (Method::POST, threads, comment("commentType", json!(1)), "commentType: 1 is not in the enumeration"),
        (Method::POST, threads, comment("text", json!("x")), "text is not a field"),
        (
            Method::POST,
            threads,
            comment("parentCommentId", json!("0")),
            "parentCommentId: \"0\" is not of type integer",
        ),
        (Method::POST, threads, json!({ "comments": {} }), "comments: {} is not a list"),
        (
            Method::POST,
            threads,
            json!({ "comments": [], "status": "resolved" }),
            "\"resolved\" is not in the enumeration",
        ),
        (Method::POST, threads, json!({ "properties": { "x": [] } }), "x: [] is not a primitive value"),
        (Method::POST, threads, json!(["x"]), "is not an object"),
        (Method::POST, statuses, context(json!({ "key": "x" })), "context: key is not a field"),
        (Method::POST, statuses, json!({ "state": "success" }), "\"success\" is not in the enumeration"),
        (Method::POST, statuses, json!({ "iterationId": "1" }), "iterationId: \"1\" is not of type integer"),
        (Method::GET, "/pullRequests/7/threads?$top=100", Value::Null, "the query parameter $top is not known"),
        (Method::GET, "/pullRequests/seven/threads", Value::Null, "pullRequestId is not an integer"),
        (Method::GET, threads, json!({}), "a body is not expected"),
        (Method::PUT, threads, json!({}), "the description does not have this method"),
        (Method::GET, "/pullRequests/7/comments", Value::Null, "the description does not have this path"),
    ];
    let fake = fake().await;
    for (method, path, body, says) in table {
        assert_eq!(call(&fake, method, path, body).await.status(), 400, "{says}");
        let violation = fake.violations().pop().unwrap_or_default();
        assert!(violation.contains(says), "{violation}");
    }
    assert_eq!(fake.violations().len(), 15);
    let without_version = format!("{}/Web%20Shop/_apis/git/repositories/shop/pullRequests/7/threads", fake.url());
    assert_eq!(client().get(without_version).bearer_auth(TOKEN).send().await.expect("is answered").status(), 400);
    assert!(fake.threads(7).is_empty());
}

#[tokio::test]
async fn a_thread_is_kept_with_its_properties_and_goes_with_its_comments() {
    let fake = fake().await;
    let threads = "/pullRequests/7/threads";
    let body = json!({
        "comments": [{ "parentCommentId": 0, "content": "a", "commentType": "text" }],
        "status": "active",
        "properties": { "key": "k", "number": 1 },
    });
    let thread = json_of(call(&fake, Method::POST, threads, body).await).await;
    let path = format!("{threads}/{}", thread["id"]);
    assert_eq!(thread["properties"]["key"], json!({ "$type": "System.String", "$value": "k" }));
    assert_eq!(thread["properties"]["number"]["$type"], "System.Int32");
    let edited = call(&fake, Method::PATCH, &format!("{path}/comments/1"), json!({ "content": "b" })).await;
    assert_eq!(json_of(edited).await["content"], "b");
    let closed = call(&fake, Method::PATCH, &path, json!({ "status": "closed" })).await;
    assert_eq!(json_of(closed).await["status"], "closed");
    let echoed = json!({ "content": "c", "author": { "id": "x" } });
    assert_eq!(call(&fake, Method::PATCH, &format!("{path}/comments/1"), echoed).await.status(), 400);
    assert_eq!(
        call(&fake, Method::POST, &format!("{path}/comments"), json!({ "content": "reply" })).await.status(),
        200
    );
    for (comment, deleted) in [(1, false), (2, true)] {
        let path = format!("{path}/comments/{comment}");
        assert_eq!(call(&fake, Method::DELETE, &path, Value::Null).await.status(), 200);
        assert_eq!(call(&fake, Method::DELETE, &path, Value::Null).await.status(), 404);
        let listed = json_of(call(&fake, Method::GET, threads, Value::Null).await).await;
        assert_eq!((&listed["count"], &listed["value"][0]["isDeleted"]), (&json!(1), &json!(deleted)));
        assert_eq!(listed["value"][0]["comments"][comment - 1]["content"], Value::Null);
    }
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_too_long_missing_or_somebody_elses_is_refused() {
    let fake = fake().await;
    let threads = "/pullRequests/7/threads";
    let of = |content: String| json!({ "comments": [{ "content": content }] });
    assert_eq!(call(&fake, Method::POST, threads, of("é".repeat(150_001))).await.status(), 400);
    assert_eq!(call(&fake, Method::POST, threads, of("é".repeat(150_000))).await.status(), 200);
    for body in [of(String::new()), json!({ "comments": [] }), json!({})] {
        assert_eq!(call(&fake, Method::POST, threads, body).await.status(), 400);
    }
    let other = fake.change(7, |pull| pull.add_thread("somebody", "theirs", &json!({})));
    let path = format!("{threads}/{other}/comments/1");
    assert_eq!(call(&fake, Method::PATCH, &path, json!({ "content": "ours" })).await.status(), 403);
    assert_eq!(call(&fake, Method::DELETE, &path, Value::Null).await.status(), 403);
    let statuses = "/pullRequests/7/statuses";
    for body in [json!({ "state": "failed" }), json!({ "context": { "name": "x" }, "iterationId": 2 })] {
        assert_eq!(call(&fake, Method::POST, statuses, body).await.status(), 400);
    }
    assert_eq!(call(&fake, Method::GET, "/pullRequests/8", Value::Null).await.status(), 404);
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_thread_is_on_a_line_of_a_file_of_its_iteration() {
    let fake = fake().await;
    fake.change(7, |pull| pull.files = (0..250).map(|at| format!("/{at}.yaml")).collect());
    let threads = "/pullRequests/7/threads";
    let at = |line: u64, offset: u64| json!({ "line": line, "offset": offset });
    let on = |path: &str, start: Value, end: Value| json!({ "filePath": path, "rightFileStart": start, "rightFileEnd": end });
    let of = |file: u64, first: u64, second: u64| {
        let compared = json!({ "firstComparingIteration": first, "secondComparingIteration": second });
        json!({ "changeTrackingId": file, "iterationContext": compared })
    };
    let table = [
        (on("/2.yaml", at(1, 1), at(1, 4)), Some(of(3, 1, 1)), 200),
        (on("/2.yaml", at(1, 1), at(1, 1)), Some(of(0, 1, 1)), 200),
        (on("/2.yaml", at(1, 1), at(2, 1)), None, 200),
        (on("2.yaml", at(1, 1), at(1, 4)), None, 400),
        (on("/2.yaml", at(0, 1), at(1, 4)), None, 400),
        (on("/2.yaml", at(1, 0), at(1, 4)), None, 400),
        (on("/2.yaml", at(1, 4), at(1, 1)), None, 400),
        (on("/2.yaml", at(1, 1), at(1, 4)), Some(of(2, 1, 1)), 400),
        (on("/2.yaml", at(1, 1), at(1, 4)), Some(of(3, 1, 2)), 400),
        (on("/other.yaml", at(1, 1), at(1, 4)), Some(of(3, 1, 1)), 400),
    ];
    for (context, of_iteration, status) in table {
        let mut body = json!({ "comments": [{ "content": "x" }], "threadContext": context });
        if let Some(of_iteration) = of_iteration {
            body["pullRequestThreadContext"] = of_iteration;
        }
        assert_eq!(call(&fake, Method::POST, threads, body.clone()).await.status(), status, "{body}");
    }
    let changes = "/pullRequests/7/iterations/1/changes";
    let mut seen = Vec::new();
    for (query, next) in [("", 100), ("?$skip=100", 200), ("?$top=2000&$skip=200", 0)] {
        let page = json_of(call(&fake, Method::GET, &format!("{changes}{query}"), Value::Null).await).await;
        assert_eq!(page["nextSkip"], next, "{query}");
        seen.extend(page["changeEntries"].as_array().cloned().unwrap_or_default());
    }
    assert_eq!(
        (seen.len(), &seen[249]["item"]["path"], &seen[249]["changeTrackingId"]),
        (250, &json!("/249.yaml"), &json!(250))
    );
    assert_eq!(call(&fake, Method::GET, "/pullRequests/7/iterations/2/changes", Value::Null).await.status(), 404);
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_sent_to_sign_in_or_refused_where_that_is_suppressed() {
    let fake = fake().await;
    fake.grant("personal", Token::of("me"));
    let url = format!("{}/_apis/connectionData", fake.url());
    let ask = || client().get(&url);
    let suppress = "x-tfs-fedauthredirect";
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("is answered").status().as_u16();
    assert_eq!(status(ask()).await, 302);
    assert_eq!(status(ask().bearer_auth("unknown")).await, 302);
    assert_eq!(status(ask().bearer_auth("unknown").header(suppress, "Suppress")).await, 401);
    assert_eq!(status(ask().bearer_auth("personal").header(suppress, "Suppress")).await, 401);
    assert_eq!(status(ask().basic_auth("", Some("personal"))).await, 200);
    assert_eq!(status(ask().basic_auth("anybody", Some(TOKEN))).await, 200);
    let me = json_of(ask().bearer_auth(TOKEN).send().await.expect("is answered")).await;
    assert_eq!(me["authenticatedUser"]["id"], seatrial_test_servers::azure_repos::BUILD_SERVICE);
}
