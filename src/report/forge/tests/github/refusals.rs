//! GitHub says no, or nothing: a sentence, and never a failure of the run.

use std::time::Duration;

use seatrial_forge::{Delivery, GitHub};
use seatrial_model::Secret;
use seatrial_test_servers::github::{Answer, Behaviour, Fault};
use seatrial_transport::{Settings, Transport};
use tokio::time::Instant;

use super::*;

fn answer(status: u16, message: &str) -> Behaviour {
    Behaviour::Answer(Answer::error(status, message))
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_names_the_permission() {
    let gone = "GitHub did not find the pull request or commit in the repository, or the token may not see it; \
                to comment on the pull request it needs `pull-requests: write`";
    let forbidden = "the token may not comment on the pull request (Resource not accessible by integration); \
                     grant it `pull-requests: write`";
    let integration = || Behaviour::Answer(Answer::forbidden());
    let table = [
        (Fault::new("POST", COMMENTS, integration()), forbidden),
        (Fault::new("GET", COMMENTS, integration()), forbidden),
        (Fault::new("GET", PULL, integration()), forbidden),
        (Fault::new("GET", PULL, answer(404, "Not Found")), gone),
        (Fault::new("GET", COMMENTS, answer(404, "Not Found")), gone),
        (
            Fault::new("GET", COMMENTS, answer(401, "Bad credentials")),
            "GitHub does not accept the token, so it cannot comment on the pull request: give the job one that is valid and has not expired",
        ),
        (
            Fault::new(
                "POST",
                COMMENTS,
                Behaviour::Answer(Answer::invalid("IssueComment", "data", "Body is\ntoo long")),
            ),
            "GitHub refused to comment on the pull request: it answered 422 (Validation Failed: Body is too long)",
        ),
        (
            Fault::new("POST", COMMENTS, answer(410, "Issues are disabled for this repo")),
            "GitHub refused to comment on the pull request: it answered 410 (Issues are disabled for this repo)",
        ),
    ];
    for (fault, expected) in table {
        let fake = fake().await;
        fake.arm(fault);
        assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected);
        assert!(fake.comments(REPOSITORY, 7).is_empty());
        assert!(sent(&fake, "POST") <= 1);
    }
}

#[tokio::test]
async fn a_locked_conversation_is_named() {
    let fake = fake().await;
    fake.change_pull(REPOSITORY, 7, |pull| pull.locked = true);
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert_eq!(
        sentence,
        "the conversation of the pull request is locked, so the token may not comment on the pull request; unlock it"
    );
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_when_it_is_short() {
    let wait = |status, seconds: &str| {
        Behaviour::Answer(Answer::error(status, "slow down").with_header("retry-after", seconds))
    };
    let table = [
        (Fault::new("POST", COMMENTS, wait(429, "0")).times(2), Duration::ZERO),
        (Fault::new("POST", COMMENTS, wait(403, "0")).times(1), Duration::ZERO),
        (Fault::new("POST", COMMENTS, wait(429, "1")).times(1), Duration::from_secs(1)),
        (Fault::new("POST", COMMENTS, answer(429, "slow down")).times(1), Duration::ZERO),
        (Fault::new("GET", COMMENTS, wait(429, "0")).times(1), Duration::ZERO),
    ];
    for (fault, at_least) in table {
        let fake = fake().await;
        fake.arm(fault);
        let start = Instant::now();
        let delivery = forge(&fake).upsert_comment(7, &report(1, "x")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert!(start.elapsed() >= at_least);
        assert_eq!(ours(&fake), ["x"]);
    }
}

#[tokio::test]
async fn a_rate_limit_that_is_long_or_unknown_is_a_refusal_at_once() {
    let secondary = Answer::error(403, "You have exceeded a secondary rate limit.");
    let used_up =
        Answer::error(403, "API rate limit exceeded for installation ID 1.").with_header("x-ratelimit-remaining", "0");
    let long = Answer::error(429, "slow down").with_header("retry-after", "3600");
    let table = [
        (
            long,
            "could not comment on the pull request: GitHub limits the rate of requests and asks to wait 3600 s; run the job again later",
        ),
        (
            secondary,
            "could not comment on the pull request: GitHub limits the rate of requests; run the job again later",
        ),
        (used_up, "could not comment on the pull request: GitHub limits the rate of requests; run the job again later"),
    ];
    for (limit, expected) in table {
        let fake = fake().await;
        fake.arm(Fault::new("POST", COMMENTS, Behaviour::Answer(limit)));
        assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected);
        assert_eq!(sent(&fake, "POST"), 1);
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_asked_three_times() {
    let fake = fake().await;
    fake.arm(Fault::new("GET", COMMENTS, answer(500, "Server Error")));
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert_eq!(
        sentence,
        "could not comment on the pull request, or could not find out whether it worked: GitHub answered 500"
    );
    assert_eq!(fake.request_lines().iter().filter(|line| line.ends_with("/comments")).count(), 3);
}

#[tokio::test]
async fn a_server_that_is_down_only_for_writing_leaves_no_doubt_unsaid() {
    let fake = fake().await;
    fake.arm(Fault::new("POST", COMMENTS, answer(502, "Bad Gateway")));
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert_eq!(
        sentence,
        "could not comment on the pull request, or could not find out whether it worked: GitHub answered 502"
    );
    assert_eq!(sent(&fake, "POST"), 3);
}

#[tokio::test]
async fn a_blip_is_bridged() {
    for behaviour in [answer(502, "Bad Gateway"), Behaviour::DropBefore, Behaviour::Hang] {
        let fake = fake().await;
        fake.arm(Fault::new("GET", PULL, behaviour).nth(1));
        assert!(matches!(impatient(&fake).upsert_comment(7, &report(1, "x")).await, Delivery::Created(_)));
    }
}

#[tokio::test]
async fn silence_ends_in_a_sentence_within_the_patience() {
    for fault in [Fault::new("GET", COMMENTS, Behaviour::Hang), Fault::new("POST", COMMENTS, Behaviour::Hang)] {
        let fake = fake().await;
        fake.arm(fault);
        let start = Instant::now();
        let sentence = refusal(impatient(&fake).upsert_comment(7, &report(1, "x")).await);
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(sentence.contains("did not answer within 0.3 s"), "{sentence}");
        assert!(fake.comments(REPOSITORY, 7).is_empty());
    }
}

#[tokio::test]
async fn nobody_there_and_no_github_there() {
    let dead = client("http://127.0.0.1:9", TOKEN);
    let sentence = refusal(dead.upsert_comment(7, &report(1, "x")).await);
    assert!(sentence.starts_with("could not comment on the pull request: cannot reach 127.0.0.1:9: "), "{sentence}");
    let sentence = dead.standing(7).await.map(|standing| standing.head).expect_err("is not there");
    assert!(sentence.starts_with("could not read the pull request: cannot reach 127.0.0.1:9: "), "{sentence}");

    let fake = fake().await;
    fake.arm(Fault::new("GET", PULL, Behaviour::Answer(Answer::new(200, serde_json::json!({ "hello": "proxy" })))));
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert_eq!(sentence, "could not comment on the pull request: GitHub's answer names no head commit");
}

#[tokio::test]
async fn the_token_goes_to_no_other_host_and_into_no_sentence() {
    let (fake, elsewhere) = (fake().await, fake().await);
    let next = format!("<{}/repos/{REPOSITORY}/issues/7/comments?page=2>; rel=\"next\"", elsewhere.url());
    let page = Answer::new(200, serde_json::json!([])).with_header("link", next);
    fake.arm(Fault::new("GET", COMMENTS, Behaviour::Answer(page)).nth(1));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(1, "x")).await, Delivery::Created(_)));
    assert!(elsewhere.requests().is_empty());
    assert!(fake.requests().iter().any(|request| request.path.ends_with("comments?page=2")));
    assert!(!format!("{:?}", forge(&fake)).contains(TOKEN));
}

#[test]
fn what_is_no_api_no_repository_or_no_token_is_said_before_anything_is_sent() {
    let transport = Transport::new(&Settings::default()).expect("is a client");
    let wrong = |api: &str, repository: &str, token: &str| {
        GitHub::new(&transport, api, repository, &Secret::new(token)).expect_err("is wrong")
    };
    for api in ["", "api.github.com", "ftp://example.com", "https://"] {
        assert!(wrong(api, "o/r", "x").contains("is not a URL"), "{api}");
    }
    for repository in ["", "o", "o/", "/r", "o/r/x", "o/..", "o/r?x", "o r/x"] {
        assert!(wrong("https://api.github.com", repository, "x").contains("is not a repository"), "{repository}");
    }
    for token in ["", "\n", "hunter2\nx: y", "hünter2"] {
        let sentence = wrong("https://api.github.com", "o/r", token);
        assert_eq!(sentence, "the GitHub token is empty or contains characters that are not allowed in a token");
    }
}

#[tokio::test]
async fn a_token_with_a_newline_and_an_address_with_credentials_work() {
    let fake = fake().await;
    let address = fake.url().replace("http://", "http://user:hunter2@");
    let github = client(&format!("{address}/?x#y"), &format!("{TOKEN}\n"));
    assert_eq!(github.standing(7).await.map(|standing| standing.head), Ok(HEAD.to_owned()));
    assert!(!format!("{github:?}").contains("hunter2"));
}
