//! CI systems that are recognised and not supported yet: what their variables say of a pull request and of a fork → [`CiContext`].
//!
//! None of them is a person's machine: whose code is checked out cannot be told well enough to deploy it without being told to.
//!
//! Sources: the pages "Predefined variables" (Azure Pipelines, GitLab), branch-api-plugin's `BranchNameContributor` (Jenkins), and the
//! others' pages of their environment variables.

use std::collections::BTreeMap;

use crate::{CiContext, Host, Trust};

/// Variables by which a CI is recognised, and what it is called; the first that is set decides. `CI` alone is set by nearly all of them.
const KNOWN: [(&str, &str); 22] = [
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
    ("GITEA_ACTIONS", "Gitea Actions"),
    ("FORGEJO_ACTIONS", "Forgejo Actions"),
    ("CI", "this CI"),
];

/// Variables that are there on a pull request only. One that ends in `_` stands for all that begin so.
const OF_A_PULL_REQUEST: [&str; 14] = [
    "SYSTEM_PULLREQUEST_",
    "CHANGE_ID",
    "CHANGE_FORK",
    "CI_MERGE_REQUEST_",
    "CI_EXTERNAL_PULL_REQUEST_",
    "ghprbPullId",
    "BITBUCKET_PR_ID",
    "BUILDKITE_PULL_REQUEST",
    "CIRCLE_PULL_REQUEST",
    "TRAVIS_PULL_REQUEST",
    "DRONE_PULL_REQUEST",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "PULL_NUMBER",
    "GITHUB_HEAD_REF",
];

/// The context where a CI is recognised that is not supported; `None` on a person's machine.
pub(crate) fn context(env: &BTreeMap<String, String>) -> Option<CiContext> {
    let is_set = |name: &str| env.get(name).is_some_and(|value| says_something(value));
    let known = KNOWN.iter().find(|(variable, _)| is_set(variable)).map(|(_, name)| *name);
    let names_pull_request = env.iter().any(|(variable, value)| is_of_a_pull_request(variable, value));
    let not_ours = not_ours(env);
    // A container is often given some variables of its CI, and not those by which that is recognised.
    let name = known.or_else(|| (names_pull_request || not_ours.is_some()).then_some("this CI"))?;
    let trust = not_ours.map_or_else(
        || {
            let because = format!("{name} is not supported yet, so it is not known whose code is checked out");
            Trust::WhenTold { because, names_pull_request }
        },
        Trust::Untrusted,
    );
    let notice = format!("{name} is not supported yet: without --base nothing is compared, and no comment is written");
    Some(CiContext { host: Host::Unsupported, trust, notices: vec![notice], ..CiContext::local() })
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
    // Where the code comes from, beside where it goes to.
    let pairs = [
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID"),
        ("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"),
        ("TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG"),
        ("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "APPVEYOR_REPO_NAME"),
        ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"),
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
fn repository(text: &str) -> &str {
    let text = text.trim_end_matches('/');
    let text = text.strip_suffix(".git").unwrap_or(text);
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/'),
        None => text.split_once(':'),
    };
    path.map_or(text, |(_, path)| path)
}

fn is_of_a_pull_request(variable: &str, value: &str) -> bool {
    OF_A_PULL_REQUEST.into_iter().any(|known| match known.ends_with('_') {
        true => variable.starts_with(known) && !value.trim().is_empty(),
        false => variable == known && says_something(value),
    })
}

/// Travis and Buildkite say `false` where there is no pull request, and people say `CI=false` or `CI=0`.
fn says_something(value: &str) -> bool {
    !matches!(value.trim().to_lowercase().as_str(), "" | "false" | "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(pairs: &[(&str, &str)]) -> CiContext {
        CiContext::detect(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), None)
    }

    #[test]
    fn every_ci_that_is_recognised_is_no_persons_machine() {
        for (variable, name) in KNOWN {
            let context = detect(&[(variable, "yes")]);
            assert_eq!(context.host, Host::Unsupported, "{variable}");
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
        assert!(matches!(ours, Trust::WhenTold { names_pull_request: true, .. }), "{ours:?}");
        let ours = detect(&[
            ("BUILDKITE", "true"),
            ("BUILDKITE_PULL_REQUEST_REPO", "git://github.com/acme/shop.git"),
            ("BUILDKITE_REPO", "git@github.com:Acme/shop.git"),
        ]);
        assert!(matches!(ours.trust, Trust::WhenTold { .. }), "{ours:?}");
    }
}
