//! Questions to the git repository around a working copy: commits, parents, merge bases. Reads only; runs no program, reads no user or
//! system configuration and no environment variable.

use std::path::Path;

use gix::ObjectId;

/// What the remote `origin` calls its default branch.
const ORIGIN_HEAD: &str = "refs/remotes/origin/HEAD";

/// Where the default branch is found when nothing says which it is.
const COMMON_DEFAULTS: [&str; 4] =
    ["refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"];

/// Git could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is no repository.
    #[error("{path} is not in a git repository")]
    NoRepository {
        /// The directory that was looked at.
        path: String,
    },
    /// The commit is not in the clone.
    #[error("commit {revision} is not in this clone{}", if *.shallow { ", which is shallow" } else { "" })]
    MissingCommit {
        /// What was asked for: a revision, or `common to ONE and OTHER`.
        revision: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// The object database failed.
    #[error("git: {0}")]
    Other(String),
}

/// A git repository.
#[derive(Debug)]
pub struct Repository {
    inner: gix::Repository,
}

impl Repository {
    /// The repository around a directory: in it or in one of its parents.
    ///
    /// # Errors
    /// [`GitError::NoRepository`]; [`GitError::Other`] when there is one that cannot be opened.
    pub fn open(dir: &Path) -> Result<Repository, GitError> {
        let mut at = std::path::absolute(dir).map_err(|_| no_repository(dir))?;
        loop {
            match open_at(&at) {
                Err(GitError::NoRepository { .. }) if at.pop() => {}
                Err(GitError::NoRepository { .. }) => return Err(no_repository(dir)),
                other => return other.map(|inner| Repository { inner }),
            }
        }
    }

    pub(crate) fn inner(&self) -> &gix::Repository {
        &self.inner
    }

    /// The root of the working copy.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Full hash of a revision.
    ///
    /// # Errors
    /// [`GitError::MissingCommit`].
    pub fn resolve(&self, revision: &str) -> Result<String, GitError> {
        commit_id(&self.inner, revision).map(|id| id.to_string())
    }

    /// Full hash of the commit that a reference names by its full name, as `refs/remotes/origin/main`: nothing is looked up or abbreviated.
    ///
    /// # Errors
    /// [`GitError::MissingCommit`].
    pub fn reference(&self, name: &str) -> Result<String, GitError> {
        let missing = || GitError::MissingCommit { revision: name.to_owned(), shallow: self.is_shallow() };
        let found = self.inner.try_find_reference(name).map_err(|_| missing())?;
        let mut found = found.filter(|found| found.name().as_bstr() == name).ok_or_else(missing)?;
        let commit = found.peel_to_commit().map_err(|_| missing())?;
        Ok(commit.id.to_string())
    }

    /// Full name of the branch that is checked out, as `refs/heads/main`; `None` where HEAD is detached.
    #[must_use]
    pub fn branch(&self) -> Option<String> {
        self.inner.head_name().ok()?.map(|name| name.to_string())
    }

    /// Full name of the reference that is the tip of the default branch: what the remote `origin` says, else a branch that is commonly called
    /// so there, else one here.
    #[must_use]
    pub fn default_branch(&self) -> Option<String> {
        let said = self.inner.try_find_reference(ORIGIN_HEAD).ok().flatten();
        let said = said.and_then(|head| head.target().try_name().map(|name| name.as_bstr().to_string()));
        let common = COMMON_DEFAULTS.into_iter().map(str::to_owned);
        said.into_iter().chain(common).find(|name| self.reference(name).is_ok())
    }

    /// Whether it is a submodule of another repository: whoever may change that one may say which repository this is.
    #[must_use]
    pub fn is_submodule(&self) -> bool {
        self.inner.kind() == gix::repository::Kind::Submodule
    }

    /// The URL of the remote `origin` as the repository's own configuration has it.
    #[must_use]
    pub fn origin_url(&self) -> Option<String> {
        self.inner.config_snapshot().string("remote.origin.url").map(|url| url.to_string())
    }

    /// Hashes of a commit's parents, as the commit object names them (they may be missing in a shallow clone).
    ///
    /// # Errors
    /// [`GitError::MissingCommit`].
    pub fn parents(&self, revision: &str) -> Result<Vec<String>, GitError> {
        let id = commit_id(&self.inner, revision)?;
        let commit = self.inner.find_commit(id).map_err(|e| GitError::Other(e.to_string()))?;
        Ok(commit.parent_ids().map(|parent| parent.to_string()).collect())
    }

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// [`GitError::MissingCommit`], also when there is none in the clone.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<String, GitError> {
        let (one_id, other_id) = (commit_id(&self.inner, one)?, commit_id(&self.inner, other)?);
        let bases = self.inner.merge_bases_many(one_id, &[other_id]).map_err(|e| GitError::Other(e.to_string()))?;
        bases.first().map(ToString::to_string).ok_or_else(|| GitError::MissingCommit {
            revision: format!("common to {one} and {other}"),
            shallow: self.is_shallow(),
        })
    }

    /// Whether the clone is shallow.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow().unwrap_or(false)
    }
}

/// The repository whose working copy's root, or whose git directory, is `dir`.
pub(crate) fn open_at(dir: &Path) -> Result<gix::Repository, GitError> {
    if !dir.join(".git").exists() && !dir.join("HEAD").is_file() {
        return Err(no_repository(dir));
    }
    // In CI the checkout often belongs to another user than the one we run as. Nothing of its configuration is executed here, so that is no
    // reason to refuse it.
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Full).bail_if_untrusted(false);
    // Whoever may push could replace a commit by another one: a hash says what it says.
    let options = options.config_overrides(["core.useReplaceRefs=false"]);
    match gix::open_opts(dir, options) {
        Ok(repository) => Ok(repository),
        Err(_) if !dir.join(".git").exists() => Err(no_repository(dir)),
        Err(error) => Err(GitError::Other(error.to_string())),
    }
}

/// The tree of a commit.
pub(crate) fn root_tree(repository: &gix::Repository, commit: ObjectId) -> Result<ObjectId, GitError> {
    let commit = repository.find_commit(commit).map_err(|e| GitError::Other(e.to_string()))?;
    Ok(commit.tree_id().map_err(|e| GitError::Other(e.to_string()))?.detach())
}

/// The commit that a revision names, present in the clone.
pub(crate) fn commit_id(repository: &gix::Repository, revision: &str) -> Result<ObjectId, GitError> {
    let missing =
        || GitError::MissingCommit { revision: revision.to_owned(), shallow: repository.is_shallow().unwrap_or(false) };
    let id = repository.rev_parse_single(revision).map_err(|_| missing())?.detach();
    let object = repository.try_find_object(id).map_err(|e| GitError::Other(e.to_string()))?.ok_or_else(missing)?;
    let kind = object.kind;
    let commit =
        object.peel_to_commit().map_err(|_| GitError::Other(format!("{revision} is a {kind}, not a commit")))?;
    Ok(commit.id)
}

fn no_repository(dir: &Path) -> GitError {
    GitError::NoRepository { path: dir.display().to_string() }
}
