//! Several writers, and calls of which nobody knows whether they were carried out.

use std::sync::Arc;

use seatrial_forge::{Comment, Delivery};
use seatrial_test_servers::azure_repos::{Answer, BUILD_SERVICE, Behaviour, Fault};
use serde_json::json;
use tokio::sync::Barrier;

use super::*;

#[tokio::test]
async fn two_writers_at_once_leave_one_thread_with_the_newest_report_and_its_status() {
    for (left, right) in [(1, 2), (2, 1)] {
        let fake = fake().await;
        // Both have listed nothing before either creates.
        fake.arm(Fault::new("POST", THREADS, Behaviour::Meet(Arc::new(Barrier::new(2)))));
        let (one, other) = (forge(&fake), forge(&fake));
        let of = |run: u64| Comment { failing: run == 1, ..report(run, &format!("run {run}")) };
        let (left_report, right_report) = (of(left), of(right));
        tokio::join!(one.upsert_comment(7, &left_report), other.upsert_comment(7, &right_report));
        assert_eq!(threads(&fake), [("run 2".to_owned(), "closed".to_owned())]);
        assert_eq!(sent(&fake, "POST"), 2);
    }
}

#[tokio::test]
async fn duplicates_of_an_earlier_race_are_healed_oldest_wins() {
    let fake = fake().await;
    for run in [3, 4, 5] {
        add_ours(&fake, HEAD, run, &format!("run {run}"));
    }
    let oldest = fake.threads(7)[0].id;
    let Delivery::Updated(url) = forge(&fake).upsert_comment(7, &report(6, "run 6")).await else {
        panic!("is not updated")
    };
    assert!(url.ends_with(&format!("?discussionId={oldest}")), "{url}");
    assert_eq!(texts(&fake), ["run 6"]);
}

#[tokio::test]
async fn a_duplicate_below_which_somebody_wrote_is_closed_and_stays() {
    let fake = fake().await;
    add_ours(&fake, HEAD, 1, "old");
    let id = add_ours(&fake, HEAD, 2, "duplicate");
    let reply = seatrial_test_servers::azure_repos::Comment::new(2, "somebody", "why?");
    fake.change(7, |pull| pull.thread(id).comments.push(reply));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(3, "new")).await, Delivery::Updated(_)));
    let left = fake.threads(7);
    assert_eq!(left.len(), 2);
    assert!(left[1].comments[0].is_deleted && !left[1].comments[1].is_deleted);
    assert_eq!(left[1].status.as_deref(), Some("closed"));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(3, "new")).await, Delivery::Unchanged(_)));
}

#[tokio::test]
async fn a_newer_run_that_wrote_between_list_and_edit_is_put_back() {
    let fake = fake().await;
    add_ours(&fake, HEAD, 1, "run 1");
    let other = (*fake).clone();
    let write = move || {
        let id = add_ours(&other, HEAD, 9, "run 9");
        other.change(7, |pull| pull.thread(id).status = Some("closed".to_owned()));
    };
    fake.arm(Fault::new("PATCH", COMMENT, Behaviour::Meanwhile(Arc::new(write))).nth(1));
    let delivery = forge(&fake).upsert_comment(7, &report(2, "run 2")).await;
    assert_eq!(delivery, Delivery::Overtaken("run 9 (attempt 1) has already reported on this commit".to_owned()));
    assert_eq!(threads(&fake), [("run 9".to_owned(), "closed".to_owned())]);
}

#[tokio::test]
async fn a_head_that_moves_while_we_write_leaves_the_new_heads_report() {
    let fake = fake().await;
    let other = (*fake).clone();
    let push = move || {
        other.change(7, |pull| pull.push(NEXT_HEAD));
        add_ours(&other, NEXT_HEAD, 2, "new head");
    };
    fake.arm(Fault::new("POST", THREADS, Behaviour::Meanwhile(Arc::new(push))));
    let delivery = forge(&fake).upsert_comment(7, &report(1, "old head")).await;
    assert_eq!(delivery, Delivery::Stale("the head of pull request 7 is now b4f1c9e".to_owned()));
    assert_eq!(texts(&fake), ["new head"]);
}

#[tokio::test]
async fn a_creation_that_was_carried_out_without_an_answer_is_not_repeated() {
    let table = [
        Behaviour::DropAfter,
        Behaviour::HangAfter,
        Behaviour::AnswerAfter(Answer::exception(500, "SomeException", "TF400898: An Internal Error Occurred.")),
        Behaviour::AnswerAfter(Answer::page(502, "<html>Bad Gateway</html>")),
        Behaviour::AnswerAfter(Answer::new(200, json!({ "id": 101, "comments": [] })).cut_off()),
        Behaviour::AnswerAfter(Answer::new(200, json!({ "hello": "proxy" }))),
        Behaviour::AnswerAfter(Answer::new(204, serde_json::Value::Null)),
    ];
    for behaviour in table {
        let fake = fake().await;
        fake.arm(Fault::new("POST", THREADS, behaviour).nth(1));
        let delivery = impatient(&fake).upsert_comment(7, &report(1, "once")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!((texts(&fake), sent(&fake, "POST")), (vec!["once".to_owned()], 1));
    }
}

#[tokio::test]
async fn a_creation_that_was_carried_out_is_known_again_even_where_it_is_not_known_who_we_are() {
    let fake = fake().await;
    add_of(&fake, "somebody", HEAD, 9, "not ours");
    fake.arm(Fault::new("GET", CONNECTION, Behaviour::Answer(Answer::exception(403, "AccessCheckException", "No."))));
    fake.arm(Fault::new("POST", THREADS, Behaviour::DropAfter).nth(1));
    let delivery = forge(&fake).upsert_comment(7, &report(1, "once")).await;
    assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
    assert_eq!((texts(&fake), sent(&fake, "POST")), (vec!["not ours".to_owned(), "once".to_owned()], 1));
}

#[tokio::test]
async fn a_creation_that_was_lost_is_sent_again_after_a_look() {
    let unavailable = Answer::exception(503, "SomeException", "Unavailable");
    for behaviour in [Behaviour::DropBefore, Behaviour::Hang, Behaviour::Answer(unavailable)] {
        let fake = fake().await;
        fake.arm(Fault::new("POST", THREADS, behaviour).nth(1));
        let delivery = impatient(&fake).upsert_comment(7, &report(1, "once")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!(texts(&fake), ["once"]);
        let lines = fake.request_lines();
        let posts: Vec<usize> =
            lines.iter().enumerate().filter(|(_, line)| line.starts_with("POST")).map(|(at, _)| at).collect();
        let looked = |from: usize, to: usize| lines[from..to].contains(&"GET /pullRequests/7/threads".to_owned());
        assert!(matches!(posts[..], [first, second] if looked(first + 1, second)), "{lines:?}");
    }
}

#[tokio::test]
async fn an_edit_whose_answer_was_lost_is_sent_again() {
    for path in [COMMENT, THREAD] {
        let fake = fake().await;
        add_ours(&fake, HEAD, 1, "old");
        fake.arm(Fault::new("PATCH", path, Behaviour::DropAfter).nth(1));
        assert!(matches!(forge(&fake).upsert_comment(7, &green(2, "new")).await, Delivery::Updated(_)));
        assert_eq!(threads(&fake), [("new".to_owned(), "closed".to_owned())]);
        assert_eq!(sent(&fake, "POST"), 0);
    }
}

#[tokio::test]
async fn a_thread_that_vanishes_before_the_edit_is_created_anew() {
    let fake = fake().await;
    let id = add_ours(&fake, HEAD, 1, "old");
    let other = (*fake).clone();
    let delete = move || other.change(7, |pull| pull.thread(id).comments[0].is_deleted = true);
    fake.arm(Fault::new("PATCH", COMMENT, Behaviour::Meanwhile(Arc::new(delete))).nth(1));
    let delivery = forge(&fake).upsert_comment(7, &report(2, "new")).await;
    assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
    assert_eq!(texts(&fake), ["new"]);
}

#[tokio::test]
async fn a_report_that_stands_is_delivered_even_when_the_second_look_fails() {
    let fake = fake().await;
    let refused = Behaviour::Answer(Answer::needs_permission("x", "GenericRead"));
    fake.arm(Fault::new("GET", THREADS, refused).nth(2));
    assert!(matches!(forge(&fake).upsert_comment(7, &report(1, "x")).await, Delivery::Created(_)));
}

/// The order in which the requests of two runs arrive is shuffled by delays of some milliseconds.
#[tokio::test]
async fn whatever_the_order_of_two_runs_one_thread_is_left() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for round in 0..100 {
        let fake = fake().await;
        for (method, path) in
            [("GET", THREADS), ("GET", PULL), ("POST", THREADS), ("PATCH", COMMENT), ("DELETE", COMMENT)]
        {
            for nth in 1..=4 {
                let wait = Duration::from_millis(next(4));
                fake.arm(Fault::new(method, path, Behaviour::Delay(wait)).nth(nth));
            }
        }
        let begun = round % 2 == 1;
        if begun {
            add_ours(&fake, HEAD, 0, "run 0");
        }
        let (one, other) = (forge(&fake), forge(&fake));
        let (older, newer) = (report(1, "run 1"), green(2, "run 2"));
        let later = Duration::from_millis(next(8));
        let late = async {
            tokio::time::sleep(later).await;
            other.upsert_comment(7, &newer).await
        };
        let delivered = tokio::join!(one.upsert_comment(7, &older), late);
        let story = || format!("round {round}: {delivered:?} {:?}", fake.request_lines());
        let (left, newest) = (threads(&fake), ("run 2".to_owned(), "closed".to_owned()));
        assert_eq!(left.len(), 1, "{}", story());
        assert_eq!(fake.threads(7)[0].comments[0].author, BUILD_SERVICE);
        // Of a thread that was there, the older run may have the last word: no edit is conditional on either forge.
        assert!(begun || left == [newest], "{}", story());
    }
}
