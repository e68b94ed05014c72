//! What a token's identity may do, asked without writing anything; and which statuses the policies of a branch require.

use seatrial_forge::{Duty, Right};
use seatrial_test_servers::azure_repos::{Answer, Behaviour, Fault, Permission, Policy, Token};
use serde_json::json;

use super::*;

#[tokio::test]
async fn the_permission_of_the_identity_is_asked_and_nothing_is_written() {
    let fake = fake().await;
    for collection in [fake.url(), fake.organization_url(), fake.server_url()] {
        let azure = client(&collection, TOKEN);
        assert_eq!(azure.may(Duty::Comment).await, Right::Granted);
        assert_eq!(azure.may(Duty::Status).await, Right::Granted);
        assert!(matches!(azure.may(Duty::CheckRun).await, Right::Missing(_)));
    }
    assert_eq!(forge(&fake).identity().await.as_deref(), Some("somebody"));
    fake.grant(TOKEN, Token::of_build_service().without(Permission::ContributeToPullRequests));
    let expected = "the token may not comment on the pull request; grant `Contribute to pull requests` on the repository to its identity, in a \
                    pipeline the project's build service";
    assert_eq!(forge(&fake).may(Duty::Comment).await, Right::Missing(expected.to_owned()));
    fake.grant(TOKEN, Token::of_build_service().without(Permission::Read));
    assert!(matches!(forge(&fake).may(Duty::Comment).await, Right::Missing(_)));
    assert!(fake.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn an_older_server_is_asked_in_its_version() {
    let fake = fake().await;
    fake.at_version("6.0");
    assert_eq!(forge(&fake).may(Duty::Comment).await, Right::Granted);
    assert!(fake.requests().last().is_some_and(|request| request.query.starts_with("api-version=6.0&tokens=")));
}

#[tokio::test]
async fn what_cannot_be_found_out_is_neither() {
    let fake = fake().await;
    for answer in [Answer::new(200, json!({ "value": [] })), Answer::new(400, json!({ "message": "x" }))] {
        fake.arm(Fault::new("GET", "/permissions/*/*", Behaviour::Answer(answer)).times(1));
        assert!(matches!(forge(&fake).may(Duty::Comment).await, Right::Unknown(_)));
    }
    assert!(matches!(client(&fake.url(), "unknown").may(Duty::Comment).await, Right::Missing(_)));
}

#[tokio::test]
async fn policies_require_statuses_of_the_branches_in_their_scope() {
    let fake = fake().await;
    let of = |name: &str| Policy::of("main", "seatrial", name);
    let scoped = |name: &str, scope: serde_json::Value| Policy { scope, ..of(name) };
    for policy in [
        of("ci"),
        Policy { enabled: false, ..of("off") },
        Policy { blocking: false, ..of("optional") },
        Policy::of("release", "seatrial", "release"),
        Policy::of("main", "", "bare"),
        scoped("default", json!({ "repositoryId": null, "refName": null, "matchKind": "DefaultBranch" })),
        scoped("folder", json!({ "repositoryId": null, "refName": "refs/heads/", "matchKind": "Prefix" })),
        scoped(
            "other",
            json!({ "repositoryId": "00000000-0000-0000-0000-000000000000", "refName": "refs/heads/main" }),
        ),
    ] {
        fake.require(policy);
    }
    let required = forge(&fake).required_statuses("main").await.expect("is told");
    assert_eq!(required, ["bare", "seatrial/ci", "seatrial/default", "seatrial/folder"]);
    assert_eq!(forge(&fake).required_statuses("topic").await.expect("is told"), ["seatrial/folder"]);
}
