//! 403 means many things on GitHub: each has its own way out. And what is no answer of GitHub's at all.

use seatrial_forge::Delivery;
use seatrial_test_servers::github::{Answer, Behaviour, Fault};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn each_reason_of_a_403_has_its_own_way_out() {
    let sso = "required; url=https://github.com/orgs/acme/sso?authorization_request=A";
    let table = [
        (
            Answer::forbidden(),
            "the token may not comment on the pull request (Resource not accessible by integration); grant it `pull-requests: write`",
        ),
        (
            Answer::error(403, "Resource not accessible by personal access token"),
            "the token may not comment on the pull request (Resource not accessible by personal access token); grant it `pull-requests: write`",
        ),
        (
            Answer::error(403, "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.")
                .with_header("x-github-sso", sso),
            "the token may not comment on the pull request (Resource protected by organization SAML enforcement. You must grant your Personal Access \
             token access to this organization); authorize it for the organization's single sign-on in the settings of the token",
        ),
        (
            Answer::error(403, "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and 192.0.2.1 is not permitted to access this resource."),
            "the token may not comment on the pull request (Although you appear to have the correct authorization credentials, the `acme` organization \
             has an IP allow list enabled, and 192.0.2.1 is not permitted to access this resource); add the address of the build agent to the \
             organization's IP allow list",
        ),
        (
            Answer::error(403, "Unable to create comment because issue is locked."),
            "the conversation of the pull request is locked, so the token may not comment on the pull request; unlock it",
        ),
        (
            Answer::error(403, "Repository was archived so is read-only."),
            "the token may not comment on the pull request (Repository was archived so is read-only); unarchive the repository",
        ),
        (
            Answer::error(403, "Repository access blocked"),
            "the token may not comment on the pull request (Repository access blocked); ask GitHub's support or an owner why",
        ),
        (
            Answer::error(403, "Sorry. Your account was suspended."),
            "the token may not comment on the pull request (Sorry. Your account was suspended); ask GitHub's support or an owner why",
        ),
        (
            Answer::page(403, "<html>Web Page Blocked</html>"),
            "the token may not comment on the pull request, and the answer gives no reason: grant it `pull-requests: write`, or find out whether \
             a proxy has answered in GitHub's place",
        ),
        (
            Answer::error(403, "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."),
            "could not comment on the pull request: GitHub limits the rate of requests; run the job again later",
        ),
        (
            Answer::error(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
            "could not comment on the pull request: GitHub limits the rate of requests; run the job again later",
        ),
        (
            Answer::error(403, "You have exceeded a secondary rate limit.").with_header("retry-after", "60"),
            "could not comment on the pull request: GitHub limits the rate of requests and asks to wait 60 s; run the job again later",
        ),
    ];
    for (answer, expected) in table {
        for (method, path) in [("POST", COMMENTS), ("GET", PULL)] {
            let fake = fake().await;
            fake.arm(Fault::new(method, path, Behaviour::Answer(answer.clone())));
            assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected, "{method}");
            assert!(sent(&fake, "POST") <= 1);
        }
    }
}

#[tokio::test]
async fn a_refusal_says_the_reason_however_it_is_framed() {
    let refused = |status: u16, reason: &str| {
        format!("GitHub refused to comment on the pull request: it answered {status}{reason}")
    };
    let framed = |errors: Value| Answer::new(422, json!({ "message": "Validation Failed", "errors": errors }));
    let table = [
        (Answer::error(409, "Conflict"), refused(409, " (Conflict)")),
        (framed(json!(["Body is too long"])), refused(422, " (Validation Failed: Body is too long)")),
        (framed(json!("Body is too long")), refused(422, " (Validation Failed: Body is too long)")),
        (
            framed(json!([{ "message": "was submitted too quickly" }])),
            refused(422, " (Validation Failed: was submitted too quickly)"),
        ),
        (framed(json!([{ "code": "custom" }])), refused(422, " (Validation Failed)")),
        (framed(json!([])), refused(422, " (Validation Failed)")),
        (Answer::error(451, "Repository access blocked"), refused(451, " (Repository access blocked)")),
        (Answer::page(418, "<html>"), refused(418, "")),
        (Answer::new(400, json!([])), refused(400, "")),
    ];
    for (answer, expected) in table {
        let fake = fake().await;
        fake.arm(Fault::new("POST", COMMENTS, Behaviour::Answer(answer)));
        assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected);
    }
}

#[tokio::test]
async fn a_page_or_half_an_answer_is_no_answer() {
    let page = || Behaviour::Answer(Answer::page(200, "<!DOCTYPE html><title>Sign in</title>"));
    for (path, says) in [
        (COMMENTS, "127.0.0.1 answered with something that is not a list of comments"),
        (PULL, "127.0.0.1 answered with something that is not JSON"),
    ] {
        let fake = fake().await;
        fake.arm(Fault::new("GET", path, page()));
        let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
        assert_eq!(sentence, format!("could not comment on the pull request: {says}"));
        assert_eq!(writes(&fake), 0);
    }
    for path in [COMMENTS, PULL] {
        let fake = fake().await;
        let cut_off = Answer::new(200, json!({ "head": { "sha": HEAD } })).cut_off();
        fake.arm(Fault::new("GET", path, Behaviour::Answer(cut_off)));
        let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
        let doubt = "could not comment on the pull request, or could not find out whether it worked: 127.0.0.1";
        assert!(sentence.starts_with(doubt), "{sentence}");
        assert_eq!(writes(&fake), 0);
    }
}

#[tokio::test]
async fn a_comment_that_was_written_though_a_page_or_half_an_answer_came_back_is_not_written_twice() {
    let table = [
        Answer::page(200, "<!DOCTYPE html>"),
        Answer::new(201, json!({ "id": 1 })).cut_off(),
        Answer::new(204, Value::Null),
        Answer::new(202, json!({ "hello": "proxy" })),
    ];
    for answer in table {
        let fake = fake().await;
        fake.arm(Fault::new("POST", COMMENTS, Behaviour::AnswerAfter(answer)).nth(1));
        let delivery = forge(&fake).upsert_comment(7, &report(1, "once")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!((ours(&fake), sent(&fake, "POST")), (vec!["once".to_owned()], 1));
    }
}

#[tokio::test]
async fn a_pull_request_of_a_fork_that_is_gone_is_a_forks() {
    let own = json!({ "full_name": REPOSITORY });
    let table = [
        (json!({ "sha": HEAD, "repo": null }), true),
        (json!({ "sha": HEAD }), true),
        (json!({ "sha": HEAD, "repo": {} }), true),
        (json!({ "sha": HEAD, "repo": { "full_name": null } }), true),
        (json!({ "sha": HEAD, "repo": { "full_name": "mallory/shop" } }), true),
        (json!({ "sha": HEAD, "repo": own }), false),
    ];
    for (head, is_fork) in table {
        let fake = fake().await;
        let pull = json!({ "number": 7, "state": "open", "head": head, "base": { "repo": own } });
        fake.arm(Fault::new("GET", PULL, Behaviour::Answer(Answer::new(200, pull))));
        let standing = forge(&fake).standing(7).await.expect("is known");
        assert_eq!((standing.is_from_a_fork, standing.over), (is_fork, None), "{head}");
    }
}
