//! Which commits count: the one that the checkout is compared with, and the one whose configuration has authority.

use seatrial_ci::{CiContext, Depth, ForgeTarget, Host, PullRequestContext};
use seatrial_model::{PullRequest, Revision};
use seatrial_tree::{GitError, Repository};

use crate::context::compared::Compared;

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
    /// target branch. Of a host that merges by itself, the merge base of checkout and target branch.
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
            [first, second] if pull_request.head.as_ref().is_some_and(|head| second.eq_ignore_ascii_case(head)) => {
                Some(HostsMerge { first_parent: first.clone() })
            }
            _ => None,
        }
    }
}

fn base(host: Host, repository: &Repository, pull_request: &PullRequestContext, merge: Option<&HostsMerge>) -> Commit {
    known(match merge {
        Some(merge) => repository.resolve(&merge.first_parent).map_err(|error| missing(host, Depth::One, &error)),
        None => merge_base(host, repository, pull_request),
    })
}

fn merge_base(host: Host, repository: &Repository, pull_request: &PullRequestContext) -> Result<String, Missing> {
    let too_shallow = |error: GitError| missing(host, Depth::All, &error);
    let target = match (repository.reference(&target_of(pull_request)), &pull_request.base) {
        (Ok(target), _) => target,
        (Err(_), Some(base)) => repository.resolve(base).map_err(too_shallow)?,
        (Err(error), None) => return Err(not_fetched(host, pull_request, &error)),
    };
    // Without the head in the clone, the checkout is of something else: another repository, perhaps. A host that merges by itself has merged
    // what is checked out.
    let head = pull_request.head.as_deref().filter(|_| !host.merges_itself()).unwrap_or("HEAD");
    let head = repository.resolve(head).map_err(too_shallow)?;
    repository.merge_base(&head, &target).map_err(too_shallow)
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
    known(repository.reference(&target_of(pull_request)).map_err(|error| match merge {
        Some(_) => missing(host, Depth::One, &error),
        None => not_fetched(host, pull_request, &error),
    }))
}

/// The head of a pull request where the host does not say it: what it was fetched as, if the checkout is that commit or a merge of it; else the
/// checkout itself, unless it is a merge or belongs to the target branch.
pub(crate) fn head_in_clone(pull_request: &PullRequestContext, repository: &Repository) -> Option<String> {
    let checkout = repository.resolve("HEAD").ok()?;
    let parents = repository.parents(&checkout).ok()?;
    let fetched = pull_request.head_reference.as_ref().and_then(|name| repository.reference(name).ok());
    if let Some(fetched) = fetched {
        return (fetched == checkout || parents.contains(&fetched)).then_some(fetched);
    }
    let target = repository.reference(&target_of(pull_request)).ok();
    (parents.len() < 2 && target.as_ref() != Some(&checkout)).then_some(checkout)
}

fn target_of(pull_request: &PullRequestContext) -> String {
    format!("refs/remotes/origin/{}", pull_request.target_branch)
}

fn known(found: Result<String, Missing>) -> Commit {
    match found {
        Ok(commit) => Commit::Known(commit),
        Err(missing) => Commit::Missing(missing),
    }
}

pub(crate) fn missing(host: Host, depth: Depth, error: &GitError) -> Missing {
    Missing { because: error.to_string(), way_out: host.deepen(depth) }
}

fn not_fetched(host: Host, pull_request: &PullRequestContext, error: &GitError) -> Missing {
    Missing { because: error.to_string(), way_out: host.fetch_target(&pull_request.target_branch) }
}

/// What the report says was judged.
pub(crate) fn judged(ci: &CiContext, compared: &Compared, repository: Option<&Repository>) -> Revision {
    let checked_out = || repository.and_then(|r| r.resolve("HEAD").ok());
    let head = match &ci.pull_request {
        Some(pull_request) => pull_request.head.clone(),
        None => ci.checkout.clone().or_else(checked_out),
    };
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
