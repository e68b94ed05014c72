//! Comments on lines of the diff.

use seatrial_forge::{InlineComment, InlineComments, InlinePlace};
use seatrial_model::Stage;
use seatrial_test_servers::github::{Access, Account, Behaviour, Fault, Permission, Token};

use super::*;

const LINES: &str = "/repos/*/*/pulls/*/comments";
const FILE: &str = "deploy/web.yaml";
const BOT: &str = "github-actions[bot]";

/// A finding on changed lines.
fn on(lines: (usize, usize), finding: &str) -> InlineComment {
    let place = InlinePlace { path: FILE.to_owned(), line: lines.0, end_line: lines.1, offsets: (3, 9) };
    let body = format!("**error** {finding}");
    InlineComment { finding: finding.to_owned(), stage: Some(Stage::Validate), place: Some(place), body }
}

/// The findings of a run that looked everywhere.
fn all(comments: Vec<InlineComment>) -> InlineComments {
    let complete = Stage::ALL.to_vec();
    InlineComments { key: "default".to_owned(), head: HEAD.to_owned(), run: (1, 1), comments, complete }
}

/// Text and lines of each comment; every request fits GitHub's description.
fn lines(fake: &FakeGitHub) -> Vec<(String, (u64, u64))> {
    assert_eq!(fake.violations(), Vec::<String>::new());
    let of = |comment: seatrial_test_servers::github::ReviewComment| {
        let text = comment.body.split_once("-->\n").map_or(comment.body.as_str(), |(_, text)| text);
        (text.replace("**error** ", ""), comment.lines)
    };
    fake.review_comments(REPOSITORY, 7).into_iter().map(of).collect()
}

fn pairs(expected: &[(&str, (u64, u64))]) -> Vec<(String, (u64, u64))> {
    expected.iter().map(|(text, lines)| ((*text).to_owned(), *lines)).collect()
}

#[tokio::test]
async fn a_finding_has_one_comment_on_its_lines_until_it_is_gone() {
    let fake = fake().await;
    let wanted = all(vec![on((3, 3), "one"), on((5, 7), "two")]);
    assert_eq!(forge(&fake).keep_inline(7, &wanted).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("one", (3, 3)), ("two", (5, 7))]));
    let writes = || {
        let of_lines = |line: &String| line.contains("/pulls/") && !line.starts_with("GET");
        fake.request_lines().into_iter().filter(of_lines).count()
    };
    let before = writes();
    assert_eq!(forge(&fake).keep_inline(7, &wanted).await, [""; 0]);
    assert_eq!((before, writes()), (2, 2), "what is still the same is not written again");
    let mut other = all(vec![on((9, 9), "two")]);
    other.comments[0].body = "**error** two, still".to_owned();
    assert_eq!(forge(&fake).keep_inline(7, &other).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("two, still", (5, 7))]));
}

#[tokio::test]
async fn where_somebody_answered_a_comment_stays_and_says_that_its_finding_is_gone() {
    let fake = fake().await;
    let wanted = all(vec![on((3, 3), "one")]);
    assert_eq!(forge(&fake).keep_inline(7, &wanted).await, [""; 0]);
    let id = fake.review_comments(REPOSITORY, 7)[0].id;
    fake.add_review_comment(REPOSITORY, 7, "octocat", "why?", Some(id));
    assert_eq!(forge(&fake).keep_inline(7, &all(Vec::new())).await, [""; 0]);
    let gone = pairs(&[("The head commit does not have this finding any more.", (3, 3)), ("why?", (1, 1))]);
    assert_eq!(lines(&fake), gone);
    assert_eq!(forge(&fake).keep_inline(7, &all(Vec::new())).await, [""; 0]);
    assert_eq!(fake.review_comments(REPOSITORY, 7)[0].edits, 1, "it is said once");
    assert_eq!(forge(&fake).keep_inline(7, &wanted).await, [""; 0]);
    assert_eq!(lines(&fake)[0].0, "one", "it is back");
}

#[tokio::test]
async fn others_comments_with_our_marker_are_left_alone() {
    let fake = fake().await;
    let copied = "<!-- seatrial-inline key=default finding=one stage=validate v=1 -->\ncopied";
    fake.add_review_comment(REPOSITORY, 7, "octocat", copied, None);
    fake.add_review_comment(REPOSITORY, 7, BOT, &copied.replace("key=default", "key=other"), None);
    assert_eq!(forge(&fake).keep_inline(7, &all(vec![on((3, 3), "one")])).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("copied", (1, 1)), ("copied", (1, 1)), ("one", (3, 3))]));
    assert_eq!(forge(&fake).keep_inline(7, &all(Vec::new())).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("copied", (1, 1)), ("copied", (1, 1))]));
}

#[tokio::test]
async fn of_two_comments_about_one_finding_the_younger_one_goes() {
    let fake = fake().await;
    let twin = "<!-- seatrial-inline key=default finding=one stage=validate v=1 -->\n**error** one";
    fake.add_review_comment(REPOSITORY, 7, BOT, twin, None);
    fake.add_review_comment(REPOSITORY, 7, BOT, twin, None);
    assert_eq!(forge(&fake).keep_inline(7, &all(vec![on((3, 3), "one")])).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("one", (1, 1))]));
}

#[tokio::test]
async fn lines_that_are_not_in_the_diff_are_said_and_hinder_no_other() {
    let fake = fake().await;
    fake.change_pull(REPOSITORY, 7, |pull| pull.diff = Some(vec![(FILE.to_owned(), 5)]));
    let told = forge(&fake).keep_inline(7, &all(vec![on((3, 3), "one"), on((5, 5), "two")])).await;
    let said = "1 finding has no review comment: GitHub took none on these lines; the report has all of them";
    assert_eq!(told, [said]);
    assert_eq!(lines(&fake), pairs(&[("two", (5, 5))]));
}

#[tokio::test]
async fn a_lost_answer_does_not_write_a_comment_twice() {
    let fake = fake().await;
    fake.arm(Fault::new("POST", LINES, Behaviour::DropAfter));
    assert_eq!(forge(&fake).keep_inline(7, &all(vec![on((3, 3), "one")])).await, [""; 0]);
    assert_eq!(lines(&fake), pairs(&[("one", (3, 3))]));
}

#[tokio::test]
async fn nothing_is_written_for_an_old_head_after_a_newer_run_or_without_the_permission() {
    let fake = fake().await;
    let wanted = all(vec![on((3, 3), "one")]);
    assert!(matches!(forge(&fake).upsert_comment(7, &report(5, "newer")).await, Delivery::Created(_)));
    let told = forge(&fake).keep_inline(7, &wanted).await;
    assert!(told[0].starts_with("the review comments were not written: "), "{told:?}");
    let moved = InlineComments { head: NEXT_HEAD.to_owned(), ..wanted.clone() };
    let told = forge(&fake).keep_inline(7, &moved).await;
    assert!(told[0].starts_with("the review comments were not written: "), "{told:?}");
    let reader = Token::of(Account::named(BOT)).with(Permission::PullRequests, Access::Read);
    fake.grant(TOKEN, reader);
    let newest = InlineComments { run: (9, 1), ..wanted };
    let told = forge(&fake).keep_inline(7, &newest).await;
    assert!(told[0].contains("grant it `pull-requests: write`"), "{told:?}");
    assert_eq!(lines(&fake), []);
}
