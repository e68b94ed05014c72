//! Several writers, and calls of which nobody knows whether they were carried out.

use std::sync::Arc;

use seatrial_forge::{Comment, Delivery};
use seatrial_test_servers::github::{Answer, Behaviour, Fault};
use tokio::sync::Barrier;

use super::*;

#[tokio::test]
async fn two_writers_at_once_leave_one_comment_with_the_newest_report() {
    for (left, right) in [(1, 2), (2, 1)] {
        let fake = fake().await;
        // Both have listed nothing before either creates.
        fake.arm(Fault::new("POST", COMMENTS, Behaviour::Meet(Arc::new(Barrier::new(2)))));
        let (one, other) = (forge(&fake), forge(&fake));
        let (of_left, of_right) = (format!("run {left}"), format!("run {right}"));
        let (left_report, right_report) = (report(left, &of_left), report(right, &of_right));
        tokio::join!(one.upsert_comment(7, &left_report), other.upsert_comment(7, &right_report));
        assert_eq!((ours(&fake), sent(&fake, "POST")), (vec!["run 2".to_owned()], 2));
    }
}

#[tokio::test]
async fn duplicates_of_an_earlier_race_are_healed_oldest_wins() {
    let fake = fake().await;
    for run in [3, 4, 5] {
        fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nrun {run}", marker(HEAD, run)));
    }
    let oldest = fake.comments(REPOSITORY, 7)[0].id;
    let Delivery::Updated(url) = forge(&fake).upsert_comment(7, &report(6, "run 6")).await else {
        panic!("is not updated")
    };
    assert!(url.ends_with(&format!("#issuecomment-{oldest}")), "{url}");
    assert_eq!(ours(&fake), ["run 6"]);
}

#[tokio::test]
async fn a_newer_run_that_wrote_between_list_and_edit_is_put_back() {
    let fake = fake().await;
    let mine = format!("{}\nrun 1", marker(HEAD, 1));
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &mine);
    let other = fake.clone();
    let newer = format!("{}\nrun 9", marker(HEAD, 9));
    let write = move || {
        other.add_comment(REPOSITORY, 7, "github-actions[bot]", &newer);
    };
    fake.arm(Fault::new("PATCH", COMMENT, Behaviour::Meanwhile(Arc::new(write))).nth(1));
    let delivery = forge(&fake).upsert_comment(7, &report(2, "run 2")).await;
    assert_eq!(delivery, Delivery::Overtaken("run 9 (attempt 1) has already reported on this commit".to_owned()));
    assert_eq!(ours(&fake), ["run 9"]);
}

#[tokio::test]
async fn a_head_that_moves_while_we_write_leaves_the_new_heads_report() {
    let fake = fake().await;
    let other = fake.clone();
    let newer = format!("{}\nnew head", marker(NEXT_HEAD, 2));
    let push = move || {
        other.change_pull(REPOSITORY, 7, |pull| NEXT_HEAD.clone_into(&mut pull.head));
        other.add_comment(REPOSITORY, 7, "github-actions[bot]", &newer);
    };
    fake.arm(Fault::new("POST", COMMENTS, Behaviour::Meanwhile(Arc::new(push))));
    let delivery = forge(&fake).upsert_comment(7, &report(1, "old head")).await;
    assert_eq!(delivery, Delivery::Stale("the head of pull request 7 is now b4f1c9e".to_owned()));
    assert_eq!(ours(&fake), ["new head"]);
}

#[tokio::test]
async fn a_creation_that_was_carried_out_without_an_answer_is_not_repeated() {
    let table = [
        Behaviour::DropAfter,
        Behaviour::HangAfter,
        Behaviour::AnswerAfter(Answer::error(500, "Server Error")),
        Behaviour::AnswerAfter(Answer::error(502, "Bad Gateway")),
    ];
    for behaviour in table {
        let fake = fake().await;
        fake.arm(Fault::new("POST", COMMENTS, behaviour).nth(1));
        let delivery = impatient(&fake).upsert_comment(7, &report(1, "once")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!((ours(&fake), sent(&fake, "POST")), (vec!["once".to_owned()], 1));
    }
}

#[tokio::test]
async fn a_creation_that_was_lost_is_sent_again_after_a_look() {
    for behaviour in [Behaviour::DropBefore, Behaviour::Hang, Behaviour::Answer(Answer::error(503, "Unavailable"))] {
        let fake = fake().await;
        fake.arm(Fault::new("POST", COMMENTS, behaviour).nth(1));
        let delivery = impatient(&fake).upsert_comment(7, &report(1, "once")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!(ours(&fake), ["once"]);
        let lines: Vec<String> = fake.request_lines();
        let posts: Vec<usize> =
            lines.iter().enumerate().filter(|(_, l)| l.starts_with("POST")).map(|(i, _)| i).collect();
        assert!(
            matches!(posts[..], [first, second] if lines[first + 1..second].iter().any(|l| l.ends_with("/comments"))),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn an_edit_whose_answer_was_lost_is_sent_again() {
    let fake = fake().await;
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nold", marker(HEAD, 1)));
    fake.arm(Fault::new("PATCH", COMMENT, Behaviour::DropAfter).nth(1));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(2, "new")).await, Delivery::Updated(_)));
    assert_eq!((ours(&fake), sent(&fake, "POST")), (vec!["new".to_owned()], 0));
}

#[tokio::test]
async fn a_comment_that_vanishes_before_the_edit_is_created_anew() {
    let fake = fake().await;
    fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nold", marker(HEAD, 1)));
    fake.arm(Fault::new("PATCH", COMMENT, Behaviour::Answer(Answer::error(404, "Not Found"))).nth(1));
    let delivery = forge(&fake).upsert_comment(7, &Comment { ..report(2, "new") }).await;
    assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
    assert!(ours(&fake).contains(&"new".to_owned()));
}

#[tokio::test]
async fn a_report_that_stands_is_delivered_even_when_the_second_look_fails() {
    let fake = fake().await;
    fake.arm(Fault::new("GET", COMMENTS, Behaviour::Answer(Answer::forbidden())).nth(2));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(1, "x")).await, Delivery::Created(_)));
}
