//! Who may do what at the GitHub fake: permissions of tokens, kinds of tokens, whose comments.

#[path = "support/fake.rs"]
mod fake;

use fake::{REPOSITORY, client, fake};
use reqwest::{Method, Response};
use seatrial_test_servers::github::{Access, Account, FakeGitHub, Permission, TOKEN, Token};
use serde_json::{Value, json};

const APP: &str = "ghs_app";
const FINE: &str = "github_pat_fine";
const CLASSIC: &str = "ghp_classic";

async fn call(github: &FakeGitHub, token: &str, method: Method, path: &str, body: Value) -> Response {
    let url = format!("{}/repos/{REPOSITORY}{path}", github.url());
    client().request(method, url).bearer_auth(token).json(&body).send().await.expect("is answered")
}

async fn status_and_message(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_default();
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_missing_permission_is_refused_as_the_kind_of_token_is() {
    let github = fake().await;
    let check = json!({ "name": "trial", "head_sha": "cafe" });
    let requests = [
        (Permission::Statuses, Method::POST, "/statuses/cafe", json!({ "state": "success" }), "statuses=write"),
        (Permission::Statuses, Method::GET, "/commits/cafe/status", Value::Null, "statuses=read"),
        (Permission::PullRequests, Method::GET, "/pulls/7", Value::Null, "pull_requests=read"),
        (Permission::Contents, Method::GET, "/commits/cafe", Value::Null, "contents=read"),
        (Permission::Checks, Method::POST, "/check-runs", check, "checks=write"),
        (Permission::Deployments, Method::POST, "/deployments", json!({ "ref": "cafe" }), "deployments=write"),
        (Permission::Deployments, Method::GET, "/deployments", Value::Null, "deployments=read"),
    ];
    let kinds = [
        (APP, "bot[bot]", 403, "Resource not accessible by integration"),
        (FINE, "octocat", 403, "Resource not accessible by personal access token"),
        (CLASSIC, "octocat", 404, "Not Found"),
    ];
    for (permission, method, path, body, accepted) in requests {
        for (text, login, status, message) in kinds {
            github.grant(text, Token::of(Account::named(login)).with(permission, Access::None));
            let refused = call(&github, text, method.clone(), path, body.clone()).await;
            let header = refused.headers().get("x-accepted-github-permissions").cloned();
            assert_eq!(header.is_some_and(|value| value == accepted), text != CLASSIC, "{text} {path}");
            assert_eq!(status_and_message(refused).await, (status, message.to_owned()), "{text} {path}");
        }
        github.add_token(APP, Account::named("bot[bot]"));
        assert!(call(&github, APP, method, path, body).await.status().is_success(), "{path}");
    }
}

#[tokio::test]
async fn reading_does_not_give_writing_and_one_of_two_permissions_is_enough_for_a_comment() {
    let github = fake().await;
    let token = Token::of(Account::named("bot[bot]"));
    let comment = |text: &'static str| json!({ "body": text });
    let table = [
        (Access::Write, Access::None, 200, 201),
        (Access::None, Access::Write, 200, 201),
        (Access::Read, Access::Read, 200, 403),
        (Access::None, Access::None, 403, 403),
    ];
    for (issues, pulls, read, write) in table {
        github.grant(APP, token.clone().with(Permission::Issues, issues).with(Permission::PullRequests, pulls));
        let got = call(&github, APP, Method::GET, "/issues/7/comments", Value::Null).await;
        let made = call(&github, APP, Method::POST, "/issues/7/comments", comment("x")).await;
        assert_eq!((got.status().as_u16(), made.status().as_u16()), (read, write), "{issues:?} {pulls:?}");
    }
    assert_eq!(github.comments(REPOSITORY, 7).len(), 2);
}

#[tokio::test]
async fn two_apps_write_side_by_side_and_a_maintainer_may_edit_what_an_outsider_may_not() {
    let github = fake().await;
    github.add_token(APP, Account::named("other[bot]"));
    github.add_token(CLASSIC, Account::named("outsider"));
    github.grant("ghp_maintainer", Token::of(Account::named("maintainer")).of_maintainer());
    let mut ids = Vec::new();
    for token in [TOKEN, APP] {
        let made = call(&github, token, Method::POST, "/issues/7/comments", json!({ "body": "mine" })).await;
        ids.push(made.json::<Value>().await.expect("is JSON")["id"].as_u64().expect("is a number"));
    }
    let edit = |token: &'static str, id: u64| {
        let github = &github;
        async move {
            let path = format!("/issues/comments/{id}");
            status_and_message(call(github, token, Method::PATCH, &path, json!({ "body": token })).await).await
        }
    };
    let integration = || (403, "Resource not accessible by integration".to_owned());
    assert_eq!(edit(TOKEN, ids[0]).await.0, 200);
    assert_eq!(edit(APP, ids[1]).await.0, 200);
    assert_eq!(edit(TOKEN, ids[1]).await, integration());
    assert_eq!(edit(APP, ids[0]).await, integration());
    assert_eq!(edit(CLASSIC, ids[0]).await, (403, "Must have admin rights to Repository.".to_owned()));
    assert_eq!(edit("ghp_maintainer", ids[0]).await.0, 200);
    let comments = github.comments(REPOSITORY, 7).into_iter().map(|comment| (comment.author.login, comment.body));
    let want = [("github-actions[bot]", "ghp_maintainer"), ("other[bot]", APP)];
    assert_eq!(comments.collect::<Vec<_>>(), want.map(|(author, body)| (author.to_owned(), body.to_owned())));
}

#[tokio::test]
async fn a_check_run_is_an_apps_and_takes_fifty_annotations_at_a_time() {
    let github = fake().await;
    github.add_token(FINE, Account::named("octocat"));
    let annotations = |count: usize| vec![json!({ "path": "a.yaml", "start_line": 1 }); count];
    let run = |count| json!({ "name": "trial", "head_sha": "cafe", "output": { "title": "t", "summary": "s", "annotations": annotations(count) } });
    let person = call(&github, FINE, Method::POST, "/check-runs", run(1)).await;
    assert_eq!(status_and_message(person).await, (403, "You must authenticate via a GitHub App.".to_owned()));
    assert_eq!(call(&github, TOKEN, Method::POST, "/check-runs", run(51)).await.status(), 422);
    let made: Value = call(&github, TOKEN, Method::POST, "/check-runs", run(50)).await.json().await.expect("is JSON");
    assert_eq!(made["status"], "queued");
    let path = format!("/check-runs/{}", made["id"]);
    let more =
        json!({ "conclusion": "failure", "output": { "title": "t", "summary": "s", "annotations": annotations(20) } });
    assert_eq!(call(&github, TOKEN, Method::PATCH, &path, more).await.status(), 200);
    let checks = github.checks(REPOSITORY, "cafe");
    assert_eq!(checks.len(), 1);
    assert_eq!((checks[0].annotations.len(), checks[0].status.as_str()), (70, "completed"));
    assert_eq!(checks[0].conclusion.as_deref(), Some("failure"));
    let listed = call(&github, TOKEN, Method::GET, "/commits/cafe/check-runs", Value::Null).await;
    assert_eq!(listed.json::<Value>().await.expect("is JSON")["total_count"], 1);
}
