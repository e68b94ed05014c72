//! What becomes of the thread when nothing goes wrong.

use seatrial_ci::{ForgeKind, ForgeTarget};
use seatrial_forge::{Comment, CommitStatus, Delivery, Forge, StatusState, THREAD_LIMIT};
use seatrial_test_servers::azure_repos::{Answer, BUILD_SERVICE, Behaviour, Fault, PROJECT_ID, REPOSITORY_ID, Token};
use serde_json::json;

use super::*;

const PAT: &str = "3533f9ec9336429085f76a6a51ad18613533f9ec9336429085f7JQQJ99AKACAAAAAAAAAAAAASAZDO";

#[tokio::test]
async fn is_created_active_while_failing_edited_by_later_runs_and_closed_when_green() {
    let fake = fake().await;
    let azure = forge(&fake);
    let Delivery::Created(url) = azure.upsert_comment(7, &report(1, "red")).await else { panic!("is not created") };
    let id = fake.threads(7)[0].id;
    assert_eq!(url, format!("{}/Web%20Shop/_git/shop/pullrequest/7?discussionId={id}", fake.url()));
    assert_eq!(threads(&fake), [("red".to_owned(), "active".to_owned())]);
    assert_eq!(azure.upsert_comment(7, &green(2, "green")).await, Delivery::Updated(url.clone()));
    assert_eq!(threads(&fake), [("green".to_owned(), "closed".to_owned())]);
    assert_eq!(azure.upsert_comment(7, &report(3, "red again")).await, Delivery::Updated(url));
    assert_eq!(threads(&fake), [("red again".to_owned(), "active".to_owned())]);
    let thread = format!("PATCH /pullRequests/7/threads/{id}");
    let comment = format!("{thread}/comments/1");
    let patches = [comment.clone(), thread.clone(), comment, thread];
    assert_eq!(writes(&fake)[0], "POST /pullRequests/7/threads");
    assert_eq!(writes(&fake)[1..], patches);
}

#[tokio::test]
async fn is_opened_from_a_target_as_the_ci_gives_it() {
    let fake = fake().await;
    let target = |project: Option<&str>, repository: &str| ForgeTarget {
        kind: ForgeKind::AzureRepos,
        api: fake.url(),
        server: fake.url(),
        project: project.map(str::to_owned),
        repository: repository.to_owned(),
    };
    let open = |target: &ForgeTarget| Forge::open(target, &transport(), &Secret::new(TOKEN));
    for (project, repository) in [(PROJECT, REPOSITORY), (PROJECT_ID, REPOSITORY_ID)] {
        let forge = open(&target(Some(project), repository)).expect("is a forge");
        assert_eq!(forge.comment_budget(), 140_000);
        assert!(!matches!(forge.upsert_comment(7, &report(1, "x")).await, Delivery::Refused(_)));
        let state = StatusState::Success;
        let status =
            CommitStatus { context: "seatrial".to_owned(), state, description: "x".to_owned(), target_url: None };
        assert!(matches!(forge.set_status(7, HEAD, &status).await, Delivery::Created(_)));
    }
    assert_eq!((fake.threads(7).len(), fake.pull_request(7).statuses.len()), (1, 2));
    let unknown = open(&target(None, REPOSITORY)).expect_err("has no project");
    assert_eq!(unknown, "it is not known which project of Azure DevOps the repository belongs to");
}

#[tokio::test]
async fn says_whose_it_is_on_the_first_line_and_in_its_properties() {
    let fake = fake().await;
    assert!(matches!(forge(&fake).upsert_comment(7, &green(1, "x")).await, Delivery::Created(_)));
    let thread = fake.threads(7).remove(0);
    assert_eq!(thread.comments[0].content, format!("{}\nx", marker(HEAD, 1)));
    assert_eq!(thread.properties["seatrial.key"]["$value"], "default");
    assert_eq!((thread.status.as_deref(), thread.comments.len()), (Some("closed"), 1));
}

#[tokio::test]
async fn an_unchanged_report_is_not_written() {
    let fake = fake().await;
    let azure = forge(&fake);
    let Delivery::Created(url) = azure.upsert_comment(7, &green(1, "green\r\nall\r\n")).await else {
        panic!("is not created")
    };
    assert_eq!(azure.upsert_comment(7, &green(1, "green\nall")).await, Delivery::Unchanged(url));
    assert_eq!(writes(&fake).len(), 1);
}

/// Each of them is a round trip, and counts against a limit.
#[tokio::test]
async fn no_more_is_asked_than_is_needed() {
    let fake = fake().await;
    let azure = forge(&fake);
    let status = CommitStatus {
        context: "seatrial".to_owned(),
        state: StatusState::Success,
        description: "x".to_owned(),
        target_url: None,
    };
    let mut before = 0;
    let mut calls = || {
        let all = fake.requests().len();
        all - std::mem::replace(&mut before, all)
    };
    azure.upsert_comment(7, &report(1, "red")).await;
    assert_eq!(calls(), 6, "list, who we are, pull request, iterations; create; list");
    azure.upsert_comment(7, &report(1, "red")).await;
    assert_eq!(calls(), 3, "who we are is known, and nothing is written");
    azure.upsert_comment(7, &report(2, "still red")).await;
    assert_eq!(calls(), 5, "the comment is edited");
    azure.upsert_comment(7, &green(3, "green")).await;
    assert_eq!(calls(), 6, "the thread is resolved, too");
    azure.set_status(7, HEAD, &status).await;
    assert_eq!(calls(), 3, "pull request, iterations; status");
}

#[tokio::test]
async fn the_status_is_sent_only_where_it_differs() {
    let table = [
        ("active", true, "active"),
        ("pending", true, "pending"),
        ("closed", true, "active"),
        ("wontFix", true, "active"),
        ("unknown", true, "active"),
        ("active", false, "closed"),
        ("pending", false, "closed"),
        ("closed", false, "closed"),
        ("fixed", false, "fixed"),
        ("byDesign", false, "byDesign"),
        ("unknown", false, "closed"),
    ];
    for (before, failing, after) in table {
        let fake = fake().await;
        let id = add_ours(&fake, HEAD, 1, "old");
        fake.change(7, |pull| pull.thread(id).status = Some(before.to_owned()));
        let comment = Comment { failing, ..report(2, "new") };
        assert!(matches!(forge(&fake).upsert_comment(7, &comment).await, Delivery::Updated(_)));
        assert_eq!(threads(&fake), [("new".to_owned(), after.to_owned())], "{before} {failing}");
        assert_eq!(writes(&fake).len(), if before == after { 1 } else { 2 }, "{before} {failing}");
    }
}

#[tokio::test]
async fn a_thread_that_somebody_resolved_is_reopened_though_the_text_is_the_same() {
    let fake = fake().await;
    let azure = forge(&fake);
    assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Created(_)));
    fake.change(7, |pull| pull.threads[0].status = Some("fixed".to_owned()));
    assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Updated(_)));
    assert_eq!(threads(&fake), [("red".to_owned(), "active".to_owned())]);
    assert_eq!(writes(&fake).len(), 2);
}

#[tokio::test]
async fn is_found_behind_three_hundred_others() {
    let fake = fake().await;
    fake.change(7, |pull| {
        for i in 0..300 {
            let id =
                pull.add_thread("somebody", &format!("comment {i}"), &json!({ "CodeReviewThreadType": "VoteUpdate" }));
            let thread = pull.thread(id);
            // What the system notes has no status; what is deleted has no content.
            thread.status = (i % 3 > 0).then(|| "active".to_owned());
            thread.comments[0].is_deleted = i % 5 == 0;
        }
    });
    add_ours(&fake, HEAD, 1, "old");
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    assert_eq!((texts(&fake).pop(), sent(&fake, "POST")), (Some("new".to_owned()), 0));
}

#[tokio::test]
async fn somebody_elses_marker_is_ignored() {
    let fake = fake().await;
    for author in ["5b1f9f1e-0000-4000-8000-000000000001", "", "build service"] {
        add_of(&fake, author, HEAD, 99, "not ours");
    }
    let reply = fake.change(7, |pull| pull.add_thread(BUILD_SERVICE, "a question", &json!({})));
    fake.change(7, |pull| {
        let id = pull.thread(reply).comments.len() as u64 + 1;
        let quoted = seatrial_test_servers::azure_repos::Comment::new(id, BUILD_SERVICE, &marker(HEAD, 98));
        pull.thread(reply).comments.push(quoted);
    });
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "ours")).await, Delivery::Created(_)));
    assert_eq!(texts(&fake), ["not ours", "not ours", "not ours", "a question", "ours"]);
    assert!(fake.threads(7).iter().all(|thread| thread.writes == 1));
}

#[tokio::test]
async fn knows_itself_by_the_id_of_whoever_the_token_belongs_to() {
    let fake = fake().await;
    let me = "5B1F9F1E-0000-4000-8000-0000000000AA";
    fake.grant(PAT, Token::of(me));
    add_ours(&fake, HEAD, 1, "of the build service");
    add_of(&fake, &me.to_lowercase(), HEAD, 1, "old");
    fake.change(7, |pull| pull.threads[1].comments[0].author = me.to_owned());
    fake.grant(PAT, Token::of(me));
    assert!(matches!(client(&fake.url(), PAT).upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    assert_eq!(texts(&fake), ["of the build service", "new"]);
    assert!(fake.requests().iter().all(|request| request.scheme == "Basic"));
}

#[tokio::test]
async fn a_token_that_may_not_ask_who_it_is_learns_it_from_what_it_writes() {
    for status in [400, 401, 403, 404] {
        let fake = fake().await;
        add_of(&fake, "somebody", HEAD, 9, "not ours");
        add_ours(&fake, HEAD, 1, "old");
        let no = Answer::exception(status, "AccessCheckException", "No.");
        fake.arm(Fault::new("GET", CONNECTION, Behaviour::Answer(no)));
        assert!(matches!(forge(&fake).upsert_comment(7, &green(2, "new")).await, Delivery::Created(_)), "{status}");
        assert_eq!(threads(&fake)[1..], [("new".to_owned(), "closed".to_owned())]);
        assert_eq!(texts(&fake), ["not ours", "new"]);
    }
}

#[tokio::test]
async fn two_pipelines_keep_a_thread_each() {
    let fake = fake().await;
    let azure = forge(&fake);
    let other = Comment { key: "nightly build".to_owned(), ..report(9, "nightly") };
    assert!(matches!(azure.upsert_comment(7, &other).await, Delivery::Created(_)));
    assert!(matches!(azure.upsert_comment(7, &green(1, "default")).await, Delivery::Created(_)));
    assert!(matches!(azure.upsert_comment(7, &Comment { run: (10, 1), ..other }).await, Delivery::Updated(_)));
    let of = |text: &str, status: &str| (text.to_owned(), status.to_owned());
    assert_eq!(threads(&fake), [of("nightly", "active"), of("default", "closed")]);
}

#[tokio::test]
async fn a_property_with_another_key_keeps_us_off_and_a_server_that_drops_properties_does_not() {
    for (properties, created) in [(json!({ "seatrial.key": "other" }), true), (json!({}), false)] {
        let fake = fake().await;
        let content = format!("{}\nold", marker(HEAD, 1));
        fake.change(7, |pull| pull.add_thread(BUILD_SERVICE, &content, &properties));
        let delivery = forge(&fake).upsert_comment(7, &report(2, "new")).await;
        assert_eq!(matches!(delivery, Delivery::Created(_)), created, "{delivery:?}");
    }
}

#[tokio::test]
async fn is_reached_below_every_kind_of_collection() {
    let fake = fake().await;
    let slash = format!("{}/", fake.url());
    let user = fake.url().replace("http://", "http://acme:hunter2@");
    let collections = [fake.url(), slash, fake.organization_url(), fake.server_url(), format!("{user}?x#y")];
    for (run, collection) in (1..).zip(&collections) {
        let azure = client(collection, &format!("{TOKEN}\n"));
        let delivery = azure.upsert_comment(7, &report(run, &format!("run {run}"))).await;
        assert!(matches!(delivery, Delivery::Created(_) | Delivery::Updated(_)), "{collection}: {delivery:?}");
        assert!(!format!("{azure:?} {delivery:?}").contains("hunter2"));
    }
    assert_eq!(texts(&fake), ["run 5"]);
    let used: std::collections::BTreeSet<String> = fake.requests().into_iter().map(|call| call.collection).collect();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["/", "/acme", "/tfs/DefaultCollection"]);
}

#[tokio::test]
async fn an_older_server_is_asked_in_its_own_version() {
    for (newest, posts) in [("7.2", 1), ("7.0", 1), ("6.0", 1), ("5.1", 1), ("5.0", 1)] {
        let fake = fake().await;
        fake.at_version(newest);
        let azure = forge(&fake);
        assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Created(_)), "{newest}");
        assert!(matches!(azure.upsert_comment(7, &green(2, "green")).await, Delivery::Updated(_)), "{newest}");
        assert_eq!((texts(&fake), sent(&fake, "POST")), (vec!["green".to_owned()], posts));
    }
    let fake = fake().await;
    fake.at_version("4.1");
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert!(sentence.contains("it answered 400 (VssVersionOutOfRangeException: The requested REST API version of 5.0 is out of range for this server. The latest REST API version this server supports is 4.1)"), "{sentence}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_never_sent() {
    let fake = fake().await;
    let azure = forge(&fake);
    let room = THREAD_LIMIT - marker(HEAD, 1).len() - 1;
    let sentence = refusal(azure.upsert_comment(7, &report(1, &"é".repeat(room + 1))).await);
    assert_eq!(sentence, "the report has 150001 characters, and a comment may have 150000");
    assert!(fake.requests().is_empty());
    let sentence = refusal(azure.upsert_comment(7, &report(1, &"🚢".repeat(room / 2 + 1))).await);
    assert!(sentence.starts_with("the report has 15000"), "{sentence}");
    assert!(fake.requests().is_empty());
    assert!(matches!(azure.upsert_comment(7, &report(1, &"é".repeat(room))).await, Delivery::Created(_)));
    assert!(matches!(azure.upsert_comment(7, &report(2, &"🚢".repeat(room / 2))).await, Delivery::Updated(_)));
}

#[tokio::test]
async fn an_old_report_of_the_same_head_does_not_replace_a_new_one() {
    let fake = fake().await;
    let azure = forge(&fake);
    let newer = Comment { run: (5, 2), ..green(5, "new") };
    assert!(matches!(azure.upsert_comment(7, &newer).await, Delivery::Created(_)));
    for old in [report(4, "old"), report(5, "old")] {
        let clause = "run 5 (attempt 2) has already reported on this commit".to_owned();
        assert_eq!(azure.upsert_comment(7, &old).await, Delivery::Overtaken(clause));
    }
    assert_eq!((threads(&fake), writes(&fake).len()), (vec![("new".to_owned(), "closed".to_owned())], 1));
}

#[tokio::test]
async fn a_report_on_another_head_is_stale_whatever_its_run() {
    let fake = fake().await;
    // The merge lags behind the push: the iterations do not.
    fake.change(7, |pull| pull.push(NEXT_HEAD));
    let clause = "the head of pull request 7 is now b4f1c9e".to_owned();
    assert_eq!(forge(&fake).upsert_comment(7, &report(99, "old")).await, Delivery::Stale(clause));
    assert!(writes(&fake).is_empty());
    assert_eq!(forge(&fake).standing(7).await.map(|standing| standing.head), Ok(NEXT_HEAD.to_owned()));
    let newest = Comment { head: NEXT_HEAD.to_owned(), ..report(1, "new") };
    assert!(matches!(forge(&fake).upsert_comment(7, &newest).await, Delivery::Created(_)));
}

#[tokio::test]
async fn a_head_that_was_pushed_back_gets_its_report_again() {
    let fake = fake().await;
    fake.change(7, |pull| {
        pull.push(NEXT_HEAD);
        pull.push(HEAD);
    });
    add_ours(&fake, NEXT_HEAD, 9, "of the other head");
    assert!(matches!(forge(&fake).upsert_comment(7, &report(3, "of this head")).await, Delivery::Updated(_)));
    assert_eq!(texts(&fake), ["of this head"]);
}

#[tokio::test]
async fn a_pull_request_that_is_over_gets_no_new_thread_but_keeps_its_old_one_true() {
    for over in ["completed", "abandoned"] {
        let fake = fake().await;
        fake.change(7, |pull| over.clone_into(&mut pull.status));
        let azure = forge(&fake);
        let clause = Delivery::Stale(format!("pull request 7 is {over}"));
        assert_eq!(azure.upsert_comment(7, &report(1, "x")).await, clause);
        assert!(writes(&fake).is_empty());
        add_ours(&fake, HEAD, 1, "old");
        assert!(matches!(azure.upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    }
}

#[tokio::test]
async fn a_thread_that_was_deleted_is_created_anew() {
    let fake = fake().await;
    let id = add_ours(&fake, HEAD, 1, "old");
    fake.change(7, |pull| pull.thread(id).comments[0].is_deleted = true);
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "new")).await, Delivery::Created(_)));
    assert_eq!(texts(&fake), ["new"]);
}
