//! Azure DevOps says no, or nothing: a sentence, and never a failure of the run.

use std::time::Duration;

use seatrial_forge::{AzureRepos, Delivery};
use seatrial_model::Secret;
use seatrial_test_servers::Clock;
use seatrial_test_servers::azure_repos::{Answer, Behaviour, Fault, Limits, Permission, Token};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;

const WHO: &str = "on the repository to its identity, in a pipeline the project's build service";

fn answer(status: u16, message: &str) -> Behaviour {
    Behaviour::Answer(Answer::exception(status, "SomeException", message))
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_names_the_permission() {
    let sign_in = "Azure DevOps does not accept the token (it asks to sign in), so it cannot comment on the pull request: it may have expired, \
                   be of another organization or lack the scope `Code (Read & write)`; grant `Contribute to pull requests` on the repository to \
                   its identity, in a pipeline the project's build service"
        .to_owned();
    let unknown = sign_in.replace(" (it asks to sign in)", "");
    let forbidden = format!(
        "the token may not comment on the pull request (TF401027: You need the Git 'PullRequestContribute' permission to perform this action. \
         Details: identity 'Build\\x', scope 'repository'); grant `Contribute to pull requests` {WHO}"
    );
    let gone = format!(
        "Azure DevOps did not find the pull request in the repository, or the token may not see it (TF401180: Not found); \
         to comment on the pull request grant `Contribute to pull requests` {WHO}"
    );
    let refused = |status: u16, message: &str| {
        format!("Azure DevOps refused to comment on the pull request: it answered {status}{message}")
    };
    let needs = || Behaviour::Answer(Answer::needs_permission("x", "PullRequestContribute"));
    let page = |status: u16| Behaviour::Answer(Answer::sign_in_page(status));
    let redirect = || Behaviour::Answer(Answer::sign_in_redirect());
    let moved = Answer::new(301, Value::Null).with_header("location", "https://dev.azure.com/renamed/x");
    let table = [
        (Fault::new("POST", THREADS, needs()), forbidden.clone()),
        (Fault::new("GET", THREADS, needs()), forbidden.clone()),
        (Fault::new("GET", PULL, needs()), forbidden),
        (Fault::new("GET", PULL, answer(404, "TF401180: Not found.")), gone.clone()),
        (Fault::new("GET", ITERATIONS, answer(404, "TF401180: Not found.")), gone.clone()),
        (Fault::new("POST", THREADS, answer(404, "TF401180: Not found.")), gone),
        (Fault::new("GET", THREADS, Behaviour::Answer(Answer::new(401, Value::Null))), unknown),
        (Fault::new("GET", THREADS, page(203)), sign_in.clone()),
        (Fault::new("GET", PULL, page(200)), sign_in.clone()),
        (Fault::new("POST", THREADS, page(203)), sign_in.clone()),
        (Fault::new("GET", THREADS, redirect()), sign_in.clone()),
        (Fault::new("POST", THREADS, redirect()), sign_in),
        (Fault::new("GET", PULL, Behaviour::Answer(moved)), refused(301, " (a redirect to https://dev.azure.com)")),
        (Fault::new("POST", THREADS, answer(400, "Too\nlong.")), refused(400, " (Too long)")),
        (Fault::new("POST", THREADS, answer(409, "TF401181: closed")), refused(409, " (TF401181: closed)")),
        (Fault::new("POST", THREADS, answer(410, "")), refused(410, "")),
        (Fault::new("POST", THREADS, Behaviour::Answer(Answer::page(413, "<html>"))), refused(413, "")),
    ];
    for (fault, expected) in table {
        let fake = fake().await;
        fake.arm(fault);
        assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected);
        assert!(fake.threads(7).is_empty());
        assert!(sent(&fake, "POST") <= 1);
    }
}

#[tokio::test]
async fn what_a_token_may_not_do_is_said() {
    let fake = fake().await;
    let personal = "x".repeat(52);
    let table = [
        (Token::of("me").without(Permission::Read), "or the token may not see it (TF401019: "),
        (
            Token::of("me").without(Permission::ContributeToPullRequests),
            "the token may not comment on the pull request (TF401027: ",
        ),
        (Token::of("me").scoped(&["vso.code_status"]), "does not accept the token, so it cannot comment"),
        (Token::of("me").scoped(&["vso.code"]), "does not accept the token, so it cannot comment"),
    ];
    for (token, says) in table {
        fake.grant(&personal, token);
        let sentence = refusal(client(&fake.url(), &personal).upsert_comment(7, &report(1, "x")).await);
        assert!(sentence.contains(says) && sentence.contains("`Contribute to pull requests`"), "{sentence}");
    }
    for scopes in [&["vso.code_write"][..], &["vso.code", "vso.threads_full"], &["vso.code_manage"]] {
        fake.grant(&personal, Token::of("me").scoped(scopes));
        let delivery = client(&fake.url(), &personal).upsert_comment(7, &report(2, "x")).await;
        assert!(!matches!(delivery, Delivery::Refused(_)), "{scopes:?}: {delivery:?}");
    }
    let sentence = refusal(client(&fake.url(), "unknown").upsert_comment(7, &report(1, "x")).await);
    assert!(sentence.starts_with("Azure DevOps does not accept the token, so it cannot"), "{sentence}");
}

#[tokio::test]
async fn a_text_that_stands_is_said_apart_from_a_thread_that_could_not_be_resolved() {
    let fake = fake().await;
    add_ours(&fake, HEAD, 1, "old");
    fake.arm(Fault::new("PATCH", THREAD, Behaviour::Answer(Answer::needs_permission("x", "PullRequestContribute"))));
    let sentence = refusal(forge(&fake).upsert_comment(7, &green(2, "new")).await);
    let begin = "the report is on the pull request, but the token may not resolve the thread of the report (TF401027: ";
    assert!(sentence.starts_with(begin), "{sentence}");
    assert_eq!(threads(&fake), [("new".to_owned(), "active".to_owned())]);
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_when_it_is_short() {
    let wait = |status, seconds: &str| {
        let limit = Answer::exception(status, "RequestBlockedException", "TF400733: The request has been canceled");
        Behaviour::Answer(limit.with_header("retry-after", seconds))
    };
    let table = [
        (Fault::new("POST", THREADS, wait(429, "0")).times(2), Duration::ZERO),
        (Fault::new("POST", THREADS, wait(403, "0")).times(1), Duration::ZERO),
        (Fault::new("POST", THREADS, wait(429, "1")).times(1), Duration::from_secs(1)),
        (Fault::new("POST", THREADS, answer(429, "slow down")).times(1), Duration::ZERO),
        (Fault::new("GET", THREADS, wait(429, "0")).times(1), Duration::ZERO),
    ];
    for (fault, at_least) in table {
        let fake = fake().await;
        fake.arm(fault);
        let start = Instant::now();
        let delivery = forge(&fake).upsert_comment(7, &report(1, "x")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert!(start.elapsed() >= at_least);
        assert_eq!(texts(&fake), ["x"]);
    }
}

#[tokio::test]
async fn a_rate_limit_that_is_long_or_unknown_is_a_refusal_at_once() {
    let clock = Clock::stopped_at(1_795_000_000);
    let fake = FakeAzureRepos::start_with(clock.clone()).await;
    fake.add_pull_request(PullRequest::active(7, HEAD));
    fake.limit(Limits { requests: 3 });
    let begun = Instant::now();
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    let limits = "could not comment on the pull request: Azure DevOps limits the rate of requests";
    assert_eq!(sentence, format!("{limits} and asks to wait 300 s; run the job again later"));
    assert!(begun.elapsed() < Duration::from_secs(3));
    clock.advance(Duration::from_secs(300));
    fake.limit(Limits::default());
    assert!(matches!(forge(&fake).upsert_comment(7, &report(1, "x")).await, Delivery::Created(_)));

    let fake = self::fake().await;
    fake.arm(Fault::new("POST", THREADS, answer(403, "TF400733: The request has been canceled")));
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert_eq!(sentence, format!("{limits}; run the job again later"));
    assert_eq!(sent(&fake, "POST"), 1);
}

#[tokio::test]
async fn a_server_that_is_down_is_asked_three_times() {
    let doubt = "could not comment on the pull request, or could not find out whether it worked: Azure DevOps answered";
    for (method, status) in [("GET", 500), ("POST", 502)] {
        let fake = fake().await;
        fake.arm(Fault::new(method, THREADS, answer(status, "TF400898: An Internal Error Occurred.")));
        let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
        assert_eq!(sentence, format!("{doubt} {status}"));
        let line = format!("{method} /pullRequests/7/threads");
        assert_eq!(fake.request_lines().iter().filter(|sent| **sent == line).count(), 3);
    }
}

#[tokio::test]
async fn a_blip_is_bridged() {
    let cut_off = || Behaviour::AnswerAfter(Answer::new(200, json!({ "status": "active" })).cut_off());
    for path in [PULL, ITERATIONS, THREADS] {
        for behaviour in [answer(502, "Bad Gateway"), Behaviour::DropBefore, Behaviour::Hang, cut_off()] {
            let fake = fake().await;
            fake.arm(Fault::new("GET", path, behaviour).nth(1));
            let delivery = impatient(&fake).upsert_comment(7, &report(1, "x")).await;
            assert!(matches!(delivery, Delivery::Created(_)), "{path}: {delivery:?}");
        }
    }
}

#[tokio::test]
async fn silence_ends_in_a_sentence_within_the_patience() {
    for fault in [Fault::new("GET", THREADS, Behaviour::Hang), Fault::new("POST", THREADS, Behaviour::Hang)] {
        let fake = fake().await;
        fake.arm(fault);
        let start = Instant::now();
        let sentence = refusal(impatient(&fake).upsert_comment(7, &report(1, "x")).await);
        assert!(start.elapsed() < Duration::from_secs(6));
        assert!(sentence.contains("did not answer within 0.3 s"), "{sentence}");
        assert!(fake.threads(7).is_empty());
    }
}

#[tokio::test]
async fn nobody_there_and_no_azure_devops_there() {
    let dead = client("http://127.0.0.1:9/acme", TOKEN);
    let sentence = refusal(dead.upsert_comment(7, &report(1, "x")).await);
    assert!(sentence.starts_with("could not comment on the pull request: cannot reach 127.0.0.1:9: "), "{sentence}");
    let sentence = dead.standing(7).await.map(|standing| standing.head).expect_err("is not there");
    assert!(sentence.starts_with("could not read the pull request: cannot reach 127.0.0.1:9: "), "{sentence}");

    let (names_no, not_a_list) =
        ("the answer of Azure DevOps names no", "127.0.0.1 answered with something that is not");
    let table = [
        (PULL, json!({ "hello": "proxy" }), format!("{names_no} state of the pull request")),
        (PULL, json!({ "status": 3 }), format!("{names_no} state of the pull request")),
        (PULL, json!([]), format!("{names_no} state of the pull request")),
        (ITERATIONS, json!({ "hello": "proxy" }), format!("{not_a_list} a list of iterations")),
        (ITERATIONS, json!({ "value": [{ "id": -1 }] }), format!("{not_a_list} a list of iterations")),
        (THREADS, json!([]), format!("{not_a_list} a list of threads")),
        (THREADS, json!({ "value": [{}] }), format!("{not_a_list} a list of threads")),
    ];
    for (path, body, says) in table {
        let fake = fake().await;
        fake.arm(Fault::new("GET", path, Behaviour::Answer(Answer::new(200, body))));
        let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
        assert_eq!(sentence, format!("could not comment on the pull request: {says}"));
        assert!(writes(&fake).is_empty());
    }
}

#[tokio::test]
async fn the_token_goes_to_no_other_host_and_into_no_sentence() {
    let (fake, elsewhere) = (fake().await, fake().await);
    for status in [301, 302, 307, 308] {
        let to = format!("{}/Web%20Shop/_apis/git/repositories/shop/pullRequests/7", elsewhere.url());
        let redirect = Answer::new(status, Value::Null).with_header("location", to);
        fake.arm(Fault::new("GET", PULL, Behaviour::Answer(redirect)));
    }
    for azure in [forge(&fake), client(&fake.url(), "hunter2hunter2")] {
        let sentence = refusal(azure.upsert_comment(7, &report(1, "x")).await);
        assert!(!format!("{azure:?} {sentence}").contains("hunter2"), "{sentence}");
        assert!(!format!("{azure:?} {sentence}").contains(TOKEN), "{sentence}");
        assert!(!format!("{azure:?}").contains("aHVudGVyMmh1bnRlcjI"), "not in Base64 either");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn what_is_no_collection_no_project_no_repository_or_no_token_is_said_before_anything_is_sent() {
    let transport = transport();
    let wrong = |collection: &str, project: &str, repository: &str, token: &str| {
        AzureRepos::new(&transport, collection, project, repository, &Secret::new(token)).expect_err("is wrong")
    };
    let collection = "https://dev.azure.com/acme";
    for address in ["", "dev.azure.com/acme", "ftp://example.com", "https://"] {
        assert!(wrong(address, "p", "r", "x").contains("is not a URL"), "{address}");
    }
    assert!(wrong(collection, "", "r", "x").contains("which project"));
    assert!(wrong(collection, "p", "", "x").contains("is not a repository"));
    for name in [" ", ".", "..", "a/b", "a\\b", "a\nb", "../x", "\u{85}"] {
        assert!(wrong(collection, name, "r", "x").contains("is not a project of Azure DevOps"), "{name}");
        assert!(wrong(collection, "p", name, "x").contains("is not a repository of Azure Repos"), "{name}");
    }
    for token in ["", "\n", "hunter2\nx: y", "hünter2"] {
        let sentence = wrong(collection, "p", "r", token);
        assert_eq!(sentence, "the Azure DevOps token is empty or contains characters that are not allowed in a token");
    }
}
