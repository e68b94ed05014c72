//! Check runs with annotations.

use seatrial_forge::{CheckRun, SUMMARY_LIMIT, StatusState};
use seatrial_model::{Age, Level, Location, ReportedFinding, ReportedLabel};
use seatrial_test_servers::github::{Access, Account, Answer, Behaviour, Check, Fault, Permission, Token};
use serde_json::{Value, json};

use super::*;

const CHECKS: &str = "/repos/*/*/check-runs";
const ONE_CHECK: &str = "/repos/*/*/check-runs/*";

fn finding(number: usize) -> ReportedFinding {
    let location = Location {
        belongs_to: None,
        path: "deploy/web.yaml".to_owned(),
        line: 9,
        column: 3,
        end_line: 9,
        end_column: 11,
        excerpt: Vec::new(),
    };
    ReportedFinding {
        rule: "schema".to_owned(),
        level: Level::Error,
        message: format!("mistake {number}"),
        primary: ReportedLabel { location, text: String::new() },
        related: Vec::new(),
        object: None,
        field: None,
        help: None,
        fix: None,
        notes: Vec::new(),
        evidence: Vec::new(),
        fingerprint: String::new(),
        age: Age::New,
        stage: None,
        is_danger: false,
        environments: vec!["dev".to_owned()],
    }
}

fn findings(count: usize) -> Vec<ReportedFinding> {
    (0..count).map(finding).collect()
}

fn check(run: u64, findings: &[ReportedFinding]) -> CheckRun<'_> {
    CheckRun {
        name: "seatrial/ci".to_owned(),
        head: HEAD.to_owned(),
        run: (run, 1),
        nonce: 0xfeed + run,
        state: StatusState::Failure,
        title: "1 error".to_owned(),
        summary: "# Report".to_owned(),
        findings: findings.iter().collect(),
        details_url: Some("https://ci.example.com/1".to_owned()),
    }
}

/// The only check run, whose requests fit GitHub's description.
fn only(fake: &FakeGitHub) -> Check {
    assert_eq!(fake.violations(), Vec::<String>::new());
    let mut all = fake.checks(REPOSITORY, HEAD);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn messages(check: &Check) -> Vec<String> {
    check.annotations.iter().map(|a| a["message"].as_str().unwrap_or_default().to_owned()).collect()
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("mistake {number}\nin dev")).collect()
}

#[tokio::test]
async fn is_the_report_on_the_head_commit_with_each_finding_at_its_place() {
    let fake = fake().await;
    let mut all = findings(4);
    all[1].level = Level::Warning;
    all[1].primary.location.end_line = 12;
    all[2].level = Level::Note;
    all[3].primary.location.path = String::new();
    let delivery = forge(&fake).create_check_run(&check(1, &all)).await;
    let check = only(&fake);
    assert_eq!(delivery, Delivery::Created(format!("https://github.com/checks/runs/{}", check.id)));
    assert_eq!((check.name.as_str(), check.status.as_str()), ("seatrial/ci", "completed"));
    assert_eq!(check.conclusion.as_deref(), Some("failure"));
    assert_eq!((check.title.as_str(), check.summary.as_str(), check.text.as_str()), ("1 error", "# Report", ""));
    assert_eq!(check.details_url.as_deref(), Some("https://ci.example.com/1"));
    let annotation = |level: &str, number: usize| {
        json!({
            "path": "deploy/web.yaml", "start_line": 9, "end_line": 9, "start_column": 3, "end_column": 11,
            "annotation_level": level, "title": "seatrial: schema", "message": format!("mistake {number}\nin dev"),
        })
    };
    let mut spanning = annotation("warning", 1);
    spanning["end_line"] = json!(12);
    for column in ["start_column", "end_column"] {
        spanning.as_object_mut().expect("an object").remove(column);
    }
    assert_eq!(check.annotations, [annotation("failure", 0), spanning, annotation("notice", 2)]);
}

#[tokio::test]
async fn what_was_not_judged_is_no_success() {
    let table = [(StatusState::Success, "success"), (StatusState::Failure, "failure"), (StatusState::Error, "failure")];
    for (state, conclusion) in table {
        let fake = fake().await;
        let delivery = forge(&fake).create_check_run(&CheckRun { state, ..check(1, &[]) }).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!(only(&fake).conclusion.as_deref(), Some(conclusion));
    }
}

#[tokio::test]
async fn annotations_are_sent_by_fifties_and_no_more_than_five_hundred() {
    for (count, requests, told) in
        [(50, 1, ""), (51, 2, ""), (120, 3, ""), (700, 10, "500 of 700 findings are annotated.")]
    {
        let fake = fake().await;
        let all = findings(count);
        let delivery = forge(&fake).create_check_run(&check(1, &all)).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        let check = only(&fake);
        assert_eq!(messages(&check), expected(count.min(500)));
        assert_eq!((writes(&fake), check.text.as_str()), (requests, told));
        assert_eq!((check.conclusion.as_deref(), check.summary.as_str()), (Some("failure"), "# Report"));
    }
}

#[tokio::test]
async fn is_made_once_whatever_becomes_of_the_answers() {
    let lost = || [Behaviour::DropAfter, Behaviour::HangAfter, Behaviour::DropBefore, Behaviour::Hang];
    for (method, path) in [("POST", CHECKS), ("PATCH", ONE_CHECK)] {
        for behaviour in lost() {
            let fake = fake().await;
            fake.arm(Fault::new(method, path, behaviour).nth(1));
            let all = findings(60);
            let delivery = impatient(&fake).create_check_run(&check(1, &all)).await;
            assert!(matches!(delivery, Delivery::Created(_)), "{method}: {delivery:?}");
            assert_eq!(messages(&only(&fake)), expected(60), "{method}");
        }
    }
}

#[tokio::test]
async fn a_second_run_makes_its_own_and_an_older_one_none_after_it() {
    let fake = fake().await;
    let github = forge(&fake);
    for run in [4, 5] {
        assert!(matches!(github.create_check_run(&check(run, &[])).await, Delivery::Created(_)));
    }
    let clause = "run 5 (attempt 1) has already reported on this commit".to_owned();
    assert_eq!(github.create_check_run(&check(4, &[])).await, Delivery::Overtaken(clause));
    let other = CheckRun { name: "seatrial/nightly".to_owned(), ..check(1, &[]) };
    assert!(matches!(github.create_check_run(&other).await, Delivery::Created(_)));
    let names: Vec<String> = fake.checks(REPOSITORY, HEAD).into_iter().map(|check| check.name).collect();
    assert_eq!(names, ["seatrial/ci", "seatrial/ci", "seatrial/nightly"]);
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_that_may_not_is_told_which_one_may() {
    let who =
        "grant it `checks: write`, which only the token of a GitHub App, such as a job's `GITHUB_TOKEN`, can have";
    let may_not = |why: &str| format!("the token may not create a check run ({why}); {who}");
    let none = |login: &str| Token::of(Account::named(login)).with(Permission::Checks, Access::None);
    let table = [
        ("ghs_job", none("github-actions[bot]"), may_not("Resource not accessible by integration")),
        ("github_pat_x", none("octocat"), may_not("Resource not accessible by personal access token")),
        ("ghp_x", Token::of(Account::named("octocat")), may_not("You must authenticate via a GitHub App")),
    ];
    for (text, token, expected) in table {
        let fake = fake().await;
        fake.grant(text, token);
        let sentence = refusal(client(&fake.url(), text).create_check_run(&check(1, &findings(60))).await);
        assert_eq!(sentence, expected);
        assert!(fake.checks(REPOSITORY, HEAD).is_empty());
    }
}

#[tokio::test]
async fn every_other_answer_has_its_sentence() {
    let table = [
        (
            Fault::new("POST", CHECKS, Behaviour::Answer(Answer::error(422, "No commit found for SHA: x"))),
            "GitHub refused to create a check run: it answered 422 (No commit found for SHA: x)",
        ),
        (
            Fault::new("POST", CHECKS, Behaviour::Answer(Answer::error(500, "Server Error"))),
            "could not create a check run, or could not find out whether it worked: GitHub answered 500",
        ),
        (
            Fault::new("GET", "/repos/*/*/commits/*/check-runs", Behaviour::Answer(Answer::new(200, json!([])))),
            "could not create a check run: 127.0.0.1 answered with something that is not a list",
        ),
        (
            Fault::new("POST", CHECKS, Behaviour::Answer(Answer::page(200, "<html>"))),
            "could not create a check run, or could not find out whether it worked: 127.0.0.1 answered with something that is not JSON",
        ),
        (
            Fault::new("PATCH", ONE_CHECK, Behaviour::Answer(Answer::error(422, "No more"))),
            "the check run has 50 of 60 annotations: GitHub refused to create a check run: it answered 422 (No more)",
        ),
        (
            Fault::new(
                "PATCH",
                ONE_CHECK,
                Behaviour::Answer(Answer::error(429, "slow down").with_header("retry-after", "3600")),
            ),
            "the check run has 50 of 60 annotations: could not create a check run: GitHub limits the rate of requests and asks to wait 3600 s; run the job again later",
        ),
    ];
    for (fault, expected) in table {
        let fake = fake().await;
        fake.arm(fault);
        assert_eq!(refusal(forge(&fake).create_check_run(&check(1, &findings(60))).await), expected);
    }
}

#[tokio::test]
async fn a_summary_over_the_limit_is_never_sent() {
    let fake = fake().await;
    let long = CheckRun { summary: "é".repeat(SUMMARY_LIMIT + 1), ..check(1, &[]) };
    let sentence = refusal(forge(&fake).create_check_run(&long).await);
    assert_eq!(sentence, "the report has 65536 characters, and a check run may have 65535");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn what_cannot_be_seen_is_shown_and_nothing_is_longer_than_github_takes() {
    let fake = fake().await;
    let mut all = findings(2);
    all[0].message = "no\u{1b}[31m \u{202e}field\r::error::x".to_owned();
    all[0].help = Some("é".repeat(50_000));
    all[1].rule = "r\n".repeat(200);
    all[1].primary.location.line = 0;
    all[1].primary.location.end_line = 0;
    assert!(matches!(forge(&fake).create_check_run(&check(1, &all)).await, Delivery::Created(_)));
    let check = only(&fake);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let message = text(&check.annotations[0]["message"]);
    assert!(message.starts_with("no\\u{1b}[31m \\u{202e}field\\r::error::x\nin dev\nhelp: éé"), "{message:.80}");
    assert!(message.len() < 64_000 && message.ends_with("é…"));
    let title = text(&check.annotations[1]["title"]);
    assert!(title.starts_with("seatrial: r\\nr\\n") && title.chars().count() == 255, "{title}");
    assert_eq!((&check.annotations[1]["start_line"], &check.annotations[1]["end_line"]), (&json!(1), &json!(1)));
}
