//! 403 means many things in Azure DevOps: each has its own way out. And forks that are half gone.

use seatrial_test_servers::azure_repos::{Answer, Behaviour, Fault};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn each_reason_of_a_403_has_its_own_way_out() {
    let who = "on the repository to its identity, in a pipeline the project's build service";
    let grant = format!("grant `Contribute to pull requests` {who}");
    let exception = |status: u16, message: &str| Answer::exception(status, "SomeException", message);
    let unknown = |message: &str| {
        format!(
            "Azure DevOps does not accept the token ({message}), so it cannot comment on the pull request: it may have expired, be of another \
             organization or lack the scope `Code (Read & write)`; {grant}"
        )
    };
    let may_not = |rest: &str| format!("the token may not comment on the pull request{rest}");
    let nobody = "TF400813: The user 'aaaa' is not authorized to access this resource";
    let policy =
        "VS403463: The conditional access policy defined by your Azure Active Directory administrator has failed";
    let table = [
        (
            Answer::needs_permission("x", "PullRequestContribute"),
            may_not(&format!(
                " (TF401027: You need the Git 'PullRequestContribute' permission to perform this action. Details: identity 'Build\\x', scope 'repository'); {grant}"
            )),
        ),
        (exception(401, nobody), unknown(nobody)),
        (exception(403, nobody), unknown(nobody)),
        (
            exception(401, "TF400813: Resource not available for anonymous access. Client authentication required."),
            unknown("TF400813: Resource not available for anonymous access. Client authentication required"),
        ),
        (
            exception(403, policy),
            may_not(&format!(" ({policy}); ask the administrator of the organization to let the build agent through")),
        ),
        (
            Answer::page(403, "<!DOCTYPE html><title>Access Denied</title>"),
            may_not(&format!(
                ", and the answer gives no reason: {grant}, or find out whether a proxy or a policy of the organization is in the way"
            )),
        ),
        (
            exception(
                404,
                "VS800075: The project with id 'Web Shop' does not exist, or you do not have permission to access it.",
            ),
            format!(
                "Azure DevOps did not find the pull request in the repository, or the token may not see it (VS800075: The project with id 'Web Shop' \
                 does not exist, or you do not have permission to access it); to comment on the pull request {grant}"
            ),
        ),
    ];
    for (answer, expected) in table {
        for (method, path) in [("POST", THREADS), ("GET", PULL)] {
            let fake = fake().await;
            fake.arm(Fault::new(method, path, Behaviour::Answer(answer.clone())));
            assert_eq!(refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await), expected, "{method}");
        }
    }
}

#[tokio::test]
async fn a_pull_request_of_a_fork_that_is_gone_is_a_forks() {
    let table = [
        (Some(json!({ "name": "refs/heads/x", "repository": { "id": "1" } })), true),
        (Some(json!({ "name": "refs/heads/x", "repository": null })), true),
        (Some(json!({ "name": "refs/heads/x" })), true),
        (Some(json!({})), true),
        (Some(Value::Null), false),
        (None, false),
    ];
    for (source, is_fork) in table {
        let fake = fake().await;
        let mut pull = json!({ "pullRequestId": 7, "status": "active", "lastMergeSourceCommit": { "commitId": HEAD } });
        if let Some(source) = &source {
            pull["forkSource"] = source.clone();
        }
        fake.arm(Fault::new("GET", PULL, Behaviour::Answer(Answer::new(200, pull))));
        let standing = forge(&fake).standing(7).await.expect("is known");
        assert_eq!((standing.is_from_a_fork, standing.over), (is_fork, None), "{source:?}");
    }
}
