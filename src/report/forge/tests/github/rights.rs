//! What a token may do, asked without writing anything; and which statuses a branch requires.

use seatrial_forge::{Duty, Right};
use seatrial_test_servers::github::{Access, Account, Answer, Behaviour, Fault, Permission, Requirement, Token};

use super::*;

const DUTIES: [(Duty, Permission); 4] = [
    (Duty::Comment, Permission::PullRequests),
    (Duty::Status, Permission::Statuses),
    (Duty::CheckRun, Permission::Checks),
    (Duty::Deployment, Permission::Deployments),
];

/// Comments need one of two.
fn without(permission: Permission, account: &str) -> Token {
    let token = Token::of(Account::named(account)).with(permission, Access::Read);
    if permission == Permission::PullRequests { token.with(Permission::Issues, Access::Read) } else { token }
}

#[tokio::test]
async fn a_job_and_a_fine_grained_token_are_told_what_they_lack() {
    let fake = fake().await;
    for (token, account) in [("ghs_job", "github-actions[bot]"), ("github_pat_fine", "octocat")] {
        for (duty, permission) in DUTIES {
            // Check runs are an App's.
            if duty == Duty::CheckRun && account == "octocat" {
                continue;
            }
            fake.grant(token, Token::of(Account::named(account)));
            assert_eq!(client(&fake.url(), token).may(duty).await, Right::Granted, "{account} {duty:?}");
            fake.grant(token, without(permission, account));
            let Right::Missing(sentence) = client(&fake.url(), token).may(duty).await else { panic!("{duty:?}") };
            let name = match permission {
                Permission::PullRequests => "pull-requests",
                Permission::Statuses => "statuses",
                Permission::Checks => "checks",
                _ => "deployments",
            };
            assert!(sentence.ends_with(&format!("; grant it `{name}: write`")), "{sentence}");
        }
    }
    fake.grant("github_pat_fine", Token::of(Account::named("octocat")));
    let Right::Missing(sentence) = client(&fake.url(), "github_pat_fine").may(Duty::CheckRun).await else { panic!() };
    assert!(sentence.contains("You must authenticate via a GitHub App"), "{sentence}");
    assert!(fake.comments(REPOSITORY, 7).is_empty() && fake.statuses(REPOSITORY, HEAD).is_empty());
    assert!(fake.checks(REPOSITORY, HEAD).is_empty() && fake.deployments(REPOSITORY).is_empty());
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_classic_token_says_it_by_its_scopes() {
    let fake = fake().await;
    let all = Token::of(Account::named("octocat"));
    let table: [(Token, [Option<&str>; 4]); 4] = [
        (all.clone(), [None, None, Some("a job's `GITHUB_TOKEN` or the token of an App"), None]),
        (
            all.clone().of_reader(),
            [None, Some("give the owner the role `write`"), Some("App"), Some("give the owner the role `write`")],
        ),
        (
            all.clone().scoped(&["repo:status", "gist"]),
            [Some("give it the scope `repo`"), None, Some("App"), Some("the scope `repo` or `repo_deployment`")],
        ),
        (all.scoped(&[]), [Some("scope"), Some("scope"), Some("App"), Some("scope")]),
    ];
    for (token, expected) in table {
        fake.grant("ghp_classic", token);
        for ((duty, _), expected) in DUTIES.into_iter().zip(expected) {
            match (client(&fake.url(), "ghp_classic").may(duty).await, expected) {
                (Right::Granted, None) => {}
                (Right::Missing(sentence), Some(words)) => assert!(sentence.contains(words), "{duty:?}: {sentence}"),
                (right, expected) => panic!("{duty:?}: {right:?}, expected {expected:?}"),
            }
        }
    }
    assert_eq!(writes(&fake), 0);
}

#[tokio::test]
async fn what_cannot_be_found_out_is_neither() {
    let fake = fake().await;
    let gone = Behaviour::Answer(Answer::error(502, "Bad Gateway"));
    fake.arm(Fault::new("PATCH", COMMENT, gone).times(9));
    assert!(matches!(forge(&fake).may(Duty::Comment).await, Right::Unknown(_)));
    assert!(matches!(client(&fake.url(), "ghs_unknown").may(Duty::Comment).await, Right::Missing(_)));
    assert!(matches!(client("http://127.0.0.1:1", TOKEN).may(Duty::Comment).await, Right::Unknown(_)));
}

#[tokio::test]
async fn rulesets_and_protection_require_statuses() {
    let fake = fake().await;
    let none: [&str; 0] = [];
    assert_eq!(forge(&fake).required_statuses("main").await.expect("is told"), none);
    fake.require(REPOSITORY, "main", "seatrial/ci", Requirement::Ruleset);
    fake.require(REPOSITORY, "main", "build", Requirement::Protection);
    fake.require(REPOSITORY, "main", "build", Requirement::Ruleset);
    fake.require(REPOSITORY, "release", "other", Requirement::Ruleset);
    assert_eq!(forge(&fake).required_statuses("main").await.expect("is told"), ["build", "seatrial/ci"]);
    fake.arm(Fault::new("GET", "/repos/*/*/branches/*", Behaviour::Answer(Answer::forbidden())));
    let sentence = forge(&fake).required_statuses("main").await.expect_err("is refused");
    assert!(sentence.starts_with("the token may not read the rules of the branch"), "{sentence}");
}
