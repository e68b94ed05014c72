//! Which commit the checkout is compared with.

use seatrial_ci::{CiContext, Host};
use seatrial_model::{PullRequest, Revision};
use seatrial_tree::{GitError, Repository, Tree};

use crate::against::Against;
use crate::checkouts::Checkouts;
use crate::session::Session;
use crate::workspace::Workspace;

/// The base of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// There is no pull request: the working copy counts.
    None,
    /// Its commit.
    Commit(String),
    /// It is not in the clone.
    Missing(Missing),
}

/// Why there is nothing to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// A clause.
    because: String,
    /// A clause: what to do about it; empty where there is nothing to do.
    way_out: String,
}

impl Missing {
    /// The sentence for the report of a command; `besides` is what else follows from it.
    pub(crate) fn sentence(&self, besides: &str) -> String {
        let way_out = if self.way_out.is_empty() { String::new() } else { format!("; {}", self.way_out) };
        format!("there is no base to compare with ({}): every finding counts as new{besides}{way_out}", self.because)
    }
}

/// The base: the first parent where the checkout is the host's merge commit, else the merge base of head and target branch.
pub(crate) fn base(ci: &CiContext, repository: Option<&Repository>) -> Base {
    let Some(pull_request) = &ci.pull_request else { return Base::None };
    let Some(repository) = repository else {
        let because = "the checkout is no git repository".to_owned();
        return Base::Missing(Missing { because, way_out: String::new() });
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

fn missing(host: Host, parents: &[String], error: &GitError) -> Missing {
    let is_merge = parents.len() == 2;
    let by_hand = if is_merge { "git fetch --deepen=1" } else { "git fetch --unshallow" };
    let way_out = match host {
        Host::GitHubActions => {
            let depth = if is_merge { "2" } else { "0" };
            format!("give actions/checkout `fetch-depth: {depth}`, or run `{by_hand}` before")
        }
        Host::Local => format!("run `{by_hand}` before"),
    };
    Missing { because: error.to_string(), way_out }
}

/// The tree of the base, with what is checked out beside it; where it cannot be opened, the base is missing.
pub(crate) fn open_base(
    base: Base,
    checkouts: &Checkouts,
    workspace: &Workspace,
    session: &Session,
) -> (Base, Option<Against>) {
    let Base::Commit(commit) = &base else { return (base, None) };
    match Tree::commit_with_copies(&workspace.root, commit, checkouts.directories(), &session.sources) {
        Ok(tree) => (base, Some(Against::new(tree, &workspace.config_path, checkouts))),
        Err(error) => {
            let because = error.to_string();
            (
                Base::Missing(Missing {
                    because,
                    way_out: "fetch the whole history (`git fetch --unshallow`)".to_owned(),
                }),
                None,
            )
        }
    }
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
