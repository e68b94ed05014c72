//! What a run is compared with outside of a pull request, and with `--base`: which findings are new, and nothing else.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/git.rs"]
mod git;

use std::path::{Path, PathBuf};
use std::process::Command;

use git::git;

const OLD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\ndatta: {}\n";
const NEW: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: new }\ndattta: {}\n";
const FINE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\n";
const CONFIG: &str = "version: 1\nenvironments:\n  dev: { manifests: { path: app }, deploy: { timeout: 30s } }\n";
const JENKINS: (&str, &str) = ("JENKINS_URL", "https://ci.example.com");

/// A repository whose `main` has an error; `change` leaves it there.
struct Repo {
    scratch: tempfile::TempDir,
}

struct Seen {
    exit: Option<i32>,
    log: String,
    /// Without line breaks.
    said: String,
    report: serde_json::Value,
}

impl Seen {
    /// `new: the sentence`.
    fn findings(&self) -> Vec<String> {
        let all = self.report["findings"].as_array().into_iter().flatten();
        let age = |finding: &serde_json::Value| if finding["age"] == "already-there" { "old" } else { "new" };
        all.filter(|finding| finding["level"] == "error")
            .map(|finding| format!("{} {}", age(finding), finding["object"]["name"].as_str().unwrap_or_default()))
            .collect()
    }

    fn base(&self) -> &str {
        self.report["revision"]["base"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Seen {
        assert!(self.said.contains(text), "no `{text}`: {}", self.log);
        self
    }
}

impl Repo {
    fn new() -> Repo {
        let repo = Repo { scratch: tempfile::tempdir().expect("a directory") };
        std::fs::create_dir(repo.path()).expect("created");
        repo.git(&["init", "-q"]);
        repo.write("seatrial.yaml", CONFIG);
        repo.write("app/old.yaml", OLD);
        repo.commit("main");
        repo
    }

    /// The same, on a branch that has an error of its own, while main went on.
    fn on_a_branch() -> Repo {
        let repo = Repo::new();
        repo.git(&["checkout", "-qb", "change"]);
        repo.write("app/new.yaml", NEW);
        repo.commit("change");
        repo.git(&["checkout", "-q", "main"]);
        repo.write("app/old.yaml", FINE);
        repo.commit("main mends it");
        repo.git(&["checkout", "-q", "change"]);
        repo
    }

    fn path(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message, "--allow-empty"]);
    }

    fn commit_of(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Seen {
        run_in(&self.path(), &self.scratch.path().join("report.json"), arguments, environment)
    }
}

fn run_in(directory: &Path, file: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Seen {
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(arguments)
        .arg("--output=terminal")
        .arg(format!("--output=json={}", file.display()))
        .current_dir(directory)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let log = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let report = std::fs::read_to_string(file).unwrap_or_default();
    Seen {
        exit: output.status.code(),
        said: log.split_whitespace().collect::<Vec<_>>().join(" "),
        log,
        report: serde_json::from_str(&report).unwrap_or_default(),
    }
}

#[test]
fn a_local_branch_is_compared_with_where_it_left_the_default_branch() {
    let repo = Repo::on_a_branch();
    let left = repo.commit_of("main~1");
    let seen = repo.run(&["validate"], &[]);
    assert_eq!(
        (seen.exit, seen.findings()),
        (Some(1), vec!["new new".to_owned(), "old old".to_owned()]),
        "{}",
        seen.log
    );
    assert_eq!(seen.base(), left);
    seen.says(&format!("compared with: commit {}, where this branch left `main`", &left[..7]));
}

#[test]
fn what_was_not_committed_is_compared_too() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "change"]);
    let clean = repo.run(&["validate"], &[]);
    assert_eq!((clean.exit, clean.findings()), (Some(0), vec!["old old".to_owned()]), "{}", clean.log);
    repo.write("app/new.yaml", NEW);
    let dirty = repo.run(&["validate"], &[]);
    assert_eq!(
        (dirty.exit, dirty.findings()),
        (Some(1), vec!["new new".to_owned(), "old old".to_owned()]),
        "{}",
        dirty.log
    );
}

#[test]
fn the_remote_says_which_branch_is_the_default() {
    let repo = Repo::on_a_branch();
    repo.git(&["branch", "-m", "main", "trunk"]);
    let origin = repo.path().display().to_string();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    git(repo.scratch.path(), &["clone", "-q", &origin, "clone"]);
    let clone = repo.scratch.path().join("clone");
    git(&clone, &["checkout", "-q", "change"]);
    let seen = run_in(&clone, &repo.scratch.path().join("report.json"), &["validate"], &[]);
    assert_eq!(seen.base(), repo.commit_of("trunk~1"), "{}", seen.log);
    seen.says("where this branch left `origin/trunk`");
}

#[test]
fn on_the_default_branch_on_a_detached_head_and_in_a_ci_nothing_is_compared() {
    let repo = Repo::on_a_branch();
    let in_ci = repo.run(&["validate"], &[JENKINS]);
    repo.git(&["checkout", "-q", "--detach"]);
    let detached = repo.run(&["validate"], &[]);
    repo.git(&["checkout", "-q", "main~0"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("app/old.yaml", OLD);
    let on_main = repo.run(&["validate"], &[]);
    for seen in [in_ci, detached, on_main] {
        assert_eq!((seen.exit, seen.base()), (Some(1), ""), "{}", seen.log);
        assert!(
            !seen.said.contains("compared with") && !seen.findings().contains(&"old old".to_owned()),
            "{}",
            seen.log
        );
    }
}

#[test]
fn a_base_that_is_named_counts_in_any_ci_and_on_any_branch() {
    let repo = Repo::on_a_branch();
    let left = repo.commit_of("main~1");
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let table: [Row<'_>; 4] = [
        (&["validate", "--base", "main~1"], &[JENKINS]),
        (&["validate"], &[JENKINS, ("SEATRIAL_BASE", "main~1")]),
        (&["validate", "--base", &left], &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")]),
        (&["validate", "--base", "main~1"], &[]),
    ];
    for (arguments, environment) in table {
        let seen = repo.run(arguments, environment);
        assert_eq!(seen.findings(), ["new new", "old old"], "{}", seen.log);
        assert_eq!(seen.base(), left);
        seen.says(&format!("compared with: commit {}, given ", &left[..7]));
    }
    repo.git(&["checkout", "-q", "--detach"]);
    assert_eq!(repo.run(&["validate", "--base=HEAD"], &[]).exit, Some(0));
}

#[test]
fn a_base_that_is_not_there_is_a_usage_error_with_the_way_out() {
    let repo = Repo::on_a_branch();
    let seen = repo.run(&["validate", "--base", "nope"], &[]);
    assert_eq!(seen.exit, Some(2), "{}", seen.log);
    seen.says("--base: commit nope is not in this clone; name a commit, branch or tag");
    repo.run(&["validate"], &[("SEATRIAL_BASE", "nope")]).says("SEATRIAL_BASE: commit nope");

    let at = |name: &str| repo.scratch.path().join(name);
    let origin = format!("file://{}", repo.path().display());
    repo.git(&["checkout", "-q", "main"]);
    git(repo.scratch.path(), &["clone", "-q", "--depth=1", "--no-single-branch", &origin, "shallow"]);
    git(&at("shallow"), &["checkout", "-q", "change"]);
    let shallow = run_in(&at("shallow"), &at("report.json"), &["run", "--base", "origin/main~1"], &[]);
    assert_eq!(shallow.exit, Some(2), "{}", shallow.log);
    shallow.says("is not in this clone, which is shallow; run `git fetch --unshallow` first");
    git(&at("shallow"), &["branch", "-qD", "main"]);
    run_in(&at("shallow"), &at("report.json"), &["validate", "--base", "main"], &[])
        .says("did you mean `origin/main`?");
    // Nobody asked for a comparison: it is not made, and that is said.
    let found = run_in(&at("shallow"), &at("report.json"), &["validate"], &[]);
    assert_eq!(found.exit, Some(1), "{}", found.log);
    found.says("every finding counts as new; run `git fetch --unshallow` first");
    std::fs::create_dir(at("plain")).expect("created");
    let plain = run_in(&at("plain"), &at("report.json"), &["validate", "--base", "main"], &[]);
    assert_eq!(plain.exit, Some(2), "{}", plain.log);
    plain.says("this is not a git repository");
}

#[test]
fn outside_of_a_pull_request_an_environment_that_renders_the_same_is_deployed() {
    let repo = Repo::new();
    repo.write("app/old.yaml", FINE);
    repo.commit("mended");
    let run = ["run", "--cluster", "simulated"];
    repo.git(&["checkout", "-qb", "change"]);
    repo.run(&run, &[]).says("1 created");
    repo.git(&["checkout", "-q", "--detach"]);
    repo.run(&run, &[]).says("1 created");
    repo.run(&[&run[..], &["--base=main"]].concat(), &[]).says("1 created");
    repo.run(&[&run[..], &["--base=main"]].concat(), &[JENKINS]).says("1 created");
}

/// The environment of a pull request of GitHub Actions whose merge commit is checked out.
fn pull_request(repo: &Repo) -> Vec<(&'static str, String)> {
    let side = |name: &str, sha: String| serde_json::json!({ "ref": name, "sha": sha, "repo": { "full_name": "a/b" } });
    let event = serde_json::json!({
        "pull_request": {
            "number": 7, "draft": false,
            "head": side("change", repo.commit_of("HEAD^2")), "base": side("main", repo.commit_of("HEAD^1")),
        },
        "repository": { "full_name": "a/b" },
    });
    let file = repo.scratch.path().join("event.json");
    std::fs::write(&file, event.to_string()).expect("written");
    vec![
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
        ("GITHUB_REPOSITORY", "a/b".to_owned()),
        ("GITHUB_EVENT_PATH", file.display().to_string()),
        ("GITHUB_SHA", repo.commit_of("HEAD")),
    ]
}

#[test]
fn in_a_pull_request_it_changes_the_comparison_and_nothing_else() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "change"]);
    repo.write("app/old.yaml", FINE);
    repo.write("app/new.yaml", &NEW.replace("dattta", "data"));
    let elsewhere = "deploy: { timeout: 30s }, cluster: { kubeconfig: { context: elsewhere } }";
    repo.write("seatrial.yaml", &CONFIG.replace("deploy: { timeout: 30s }", elsewhere));
    repo.commit("change");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "change"]);
    let environment = pull_request(&repo);
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Against itself nothing is new; what is deployed, and where, is still said by main.
    let seen = repo.run(&["run", "--base", "HEAD"], &environment);
    assert_eq!(seen.base(), repo.commit_of("HEAD"));
    seen.says("2 created").says("the change of `cluster` takes effect after merge");
}

#[test]
fn the_first_command_of_the_readme_deploys_on_a_branch_and_on_a_detached_head() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run -- ")).expect("a first command");
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let deploys = &|checkout: &[&str]| {
        let repo = Repo::new();
        let shop = repo.path().join("tests/cases/shop");
        std::fs::create_dir_all(&shop).expect("created");
        let copied = Command::new("cp").arg("-r").arg(root.join("tests/cases/shop/repo")).arg(&shop).status();
        assert!(copied.expect("cp runs").success());
        repo.commit("shop");
        repo.git(&[&["checkout"], checkout].concat());
        let seen = repo.run(&arguments, &[]);
        assert_eq!(seen.exit, Some(0), "{checkout:?}: {}", seen.log);
        seen.says("8 created");
    };
    std::thread::scope(|scope| {
        for checkout in [["-qb", "change"], ["-q", "--detach"], ["-q", "main"]] {
            scope.spawn(move || deploys(&checkout));
        }
    });
}
