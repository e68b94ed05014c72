//! Which commit the checkout is compared with.

use seatrial_ci::{CiContext, Host};
use seatrial_model::{PullRequest, Revision};
use seatrial_tree::{GitError, Repository};

/// The base of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// There is no pull request: the working copy counts.
    None,
    /// Its commit.
    Commit(String),
    /// It is not in the clone; a sentence with the way out.
    Missing(String),
}

/// The base: the first parent where the checkout is the host's merge commit, else the merge base of head and target branch.
pub(crate) fn base(ci: &CiContext, repository: Option<&Repository>) -> Base {
    let Some(pull_request) = &ci.pull_request else { return Base::None };
    let Some(repository) = repository else {
        return Base::Missing("the checkout is no git repository, so it cannot be compared with its base".to_owned());
    };
    let parents = repository.parents("HEAD").unwrap_or_default();
    let found = match parents.as_slice() {
        [first, second] if *second == pull_request.head => repository.resolve(first),
        _ => from_target_branch(repository, pull_request),
    };
    match found {
        Ok(commit) => Base::Commit(commit),
        Err(error) => Base::Missing(missing(ci.host, &parents, &error)),
    }
}

fn from_target_branch(
    repository: &Repository,
    pull_request: &seatrial_ci::PullRequestContext,
) -> Result<String, GitError> {
    let target = format!("refs/remotes/origin/{}", pull_request.target_branch);
    let target = repository.resolve(&target).or_else(|_| repository.resolve(&pull_request.base))?;
    let head = repository.resolve(&pull_request.head).or_else(|_| repository.resolve("HEAD"))?;
    repository.merge_base(&head, &target)
}

fn missing(host: Host, parents: &[String], error: &GitError) -> String {
    let depth = if parents.len() == 2 { "2" } else { "0" };
    let way_out = match host {
        Host::GitHubActions => format!("give actions/checkout `fetch-depth: {depth}`"),
        Host::Local => "fetch the whole history (`git fetch --unshallow`)".to_owned(),
    };
    format!("the base cannot be read ({error}): validated, not deployed; {way_out}")
}

/// What the report says was judged.
pub(crate) fn judged(ci: &CiContext, base: &Base, repository: Option<&Repository>) -> Revision {
    let checked_out = || repository.and_then(|r| r.resolve("HEAD").ok());
    let head = ci.pull_request.as_ref().map(|p| p.head.clone()).or_else(|| ci.checkout.clone()).or_else(checked_out);
    let blob_url = match (&ci.server_url, &ci.repository, &head) {
        (Some(server), Some(name), Some(head)) => Some(format!("{server}/{name}/blob/{head}/")),
        _ => None,
    };
    let pull_request = ci.pull_request.as_ref().map(|p| PullRequest {
        number: p.number,
        repository: ci.repository.clone().unwrap_or_default(),
        blob_url,
    });
    let base = match base {
        Base::Commit(commit) => Some(commit.clone()),
        Base::None | Base::Missing(_) => None,
    };
    Revision { head, base, pull_request }
}
