//! Azure Pipelines: its variables → [`CiContext`], for repositories in Azure Repos and on GitHub.
//!
//! ```yaml
//! pr: [main]                   # GitHub; in Azure Repos, a build validation policy on the branch
//! steps:
//!   - checkout: self
//!     fetchDepth: 2            # the merge commit and its parents: the target's tip is what is compared with
//!   - bash: seatrial run
//!     name: trial              # later steps: $(trial.verdict)
//!     env:
//!       SYSTEM_ACCESSTOKEN: $(System.AccessToken)   # Azure Repos; "Contribute to pull requests" for the build service
//!       GITHUB_TOKEN: $(github-token)               # GitHub: a secret variable
//! ```
//!
//! Sources: Microsoft's page "Predefined variables"; what the agent leaves unexpanded, its `Command.cs`.

use std::collections::BTreeMap;

use crate::forge_target::segment;
use crate::other::{comes_from_a_fork, names_a_pull_request, not_ours};
use crate::variables::{Variables, quoted};
use crate::{CiContext, ForgeTarget, Host, PullRequestContext, Summary, Trust};

/// Reasons that somebody with write access to the repository causes, on a branch of it: a push, alone or with others; a person who may queue
/// builds; the pipeline's own timetable. Not `ResourceTrigger` and `BuildCompletion`, which another pipeline's run causes, a fork's perhaps;
/// and none that is not known here.
const TRUSTED_REASONS: [&str; 4] = ["BatchedCI", "IndividualCI", "Manual", "Schedule"];

/// Variables that are there on a pull request only.
const OF_A_PULL_REQUEST: [&str; 5] = [
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "SYSTEM_PULLREQUEST_SOURCECOMMITID",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
];

pub(crate) fn context(env: &BTreeMap<String, String>) -> CiContext {
    let variables = Variables(env);
    let collection = collection(variables);
    let mut context = CiContext {
        host: Host::AzurePipelines,
        forge: forge(variables, collection.as_deref()),
        unknown_forge: unknown_forge(variables),
        checkout: variables.commit("BUILD_SOURCEVERSION"),
        run_url: run_url(variables, collection.as_deref()),
        run: variables.number("BUILD_BUILDID").map(|run| (run, variables.number("SYSTEM_JOBATTEMPT").unwrap_or(1))),
        pipeline: variables.owned("BUILD_DEFINITIONNAME"),
        job: variables.owned("SYSTEM_JOBNAME").or_else(|| variables.owned("AGENT_JOBNAME")),
        summary: variables.owned("AGENT_TEMPDIRECTORY").map(Summary::Uploaded),
        ..CiContext::local()
    };
    if is_of_a_pull_request(variables) {
        context.pull_request = pull_request(variables);
        context.trust = trust_of_pull_request(env, context.pull_request.as_ref());
        if context.pull_request.is_none() {
            let notice = "the variables name no pull request with a number and a target branch: no comment is written";
            context.notices.push(notice.to_owned());
        }
    } else {
        context.trust = trust_of_branch(env);
        let reason = variables.get("BUILD_REASON").map(|reason| format!(" for the reason {}", quoted(reason)));
        let reason = reason.unwrap_or_default();
        context.notices.push(format!("a build{reason} belongs to no pull request: no comment is written"));
    }
    context
}

fn is_of_a_pull_request(variables: Variables<'_>) -> bool {
    variables.get("BUILD_REASON") == Some("PullRequest")
        || variables.get("BUILD_SOURCEBRANCH").is_some_and(|branch| branch.starts_with("refs/pull/"))
        || OF_A_PULL_REQUEST.iter().any(|name| variables.is_set(name))
}

fn pull_request(variables: Variables<'_>) -> Option<PullRequestContext> {
    let number = number(variables)?;
    let merge = (checked_out_merge(variables) == Some(number)).then(|| variables.commit("BUILD_SOURCEVERSION"));
    Some(PullRequestContext {
        number,
        head: variables.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID"),
        head_reference: None,
        merge: merge.flatten(),
        base: None,
        target_branch: branch(variables.get("SYSTEM_PULLREQUEST_TARGETBRANCH")?),
        source_branch: variables.get("SYSTEM_PULLREQUEST_SOURCEBRANCH").map(branch).unwrap_or_default(),
        draft: false,
        ended: None,
    })
}

/// GitHub's pull requests have a number, and an id beside it that means nothing to people.
fn number(variables: Variables<'_>) -> Option<u64> {
    let (id, number) = ("SYSTEM_PULLREQUEST_PULLREQUESTID", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER");
    match variables.get("BUILD_REPOSITORY_PROVIDER") {
        Some("GitHub" | "GitHubEnterprise") => variables.number(number),
        Some("TfsGit") => variables.number(id),
        _ => variables.number(number).or_else(|| variables.number(id)),
    }
}

/// The pull request whose merge commit is checked out: 7 of `refs/pull/7/merge`.
fn checked_out_merge(variables: Variables<'_>) -> Option<u64> {
    let reference = variables.get("BUILD_SOURCEBRANCH")?;
    reference.strip_prefix("refs/pull/")?.strip_suffix("/merge")?.parse().ok()
}

fn trust_of_pull_request(env: &BTreeMap<String, String>, pull_request: Option<&PullRequestContext>) -> Trust {
    let variables = Variables(env);
    if let Some(because) = not_ours(env) {
        return Trust::Untrusted(because);
    }
    if variables.get("SYSTEM_PULLREQUEST_ISFORK").is_none() {
        let because = "`SYSTEM_PULLREQUEST_ISFORK` does not say whether the pull request comes from a fork";
        return Trust::Untrusted(because.to_owned());
    }
    if let Some(unexpanded) = unexpanded(variables) {
        return unexpanded;
    }
    let reason = variables.get("BUILD_REASON");
    if let Some(reason) = reason.filter(|reason| *reason != "PullRequest") {
        let because = format!("`BUILD_REASON` is {}, while other variables name a pull request", quoted(reason));
        return Trust::Untrusted(because);
    }
    if let (Some(checked_out), Some(pull_request)) = (checked_out_merge(variables), pull_request)
        && checked_out != pull_request.number
    {
        let because = format!(
            "`BUILD_SOURCEBRANCH` is that of pull request {checked_out}, and the other variables name {}",
            pull_request.number
        );
        return Trust::Untrusted(because);
    }
    let missing = match (reason, pull_request) {
        (None, _) => "`BUILD_REASON` is not set",
        (Some(_), None) => "the number of the pull request or its target branch is not set",
        (Some(_), Some(_)) => return Trust::Trusted,
    };
    let because = format!("{missing}, so it is not known whose code is checked out");
    Trust::WhenTold { because, names_pull_request: true }
}

fn trust_of_branch(env: &BTreeMap<String, String>) -> Trust {
    let variables = Variables(env);
    let (reason, branch) = (variables.get("BUILD_REASON"), variables.get("BUILD_SOURCEBRANCH"));
    let is_own = branch.is_some_and(|branch| branch.starts_with("refs/heads/") || branch.starts_with("refs/tags/"));
    if is_own && reason.is_some_and(|reason| TRUSTED_REASONS.contains(&reason)) {
        return comes_from_a_fork(env).map_or(Trust::Trusted, Trust::Untrusted);
    }
    if let Some(because) = not_ours(env) {
        return Trust::Untrusted(because);
    }
    if let Some(unexpanded) = unexpanded(variables) {
        return unexpanded;
    }
    let because = match (reason, branch) {
        (None, _) => "`BUILD_REASON` is not set".to_owned(),
        (_, None) => "`BUILD_SOURCEBRANCH` is not set".to_owned(),
        (Some(reason), Some(_)) if is_own => {
            format!("it is not known who causes a build for the reason {}", quoted(reason))
        }
        (_, Some(branch)) => format!("{} is not a branch of the repository", quoted(branch)),
    };
    let because = format!("{because}, so it is not known whose code is checked out");
    Trust::WhenTold { because, names_pull_request: names_a_pull_request(env) }
}

/// What decides over trust and was left as an expression is not known.
fn unexpanded(variables: Variables<'_>) -> Option<Trust> {
    let name = ["BUILD_REASON", "BUILD_SOURCEBRANCH"].into_iter().find(|name| variables.is_unexpanded(name))?;
    let because = format!("`{name}` was not expanded, so it is not known whose code is checked out");
    Some(Trust::Untrusted(because))
}

fn forge(variables: Variables<'_>, collection: Option<&str>) -> Option<ForgeTarget> {
    let name = variables.get("BUILD_REPOSITORY_NAME")?;
    match variables.get("BUILD_REPOSITORY_PROVIDER")? {
        "TfsGit" => Some(ForgeTarget::azure_repos(collection?, variables.get("SYSTEM_TEAMPROJECT")?, name)),
        "GitHub" | "GitHubEnterprise" => {
            let address = variables.address("BUILD_REPOSITORY_URI")?;
            let (scheme, rest) = address.split_once("://")?;
            let host = without_user(rest.split('/').next()?);
            (!host.is_empty()).then(|| ForgeTarget::github(&format!("{scheme}://{host}"), name))
        }
        _ => None,
    }
}

fn unknown_forge(variables: Variables<'_>) -> Option<String> {
    let provider = variables.get("BUILD_REPOSITORY_PROVIDER")?;
    let is_known = matches!(provider, "TfsGit" | "GitHub" | "GitHubEnterprise");
    let because = || format!("`BUILD_REPOSITORY_PROVIDER` is {}, neither GitHub nor Azure Repos", quoted(provider));
    (!is_known).then(because)
}

/// The collection's address without user and closing slash: `https://dev.azure.com/acme`.
fn collection(variables: Variables<'_>) -> Option<String> {
    let names = ["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"];
    let address = names.into_iter().find_map(|name| variables.address(name))?;
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = format!("{scheme}://{}/{path}", without_user(authority));
    Some(address.trim_end_matches('/').to_owned())
}

fn without_user(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or_default()
}

fn run_url(variables: Variables<'_>, collection: Option<&str>) -> Option<String> {
    let (project, run) = (variables.get("SYSTEM_TEAMPROJECT")?, variables.number("BUILD_BUILDID")?);
    Some(format!("{}/{}/_build/results?buildId={run}", collection?, segment(project)))
}

/// The name of a branch, which Azure Repos gives in full and GitHub does not.
fn branch(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_cannot_be_read_is_that_of_a_pull_request_nevertheless() {
        let endless = "7".repeat(1 << 20);
        let pairs = [
            ("BUILD_REASON", "IndividualCI"),
            ("BUILD_SOURCEBRANCH", "refs/heads/main"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", endless.as_str()),
            ("SYSTEM_PULLREQUEST_ISFORK", "False"),
        ];
        let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let trust = context(&env).trust;
        assert!(matches!(trust, Trust::Untrusted(_)), "{trust:?}");
    }
}
