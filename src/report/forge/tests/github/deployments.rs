//! Deployments: recorded by runs, ended by a cleanup.

use seatrial_forge::{DeployedEnvironment, Deployment, StatusState};
use seatrial_test_servers::github::{
    self, Access, Account, Answer, Behaviour, DeploymentStatus, Fault, Limits, Permission, Token,
};
use serde_json::json;

use super::*;

const DEPLOYMENTS: &str = "/repos/*/*/deployments";
const STATUSES: &str = "/repos/*/*/deployments/*/statuses";

fn preview(number: u64) -> DeployedEnvironment {
    DeployedEnvironment { name: "dev".to_owned(), preview_namespace: Some(format!("shop-pr-{number}")) }
}

fn deployment() -> Deployment {
    Deployment {
        key: "ci".to_owned(),
        head: HEAD.to_owned(),
        environment: preview(7),
        state: StatusState::Success,
        description: "3 created".to_owned(),
        environment_url: Some("https://shop-pr-7.example.com".to_owned()),
        log_url: Some("https://ci.example.com/1".to_owned()),
    }
}

/// Names of environments and states of their deployments; all requests fit GitHub's description.
fn told(fake: &FakeGitHub) -> Vec<(String, Vec<String>)> {
    assert_eq!(fake.violations(), Vec::<String>::new());
    let states = |d: &github::Deployment| d.statuses.iter().map(|status| status.state.clone()).collect();
    fake.deployments(REPOSITORY).iter().map(|d| (d.environment.clone(), states(d))).collect()
}

fn one(environment: &str, states: &[&str]) -> (String, Vec<String>) {
    (environment.to_owned(), states.iter().map(|state| (*state).to_owned()).collect())
}

#[tokio::test]
async fn a_preview_is_an_environment_of_its_own_with_its_address() {
    let fake = fake().await;
    let delivery = forge(&fake).record_deployment(&deployment()).await;
    assert_eq!(delivery, Delivery::Created("https://shop-pr-7.example.com".to_owned()));
    assert_eq!(told(&fake), [one("dev (shop-pr-7)", &["success"])]);
    let made = fake.deployments(REPOSITORY).remove(0);
    assert_eq!((made.commit.as_str(), made.transient, made.production), (HEAD, true, false));
    assert_eq!(made.payload, json!({ "seatrial": { "key": "ci", "environment": "dev", "namespace": "shop-pr-7" } }));
    let DeploymentStatus { description, environment_url, log_url, .. } = made.statuses[0].clone();
    assert_eq!(description, "3 created");
    assert_eq!(environment_url.as_deref(), Some("https://shop-pr-7.example.com"));
    assert_eq!(log_url.as_deref(), Some("https://ci.example.com/1"));
}

#[tokio::test]
async fn statuses_of_the_commit_that_are_pending_do_not_matter_and_each_end_has_its_state() {
    let table = [
        (StatusState::Success, "success"),
        (StatusState::Failure, "failure"),
        (StatusState::Error, "error"),
        (StatusState::Pending, "in_progress"),
    ];
    for (state, name) in table {
        let fake = fake().await;
        let pending = seatrial_forge::CommitStatus {
            context: "seatrial/ci".to_owned(),
            state: StatusState::Pending,
            description: String::new(),
            target_url: None,
        };
        forge(&fake).set_status(HEAD, &pending).await;
        let delivery = forge(&fake).record_deployment(&Deployment { state, ..deployment() }).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!(told(&fake), [one("dev (shop-pr-7)", &[name])]);
    }
}

#[tokio::test]
async fn without_a_preview_the_next_deployment_ends_the_one_before() {
    let fake = fake().await;
    fake.add_pull(REPOSITORY, Pull::open(8, NEXT_HEAD));
    let environment = DeployedEnvironment { preview_namespace: None, ..preview(7) };
    for head in [HEAD, NEXT_HEAD] {
        let shared = Deployment { environment: environment.clone(), head: head.to_owned(), ..deployment() };
        assert!(matches!(forge(&fake).record_deployment(&shared).await, Delivery::Created(_)));
    }
    assert_eq!(told(&fake), [one("dev", &["success", "inactive"]), one("dev", &["success"])]);
}

#[tokio::test]
async fn a_second_run_of_a_commit_adds_a_status_and_another_pipeline_a_deployment() {
    let fake = fake().await;
    let github = forge(&fake);
    let red = Deployment { state: StatusState::Failure, ..deployment() };
    assert!(matches!(github.record_deployment(&red).await, Delivery::Created(_)));
    assert!(matches!(github.record_deployment(&deployment()).await, Delivery::Updated(_)));
    let other = Deployment { key: "nightly".to_owned(), ..deployment() };
    assert!(matches!(github.record_deployment(&other).await, Delivery::Created(_)));
    assert_eq!(told(&fake), [one("dev (shop-pr-7)", &["failure", "success"]), one("dev (shop-pr-7)", &["success"])]);
}

#[tokio::test]
async fn is_recorded_once_whatever_becomes_of_the_answer() {
    for behaviour in [Behaviour::DropAfter, Behaviour::HangAfter, Behaviour::DropBefore, Behaviour::Hang] {
        let fake = fake().await;
        fake.arm(Fault::new("POST", DEPLOYMENTS, behaviour).nth(1));
        let delivery = impatient(&fake).record_deployment(&deployment()).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{delivery:?}");
        assert_eq!(told(&fake), [one("dev (shop-pr-7)", &["success"])]);
    }
}

#[tokio::test]
async fn what_is_no_address_is_left_out_and_a_long_description_is_cut() {
    let fake = fake().await;
    let odd = Deployment {
        environment_url: Some("javascript:alert(1)".to_owned()),
        log_url: None,
        description: "é".repeat(200),
        ..deployment()
    };
    assert!(matches!(forge(&fake).record_deployment(&odd).await, Delivery::Created(_)));
    let status = fake.deployments(REPOSITORY)[0].statuses[0].clone();
    assert_eq!((status.environment_url, status.log_url), (None, None));
    assert_eq!(status.description, format!("{}…", "é".repeat(139)));
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_names_the_permission() {
    let answer = |status, message: &str| Behaviour::Answer(Answer::error(status, message));
    let table = [
        (
            Fault::new("POST", DEPLOYMENTS, Behaviour::Answer(Answer::forbidden())),
            "the token may not record the deployment (Resource not accessible by integration); grant it `deployments: write`",
        ),
        (
            Fault::new("POST", DEPLOYMENTS, answer(409, "Conflict merging main into change.")),
            "GitHub refused to record the deployment: it answered 409 (Conflict merging main into change)",
        ),
        (
            Fault::new("POST", DEPLOYMENTS, answer(422, "No ref found for: x")),
            "GitHub refused to record the deployment: it answered 422 (No ref found for: x)",
        ),
        (
            Fault::new(
                "POST",
                DEPLOYMENTS,
                Behaviour::Answer(Answer::new(202, json!({ "message": "Auto-merged main" }))),
            ),
            "could not record the deployment: GitHub's answer names no deployment",
        ),
        (
            Fault::new("POST", STATUSES, answer(404, "Not Found")),
            "GitHub did not find the pull request or commit in the repository, or the token may not see it; to record the deployment it needs `deployments: write`",
        ),
        (
            Fault::new("GET", DEPLOYMENTS, answer(401, "Bad credentials")),
            "GitHub does not accept the token, so it cannot record the deployment: give the job one that is valid and has not expired",
        ),
    ];
    for (fault, expected) in table {
        let fake = fake().await;
        fake.arm(fault);
        assert_eq!(refusal(forge(&fake).record_deployment(&deployment()).await), expected);
    }
    let fake = fake().await;
    fake.grant("ghs_x", Token::of(Account::named("x[bot]")).with(Permission::Deployments, Access::Read));
    let ended = client(&fake.url(), "ghs_x").end_deployments(&preview(7)).await;
    assert_eq!(ended, Ok(0), "nothing is to be written");
}

#[tokio::test]
async fn a_cleanup_ends_all_of_ours_and_nobody_elses() {
    let fake = fake().await;
    fake.limit(Limits { writes_a_minute: 1000, ..Limits::default() });
    let github = forge(&fake);
    for number in 0..105 {
        let key = format!("ci-{number}");
        assert!(matches!(github.record_deployment(&Deployment { key, ..deployment() }).await, Delivery::Created(_)));
    }
    let other = Deployment { environment: preview(8), ..deployment() };
    assert!(matches!(github.record_deployment(&other).await, Delivery::Created(_)));
    let shared =
        Deployment { environment: DeployedEnvironment { preview_namespace: None, ..preview(7) }, ..deployment() };
    assert!(matches!(github.record_deployment(&shared).await, Delivery::Created(_)));
    // An environment that somebody else calls the same.
    let transport = Transport::new(&Settings::default()).expect("is a client");
    let foreign = json!({ "ref": HEAD, "environment": "dev (shop-pr-7)", "required_contexts": [] });
    let url = format!("{}/repos/{REPOSITORY}/deployments", fake.url());
    let sent = transport.client().post(url).bearer_auth(TOKEN).body(foreign.to_string()).send().await;
    assert!(sent.is_ok_and(|answer| answer.status() == 201));

    fake.change_pull(REPOSITORY, 7, |pull| "closed".clone_into(&mut pull.state));
    // The second page is found on an Enterprise Server, too.
    let github = client(&fake.enterprise_url(), TOKEN);
    assert_eq!(github.end_deployments(&preview(7)).await, Ok(105));
    let states: Vec<(String, Vec<String>)> = told(&fake);
    assert!(states[..105].iter().all(|told| *told == one("dev (shop-pr-7)", &["success", "inactive"])));
    let rest = [one("dev (shop-pr-8)", &["success"]), one("dev", &["success"]), one("dev (shop-pr-7)", &[])];
    assert_eq!(states[105..], rest);
    let before = writes(&fake);
    assert_eq!(github.end_deployments(&preview(7)).await, Ok(0));
    assert_eq!(writes(&fake), before, "what is inactive is not written again");
}
