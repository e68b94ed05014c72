//! A pull request as GitHub Actions hands it over: the base, what it changes, the merge commit, the event, and the variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use crate::git::git;

/// What made the CI start a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    /// The pull request was opened or pushed to: its merge commit is checked out.
    #[default]
    Open,
    /// It was closed without a merge: the target branch is checked out.
    Closed,
    /// The target branch was pushed.
    Push,
}

/// A repository with a pull request.
pub(crate) struct History {
    repo: PathBuf,
    event: PathBuf,
    number: u64,
    base: String,
    head: String,
    merge: String,
}

impl History {
    /// Makes one in a directory that holds the base; `head` is what the pull request writes over it.
    pub(crate) fn make(repo: &Path, event: PathBuf, number: u64, head: &BTreeMap<String, Vec<u8>>) -> History {
        let git = |arguments: &[&str]| git(repo, arguments);
        let commit = |message: &str| {
            git(&["add", "-A"]);
            git(&["commit", "-qm", message]);
            git(&["rev-parse", "HEAD"])
        };
        git(&["init", "-q"]);
        let base = commit("base");
        git(&["update-ref", "refs/remotes/origin/main", &base]);
        git(&["checkout", "-qb", "change"]);
        for (path, bytes) in head {
            let path = repo.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            std::fs::write(path, bytes).expect("written");
        }
        let head = commit("change");
        git(&["checkout", "-q", "--detach", "main"]);
        git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
        let merge = git(&["rev-parse", "HEAD"]);
        History { repo: repo.to_owned(), event, number, base, head, merge }
    }

    /// Checks out what an event's run finds, and gives the variables that it has.
    pub(crate) fn at(&self, event: Event) -> Vec<(&'static str, String)> {
        let pull = format!("refs/pull/{}/merge", self.number);
        let (commit, name, reference) = match event {
            Event::Open => (&self.merge, "pull_request", pull),
            Event::Closed => (&self.base, "pull_request", "refs/heads/main".to_owned()),
            Event::Push => (&self.base, "push", "refs/heads/main".to_owned()),
        };
        git(&self.repo, &["checkout", "-q", commit]);
        std::fs::write(&self.event, self.payload(event).to_string()).expect("written");
        vec![
            ("CI", "true".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_REPOSITORY", "acme/shop".to_owned()),
            ("GITHUB_RUN_ID", "100".to_owned()),
            ("GITHUB_JOB", "trial".to_owned()),
            ("GITHUB_EVENT_NAME", name.to_owned()),
            ("GITHUB_EVENT_PATH", self.event.display().to_string()),
            ("GITHUB_SHA", commit.clone()),
            ("GITHUB_REF", reference),
        ]
    }

    fn payload(&self, event: Event) -> serde_json::Value {
        let side = |branch: &str, sha: &str| json!({ "ref": branch, "sha": sha, "repo": { "full_name": "acme/shop" } });
        let repository = json!({ "full_name": "acme/shop" });
        let state = match event {
            Event::Open => "open",
            Event::Closed => "closed",
            Event::Push => return json!({ "repository": repository }),
        };
        let pull = json!({
            "number": self.number, "draft": false, "state": state, "merged": false,
            "head": side("change", &self.head), "base": side("main", &self.base),
        });
        json!({ "pull_request": pull, "repository": repository })
    }
}
