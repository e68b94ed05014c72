//! Where a pull request stands: its state, its head, and the iteration that its head is.

use serde::Deserialize;
use tokio::time::Instant;

use super::each::each;
use super::repository::{Ask, Repository};
use crate::Standing;
use crate::calls::{Failure, Kind};

/// A pull request of a repository.
pub(crate) struct PullRequest<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) number: u64,
    /// When all that is done to it must be over.
    pub(crate) end: Instant,
}

/// What is known of a pull request.
pub(crate) struct Known {
    /// Where it stands.
    pub(crate) standing: Standing,
    /// The iteration that its head is.
    pub(crate) iteration: Option<u64>,
}

/// An iteration: what a push made of the pull request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Iteration {
    id: u64,
    #[serde(default)]
    source_ref_commit: Commit,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Commit {
    commit_id: String,
}

impl PullRequest<'_> {
    /// A path below it.
    pub(crate) fn path(&self, segments: &[&str]) -> Vec<String> {
        let own = ["pullRequests".to_owned(), self.number.to_string()];
        own.into_iter().chain(segments.iter().map(|&segment| segment.to_owned())).collect()
    }

    /// Its page, for people.
    pub(crate) fn address(&self) -> String {
        self.repository.page(self.number).into()
    }

    /// Where it stands.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        self.known().await.map(|known| known.standing)
    }

    /// All that is known of it. The last iteration says what was pushed last; what the pull request itself says was merged
    /// last may lag behind, and is asked only where there are no iterations.
    pub(crate) async fn known(&self) -> Result<Known, Failure> {
        let ask = Ask::get(self.path(&[]));
        let (pull, last) = tokio::try_join!(self.repository.call(&ask, self.end), self.last_iteration())?;
        let merged = pull.text("/lastMergeSourceCommit/commitId").to_owned();
        let (commit, iteration) = last.map_or((merged, None), |last| (last.source_ref_commit.commit_id, Some(last.id)));
        let over = match pull.text("/status") {
            "active" => None,
            "" => return Err(no("names no state of the pull request")),
            other => Some(crate::calls::one_line(other)),
        };
        if commit.is_empty() {
            return Err(no("names no head commit"));
        }
        let is_from_a_fork = pull.json.get("forkSource").is_some_and(|source| !source.is_null());
        let standing = Standing { number: self.number, head: commit, over, is_from_a_fork };
        Ok(Known { standing, iteration })
    }

    async fn last_iteration(&self) -> Result<Option<Iteration>, Failure> {
        let ask = Ask::get(self.path(&["iterations"]));
        let received = self.repository.exchange(&ask, Kind::Page, self.end).await?;
        let mut last: Option<Iteration> = None;
        let read = each(&received.body, |iteration: Iteration| {
            if last.as_ref().is_none_or(|last| last.id < iteration.id) {
                last = Some(iteration);
            }
        });
        read.map_err(|_| self.repository.unhelpful(&ask, "something that is not a list of iterations"))?;
        Ok(last.filter(|last| !last.source_ref_commit.commit_id.is_empty()))
    }
}

fn no(what: &str) -> Failure {
    Failure::Refused { status: 200, message: format!("the answer of Azure DevOps {what}") }
}
