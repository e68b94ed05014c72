//! Which commits count: the one that the checkout is compared with, and the one whose configuration has authority.

use seatrial_ci::{CiContext, ForgeTarget, Host, PullRequestContext};
use seatrial_model::{PullRequest, Revision};
use seatrial_tree::{GitError, Repository};

use crate::compared::Compared;

/// A commit beside the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// There is none to ask for: outside of a pull request the working copy counts.
    None,
    /// Its hash.
    Known(String),
    /// It is not in the clone.
    Missing(Missing),
}

/// Why a commit is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// A clause.
    pub(crate) because: String,
    /// A clause: what to do about it; empty where there is nothing to do.
    pub(crate) way_out: String,
}

impl Missing {
    fn without_way_out(because: &str) -> Missing {
        Missing { because: because.to_owned(), way_out: String::new() }
    }

    /// The reason and the way out, as a clause.
    pub(crate) fn clause(&self) -> String {
        if self.way_out.is_empty() { self.because.clone() } else { format!("{}; {}", self.because, self.way_out) }
    }

    /// The sentence for the report of a command; `besides` is what else follows from it.
    pub(crate) fn sentence(&self, besides: &str) -> String {
        let way_out = if self.way_out.is_empty() { String::new() } else { format!("; {}", self.way_out) };
        format!("there is no base to compare with ({}): every finding counts as new{besides}{way_out}", self.because)
    }
}

/// The commits of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commits {
    /// What the pull request is based on: the first parent where the checkout is the host's merge commit, else the merge base of head and
    /// target branch.
    pub(crate) base: Commit,
    /// Whose configuration has authority: the first parent of the host's merge commit, else the target branch as it was fetched. Never the
    /// commit of the event, which is stale, nor a merge base, nor a parent of a commit that the host did not name: a pull request can
    /// choose those.
    pub(crate) authority: Commit,
}

impl Commits {
    /// Of the pull request that the CI names.
    pub(crate) fn of(ci: &CiContext, repository: Option<&Repository>) -> Commits {
        let Some(pull_request) = &ci.pull_request else {
            return Commits { base: Commit::None, authority: Commit::None };
        };
        let both =
            |missing: Missing| Commits { base: Commit::Missing(missing.clone()), authority: Commit::Missing(missing) };
        let Some(repository) = repository else {
            return both(Missing::without_way_out("the checkout is not a git repository"));
        };
        if repository.is_submodule() {
            return both(Missing::without_way_out("the checkout is a submodule, which the pull request chooses"));
        }
        let merge = HostsMerge::checked_out(repository, pull_request);
        Commits {
            base: base(ci.host, repository, pull_request, merge.as_ref()),
            authority: authority(ci.host, repository, pull_request, merge.as_ref()),
        }
    }
}

/// The merge commit that the host made, checked out.
struct HostsMerge {
    first_parent: String,
}

impl HostsMerge {
    /// `None` where the host names none, another commit is checked out, or it is not a merge of the pull request's head.
    fn checked_out(repository: &Repository, pull_request: &PullRequestContext) -> Option<HostsMerge> {
        let named = pull_request.merge.as_ref()?;
        let head = repository.resolve("HEAD").ok().filter(|head| head.eq_ignore_ascii_case(named))?;
        match repository.parents(&head).ok()?.as_slice() {
            [first, second] if second.eq_ignore_ascii_case(&pull_request.head) => {
                Some(HostsMerge { first_parent: first.clone() })
            }
            _ => None,
        }
    }
}

fn base(host: Host, repository: &Repository, pull_request: &PullRequestContext, merge: Option<&HostsMerge>) -> Commit {
    let found = match merge {
        Some(merge) => repository.resolve(&merge.first_parent),
        None => merge_base(repository, pull_request),
    };
    let deepened = if merge.is_some() { Depth::One } else { Depth::All };
    known(found, |error| missing(host, deepened, error))
}

fn merge_base(repository: &Repository, pull_request: &PullRequestContext) -> Result<String, GitError> {
    let target = repository.reference(&target_of(pull_request)).or_else(|_| repository.resolve(&pull_request.base))?;
    // Without the head in the clone, the checkout is of something else: another repository, perhaps.
    let head = repository.resolve(&pull_request.head)?;
    repository.merge_base(&head, &target)
}

fn authority(
    host: Host,
    repository: &Repository,
    pull_request: &PullRequestContext,
    merge: Option<&HostsMerge>,
) -> Commit {
    if let Some(first) = merge.and_then(|merge| repository.resolve(&merge.first_parent).ok()) {
        return Commit::Known(first);
    }
    let target = target_of(pull_request);
    known(repository.reference(&target), |error| match merge {
        Some(_) => missing(host, Depth::One, error),
        None => {
            let branch = &pull_request.target_branch;
            let way_out = format!("run `git fetch origin +refs/heads/{branch}:{target}` first");
            Missing { because: error.to_string(), way_out }
        }
    })
}

fn target_of(pull_request: &PullRequestContext) -> String {
    format!("refs/remotes/origin/{}", pull_request.target_branch)
}

fn known(found: Result<String, GitError>, missing: impl FnOnce(&GitError) -> Missing) -> Commit {
    match found {
        Ok(commit) => Commit::Known(commit),
        Err(error) => Commit::Missing(missing(&error)),
    }
}

/// How much more of the history is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// One commit more.
    One,
    /// All of it.
    All,
}

pub(crate) fn missing(host: Host, depth: Depth, error: &GitError) -> Missing {
    let (by_hand, input) = match depth {
        Depth::One => ("git fetch --deepen=1", "2"),
        Depth::All => ("git fetch --unshallow", "0"),
    };
    let way_out = match host {
        Host::GitHubActions => format!("give actions/checkout `fetch-depth: {input}`, or run `{by_hand}` first"),
        Host::Unsupported | Host::Local => format!("run `{by_hand}` first"),
    };
    Missing { because: error.to_string(), way_out }
}

/// What the report says was judged.
pub(crate) fn judged(ci: &CiContext, compared: &Compared, repository: Option<&Repository>) -> Revision {
    let checked_out = || repository.and_then(|r| r.resolve("HEAD").ok());
    let head = ci.pull_request.as_ref().map(|p| p.head.clone()).or_else(|| ci.checkout.clone()).or_else(checked_out);
    let file_url = ci.forge.as_ref().zip(head.as_ref()).map(|(forge, head)| forge.file_url(head));
    let pull_request = ci.pull_request.as_ref().map(|p| PullRequest {
        number: p.number,
        repository: ci.forge.as_ref().map(ForgeTarget::name).unwrap_or_default(),
        file_url,
    });
    let base = match &compared.commit {
        Commit::Known(commit) => Some(commit.clone()),
        Commit::None | Commit::Missing(_) => None,
    };
    let base_found = compared.found.clone().filter(|_| base.is_some());
    Revision { head, base, base_found, pull_request }
}
