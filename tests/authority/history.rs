//! A repository as a CI checks it out: base, change and merge of a case, the event, and the variables of the CI.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::case::{Case, Checkout, Ci, Files};
use crate::git;
use crate::git::git;

fn lay(directory: &Path, files: &Files) {
    for (path, text) in files {
        let path = directory.join(path);
        if path.is_symlink() || path.exists() {
            if path.is_dir() && !path.is_symlink() {
                std::fs::remove_dir_all(&path).expect("removed");
            } else {
                std::fs::remove_file(&path).expect("removed");
            }
        }
        let Some(text) = text else { continue };
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        match text.strip_prefix("-> ") {
            Some(target) => std::os::unix::fs::symlink(target.trim(), path).expect("linked"),
            None => std::fs::write(path, text).expect("written"),
        }
    }
}

pub(super) struct History {
    pub(super) scratch: tempfile::TempDir,
    base: String,
    pub(super) head: String,
    merge: String,
}

impl History {
    pub(super) fn of(files: &Files, case: &Case) -> History {
        let scratch = tempfile::tempdir().expect("a directory");
        let repo = scratch.path().join("repo");
        std::fs::create_dir(&repo).expect("created");
        git(&repo, &["init", "-q"]);
        let commit = |message: &str| {
            git(&repo, &["add", "-A"]);
            git(&repo, &["commit", "-qm", message, "--allow-empty"]);
            git(&repo, &["rev-parse", "HEAD"])
        };
        lay(&repo, files);
        lay(&repo, &case.base);
        commit("base");
        git(&repo, &["checkout", "-qb", "change"]);
        lay(&repo, &case.change);
        let head = commit("change");
        git(&repo, &["checkout", "-q", "main"]);
        lay(&repo, &case.meanwhile);
        let base = commit("meanwhile");
        git(&repo, &["update-ref", "refs/remotes/origin/main", &base]);
        git(&repo, &["checkout", "-q", "--detach"]);
        git(&repo, &["merge", "-q", "--no-ff", "-X", "theirs", "-m", "merge", "change"]);
        let merge = git(&repo, &["rev-parse", "HEAD"]);
        let history = History { scratch, base, head, merge };
        history.check_out(case.checkout);
        history.run(&case.script);
        lay(&history.repo(), &case.beside);
        history
    }

    fn run(&self, script: &str) {
        let mut shell = Command::new("sh");
        shell.args(["-euc", &self.with_commits(script)]).current_dir(self.repo()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{who}_NAME"), "t").env(format!("GIT_{who}_EMAIL"), "t@example.com");
        }
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn with_commits(&self, text: &str) -> String {
        let checkout = git(&self.repo(), &["rev-parse", "HEAD"]);
        let commits =
            [("{merge}", &self.merge), ("{head}", &self.head), ("{base}", &self.base), ("{checkout}", &checkout)];
        commits.iter().fold(text.to_owned(), |text, (name, commit)| text.replace(name, commit))
    }

    fn check_out(&self, checkout: Checkout) {
        let repo = self.repo();
        let git = |arguments: &[&str]| git(&repo, arguments);
        match checkout {
            Checkout::Merge => {}
            Checkout::Head => {
                git(&["checkout", "-q", &self.head]);
            }
            Checkout::OwnMerge => {
                // Its first parent is a commit of the pull request with the configuration of the pull request.
                let tree = git(&["rev-parse", &format!("{}^{{tree}}", self.head)]);
                let own = git(&["commit-tree", &tree, "-m", "own", "-p", &self.head]);
                let merge = git(&["commit-tree", &tree, "-m", "merge", "-p", &own, "-p", &self.head]);
                git(&["checkout", "-q", &merge]);
            }
            Checkout::Target => {
                git(&["checkout", "-q", "main"]);
            }
            Checkout::Merged => {
                git(&["checkout", "-q", "main"]);
                git(&["merge", "-q", "--no-ff", "-X", "theirs", "-m", "merge", "change"]);
                git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
            }
            Checkout::Squashed => {
                git(&["checkout", "-q", "main"]);
                git(&["merge", "-q", "--squash", "-X", "theirs", "change"]);
                git(&["commit", "-qm", "squashed", "--allow-empty"]);
                git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
            }
            Checkout::Shallow => {
                git(&["branch", "-f", "tip", &self.merge]);
                let origin = format!("file://{}", repo.display());
                let clone = ["clone", "-q", "--depth", "1", "--branch", "tip", &origin, "shallow"];
                git::git(self.scratch.path(), &clone);
                std::fs::rename(&repo, self.scratch.path().join("full")).expect("moved");
                std::fs::rename(self.scratch.path().join("shallow"), &repo).expect("moved");
            }
            Checkout::JenkinsMerge => {
                let tree = git(&["rev-parse", &format!("{}^{{tree}}", self.merge)]);
                let merge = git(&["commit-tree", &tree, "-m", "merge", "-p", &self.head, "-p", &self.base]);
                git(&["checkout", "-q", &merge]);
            }
            Checkout::HeadAlone => {
                git(&["checkout", "-q", &self.head]);
                git(&["update-ref", "-d", "refs/remotes/origin/main"]);
            }
        }
    }

    /// What the pull request's run did before.
    pub(super) fn try_out(&self, case: &Case, kubeconfig: &Path) {
        if case.first.is_empty() {
            return;
        }
        let checkout = git(&self.repo(), &["rev-parse", "HEAD"]);
        git(&self.repo(), &["checkout", "-q", &self.merge]);
        let open = Case { event_with: BTreeMap::new(), env: BTreeMap::new(), ..case.clone() };
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(&case.first).env_clear().envs(self.environment(&open)).env("KUBECONFIG", kubeconfig);
        let output = command.env("HOME", self.scratch.path()).current_dir(self.repo()).output().expect("runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        git(&self.repo(), &["checkout", "-q", &checkout]);
    }

    pub(super) fn repo(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    fn event(&self, case: &Case) -> serde_json::Value {
        let side = |branch: &str, sha: &str, repository: &str| serde_json::json!({ "ref": branch, "sha": sha, "repo": { "full_name": repository } });
        let pull = serde_json::json!({
            "number": 7, "draft": false, "state": "open", "merged": true,
            "head": side("change", &self.head, &case.head_repository),
            // Stale on purpose, and chosen by nobody: the root commit.
            "base": side("main", &git(&self.repo(), &["rev-parse", "HEAD"]), "acme/shop"),
        });
        let mut event = serde_json::json!({
            "pull_request": pull,
            "workflow_run": {
                "head_sha": self.head,
                "head_repository": { "full_name": case.head_repository },
                "pull_requests": [pull],
            },
            "repository": { "full_name": "acme/shop" },
        });
        for (pointer, value) in &case.event_with {
            *event.pointer_mut(pointer).expect("a value of the event") = value.clone();
        }
        event
    }

    /// The variables of the CI for this pull request.
    pub(super) fn environment(&self, case: &Case) -> BTreeMap<String, String> {
        let of_ci: &[(&str, &str)] = match case.ci {
            Ci::Github => &[
                ("GITHUB_ACTIONS", "true"),
                ("CI", "true"),
                ("GITHUB_REPOSITORY", "acme/shop"),
                ("GITHUB_SHA", "{merge}"),
                ("GITHUB_REF", "refs/pull/7/merge"),
                ("GITHUB_RUN_ID", "100"),
                ("GITHUB_JOB", "trial"),
            ],
            Ci::Azure => &[
                ("TF_BUILD", "True"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", "{merge}"),
                ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
                ("BUILD_REPOSITORY_PROVIDER", "GitHub"),
                ("BUILD_REPOSITORY_NAME", "acme/shop"),
                ("BUILD_REPOSITORY_URI", "https://github.com/acme/shop"),
                ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "{head}"),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
                ("SYSTEM_PULLREQUEST_ISFORK", "False"),
            ],
            Ci::Jenkins => &[
                ("JENKINS_URL", "https://ci.example.com/"),
                ("BRANCH_NAME", "PR-7"),
                ("CHANGE_ID", "7"),
                ("CHANGE_TARGET", "main"),
                ("CHANGE_BRANCH", "change"),
                ("CHANGE_URL", "https://github.com/acme/shop/pull/7"),
            ],
            Ci::Gitlab => &[("GITLAB_CI", "true"), ("CI", "true"), ("CI_MERGE_REQUEST_IID", "7")],
            Ci::Plain => &[("CI", "true")],
            Ci::None => &[],
        };
        let mut env: BTreeMap<String, String> = of_ci.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        if matches!(case.ci, Ci::Github) {
            env.insert("GITHUB_EVENT_NAME".to_owned(), case.event.clone());
            let file = self.scratch.path().join("event.json");
            std::fs::write(&file, self.event(case).to_string()).expect("written");
            env.insert("GITHUB_EVENT_PATH".to_owned(), file.display().to_string());
        }
        for (name, value) in &case.env {
            match value {
                Some(value) => env.insert(name.clone(), value.replace("{repo}", &self.repo().display().to_string())),
                None => env.remove(name),
            };
        }
        for value in env.values_mut() {
            *value = self.with_commits(value);
        }
        env
    }
}
