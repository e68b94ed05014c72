//! The real `git` clones, pushes and fetches over the server.
#![allow(clippy::disallowed_methods, reason = "this test runs git")]
#![allow(clippy::print_stderr, reason = "a skipped test is said aloud")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use seatrial_test_servers::git::{GitServer, Pushes};

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(directory)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0")])
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("git runs")
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn commit(repository: &Path, file: &str, content: &[u8]) {
    std::fs::write(repository.join(file), content).expect("written");
    git(repository, &["add", file]);
    git(repository, &["commit", "-qm", file]);
}

/// A root with the bare repository `shop.git`, which has one commit, and a place for clones.
struct Bed {
    scratch: tempfile::TempDir,
    server: GitServer,
    runtime: tokio::runtime::Runtime,
}

/// `None` where git has no `http-backend`.
fn bed(pushes: Pushes) -> Option<Bed> {
    let found = Command::new("git").arg("--exec-path").output().ok();
    let backend =
        found.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("git-http-backend"));
    if !backend.is_some_and(|backend| backend.exists()) {
        eprintln!("SKIPPED: there is no git with http-backend here, the Git server was NOT tested");
        return None;
    }
    let scratch = tempfile::tempdir().expect("a directory");
    let (root, work) = (scratch.path().join("root"), scratch.path().join("work"));
    std::fs::create_dir(&root).expect("created");
    git(&root, &["init", "-q", "--bare", "shop.git"]);
    git(scratch.path(), &["init", "-q", "work"]);
    commit(&work, "one", b"1");
    git(&work, &["push", "-q", &root.join("shop.git").display().to_string(), "main"]);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let server = runtime.block_on(GitServer::start(&root, pushes));
    Some(Bed { scratch, server, runtime })
}

impl Bed {
    fn url(&self) -> String {
        format!("{}/shop.git", self.server.url())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn clone_to(&self, name: &str) -> PathBuf {
        git(self.scratch.path(), &["clone", "-q", &self.url(), name]);
        self.at(name)
    }

    fn saw(&self, request: &str) -> bool {
        self.server.requests().iter().any(|line| line == request)
    }
}

/// Does not compress, so that a pack with it is over a mebibyte, which git sends in chunks.
fn noise(length: usize) -> Vec<u8> {
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(7_u64), next).map(|state| state.to_be_bytes()[0]).take(length).collect()
}

#[test]
fn what_one_pushes_another_fetches_large_packs_and_long_requests_included() {
    let Some(bed) = bed(Pushes::Allowed) else { return };
    let (ours, theirs) = (bed.clone_to("ours"), bed.clone_to("theirs"));
    commit(&ours, "noise", &noise(3_000_000));
    git(&ours, &["push", "-q", "origin", "main"]);
    assert!(bed.saw("POST /shop.git/git-receive-pack chunked"), "{:?}", bed.server.requests());

    // More than a kibibyte of wishes: git compresses the request.
    for i in 0..30 {
        commit(&ours, &format!("file-{i}"), b"x");
        git(&ours, &["branch", &format!("branch-{i}")]);
    }
    git(&ours, &["push", "-q", "origin", "--all"]);
    git(&theirs, &["fetch", "-q", "origin"]);
    assert!(bed.saw("POST /shop.git/git-upload-pack gzip"), "{:?}", bed.server.requests());
    let head = git(&ours, &["rev-parse", "HEAD"]);
    assert_eq!(git(&theirs, &["rev-parse", "origin/main"]), head);
    assert_eq!(git(&bed.at("root/shop.git"), &["rev-parse", "main"]), head);
    git(&theirs, &["fsck", "--full"]);
    drop(bed.runtime);
}

#[test]
fn a_shallow_clone_over_the_old_protocol_works_too() {
    let Some(bed) = bed(Pushes::Refused) else { return };
    git(bed.scratch.path(), &["-c", "protocol.version=0", "clone", "-q", "--depth", "1", &bed.url(), "shallow"]);
    assert_eq!(git(&bed.at("shallow"), &["show", "HEAD:one"]), "1");
}

#[test]
fn refuses_pushes_unless_they_are_allowed_and_repositories_that_are_not_there() {
    let Some(bed) = bed(Pushes::Refused) else { return };
    let ours = bed.clone_to("ours");
    commit(&ours, "two", b"2");
    let pushed = run(&ours, &["push", "-q", "origin", "main"]);
    assert!(!pushed.status.success());
    assert!(String::from_utf8_lossy(&pushed.stderr).contains("403"), "{pushed:?}");
    let absent = run(bed.scratch.path(), &["clone", "-q", &format!("{}/none.git", bed.server.url()), "none"]);
    assert!(String::from_utf8_lossy(&absent.stderr).contains("not found"), "{absent:?}");
    let outside = format!("{}/../work/.git", bed.server.url());
    assert!(!run(bed.scratch.path(), &["clone", "-q", &outside, "outside"]).status.success());
}
