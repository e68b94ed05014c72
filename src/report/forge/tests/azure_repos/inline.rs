//! Threads on lines of the diff.

use std::sync::Arc;

use seatrial_forge::{InlineComment, InlineComments, InlinePlace};
use seatrial_model::Stage;
use seatrial_test_servers::azure_repos::{
    Answer, BUILD_SERVICE, Behaviour, Comment as Reply, Fault, Permission, Thread, Token,
};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::*;

const FILE: &str = "deploy/web.yaml";

/// A finding on a changed line.
fn on(line: usize, finding: &str) -> InlineComment {
    let place = InlinePlace { path: FILE.to_owned(), line, end_line: line, offsets: (3, 9) };
    elsewhere(finding, Some(place))
}

/// A finding, perhaps on a line that nobody changed.
fn elsewhere(finding: &str, place: Option<InlinePlace>) -> InlineComment {
    let body = format!("**error** {finding}");
    InlineComment { finding: finding.to_owned(), stage: Some(Stage::Validate), place, body }
}

/// The findings of a run that looked everywhere.
fn all(comments: Vec<InlineComment>) -> InlineComments {
    let complete = Stage::ALL.to_vec();
    InlineComments { key: "default".to_owned(), head: HEAD.to_owned(), run: (1, 1), comments, complete }
}

async fn with_files() -> Described {
    let fake = fake().await;
    fake.change(7, |pull| pull.files = vec!["/README.md".to_owned(), format!("/{FILE}")]);
    fake
}

/// Text and status of each thread on a line.
fn lines(fake: &FakeAzureRepos) -> Vec<(String, String)> {
    let of = |thread: &Thread| {
        let content = &thread.comments[0].content;
        let (marker, text) = content.split_once('\n').expect("has a marker");
        assert!(marker.starts_with("<!-- seatrial-inline key=default finding="), "{marker}");
        (text.replace("**error** ", ""), thread.status.clone().unwrap_or_default())
    };
    fake.threads(7).iter().filter(|thread| !thread.context.is_null()).map(of).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(text, status)| ((*text).to_owned(), (*status).to_owned())).collect()
}

/// Keeps them without a word.
#[track_caller]
fn silent(told: &[String]) {
    assert_eq!(told, [""; 0]);
}

#[tokio::test]
async fn a_finding_on_a_changed_line_has_a_thread_there() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a"), elsewhere("b", None)])).await);
    let threads = fake.threads(7);
    assert_eq!(lines(&fake), pairs(&[("a", "active")]));
    let position = |offset: u64| json!({ "line": 4, "offset": offset });
    let context = json!({ "filePath": "/deploy/web.yaml", "rightFileStart": position(3), "rightFileEnd": position(9) });
    assert_eq!(threads[0].context, context);
    let iteration = json!({ "firstComparingIteration": 1, "secondComparingIteration": 1 });
    let followed = json!({ "changeTrackingId": 2, "iterationContext": iteration });
    assert_eq!(threads[0].iteration_context, followed);
    let property = |name: &str| threads[0].properties[name]["$value"].clone();
    assert_eq!((property("seatrial.key"), property("seatrial.finding")), (json!("default"), json!("a")));
}

#[tokio::test]
async fn an_unchanged_second_run_writes_nothing_and_lists_once() {
    let fake = with_files().await;
    let wanted = all((1..=5).map(|line| on(line, &format!("f{line}"))).collect());
    silent(&forge(&fake).keep_inline(7, &wanted).await);
    let (before, wrote) = (fake.requests().len(), writes(&fake).len());
    assert_eq!((wrote, before), (5, 4 + 1 + 5 + 1), "list, who we are, pull request, iterations; files; threads; list");
    silent(&forge(&fake).keep_inline(7, &InlineComments { run: (2, 1), ..wanted }).await);
    assert_eq!((fake.requests().len() - before, writes(&fake).len()), (4, wrote));
}

#[tokio::test]
async fn a_thread_is_kept_over_pushes_resolved_when_the_finding_is_gone_and_active_when_it_is_back() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a"), on(5, "b")])).await);
    fake.change(7, |pull| pull.push(NEXT_HEAD));
    let next = |comments| InlineComments { head: NEXT_HEAD.to_owned(), ..all(comments) };
    silent(&forge(&fake).keep_inline(7, &next(vec![on(40, "a")])).await);
    assert_eq!(lines(&fake), pairs(&[("a", "active"), ("b", "fixed")]));
    assert_eq!(writes(&fake).len(), 3, "the line moved, and nothing is written for that");
    silent(&forge(&fake).keep_inline(7, &next(vec![on(40, "a"), on(6, "b")])).await);
    assert_eq!(lines(&fake), pairs(&[("a", "active"), ("b", "active")]));
}

#[tokio::test]
async fn what_a_finding_says_is_kept_up_to_date() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    let other = InlineComment { body: "**error** in prod, too\r\n".to_owned(), ..on(4, "a") };
    silent(&forge(&fake).keep_inline(7, &all(vec![other.clone()])).await);
    silent(&forge(&fake).keep_inline(7, &all(vec![other])).await);
    assert_eq!((lines(&fake), writes(&fake).len()), (pairs(&[("in prod, too", "active")]), 2));
}

#[tokio::test]
async fn what_people_decide_stays_and_what_is_not_mended_is_reopened() {
    let table = [
        ("wontFix", true, "wontFix"),
        ("byDesign", true, "byDesign"),
        ("closed", true, "closed"),
        ("pending", true, "pending"),
        ("active", true, "active"),
        ("fixed", true, "active"),
        ("wontFix", false, "wontFix"),
        ("closed", false, "closed"),
        ("fixed", false, "fixed"),
        ("pending", false, "fixed"),
        ("unknown", false, "fixed"),
    ];
    for (before, is_found, after) in table {
        let fake = with_files().await;
        silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
        fake.change(7, |pull| pull.threads[0].status = Some(before.to_owned()));
        let found = if is_found { vec![on(4, "a")] } else { Vec::new() };
        silent(&forge(&fake).keep_inline(7, &all(found)).await);
        assert_eq!(lines(&fake), pairs(&[("a", after)]), "{before} {is_found}");
        assert_eq!(writes(&fake).len(), if before == after { 1 } else { 2 }, "{before} {is_found}");
    }
}

#[tokio::test]
async fn a_finding_that_is_there_on_another_line_or_was_not_looked_for_is_not_called_fixed() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a"), on(5, "b")])).await);
    let hidden = InlineComments { complete: vec![Stage::Render], ..all(vec![elsewhere("a", None)]) };
    silent(&forge(&fake).keep_inline(7, &hidden).await);
    assert_eq!((lines(&fake), writes(&fake).len()), (pairs(&[("a", "active"), ("b", "active")]), 2));
}

#[tokio::test]
async fn a_run_begins_at_most_twenty_and_says_so() {
    let fake = with_files().await;
    let wanted = |number: usize| all((1..=number).map(|line| on(line, &format!("f{line}"))).collect());
    let told = forge(&fake).keep_inline(7, &wanted(45)).await;
    let sentence =
        |number: &str| format!("{number} no inline thread: a run begins at most 20; the report has all of them");
    assert_eq!(told, [sentence("25 more findings on changed lines have")]);
    assert_eq!(lines(&fake).len(), 20);
    let told = forge(&fake).keep_inline(7, &wanted(41)).await;
    assert_eq!(told, [sentence("1 more finding on changed lines has")]);
    silent(&forge(&fake).keep_inline(7, &wanted(41)).await);
    assert_eq!(lines(&fake).len(), 41);
}

#[tokio::test]
async fn nothing_is_written_on_what_is_over_superseded_or_reported_by_a_newer_run() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    let wrote = writes(&fake).len();
    let not = |clause: &str| vec![format!("the inline threads were not written: {clause}")];
    let other = all(vec![on(9, "z")]);
    for over in ["completed", "abandoned"] {
        fake.change(7, |pull| over.clone_into(&mut pull.status));
        assert_eq!(forge(&fake).keep_inline(7, &other).await, not(&format!("pull request 7 is {over}")));
    }
    fake.change(7, |pull| "active".clone_into(&mut pull.status));
    add_ours(&fake, HEAD, 5, "a newer run");
    assert_eq!(forge(&fake).keep_inline(7, &other).await, not("run 5 (attempt 1) has already reported on this commit"));
    fake.change(7, |pull| pull.push(NEXT_HEAD));
    assert_eq!(forge(&fake).keep_inline(7, &other).await, not("the head of pull request 7 is now b4f1c9e"));
    assert_eq!((writes(&fake).len(), lines(&fake)), (wrote, pairs(&[("a", "active")])));
}

#[tokio::test]
async fn reports_and_other_pipelines_and_other_people_are_let_be() {
    let fake = with_files().await;
    let azure = forge(&fake);
    let marker = "<!-- seatrial-inline key=default finding=a stage=validate v=1 -->\n**error** a";
    fake.change(7, |pull| pull.add_thread("somebody", marker, &json!({ "seatrial.key": "default" })));
    assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Created(_)));
    silent(&azure.keep_inline(7, &InlineComments { key: "nightly".to_owned(), ..all(vec![on(4, "a")]) }).await);
    silent(&azure.keep_inline(7, &all(vec![on(4, "a")])).await);
    silent(&azure.keep_inline(7, &all(Vec::new())).await);
    let told: Vec<(String, Option<String>)> =
        fake.threads(7).into_iter().map(|thread| (thread.comments[0].author.clone(), thread.status)).collect();
    let ours = |status: &str| (BUILD_SERVICE.to_owned(), Some(status.to_owned()));
    let foreign = ("somebody".to_owned(), Some("active".to_owned()));
    assert_eq!(told, [foreign, ours("active"), ours("active"), ours("fixed")]);
    assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Unchanged(_)));
}

#[tokio::test]
async fn two_runs_at_once_leave_one_thread_for_each_finding_and_what_was_answered_stays() {
    let fake = with_files().await;
    fake.arm(Fault::new("POST", THREADS, Behaviour::Meet(Arc::new(Barrier::new(2)))));
    let (one, other, wanted) = (forge(&fake), forge(&fake), all(vec![on(4, "a"), on(5, "b")]));
    tokio::join!(one.keep_inline(7, &wanted), other.keep_inline(7, &wanted));
    assert_eq!(lines(&fake), pairs(&[("a", "active"), ("b", "active")]));

    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    let first = fake.threads(7)[0].clone();
    fake.change(7, |pull| {
        for reply in [false, true] {
            let content = first.comments[0].content.clone();
            let id = pull.add_thread(BUILD_SERVICE, &content, &json!({}));
            let twin = pull.thread(id);
            twin.context = first.context.clone();
            twin.comments.extend(reply.then(|| Reply::new(2, "somebody", "why?")));
        }
    });
    for _ in 0..2 {
        silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
        assert_eq!(lines(&fake), pairs(&[("a", "active"), ("a", "closed")]));
    }
    assert_eq!(writes(&fake).len(), 3, "one twin is deleted, the other closed, once");
}

#[tokio::test]
async fn an_answered_thread_is_resolved_and_never_deleted() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    fake.change(7, |pull| pull.threads[0].comments.push(Reply::new(2, "somebody", "why?")));
    silent(&forge(&fake).keep_inline(7, &all(Vec::new())).await);
    let thread = fake.threads(7).remove(0);
    assert_eq!((thread.status.as_deref(), thread.comments.len()), (Some("fixed"), 2));
    assert!(thread.comments.iter().all(|comment| !comment.is_deleted));
}

#[tokio::test]
async fn files_are_found_on_every_page_and_done_without() {
    let fake = with_files().await;
    fake.change(7, |pull| {
        pull.files = (0..4_500).map(|at| format!("/{at}.yaml")).collect();
        pull.files[4_321] = format!("/{FILE}");
    });
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    assert_eq!(fake.threads(7)[0].iteration_context["changeTrackingId"], 4_322);

    let changes = "/pullRequests/*/iterations/*/changes";
    let answers = [Answer::new(404, Value::Null), Answer::new(200, json!([])), Answer::new(200, json!({}))];
    for answer in answers {
        let fake = with_files().await;
        fake.arm(Fault::new("GET", changes, Behaviour::Answer(answer)));
        silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
        assert!(fake.threads(7)[0].iteration_context.is_null());
    }
}

#[tokio::test]
async fn a_thread_that_was_begun_without_an_answer_is_not_begun_again() {
    for behaviour in [Behaviour::DropAfter, Behaviour::HangAfter] {
        let fake = with_files().await;
        fake.arm(Fault::new("POST", THREADS, behaviour).nth(1));
        silent(&impatient(&fake).keep_inline(7, &all(vec![on(4, "a"), on(5, "b")])).await);
        assert_eq!(lines(&fake), pairs(&[("a", "active"), ("b", "active")]));
        assert_eq!(sent(&fake, "POST"), 2);
    }
    let fake = with_files().await;
    fake.arm(Fault::new("POST", THREADS, Behaviour::DropBefore));
    let told = forge(&fake).keep_inline(7, &all(vec![on(4, "a"), on(5, "b")])).await;
    assert!(told[0].starts_with("could not write all inline threads, or could not find out"), "{told:?}");
    assert_eq!(sent(&fake, "POST"), 1, "what is not known to have failed is not tried again in this run");
}

#[tokio::test]
async fn a_refusal_names_the_permission() {
    let fake = with_files().await;
    fake.grant(TOKEN, Token::of(BUILD_SERVICE).without(Permission::ContributeToPullRequests));
    let told = forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await;
    let (begin, end) = (
        "the token may not write all inline threads (TF401027: ",
        "grant `Contribute to pull requests` on the repository to its identity, in a pipeline the project's build service",
    );
    assert!(told.len() == 1 && told[0].starts_with(begin) && told[0].ends_with(end), "{told:?}");

    let fake = with_files().await;
    let no = Answer::exception(403, "AccessCheckException", "No.");
    fake.arm(Fault::new("GET", CONNECTION, Behaviour::Answer(no)));
    let azure = forge(&fake);
    let told = azure.keep_inline(7, &all(vec![on(4, "a")])).await;
    assert!(told[0].contains("the token may not ask whom it belongs to"), "{told:?}");
    assert!(matches!(azure.upsert_comment(7, &report(1, "red")).await, Delivery::Created(_)));
    silent(&azure.keep_inline(7, &all(vec![on(4, "a")])).await);
    assert_eq!(lines(&fake), pairs(&[("a", "active")]), "what it has written tells whom it belongs to");
}

#[tokio::test]
async fn a_thread_that_vanishes_meanwhile_is_as_good() {
    let fake = with_files().await;
    silent(&forge(&fake).keep_inline(7, &all(vec![on(4, "a")])).await);
    let other = (*fake).clone();
    let delete = move || other.change(7, |pull| pull.threads[0].comments[0].is_deleted = true);
    fake.arm(Fault::new("PATCH", THREAD, Behaviour::Meanwhile(Arc::new(delete))));
    silent(&forge(&fake).keep_inline(7, &all(Vec::new())).await);
    assert!(lines(&fake).is_empty());
}

#[tokio::test]
async fn hostile_identities_paths_and_texts_stay_what_they_are() {
    let fake = fake().await;
    let hostile = ["a --><script>", "a\nb", "a_20b", "a b", "\u{202e}x", "../../1?x#"];
    let comments = || -> Vec<InlineComment> {
        let of = |(at, text): (usize, &&str)| InlineComment {
            finding: (*text).to_owned(),
            stage: None,
            place: Some(InlinePlace {
                path: format!("{text}/é.yaml"),
                line: at + 1,
                end_line: at + 1,
                offsets: (1, 1),
            }),
            body: format!("{text}\n<!-- seatrial-inline key=x finding=y stage=none v=1 -->"),
        };
        hostile.iter().enumerate().map(of).collect()
    };
    silent(&forge(&fake).keep_inline(7, &all(comments())).await);
    let wrote = writes(&fake).len();
    silent(&forge(&fake).keep_inline(7, &all(comments())).await);
    assert_eq!((wrote, writes(&fake).len(), lines(&fake).len()), (hostile.len(), hostile.len(), hostile.len()));
    let paths: Vec<Value> = fake.threads(7).into_iter().map(|thread| thread.context["filePath"].clone()).collect();
    assert_eq!(paths, hostile.map(|text| json!(format!("/{text}/é.yaml"))));
}
