//! Statuses of a pull request.

use seatrial_forge::{CommitStatus, Delivery, StatusState};
use seatrial_test_servers::azure_repos::{Answer, Behaviour, Fault, Permission, Status, TOKEN, Token};

use super::*;

fn status(state: StatusState, description: &str) -> CommitStatus {
    let target_url = Some("https://ci.example.com/1".to_owned());
    CommitStatus { context: "seatrial".to_owned(), state, description: description.to_owned(), target_url }
}

fn set(fake: &FakeAzureRepos) -> Vec<Status> {
    fake.pull_request(7).statuses
}

#[tokio::test]
async fn is_set_on_the_iteration_whose_head_the_commit_is() {
    let fake = fake().await;
    fake.change(7, |pull| pull.push(NEXT_HEAD));
    let states = [
        (StatusState::Pending, "pending"),
        (StatusState::Success, "succeeded"),
        (StatusState::Failure, "failed"),
        (StatusState::Error, "error"),
    ];
    for (state, name) in states {
        let delivery = forge(&fake).set_status(7, NEXT_HEAD, &status(state, "3 tests")).await;
        assert_eq!(delivery, Delivery::Created("https://ci.example.com/1".to_owned()));
        let expected = Status {
            genre: "seatrial".to_owned(),
            name: "seatrial".to_owned(),
            state: name.to_owned(),
            description: "3 tests".to_owned(),
            target_url: Some("https://ci.example.com/1".to_owned()),
            iteration: Some(2),
        };
        assert_eq!(set(&fake).pop(), Some(expected));
    }
    fake.change(7, |pull| pull.push(HEAD));
    forge(&fake).set_status(7, HEAD, &status(StatusState::Success, "pushed back")).await;
    assert_eq!(set(&fake).pop().and_then(|status| status.iteration), Some(3));
}

#[tokio::test]
async fn is_named_after_the_key() {
    let fake = fake().await;
    let table = [("seatrial", "seatrial"), ("seatrial/CI--shop/trial", "CI--shop/trial"), ("seatrial/", "seatrial/")];
    for (context, name) in table {
        let of = CommitStatus { context: context.to_owned(), target_url: None, ..status(StatusState::Success, "x") };
        let delivery = forge(&fake).set_status(7, HEAD, &of).await;
        assert_eq!(delivery, Delivery::Created(format!("{}/Web%20Shop/_git/shop/pullrequest/7", fake.url())));
        let last = set(&fake).pop().expect("is set");
        assert_eq!((last.genre.as_str(), last.name.as_str(), last.target_url), ("seatrial", name, None));
    }
}

#[tokio::test]
async fn an_overtaken_run_leaves_the_newer_runs_word_and_nothing_pending() {
    let fake = fake().await;
    let azure = forge(&fake);
    let own = status(StatusState::Success, "older");
    let said = |set: &[Status]| set.iter().map(|s| format!("{} {}", s.state, s.description)).collect::<Vec<_>>();
    azure.set_status(7, HEAD, &status(StatusState::Pending, "running")).await;
    azure.set_status(7, HEAD, &status(StatusState::Failure, "newer")).await;
    let unrelated = CommitStatus { context: "seatrial/other".to_owned(), ..status(StatusState::Pending, "other") };
    azure.set_status(7, HEAD, &unrelated).await;
    assert_eq!(azure.end_status(7, HEAD, &own).await, Delivery::Overtaken("a newer run has set it".to_owned()));
    azure.set_status(7, HEAD, &status(StatusState::Pending, "running")).await;
    assert!(matches!(azure.end_status(7, HEAD, &own).await, Delivery::Created(_)));
    let expected = ["pending running", "failed newer", "pending other", "pending running", "failed newer"];
    assert_eq!(said(&set(&fake)), expected);
    azure.end_status(7, HEAD, &CommitStatus { context: "seatrial/other".to_owned(), ..own }).await;
    assert_eq!(said(&set(&fake)).pop().as_deref(), Some("succeeded older"));
}

#[tokio::test]
async fn is_not_set_on_a_pull_request_that_went_on_or_is_over() {
    let fake = fake().await;
    fake.change(7, |pull| pull.push(NEXT_HEAD));
    let old = forge(&fake).set_status(7, HEAD, &status(StatusState::Success, "x")).await;
    assert_eq!(old, Delivery::Stale("the head of pull request 7 is now b4f1c9e".to_owned()));
    for over in ["completed", "abandoned"] {
        fake.change(7, |pull| over.clone_into(&mut pull.status));
        let late = forge(&fake).set_status(7, NEXT_HEAD, &status(StatusState::Success, "x")).await;
        assert_eq!(late, Delivery::Stale(format!("pull request 7 is {over}")));
    }
    assert!(set(&fake).is_empty());
}

#[tokio::test]
async fn is_set_on_the_pull_request_as_a_whole_where_there_are_no_iterations() {
    let fake = fake().await;
    fake.change(7, |pull| pull.iterations.clear());
    let delivery = forge(&fake).set_status(7, HEAD, &status(StatusState::Success, "x")).await;
    assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
    assert_eq!(set(&fake).pop().map(|status| status.iteration), Some(None));
}

#[tokio::test]
async fn a_long_description_is_cut_between_characters() {
    let fake = fake().await;
    forge(&fake).set_status(7, HEAD, &status(StatusState::Failure, &"é".repeat(200))).await;
    assert_eq!(set(&fake).pop().expect("is set").description, format!("{}…", "é".repeat(139)));
}

#[tokio::test]
async fn refusals_name_the_permission_or_the_reason() {
    let fake = fake().await;
    let azure = forge(&fake);
    let unknown = refusal(azure.set_status(8, HEAD, &status(StatusState::Success, "x")).await);
    assert_eq!(
        unknown,
        "Azure DevOps did not find the pull request in the repository, or the token may not see it (TF401180: The requested pull request was not found); \
         to set a status on the pull request grant `Contribute to pull requests` on the repository to its identity, in a pipeline the project's build service"
    );
    fake.grant(TOKEN, Token::of("build").without(Permission::ContributeToPullRequests));
    let forbidden = refusal(azure.set_status(7, HEAD, &status(StatusState::Success, "x")).await);
    assert_eq!(
        forbidden,
        "the token may not set a status on the pull request (TF401027: You need the Git 'PullRequestContribute' permission to perform this action. \
         Details: identity 'Build\\build', scope 'repository'); grant `Contribute to pull requests` on the repository to its identity, \
         in a pipeline the project's build service"
    );
    fake.arm(Fault::new("POST", STATUSES, Behaviour::Answer(Answer::exception(409, "Conflict", "Not now.\r\n"))));
    let conflict = refusal(azure.set_status(7, HEAD, &status(StatusState::Success, "x")).await);
    assert_eq!(conflict, "Azure DevOps refused to set a status on the pull request: it answered 409 (Not now)");
}

#[tokio::test]
async fn is_sent_again_when_the_answer_was_lost_because_twice_is_as_good_as_once() {
    let fake = fake().await;
    fake.arm(Fault::new("POST", STATUSES, Behaviour::DropAfter).nth(1));
    let delivery = forge(&fake).set_status(7, HEAD, &status(StatusState::Success, "x")).await;
    assert!(matches!(delivery, Delivery::Created(_)));
    let states: Vec<String> = set(&fake).into_iter().map(|status| status.state).collect();
    assert_eq!(states, ["succeeded", "succeeded"]);
}
