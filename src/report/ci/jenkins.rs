//! Jenkins: its variables → [`CiContext`], for pull requests on GitHub and in Azure Repos.
//!
//! ```groovy
//! // A multibranch pipeline with a branch source that finds pull requests. Where it builds the head alone ("The current pull request
//! // revision"), add the behaviour "Specify ref specs" with +refs/heads/*:refs/remotes/@{remote}/*, so that the target branch is there.
//! stage('Trial') {
//!     steps {
//!         withCredentials([string(credentialsId: 'github-token', variable: 'GITHUB_TOKEN')]) {
//!             sh 'seatrial run --output junit=seatrial.xml'
//!         }
//!     }
//!     post { always { junit 'seatrial.xml' } }
//! }
//! ```
//!
//! What is checked out may be a merge that Jenkins made itself, which no forge knows: its parents prove nothing, and no merge commit is believed.
//!
//! Nothing says so when a pull request's fork was deleted since: the branch source then knows no owner whose name it could put into
//! `CHANGE_FORK`. Only the forge knows, and is asked before anything is deployed (`run_context` of the binary), with the token of the step.
//!
//! Other plugins set variables of their own (GitHub Integration, Gerrit Trigger, GitLab, Bitbucket Push and Pull Request): they are known to be
//! those of a pull request (`other.rs`), and not read further.
//!
//! Sources: branch-api-plugin's `BranchNameContributor`, github-branch-source-plugin's `GitHubSCMBuilder` and `PullRequestSCMHead`, ghprb-plugin.

use std::collections::BTreeMap;

use crate::other::{names_a_pull_request, not_ours, repository};
use crate::pull_request_url::of_pull_request;
use crate::variables::{Variables, quoted};
use crate::{CiContext, ForgeTarget, Host, PullRequestContext, Trust};

/// Variables that branch-api sets on a pull request only.
const OF_BRANCH_API: [&str; 5] = ["CHANGE_ID", "CHANGE_URL", "CHANGE_TARGET", "CHANGE_BRANCH", "CHANGE_FORK"];

/// Variables that the pull request builder sets, the plugin before branch sources.
const OF_BUILDER: [&str; 3] = ["ghprbPullId", "ghprbActualCommit", "ghprbTargetBranch"];

pub(crate) fn context(env: &BTreeMap<String, String>) -> CiContext {
    let variables = Variables(env);
    let is_any_set = |names: &[&str]| names.iter().any(|name| env.get(*name).is_some_and(|v| !v.trim().is_empty()));
    let told = match (is_any_set(&OF_BRANCH_API), is_any_set(&OF_BUILDER)) {
        (true, false) => of_branch_api(env),
        (false, true) => of_builder(env),
        (true, true) => {
            let because = "`CHANGE_*` and `ghprb*` are set at once, and only one of them can be right";
            Told { trust: Trust::Untrusted(because.to_owned()), ..of_branch_api(env) }
        }
        (false, false) => of_branch(env),
    };
    CiContext {
        host: Host::Jenkins,
        forge: told.forge,
        unknown_forge: told.unknown_forge,
        pull_request: told.pull_request,
        checkout: variables.commit("GIT_COMMIT"),
        trust: told.trust,
        run_url: variables.address("BUILD_URL"),
        run: variables.number("BUILD_NUMBER").map(|run| (run, 1)),
        pipeline: pipeline(variables),
        job: variables.owned("STAGE_NAME"),
        notices: told.notice.into_iter().map(str::to_owned).collect(),
        ..CiContext::local()
    }
}

struct Told {
    forge: Option<ForgeTarget>,
    unknown_forge: Option<String>,
    pull_request: Option<PullRequestContext>,
    trust: Trust,
    notice: Option<&'static str>,
}

fn of_branch_api(env: &BTreeMap<String, String>) -> Told {
    let variables = Variables(env);
    let number = variables.number("CHANGE_ID");
    let address = variables.get("CHANGE_URL").and_then(of_pull_request);
    let other = address.as_ref().map(|(_, number)| *number).filter(|other| number.is_some_and(|own| own != *other));
    let pull_request = number.zip(variables.owned("CHANGE_TARGET")).map(|(number, target_branch)| {
        PullRequestContext {
            number,
            head: None,
            // Branch sources fetch the head as a branch with the name of the change: `PR-7`, `PR-7-merge`.
            head_reference: variables.get("BRANCH_NAME").map(|name| format!("refs/remotes/origin/{name}")),
            merge: None,
            base: None,
            target_branch,
            source_branch: variables.owned("CHANGE_BRANCH").unwrap_or_default(),
            draft: false,
            ended: None,
        }
    });
    let trust = match (not_ours(env), other, pull_request.is_some()) {
        (Some(because), _, _) => Trust::Untrusted(because),
        (None, Some(other), _) => {
            Trust::Untrusted(format!("`CHANGE_ID` and `CHANGE_URL` name different pull requests, the latter {other}"))
        }
        (None, None, false) => {
            unknown("`CHANGE_ID` and `CHANGE_TARGET` do not name a pull request and its target branch")
        }
        // A branch-api that is too old for CHANGE_BRANCH does not know CHANGE_FORK either, and a container may have been given neither.
        (None, None, true) if !variables.is_set("CHANGE_BRANCH") => {
            unknown("without `CHANGE_BRANCH` a missing `CHANGE_FORK` says nothing")
        }
        (None, None, true) => Trust::Trusted,
    };
    let notice = pull_request.is_none().then_some(
        "the variables name no pull request with a number and a target branch (`CHANGE_ID`, `CHANGE_TARGET`): no comment is written",
    );
    let unknown_forge = unknown_forge(variables, "CHANGE_URL");
    let forge = address.map(|(forge, _)| forge).filter(|_| other.is_none());
    Told { forge, unknown_forge, pull_request, trust, notice }
}

fn of_builder(env: &BTreeMap<String, String>) -> Told {
    let variables = Variables(env);
    let number = variables.number("ghprbPullId");
    let own = variables.get("ghprbGhRepository");
    let address = variables.get("ghprbPullLink").and_then(of_pull_request);
    let contradicts = address.as_ref().is_some_and(|(forge, other)| {
        Some(*other) != number || own.is_some_and(|own| !own.eq_ignore_ascii_case(&forge.repository))
    });
    let pull_request =
        number.zip(variables.owned("ghprbTargetBranch")).map(|(number, target_branch)| PullRequestContext {
            number,
            head: variables.commit("ghprbActualCommit"),
            head_reference: None,
            merge: None,
            base: None,
            target_branch,
            source_branch: variables.owned("ghprbSourceBranch").unwrap_or_default(),
            draft: false,
            ended: None,
        });
    let source = variables.get("ghprbAuthorRepoGitUrl").map(repository);
    let trust = match (not_ours(env), source.zip(own)) {
        (Some(because), _) => Trust::Untrusted(because),
        (None, _) if contradicts => {
            Trust::Untrusted("`ghprbPullLink` leads to another pull request than the other variables".to_owned())
        }
        (None, None) => {
            let because = "`ghprbAuthorRepoGitUrl` does not say whether the pull request comes from a fork";
            Trust::Untrusted(because.to_owned())
        }
        (None, Some((source, own))) if !source.eq_ignore_ascii_case(own) => {
            Trust::Untrusted("the pull request comes from a fork (`ghprbAuthorRepoGitUrl`)".to_owned())
        }
        (None, Some(_)) if pull_request.is_none() => {
            unknown("`ghprbPullId` and `ghprbTargetBranch` do not name a pull request and its target branch")
        }
        (None, Some(_)) => Trust::Trusted,
    };
    let notice = pull_request.is_none().then_some(
        "the variables name no pull request with a number and a target branch (`ghprbPullId`, `ghprbTargetBranch`): no comment is written",
    );
    let forge = match address {
        Some((forge, _)) => Some(forge).filter(|_| !contradicts),
        // A link that cannot be read may lead to another GitHub.
        None if variables.is_set("ghprbPullLink") => None,
        None => own.map(|own| ForgeTarget::github("https://github.com", own)),
    };
    Told { forge, unknown_forge: unknown_forge(variables, "ghprbPullLink"), pull_request, trust, notice }
}

/// Why a link leads to no forge that is known, as a clause.
fn unknown_forge(variables: Variables<'_>, name: &str) -> Option<String> {
    let link = variables.get(name).filter(|link| of_pull_request(link).is_none())?;
    Some(format!("{} (`{name}`) is not the address of a pull request on GitHub or in Azure Repos", quoted(link)))
}

/// A branch of a multibranch pipeline is one of the repository: who pushed to it has write access.
fn of_branch(env: &BTreeMap<String, String>) -> Told {
    let variables = Variables(env);
    let names_pull_request = names_a_pull_request(env);
    let notice = Some(match names_pull_request {
        true => "of a pull request only `CHANGE_*` of branch sources and `ghprb*` are read: no comment is written",
        false => "a build of a branch belongs to no pull request: no comment is written",
    });
    let of = |trust| Told { forge: None, unknown_forge: None, pull_request: None, trust, notice };
    if let Some(because) = not_ours(env) {
        return of(Trust::Untrusted(because));
    }
    match variables.get("BRANCH_NAME") {
        Some(name) if is_of_a_change(name) => {
            let because = format!("{} is the name of a pull request, and `CHANGE_ID` is not set", quoted(name));
            of(Trust::WhenTold { because, names_pull_request: true })
        }
        Some(_) if !names_pull_request => of(Trust::Trusted),
        Some(_) => of(unknown("variables of another plugin or CI name a pull request")),
        None => {
            let because = "`BRANCH_NAME` is not set, so it is not known whose code is checked out".to_owned();
            of(Trust::WhenTold { because, names_pull_request })
        }
    }
}

fn unknown(because: &str) -> Trust {
    let because = format!("{because}, so it is not known whose code is checked out");
    Trust::WhenTold { because, names_pull_request: true }
}

/// `PR-7`, `PR-7-merge`, `MR-7`, `pr-7`: as branch sources call what is not a branch.
fn is_of_a_change(name: &str) -> bool {
    let number = ["PR-", "MR-", "pr-"].into_iter().find_map(|mark| name.strip_prefix(mark));
    number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

/// The job, without the branch that a multibranch pipeline has a job of its own for: a comment is found again by it.
fn pipeline(variables: Variables<'_>) -> Option<String> {
    let job = variables.get("JOB_NAME")?;
    let of_branch = variables.get("BRANCH_NAME").and_then(|branch| {
        let (folder, last) = job.rsplit_once('/')?;
        (last == branch || last == branch.replace('/', "%2F")).then_some(folder)
    });
    Some(of_branch.unwrap_or(job).to_owned())
}
