//! CI systems that are recognised and no more: the caller says what they build, and their variables say at best that it is a fork → [`CiContext`].
//!
//! ```sh
//! seatrial run --pull-request 7 --target main --head "$COMMIT" --repository acme/shop --forge https://github.com
//! ```
//!
//! Each flag has a variable: `SEATRIAL_PULL_REQUEST`, `SEATRIAL_TARGET`, `SEATRIAL_HEAD`, `SEATRIAL_REPOSITORY`, `SEATRIAL_FORGE`, `SEATRIAL_FORK`.
//! Nothing is deployed without `--trust-head`: whose code is checked out cannot be told well enough. `--fork` forbids it, whatever else is said.
//!
//! Sources: GitLab's page "Predefined variables", branch-api-plugin's `BranchNameContributor` (Jenkins), and the others' pages of their
//! environment variables.

use std::collections::BTreeMap;

use crate::{CallerSays, CiContext, Host, PullRequestContext, Trust};

/// Variables by which a CI is recognised, and what it is called; the first that is set decides. `CI` alone is set by nearly all of them.
const KNOWN: [(&str, &str); 27] = [
    // These two set GitHub's variables as well, and Forgejo sets Gitea's.
    ("FORGEJO_ACTIONS", "Forgejo Actions"),
    ("GITEA_ACTIONS", "Gitea Actions"),
    ("GITHUB_ACTIONS", "GitHub Actions"),
    ("GITHUB_EVENT_NAME", "GitHub Actions"),
    ("TF_BUILD", "Azure Pipelines"),
    ("SYSTEM_COLLECTIONURI", "Azure Pipelines"),
    ("JENKINS_URL", "Jenkins"),
    ("JENKINS_HOME", "Jenkins"),
    ("HUDSON_URL", "Jenkins"),
    ("GITLAB_CI", "GitLab CI"),
    ("BITBUCKET_BUILD_NUMBER", "Bitbucket Pipelines"),
    ("BUILDKITE", "Buildkite"),
    ("CIRCLECI", "CircleCI"),
    ("TRAVIS", "Travis CI"),
    ("DRONE", "Drone"),
    ("TEAMCITY_VERSION", "TeamCity"),
    ("CODEBUILD_BUILD_ID", "AWS CodeBuild"),
    ("APPVEYOR", "AppVeyor"),
    ("bamboo_buildKey", "Bamboo"),
    ("GO_PIPELINE_NAME", "GoCD"),
    ("PROW_JOB_ID", "Prow"),
    ("BUDDY_EXECUTION_ID", "Buddy"),
    ("CPHP_BUILD_ID", "continuousphp"),
    ("CI", "this CI"),
    ("CI_NAME", "this CI"),
    ("CONTINUOUS_INTEGRATION", "this CI"),
    ("BUILD_NUMBER", "this CI"),
];

/// Variables that are there on a pull request only. One that ends in `_` stands for all that begin so.
const OF_A_PULL_REQUEST: [&str; 33] = [
    "SYSTEM_PULLREQUEST_",
    "CHANGE_ID",
    "CHANGE_TARGET",
    "CHANGE_BRANCH",
    "CHANGE_FORK",
    "CI_MERGE_REQUEST_",
    "CI_EXTERNAL_PULL_REQUEST_",
    "ghprbPullId",
    "ghprbActualCommit",
    "ghprbTargetBranch",
    "BITBUCKET_PR_ID",
    "BUILDKITE_PULL_REQUEST",
    "CIRCLE_PULL_REQUEST",
    "TRAVIS_PULL_REQUEST",
    "DRONE_PULL_REQUEST",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "PULL_NUMBER",
    "GITHUB_HEAD_REF",
    "CI_PULL_REQUEST",
    "CI_PULL_REQUESTS",
    // Woodpecker, Semaphore.
    "CI_COMMIT_PULL_REQUEST",
    "SEMAPHORE_GIT_PR_NUMBER",
    "BUDDY_EXECUTION_PULL_REQUEST_",
    "CPHP_PR_ID",
    "PATCHSET_ID",
    "bamboo_repository_pr_",
    // Plugins of Jenkins beside the branch sources: GitHub Integration, Gerrit Trigger, GitLab, Bitbucket Push and Pull Request, Team
    // Foundation Server.
    "GITHUB_PR_",
    "GERRIT_CHANGE_",
    "gitlabMergeRequestId",
    "gitlabMergeRequestIid",
    "BITBUCKET_PULL_REQUEST_ID",
    "BITBUCKET_PULL_REQUEST_LINK",
    "pullRequestId",
];

/// Variables that are there on a branch, too, and begin so on a pull request only.
const BEGINNING_OF_A_PULL_REQUEST: [(&str, &str); 2] =
    [("CODEBUILD_SOURCE_VERSION", "pr/"), ("CODEBUILD_WEBHOOK_EVENT", "PULL_REQUEST_")];

/// Whether the environment is that of a CI.
pub(crate) fn is_recognised(env: &BTreeMap<String, String>) -> bool {
    name(env).is_some()
}

/// The context of a CI that is not supported, and of a person's machine.
pub(crate) fn context(host: Host, env: &BTreeMap<String, String>, caller: &CallerSays) -> CiContext {
    let pull_request = told(caller);
    let names_pull_request = pull_request.is_some() || names_a_pull_request(env);
    let name = match host {
        Host::Local => None,
        _ => Some(name(env).unwrap_or_else(|| host.name())),
    };
    let because = match name {
        Some(name) => format!("{name} is not supported yet, so it is not known whose code is checked out"),
        None => "a pull request is named, and it is not known whose code it is".to_owned(),
    };
    let trust = match not_ours(env) {
        Some(because) => Trust::Untrusted(because),
        None if name.is_none() && !names_pull_request => Trust::Trusted,
        None => Trust::WhenTold { because, names_pull_request },
    };
    let notice = name.filter(|_| pull_request.is_none()).map(|name| {
        format!(
            "{name} is not supported yet: without --base or --target nothing is compared, and no comment is written"
        )
    });
    // A person who names a pull request wants what a CI would do with it.
    let host = if host == Host::Local && pull_request.is_some() { Host::Other } else { host };
    CiContext { host, trust, pull_request, notices: notice.into_iter().collect(), ..CiContext::local() }
}

/// The pull request that the caller describes: with a number and a target branch it can be compared.
fn told(caller: &CallerSays) -> Option<PullRequestContext> {
    Some(PullRequestContext {
        number: caller.pull_request?,
        head: caller.head.clone(),
        head_reference: None,
        merge: None,
        base: None,
        target_branch: caller.target.clone()?,
        source_branch: String::new(),
        draft: false,
        ended: None,
    })
}

/// What the CI is called; `None` on a person's machine.
fn name(env: &BTreeMap<String, String>) -> Option<&'static str> {
    let is_set = |name: &str| env.get(name).is_some_and(|value| says_something(value));
    let known = KNOWN.iter().find(|(variable, _)| is_set(variable)).map(|(_, name)| *name);
    // A container is often given some variables of its CI, and not those by which that is recognised.
    known.or_else(|| (names_a_pull_request(env) || not_ours(env).is_some()).then_some("this CI"))
}

/// Whether a variable is there that is there on a pull request only.
pub(crate) fn names_a_pull_request(env: &BTreeMap<String, String>) -> bool {
    env.iter().any(|(variable, value)| is_of_a_pull_request(variable, value))
}

/// Why the environment says for sure that the pull request is a fork's, as a clause.
pub(crate) fn comes_from_a_fork(env: &BTreeMap<String, String>) -> Option<String> {
    match fork(env) {
        Fork::Yes(_) => not_ours(env),
        Fork::Unknown(_) | Fork::NotSaid => None,
    }
}

/// Why the environment says that the pull request is a fork's, or may be, as a clause.
pub(crate) fn not_ours(env: &BTreeMap<String, String>) -> Option<String> {
    match fork(env) {
        Fork::Yes(variable) => Some(format!("the pull request comes from a fork (`{variable}`)")),
        Fork::Unknown(variable) => {
            Some(format!("`{variable}` does not say whether the pull request comes from a fork"))
        }
        Fork::NotSaid => None,
    }
}

/// What the environment says of a fork.
enum Fork {
    /// It is one; the variable that says so.
    Yes(&'static str),
    /// A variable is there that should say it, and does not.
    Unknown(&'static str),
    /// Nothing says so.
    NotSaid,
}

fn fork(env: &BTreeMap<String, String>) -> Fork {
    let value = |name: &str| env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    match value("SYSTEM_PULLREQUEST_ISFORK").map(str::to_lowercase).as_deref() {
        None | Some("false" | "0") => {}
        Some("true" | "1") => return Fork::Yes("SYSTEM_PULLREQUEST_ISFORK"),
        Some(_) => return Fork::Unknown("SYSTEM_PULLREQUEST_ISFORK"),
    }
    // Jenkins sets it on forks only, to the fork's owner or name.
    if value("CHANGE_FORK").is_some() {
        return Fork::Yes("CHANGE_FORK");
    }
    // CircleCI sets it on forks only.
    if value("CIRCLE_PR_USERNAME").is_some() {
        return Fork::Yes("CIRCLE_PR_USERNAME");
    }
    // The plugin GitHub Integration of Jenkins: the owner of the one beside that of the other.
    match (
        value("GITHUB_PR_SOURCE_REPO_OWNER"),
        value("GITHUB_PR_URL").and_then(|url| repository(url).split('/').next()),
    ) {
        (Some(source), Some(target)) if !source.eq_ignore_ascii_case(target) => {
            return Fork::Yes("GITHUB_PR_SOURCE_REPO_OWNER");
        }
        (None | Some(_), None | Some(_)) => {}
    }
    // Where the code comes from, beside where it goes to.
    let pairs = [
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID"),
        ("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"),
        ("TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG"),
        ("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "APPVEYOR_REPO_NAME"),
        ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"),
        ("SEMAPHORE_GIT_PR_SLUG", "SEMAPHORE_GIT_REPO_SLUG"),
    ];
    for (source, target) in pairs {
        match (value(source), value(target)) {
            (None, _) => {}
            (Some(source), Some(target)) if repository(source).eq_ignore_ascii_case(repository(target)) => {}
            (Some(_), Some(_)) => return Fork::Yes(source),
            (Some(_), None) => return Fork::Unknown(target),
        }
    }
    Fork::NotSaid
}

/// `acme/shop` of `git@github.com:acme/shop.git` and `git://github.com/acme/shop.git`; what is no URL as it is.
pub(crate) fn repository(text: &str) -> &str {
    let text = text.trim_end_matches('/');
    let text = text.strip_suffix(".git").unwrap_or(text);
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/'),
        None => text.split_once(':'),
    };
    path.map_or(text, |(_, path)| path)
}

fn is_of_a_pull_request(variable: &str, value: &str) -> bool {
    let begins = |(known, beginning)| variable == known && value.trim().starts_with(beginning);
    OF_A_PULL_REQUEST.into_iter().any(|known| match known.ends_with('_') {
        true => variable.starts_with(known) && !value.trim().is_empty(),
        false => variable == known && says_something(value),
    }) || BEGINNING_OF_A_PULL_REQUEST.into_iter().any(begins)
}

/// Travis and Buildkite say `false` where there is no pull request, and people say `CI=false` or `CI=0`.
pub(crate) fn says_something(value: &str) -> bool {
    !matches!(value.trim().to_lowercase().as_str(), "" | "false" | "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(pairs: &[(&str, &str)]) -> CiContext {
        with(pairs, &CallerSays::default())
    }

    fn with(pairs: &[(&str, &str)], caller: &CallerSays) -> CiContext {
        let env = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        CiContext::detect(&env, None, caller).expect("one host")
    }

    #[test]
    fn every_ci_that_is_recognised_is_no_persons_machine() {
        for (variable, name) in KNOWN {
            let context = detect(&[(variable, "yes")]);
            assert_ne!(context.host, Host::Local, "{variable}");
            if context.host != Host::Other {
                assert!(matches!(context.trust, Trust::WhenTold { .. }), "{variable}: {:?}", context.trust);
                continue;
            }
            let Trust::WhenTold { because, names_pull_request: false } = &context.trust else {
                panic!("{variable}: {:?}", context.trust)
            };
            assert!(because.contains(name), "{because}");
        }
        assert_eq!(detect(&[("CI", "false")]).host, Host::Local);
        assert_eq!(detect(&[("CI", "0"), ("TRAVIS", "")]).host, Host::Local);
    }

    #[test]
    fn a_pull_request_is_recognised_where_the_environment_names_one() {
        let table = [
            (("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"), true),
            (("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"), true),
            (("CHANGE_ID", "7"), true),
            (("CI_MERGE_REQUEST_IID", "7"), true),
            (("BUILDKITE_PULL_REQUEST", "false"), false),
            (("BUILDKITE_PULL_REQUEST", "7"), true),
            (("CHANGE_URL", "https://example.com/7"), false),
            (("CHANGE_TARGET", ""), false),
        ];
        let alone = detect(&[("CHANGE_ID", "7")]).trust;
        assert!(matches!(alone, Trust::WhenTold { names_pull_request: true, .. }), "{alone:?}");
        for ((name, value), expected) in table {
            let context = detect(&[("CI", "true"), (name, value)]);
            let Trust::WhenTold { names_pull_request, .. } = context.trust else { panic!("{name}") };
            assert_eq!(names_pull_request, expected, "{name}={value}");
        }
    }

    #[test]
    fn a_fork_is_never_trusted() {
        let table: [(&[(&str, &str)], &str); 10] = [
            (&[("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_ISFORK", "True")], "comes from a fork"),
            (&[("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_ISFORK", "$(isFork)")], "does not say whether"),
            (&[("JENKINS_URL", "https://ci"), ("CHANGE_ID", "7"), ("CHANGE_FORK", "mallory")], "comes from a fork"),
            (
                &[
                    ("GITLAB_CI", "true"),
                    ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "2"),
                    ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
                ],
                "comes from a fork",
            ),
            (&[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "2")], "does not say whether"),
            (&[("CIRCLECI", "true"), ("CIRCLE_PR_USERNAME", "mallory")], "comes from a fork"),
            (&[("CI", "true"), ("CHANGE_FORK", "mallory")], "comes from a fork"),
            (&[("CHANGE_FORK", "mallory")], "comes from a fork"),
            (&[("GITHUB_ACTIONS", "true"), ("CHANGE_FORK", "mallory")], "comes from a fork"),
            (
                &[
                    ("BUILDKITE", "true"),
                    ("BUILDKITE_PULL_REQUEST_REPO", "git://github.com/mallory/shop.git"),
                    ("BUILDKITE_REPO", "git@github.com:acme/shop.git"),
                ],
                "comes from a fork",
            ),
        ];
        for (environment, expected) in table {
            let Trust::Untrusted(because) = detect(environment).trust else { panic!("{environment:?}") };
            assert!(because.contains(expected), "{because}");
        }
        let ours = detect(&[("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_ISFORK", "False")]).trust;
        assert!(matches!(ours, Trust::WhenTold { .. }), "{ours:?}");
        let ours = detect(&[
            ("BUILDKITE", "true"),
            ("BUILDKITE_PULL_REQUEST_REPO", "git://github.com/acme/shop.git"),
            ("BUILDKITE_REPO", "git@github.com:Acme/shop.git"),
        ]);
        assert!(matches!(ours.trust, Trust::WhenTold { .. }), "{ours:?}");
    }
    #[test]
    fn a_caller_describes_a_pull_request_and_is_not_believed_that_it_is_ours() {
        let caller = CallerSays {
            pull_request: Some(7),
            target: Some("main".to_owned()),
            head: Some("1f2e3d4c5b6a79880123456789abcdef01234567".to_owned()),
            ..CallerSays::default()
        };
        for environment in [&[("CI", "true")][..], &[("GITLAB_CI", "true")], &[]] {
            let context = with(environment, &caller);
            assert_eq!(context.host, Host::Other);
            let pull_request = context.pull_request.expect("a pull request");
            assert_eq!((pull_request.number, pull_request.target_branch.as_str()), (7, "main"));
            assert_eq!(pull_request.head, caller.head);
            assert!(matches!(context.trust, Trust::WhenTold { names_pull_request: true, .. }), "{:?}", context.trust);
        }
        let without_target = CallerSays { target: None, ..caller };
        assert_eq!(with(&[], &without_target), CiContext::local());
    }

    #[test]
    fn whatever_is_chosen_a_fork_is_one() {
        let fork = CallerSays { fork: true, ..CallerSays::default() };
        let none = CallerSays { host: Some(Host::Local), ..CallerSays::default() };
        let github = CallerSays { host: Some(Host::GitHubActions), ..CallerSays::default() };
        let jenkins = CallerSays { host: Some(Host::Jenkins), ..CallerSays::default() };
        let of_fork = [("JENKINS_URL", "https://ci"), ("CHANGE_ID", "7"), ("CHANGE_FORK", "mallory")];
        let table: [(&[(&str, &str)], &CallerSays); 6] = [
            (&[], &fork),
            (&[("JENKINS_URL", "https://ci"), ("BRANCH_NAME", "main")], &fork),
            (&of_fork, &none),
            (&of_fork, &github),
            (&[("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_ISFORK", "True"), ("BRANCH_NAME", "main")], &jenkins),
            (
                &[
                    ("GITHUB_ACTIONS", "true"),
                    ("GITHUB_EVENT_NAME", "pull_request_target"),
                    ("JENKINS_URL", "https://ci"),
                    ("BRANCH_NAME", "main"),
                ],
                &jenkins,
            ),
        ];
        for (environment, caller) in table {
            let trust = with(environment, caller).trust;
            assert!(matches!(trust, Trust::Untrusted(_)), "{environment:?} {caller:?}: {trust:?}");
        }
        let said = with(&[("CHANGE_ID", "7")], &none).trust;
        assert!(matches!(said, Trust::WhenTold { names_pull_request: true, .. }), "{said:?}");
        assert_eq!(with(&[("CI", "true")], &none).trust, Trust::Trusted);
    }
}
