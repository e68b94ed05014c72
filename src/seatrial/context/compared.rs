//! Which commit the checkout is compared with. It says which findings are new, and nothing else: whose configuration counts is decided by
//! `authority.rs`, from the commits of `revision.rs` alone.

use seatrial_ci::{Depth, Host};
use seatrial_tree::{GitError, Repository};

use crate::cli::BaseChoice;
use crate::context::revision::{Commit, Missing, missing};
use crate::context::session::Session;
use crate::process::stop::Stop;

/// The commit that the checkout is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) commit: Commit,
    /// How it was found, as a clause for the report.
    pub(crate) found: Option<String>,
}

impl Compared {
    /// Finds it; `base` is the base of the pull request.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a revision that is not in the clone.
    pub(crate) fn find(
        choice: BaseChoice<'_>,
        base: &Commit,
        session: &Session,
        repository: Option<&Repository>,
    ) -> Result<Compared, Stop> {
        match choice {
            BaseChoice::Revision(revision) => named(revision, session, repository).map_err(Stop::Usage),
            BaseChoice::Found if *base == Commit::None && session.ci.host == Host::Local => {
                Ok(repository.map_or(Compared::nothing(), of_local_branch))
            }
            BaseChoice::Found => {
                let found = Some("the base of this pull request".to_owned());
                Ok(Compared { commit: base.clone(), found })
            }
            BaseChoice::Nothing => Ok(Compared::nothing()),
        }
    }

    /// Nothing to compare with.
    pub(crate) fn nothing() -> Compared {
        Compared { commit: Commit::None, found: None }
    }

    fn missing(missing: Missing) -> Compared {
        Compared { commit: Commit::Missing(missing), found: None }
    }
}

fn named(revision: &str, session: &Session, repository: Option<&Repository>) -> Result<Compared, String> {
    let flag = session.from_variables.named("--base");
    let repository = repository.ok_or_else(|| format!("{flag} is `{revision}`, but this is not a git repository"))?;
    let commit = repository.resolve(revision).map_err(|error| {
        let why = unknown(revision, session.ci.host, repository, &error);
        format!("{flag}: {why}")
    })?;
    let found =
        if commit.starts_with(revision) { format!("given by {flag}") } else { format!("given as `{revision}`") };
    Ok(Compared { commit: Commit::Known(commit), found: Some(found) })
}

/// Why a revision is not known, and the way out.
fn unknown(revision: &str, host: Host, repository: &Repository, error: &GitError) -> String {
    if repository.reference(&format!("refs/remotes/origin/{revision}")).is_ok() {
        return format!("{error}; did you mean `origin/{revision}`?");
    }
    if repository.is_shallow() {
        return missing(host, Depth::All, error).clause();
    }
    format!("{error}; name a commit, branch or tag that exists, or fetch it first")
}

/// The merge base with the default branch; none on the default branch itself, on a detached HEAD, or without a default branch.
fn of_local_branch(repository: &Repository) -> Compared {
    let (Some(own), Some(default)) = (repository.branch(), repository.default_branch()) else {
        return Compared::nothing();
    };
    if branch_of(&own) == branch_of(&default) || repository.resolve("HEAD").is_err() {
        return Compared::nothing();
    }
    let shown = shown(&default);
    match repository.reference(&default).and_then(|tip| repository.merge_base("HEAD", &tip)) {
        Ok(commit) => {
            let found = Some(format!("where this branch left `{shown}`"));
            Compared { commit: Commit::Known(commit), found }
        }
        Err(error) if repository.is_shallow() => Compared::missing(missing(Host::Local, Depth::All, &error)),
        Err(_) => Compared::missing(Missing {
            because: format!("this branch and `{shown}` have no commit in common"),
            way_out: "name one with --base".to_owned(),
        }),
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
