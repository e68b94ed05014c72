//! Which commit the checkout is compared with. It says which findings are new, and nothing else: whose configuration counts is decided by
//! `authority.rs`, from the commits of `revision.rs` alone.

use seatrial_ci::Host;
use seatrial_tree::{GitError, Repository};

use crate::revision::{Commit, Depth, Missing, missing};
use crate::session::Session;
use crate::stop::Stop;

/// The variable of `--base`.
const VARIABLE: &str = "SEATRIAL_BASE";

/// Characters of a commit id that are shown.
const SHORT: usize = 7;

/// What a command compares the checkout with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish<'a> {
    /// `--base`: this revision.
    Revision(&'a str),
    /// The base of the pull request, else the merge base of a local branch and the default branch.
    Found,
    /// Nothing.
    Nothing,
}

impl<'a> Wish<'a> {
    /// What the flag says.
    pub(crate) fn of(flag: Option<&'a str>) -> Wish<'a> {
        flag.map_or(Wish::Found, Wish::Revision)
    }
}

/// The commit that the checkout is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) commit: Commit,
    /// A sentence for the report, where it is not the base of the pull request.
    pub(crate) notice: Option<String>,
}

impl Compared {
    /// Finds it; `base` is the base of the pull request.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a revision that is not in the clone.
    pub(crate) fn find(
        wish: Wish<'_>,
        base: &Commit,
        session: &Session,
        repository: Option<&Repository>,
    ) -> Result<Compared, Stop> {
        match wish {
            Wish::Revision(revision) => named(revision, session, repository).map_err(Stop::Usage),
            Wish::Found if *base == Commit::None && session.ci.host == Host::Local => {
                Ok(repository.map_or(Compared::silent(Commit::None), of_local_branch))
            }
            Wish::Found => Ok(Compared::silent(base.clone())),
            Wish::Nothing => Ok(Compared::silent(Commit::None)),
        }
    }

    fn silent(commit: Commit) -> Compared {
        Compared { commit, notice: None }
    }
}

fn named(revision: &str, session: &Session, repository: Option<&Repository>) -> Result<Compared, String> {
    let is_of_variable = session.env.get(VARIABLE).is_some_and(|value| value == revision);
    let flag = if is_of_variable { VARIABLE } else { "--base" };
    let repository = repository.ok_or_else(|| format!("{flag} is `{revision}`, and this is not a git repository"))?;
    let commit = repository.resolve(revision).map_err(|error| {
        let why = unknown(revision, session.ci.host, repository, &error);
        format!("{flag}: {why}")
    })?;
    let short = short(&commit);
    let as_given = if commit.starts_with(revision) { String::new() } else { format!(" (`{revision}`)") };
    Ok(Compared { notice: Some(format!("compared with commit {short}{as_given}")), commit: Commit::Known(commit) })
}

/// Why a revision is not known, and the way out.
fn unknown(revision: &str, host: Host, repository: &Repository, error: &GitError) -> String {
    if repository.reference(&format!("refs/remotes/origin/{revision}")).is_ok() {
        return format!("{error}; did you mean `origin/{revision}`?");
    }
    if repository.is_shallow() {
        return missing(host, Depth::All, error).clause();
    }
    format!("{error}; name a commit, branch or tag that is there, or fetch it before")
}

/// The merge base with the default branch; none on the default branch itself, on a detached HEAD, or without a default branch.
fn of_local_branch(repository: &Repository) -> Compared {
    let (Some(own), Some(default)) = (repository.branch(), repository.default_branch()) else {
        return Compared::silent(Commit::None);
    };
    if branch_of(&own) == branch_of(&default) || repository.resolve("HEAD").is_err() {
        return Compared::silent(Commit::None);
    }
    let shown = shown(&default);
    match repository.reference(&default).and_then(|tip| repository.merge_base("HEAD", &tip)) {
        Ok(commit) => {
            let notice = format!("compared with commit {}, where this branch left `{shown}`", short(&commit));
            Compared { commit: Commit::Known(commit), notice: Some(notice) }
        }
        Err(error) if repository.is_shallow() => {
            Compared::silent(Commit::Missing(missing(Host::Local, Depth::All, &error)))
        }
        Err(_) => Compared::silent(Commit::Missing(Missing {
            because: format!("this branch and `{shown}` have no commit in common"),
            way_out: "name one with --base".to_owned(),
        })),
    }
}

/// `main` of `refs/heads/main` and of `refs/remotes/origin/main`.
fn branch_of(reference: &str) -> &str {
    let local = reference.strip_prefix("refs/heads/");
    local.or_else(|| reference.strip_prefix("refs/remotes/origin/")).unwrap_or(reference)
}

/// `origin/main` of `refs/remotes/origin/main`.
fn shown(reference: &str) -> &str {
    let local = reference.strip_prefix("refs/heads/");
    local.or_else(|| reference.strip_prefix("refs/remotes/")).unwrap_or(reference)
}

fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}
