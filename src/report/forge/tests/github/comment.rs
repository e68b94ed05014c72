//! What becomes of the comment when nothing goes wrong.

use seatrial_forge::{BODY_LIMIT, Comment, Delivery};
use seatrial_test_servers::github::Account;

use super::*;

#[tokio::test]
async fn is_created_once_and_edited_by_later_runs() {
    let fake = fake().await;
    let github = forge(&fake);
    let Delivery::Created(url) = github.upsert_comment(7, &report(1, "red")).await else { panic!("is not created") };
    assert!(url.starts_with("https://github.com/example/shop/pull/7#issuecomment-"), "{url}");
    assert_eq!(github.upsert_comment(7, &report(2, "green")).await, Delivery::Updated(url.clone()));
    assert_eq!(comments(&fake), [("github-actions[bot]".to_owned(), "green".to_owned(), 1)]);
    let first_line = fake.comments(REPOSITORY, 7)[0].body.lines().next().map(str::to_owned);
    assert_eq!(first_line, Some(marker(HEAD, 2)));
    assert_eq!((sent(&fake, "POST"), sent(&fake, "PATCH"), sent(&fake, "DELETE")), (1, 1, 0));
}

#[tokio::test]
async fn an_unchanged_report_is_not_written() {
    let fake = fake().await;
    let github = forge(&fake);
    let Delivery::Created(url) = github.upsert_comment(7, &report(1, "green\r\nall\r\n")).await else {
        panic!("is not created")
    };
    assert_eq!(github.upsert_comment(7, &report(1, "green\nall")).await, Delivery::Unchanged(url));
    assert_eq!(writes(&fake), 1);
}

#[tokio::test]
async fn a_later_run_that_found_the_same_writes_nothing() {
    let fake = fake().await;
    let github = forge(&fake);
    let found = |run: u64, digest: &str| Comment { digest: digest.to_owned(), ..report(run, &format!("{run} s")) };
    let Delivery::Created(url) = github.upsert_comment(7, &found(1, "aa")).await else { panic!("is not created") };
    assert_eq!(github.upsert_comment(7, &found(2, "aa")).await, Delivery::Unchanged(url.clone()));
    assert_eq!((ours(&fake), writes(&fake)), (vec!["1 s".to_owned()], 1));
    assert_eq!(github.upsert_comment(7, &found(3, "bb")).await, Delivery::Updated(url.clone()));
    fake.change_pull(REPOSITORY, 7, |pull| NEXT_HEAD.clone_into(&mut pull.head));
    let of_next_head = Comment { head: NEXT_HEAD.to_owned(), ..found(4, "bb") };
    assert_eq!(github.upsert_comment(7, &of_next_head).await, Delivery::Updated(url));
    assert_eq!(ours(&fake), ["4 s"]);
}

#[tokio::test]
async fn is_found_behind_three_hundred_others() {
    let fake = fake().await;
    for i in 0..250 {
        fake.add_comment(REPOSITORY, 7, "octocat", &format!("comment {i}"));
    }
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nold", marker(HEAD, 1)));
    for i in 0..50 {
        fake.add_comment(REPOSITORY, 7, "octocat", &format!("comment {i}"));
    }
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    assert_eq!((ours(&fake), sent(&fake, "POST")), (vec!["new".to_owned()], 0));
    let pages = fake.requests().into_iter().filter(|request| request.path.contains("page=4")).count();
    assert_eq!(pages, 2, "each of the two listings reads to the end");
}

#[tokio::test]
async fn somebody_elses_marker_is_ignored() {
    let fake = fake().await;
    for author in ["octocat", "other-app[bot]", "github-actions"] {
        fake.add_comment(REPOSITORY, 7, author, &format!("{}\nnot ours", marker(HEAD, 99)));
    }
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "ours")).await, Delivery::Created(_)));
    let all = comments(&fake);
    assert_eq!(all.iter().filter(|(_, text, edits)| text == "not ours" && *edits == 0).count(), 3);
    assert_eq!(ours(&fake), ["ours"]);
}

#[tokio::test]
async fn knows_itself_as_a_user_and_as_another_app() {
    for login in ["octocat", "shop-ci[bot]"] {
        let fake = fake().await;
        fake.add_token("token", Account::named(login));
        fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nnot ours", marker(HEAD, 1)));
        fake.add_comment(REPOSITORY, 7, login, &format!("{}\nold", marker(HEAD, 1)));
        let delivery = client(&fake.url(), "token").upsert_comment(7, &report(2, "new")).await;
        assert!(matches!(delivery, Delivery::Updated(_)), "{login}: {delivery:?}");
        assert_eq!(comments(&fake)[0].1, "not ours");
        assert_eq!(comments(&fake)[1], (login.to_owned(), "new".to_owned(), 1));
    }
}

#[tokio::test]
async fn two_pipelines_keep_a_comment_each() {
    let fake = fake().await;
    let github = forge(&fake);
    let other = Comment { key: "nightly build".to_owned(), ..report(9, "nightly") };
    assert!(matches!(github.upsert_comment(7, &other).await, Delivery::Created(_)));
    assert!(matches!(github.upsert_comment(7, &report(1, "default")).await, Delivery::Created(_)));
    assert!(matches!(github.upsert_comment(7, &Comment { run: (10, 1), ..other }).await, Delivery::Updated(_)));
    assert_eq!(ours(&fake), ["nightly", "default"]);
}

#[tokio::test]
async fn an_enterprise_server_is_reached_below_its_path() {
    let fake = fake().await;
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nold", marker(HEAD, 1)));
    for i in 0..100 {
        fake.add_comment(REPOSITORY, 7, "octocat", &format!("comment {i}"));
    }
    let github = client(&format!("{}/", fake.enterprise_url()), TOKEN);
    assert!(matches!(github.upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    assert_eq!(ours(&fake), ["new"]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_never_sent() {
    let fake = fake().await;
    let github = forge(&fake);
    let room = BODY_LIMIT - marker(HEAD, 1).len() - 1;
    let sentence = refusal(github.upsert_comment(7, &report(1, &"é".repeat(room + 1))).await);
    assert_eq!(sentence, "the report has 65537 characters, and a comment may have 65536");
    assert!(fake.requests().is_empty());
    assert!(matches!(github.upsert_comment(7, &report(1, &"é".repeat(room))).await, Delivery::Created(_)));
}

#[tokio::test]
async fn an_old_report_of_the_same_head_does_not_replace_a_new_one() {
    let fake = fake().await;
    let github = forge(&fake);
    let newer = Comment { run: (5, 2), ..report(5, "new") };
    assert!(matches!(github.upsert_comment(7, &newer).await, Delivery::Created(_)));
    let writes_before = writes(&fake);
    for old in [report(4, "old"), report(5, "old")] {
        let clause = "run 5 (attempt 2) has already reported on this commit".to_owned();
        assert_eq!(github.upsert_comment(7, &old).await, Delivery::Overtaken(clause));
    }
    assert_eq!((ours(&fake), writes(&fake)), (vec!["new".to_owned()], writes_before));
}

#[tokio::test]
async fn a_report_on_another_head_is_stale_whatever_its_run() {
    let fake = fake().await;
    fake.change_pull(REPOSITORY, 7, |pull| NEXT_HEAD.clone_into(&mut pull.head));
    let clause = "the head of pull request 7 is now b4f1c9e".to_owned();
    assert_eq!(forge(&fake).upsert_comment(7, &report(99, "old")).await, Delivery::Stale(clause));
    assert_eq!(writes(&fake), 0);
    assert_eq!(forge(&fake).standing(7).await.map(|standing| standing.head), Ok(NEXT_HEAD.to_owned()));
}

#[tokio::test]
async fn a_head_that_was_pushed_back_gets_its_report_again() {
    let fake = fake().await;
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nof the other head", marker(NEXT_HEAD, 9)));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(3, "of this head")).await, Delivery::Updated(_)));
    assert_eq!(ours(&fake), ["of this head"]);
}

#[tokio::test]
async fn a_closed_pull_request_gets_no_new_comment_but_keeps_its_old_one_true() {
    let fake = fake().await;
    fake.change_pull(REPOSITORY, 7, |pull| "closed".clone_into(&mut pull.state));
    let github = forge(&fake);
    assert_eq!(github.upsert_comment(7, &report(1, "x")).await, Delivery::Stale("pull request 7 is closed".to_owned()));
    assert_eq!(writes(&fake), 0);
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nold", marker(HEAD, 1)));
    assert!(matches!(github.upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
}
