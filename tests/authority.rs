//! Whose word counts, from outside: crafted histories, links and configurations in the environments of five CIs, two clusters that log
//! whether they were asked, and what must hold of the run. The cases are `tests/authority/*.yaml`.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program, and listens on loopback")]

#[path = "support/clusters.rs"]
mod clusters;
#[path = "support/git.rs"]
mod git;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clusters::Clusters;
use git::git;
use seatrial_test_servers::github::{Account, FakeGitHub, Pull};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    files: Files,
    cases: Vec<Case>,
}

/// Path → text; none deletes the file; `-> target` is a symbolic link.
type Files = BTreeMap<String, Option<String>>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    /// Beside the files that all cases have.
    #[serde(default)]
    base: Files,
    #[serde(default)]
    change: Files,
    /// What the target branch changes meanwhile.
    #[serde(default)]
    meanwhile: Files,
    #[serde(default)]
    checkout: Checkout,
    #[serde(default)]
    ci: Ci,
    #[serde(default = "pull_request")]
    event: String,
    /// Values of the event, by their JSON pointers.
    #[serde(default)]
    event_with: BTreeMap<String, serde_json::Value>,
    /// What a shell does in the repository once it is checked out; `{merge}`, `{head}`, `{base}` and `{checkout}` are commits.
    #[serde(default)]
    script: String,
    /// Files that lie beside those of the checkout.
    #[serde(default)]
    beside: Files,
    /// Beside the variables of the CI; none unsets one; `{merge}`, `{head}` and `{base}` are commits.
    #[serde(default)]
    env: BTreeMap<String, Option<String>>,
    /// Whose branch GitHub says it is, where it can be asked.
    #[serde(default)]
    forge_says: Option<String>,
    /// Whose branch it is.
    #[serde(default = "ours")]
    head_repository: String,
    /// Where it runs, from the root, by the letters.
    #[serde(default, rename = "in")]
    directory: String,
    /// Objects that are on the dev cluster before, as JSON, by their path.
    #[serde(default)]
    seeded: BTreeMap<String, serde_json::Value>,
    /// Arguments of a run on the host's merge commit before, while the pull request was open.
    #[serde(default)]
    first: Vec<String>,
    args: Vec<String>,
    exit: i32,
    /// Which clusters may be asked, and must.
    #[serde(default)]
    asked: Vec<String>,
    /// Paths on the dev cluster that are there afterwards; one behind `!` is not.
    #[serde(default)]
    live: Vec<String>,
    /// On standard output and error, line breaks apart.
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
    /// Sentences of the JSON report about what the change does to its own checks.
    #[serde(default)]
    alterations: Vec<String>,
}

fn pull_request() -> String {
    "pull_request".to_owned()
}

fn ours() -> String {
    "acme/shop".to_owned()
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Checkout {
    /// The merge commit that the host made.
    #[default]
    Merge,
    /// The pull request's head.
    Head,
    /// A merge commit that the pull request made: its first parent is its own, and its second parent is the head.
    OwnMerge,
    /// The target branch.
    Target,
    /// The target branch after a merge.
    Merged,
    /// The target branch after a squash.
    Squashed,
    /// The merge commit, and nothing else of the history.
    Shallow,
    /// The pull request's head, without the target branch.
    HeadAlone,
    /// A merge of the target branch into the head, as Jenkins makes one: nobody else knows it.
    JenkinsMerge,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ci {
    #[default]
    Github,
    Azure,
    Jenkins,
    Gitlab,
    Plain,
    None,
}

fn cases() -> Vec<(String, Case, Files)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/authority");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the cases").flatten() {
        let name = entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("readable");
        let Cases { files, cases } = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.extend(cases.into_iter().map(|case| (name.clone(), case, files.clone())));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

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

struct History {
    scratch: tempfile::TempDir,
    base: String,
    head: String,
    merge: String,
}

impl History {
    fn of(files: &Files, case: &Case) -> History {
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
    fn try_out(&self, case: &Case, kubeconfig: &Path) {
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

    fn repo(&self) -> PathBuf {
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
    fn environment(&self, case: &Case) -> BTreeMap<String, String> {
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

/// GitHub that can be asked whose branch the pull request is, as Jenkins knows it.
struct Forge {
    _runtime: tokio::runtime::Runtime,
    github: FakeGitHub,
}

impl Forge {
    const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

    fn start(head: &str, from: &str) -> Forge {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let github = runtime.block_on(FakeGitHub::start());
        github.add_token(Forge::TOKEN, Account::named("seatrial"));
        github.add_pull("acme/shop", Pull { from: Some(Some(from.to_owned())), ..Pull::open(7, head) });
        Forge { _runtime: runtime, github }
    }

    fn variables(&self) -> [(&str, String); 2] {
        [("GITHUB_TOKEN", Forge::TOKEN.to_owned()), ("CHANGE_URL", format!("{}/acme/shop/pull/7", self.github.url()))]
    }
}

fn check(name: &str, case: &Case, files: &Files) {
    let history = History::of(files, case);
    let clusters = Clusters::start(&["dev", "prod"]);
    for (path, object) in &case.seeded {
        clusters.put("dev", path, object);
    }
    let kubeconfig = clusters.kubeconfig(history.scratch.path());
    history.try_out(case, &kubeconfig);
    let directory = history.repo().join(&case.directory);
    let report = history.scratch.path().join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(&case.args).env_clear().envs(history.environment(case));
    let forge = case.forge_says.as_ref().map(|from| Forge::start(&history.head, from));
    command.envs(forge.iter().flat_map(Forge::variables));
    if !case.env.contains_key("KUBECONFIG") {
        command.env("KUBECONFIG", kubeconfig);
    }
    command.env("HOME", history.scratch.path());
    if !case.env.contains_key("PWD") {
        command.env("PWD", &directory);
    }
    command.env("GITHUB_STEP_SUMMARY", history.scratch.path().join("summary.md"));
    let has_report = case.args.first().is_some_and(|command| command != "cleanup" && command != "render");
    if has_report {
        command.arg("--output=terminal").arg(format!("--output=json={}", report.display()));
    }
    let output = command.current_dir(&directory).output().expect("runs");
    let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said = log.split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ");
    let what = format!("{name}: {}\n{log}", case.what);

    assert_eq!(clusters.asked(), case.asked, "which clusters were asked: {what}");
    for sentence in &case.says {
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&sentence), "`{sentence}` is not said: {what}");
    }
    for sentence in &case.silent {
        assert!(!said.contains(sentence.as_str()), "`{sentence}` is said: {what}");
    }
    assert_eq!(output.status.code(), Some(case.exit), "{what}");
    for path in &case.live {
        let (path, expected) = path.strip_prefix('!').map_or((path.as_str(), true), |path| (path, false));
        assert_eq!(clusters.has("dev", path), expected, "{path} on dev: {what}");
    }
    if has_report {
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(report).unwrap_or_default()).unwrap_or_default();
        let altered = report["alterations"].as_array().into_iter().flatten();
        let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let altered: Vec<String> = altered
            .map(|a| format!("{} {} {}: {}", text(a, "kind"), text(a, "subject"), text(a, "name"), text(a, "details")))
            .map(|sentence| sentence.trim_end_matches([' ', ':']).to_owned())
            .collect();
        assert_eq!(altered, case.alterations, "alterations: {what}");
    }
}

#[test]
fn nobody_decides_who_has_no_say() {
    let all = cases();
    assert!(all.len() > 30, "{} cases", all.len());
    let wanted = std::env::var("SEATRIAL_CASE").ok();
    let chosen: Vec<_> =
        all.iter().filter(|(_, case, _)| wanted.as_ref().is_none_or(|w| case.what.contains(w))).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some((name, case, files)) = chosen.get(at) else { return };
                    if std::panic::catch_unwind(|| check(name, case, files)).is_err() {
                        failed.lock().expect("not poisoned").push(format!("{name}: {}", case.what));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("not poisoned");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The first case that the files of a suite come from.
fn first_of(suite: &str) -> (Case, Files) {
    let (_, case, files) = cases().into_iter().find(|(name, ..)| name == suite).expect("such a suite");
    (case, files)
}

#[test]
fn jobs_of_one_run_hold_a_preview_one_after_another() {
    let (case, files) = first_of("tests");
    let history = History::of(&files, &case);
    let clusters = Clusters::start(&["dev"]);
    let kubeconfig = clusters.kubeconfig(history.scratch.path());
    // It writes the event's file, which a job that runs already may be reading.
    let environment = history.environment(&case);
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["deploy", "--quiet"]).env_clear().envs(&environment);
        command.env("KUBECONFIG", &kubeconfig).current_dir(history.repo()).spawn().expect("starts")
    };
    let mut jobs: Vec<_> = (0..3).map(|_| start()).collect();
    let begun = std::time::Instant::now();
    while jobs.iter_mut().any(|job| job.try_wait().expect("waited for").is_none()) {
        assert!(begun.elapsed().as_secs() < 90, "{:?}", clusters.sent("dev"));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for job in &mut jobs {
        assert_eq!(job.wait().expect("waited for").code(), Some(0));
    }
    let sent = clusters.sent("dev").concat();
    let holders = sent.split("\"holderIdentity\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    // Whoever releases it writes nobody.
    let holders: std::collections::BTreeSet<&str> = holders.filter(|holder| !holder.is_empty()).collect();
    assert_eq!(holders.len(), 3, "{holders:?}");
    assert!(holders.iter().all(|holder| holder.starts_with("acme/shop run 100.1 job trial ")), "{holders:?}");
}
