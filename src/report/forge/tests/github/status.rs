//! Commit statuses.

use seatrial_forge::{CommitStatus, Delivery, StatusState};
use seatrial_test_servers::github::{Answer, Behaviour, Fault, Status};

use super::*;

const STATUSES: &str = "/repos/*/*/statuses/*";

fn status(state: StatusState, description: &str) -> CommitStatus {
    let target_url = Some("https://ci.example.com/1".to_owned());
    CommitStatus { context: "seatrial".to_owned(), state, description: description.to_owned(), target_url }
}

#[tokio::test]
async fn is_set_on_the_commit() {
    let fake = fake().await;
    let states = [
        (StatusState::Pending, "pending"),
        (StatusState::Success, "success"),
        (StatusState::Failure, "failure"),
        (StatusState::Error, "error"),
    ];
    for (state, name) in states {
        let delivery = forge(&fake).set_status(HEAD, &status(state, "3 tests")).await;
        assert_eq!(delivery, Delivery::Created("https://ci.example.com/1".to_owned()));
        let expected = Status {
            state: name.to_owned(),
            context: "seatrial".to_owned(),
            description: "3 tests".to_owned(),
            target_url: Some("https://ci.example.com/1".to_owned()),
        };
        assert_eq!(fake.statuses(REPOSITORY, HEAD).pop(), Some(expected));
    }
}

#[tokio::test]
async fn a_long_description_is_cut_between_characters() {
    let fake = fake().await;
    forge(&fake).set_status(HEAD, &status(StatusState::Failure, &"é".repeat(200))).await;
    let description = fake.statuses(REPOSITORY, HEAD).pop().expect("is set").description;
    assert_eq!(description, format!("{}…", "é".repeat(139)));
}

#[tokio::test]
async fn refusals_name_the_permission_or_the_reason() {
    let fake = fake().await;
    let github = forge(&fake);
    let unknown = refusal(github.set_status("beef", &status(StatusState::Success, "x")).await);
    assert_eq!(unknown, "GitHub refused to set a commit status: it answered 422 (No commit found for SHA: beef)");
    fake.arm(Fault::new("POST", STATUSES, Behaviour::Answer(Answer::forbidden())));
    let forbidden = refusal(github.set_status(HEAD, &status(StatusState::Success, "x")).await);
    let expected =
        "the token may not set a commit status (Resource not accessible by integration); grant it `statuses: write`";
    assert_eq!(forbidden, expected);
}

#[tokio::test]
async fn is_sent_again_when_the_answer_was_lost_because_twice_is_as_good_as_once() {
    let fake = fake().await;
    fake.arm(Fault::new("POST", STATUSES, Behaviour::DropAfter).nth(1));
    let delivery = forge(&fake).set_status(HEAD, &status(StatusState::Success, "x")).await;
    assert!(matches!(delivery, Delivery::Created(_)));
    let states: Vec<String> = fake.statuses(REPOSITORY, HEAD).into_iter().map(|status| status.state).collect();
    assert_eq!(states, ["success", "success"]);
}

/// What was to be written goes along.
#[tokio::test]
async fn is_set_where_a_renamed_repository_is_now() {
    let fake = fake().await;
    let moved = Answer::error(307, "Moved").with_header("location", format!("/repos/{REPOSITORY}/statuses/{HEAD}"));
    fake.arm(Fault::new("POST", STATUSES, Behaviour::Answer(moved)).nth(1));
    let delivery = forge(&fake).set_status(HEAD, &status(StatusState::Success, "x")).await;
    assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
    assert_eq!(fake.statuses(REPOSITORY, HEAD).len(), 1);
}
