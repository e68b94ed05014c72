//! Commits and repositories, made by the real `git`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the tests run git, lay out directories and say what they skip"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use seatrial_model::Sources;
use seatrial_tree::{EntryKind, GitError, ReadError, Repository, Tree};
use tempfile::TempDir;

/// Runs git without the user's configuration and gives its output, trimmed.
fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn git_is_missing(test: &str) -> bool {
    let missing = Command::new("git").arg("--version").output().is_err();
    if missing {
        eprintln!("SKIPPED {test}: no git here");
    }
    missing
}

fn commit(repo: &Path, path: &str, content: &str, message: &str) -> String {
    let full = repo.join(path);
    fs::create_dir_all(full.parent().expect("has a parent")).expect("directory is made");
    fs::write(full, content).expect("file is written");
    git(repo, &["add", "-A"]);
    git(repo, &["commit", "-q", "-m", message]);
    git(repo, &["rev-parse", "HEAD"])
}

/// `main`: root — second — merge; `feature` leaves at root and is merged.
struct Fixture {
    _dir: TempDir,
    repo: PathBuf,
    root: String,
    second: String,
    feature: String,
    merge: String,
}

fn fixture() -> Fixture {
    let dir = TempDir::new().expect("temporary directory");
    let repo = dir.path().join("repo");
    fs::create_dir(&repo).expect("directory is made");
    git(&repo, &["init", "-q", "-b", "main"]);
    symlink("../base", {
        fs::create_dir_all(repo.join("dev")).expect("directory is made");
        repo.join("dev/base")
    })
    .expect("link is made");
    symlink("../../outside", repo.join("dev/out")).expect("link is made");
    symlink("two", repo.join("one")).expect("link is made");
    symlink("one", repo.join("two")).expect("link is made");
    let root = commit(&repo, "base/web.yaml", "tag: \"1\"\n", "root");
    git(&repo, &["checkout", "-q", "-b", "feature"]);
    let feature = commit(&repo, "base/web.yaml", "tag: \"2\"\n", "feature");
    git(&repo, &["checkout", "-q", "main"]);
    let second = commit(&repo, "readme.md", "hello\n", "second");
    git(&repo, &["merge", "-q", "--no-ff", "-m", "merge", "feature"]);
    let merge = git(&repo, &["rev-parse", "HEAD"]);
    Fixture { _dir: dir, repo, root, second, feature, merge }
}

fn text(tree: &Tree, path: &str) -> Result<String, ReadError> {
    tree.read(path).map(|file| file.text().to_owned())
}

#[test]
fn reads_what_a_commit_holds_whatever_lies_in_the_working_copy() {
    if git_is_missing("reads_what_a_commit_holds_whatever_lies_in_the_working_copy") {
        return;
    }
    let f = fixture();
    fs::write(f.repo.join("base/web.yaml"), "tag: dirty\n").expect("file is written");
    let sources = Arc::new(Sources::new());
    let base = Tree::commit(&f.repo, &f.root, &sources).expect("commit is there");
    let head = Tree::commit(&f.repo, "feature", &sources).expect("commit is there");
    assert_eq!(text(&base, "base/web.yaml").as_deref(), Ok("tag: \"1\"\n"));
    assert_eq!(text(&head, "base/web.yaml").as_deref(), Ok("tag: \"2\"\n"));
    assert_eq!(base.read("readme.md").err(), Some(ReadError::NotFound));
    assert_eq!(base.walk(""), ["base/web.yaml", "dev/out", "one", "two"]);
    let listed = base.list("").expect("is a directory");
    assert_eq!(listed, [("base".to_owned(), EntryKind::Directory), ("dev".to_owned(), EntryKind::Directory)]);
}

#[test]
fn follows_a_commits_links_inside_the_root_only() {
    if git_is_missing("follows_a_commits_links_inside_the_root_only") {
        return;
    }
    let f = fixture();
    let tree = Tree::commit(&f.repo, "HEAD", &Arc::new(Sources::new())).expect("commit is there");
    let file = tree.read("dev/base/web.yaml").expect("link is followed");
    assert!(Arc::ptr_eq(&file, &tree.read("base/web.yaml").expect("is there")));
    assert_eq!(tree.read("dev/out/x").err(), Some(ReadError::OutsideRoot));
    assert_eq!(tree.read("dev/base").err(), Some(ReadError::IsDirectory));
    let circle = tree.read("one").expect_err("is a circle");
    assert_eq!(circle.to_string(), "cannot be read: its symbolic links form a loop");
    assert_eq!(tree.list("dev"), Ok(vec![("base".to_owned(), EntryKind::Directory)]));
}

#[test]
fn only_named_directories_of_the_working_copy_stand_beside_a_commit() {
    if git_is_missing("only_named_directories_of_the_working_copy_stand_beside_a_commit") {
        return;
    }
    let f = fixture();
    for (path, text) in
        [("vendor/app/a.yaml", "a: 1\n"), ("vendor/other/b.yaml", "b: 1\n"), ("base/new.yaml", "c: 1\n")]
    {
        let full = f.repo.join(path);
        fs::create_dir_all(full.parent().expect("has a parent")).expect("directory is made");
        fs::write(full, text).expect("file is written");
    }
    let copies = vec!["vendor/app".to_owned(), "base".to_owned()];
    let tree = Tree::commit_with_copies(&f.repo, "HEAD", copies, &Arc::new(Sources::new())).expect("commit is there");
    let text = |path: &str| tree.read(path).map(|file| file.text().to_owned());
    assert_eq!(text("vendor/app/a.yaml"), Ok("a: 1\n".to_owned()));
    assert_eq!(tree.list("vendor/app"), Ok(vec![("a.yaml".to_owned(), EntryKind::File)]));
    assert_eq!(text("vendor/other/b.yaml"), Err(ReadError::NotFound));
    let committed = Tree::commit(&f.repo, "HEAD", &Arc::new(Sources::new())).expect("commit is there");
    assert_eq!(text("base/web.yaml"), committed.read("base/web.yaml").map(|file| file.text().to_owned()));
    assert_eq!(text("base/new.yaml"), Err(ReadError::NotFound));
    assert_eq!(tree.list("base"), committed.list("base"), "what the commit has is the commit's");
}

#[test]
fn a_submodule_is_absent() {
    if git_is_missing("a_submodule_is_absent") {
        return;
    }
    let f = fixture();
    let other = TempDir::new().expect("temporary directory");
    git(other.path(), &["init", "-q", "-b", "main"]);
    commit(other.path(), "x.yaml", "a: 1\n", "other");
    git(&f.repo, &["submodule", "--quiet", "add", other.path().to_str().expect("is UTF-8"), "sub"]);
    git(&f.repo, &["commit", "-q", "-m", "submodule"]);
    let tree = Tree::commit(&f.repo, "HEAD", &Arc::new(Sources::new())).expect("commit is there");
    assert_eq!(tree.kind("sub"), Err(ReadError::NotFound));
    assert_eq!(tree.read("sub/x.yaml").err(), Some(ReadError::NotFound));
    assert!(!tree.list("").expect("is a directory").iter().any(|(name, _)| name == "sub"));
}

#[test]
fn many_threads_read_one_commit() {
    if git_is_missing("many_threads_read_one_commit") {
        return;
    }
    let f = fixture();
    let tree = Tree::commit(&f.repo, "HEAD", &Arc::new(Sources::new())).expect("commit is there");
    let ids: Vec<u32> = std::thread::scope(|scope| {
        let read = |path| {
            let tree = tree.clone();
            move || tree.read(path).expect("is there").id().0
        };
        let readers: Vec<_> = (0..12)
            .map(|i| scope.spawn(read(if i % 2 == 0 { "base/web.yaml" } else { "dev/base/web.yaml" })))
            .collect();
        readers.into_iter().map(|r| r.join().expect("no panic")).collect()
    });
    assert_eq!(ids, [0; 12]);
}

#[test]
fn knows_commits_parents_and_merge_bases() {
    if git_is_missing("knows_commits_parents_and_merge_bases") {
        return;
    }
    let f = fixture();
    let repository = Repository::open(&f.repo.join("base")).expect("is found upwards");
    assert_eq!(repository.root(), Some(f.repo.as_path()));
    assert!(!repository.is_shallow());
    assert_eq!(repository.resolve("HEAD"), Ok(f.merge.clone()));
    assert_eq!(repository.resolve("HEAD~1"), Ok(f.second.clone()));
    assert_eq!(repository.parents("HEAD"), Ok(vec![f.second.clone(), f.feature.clone()]));
    assert_eq!(repository.parents(&f.root), Ok(Vec::new()));
    assert_eq!(repository.merge_base(&f.second, "feature"), Ok(f.root.clone()));
    assert_eq!(repository.merge_base(&f.merge, "feature"), Ok(f.feature.clone()));
    let absent = "0123456789012345678901234567890123456789";
    for revision in ["nowhere", absent, "", "HEAD~9", "--all", ":/x", "HEAD:base/web.yaml:"] {
        let expected = GitError::MissingCommit { revision: revision.to_owned(), shallow: false };
        assert_eq!(repository.resolve(revision), Err(expected), "{revision}");
    }
    let blob = repository.resolve("HEAD:base/web.yaml").expect_err("is not a commit");
    assert_eq!(blob.to_string(), "git: HEAD:base/web.yaml is a blob, not a commit");
}

#[test]
fn unrelated_histories_have_no_merge_base() {
    if git_is_missing("unrelated_histories_have_no_merge_base") {
        return;
    }
    let f = fixture();
    git(&f.repo, &["checkout", "-q", "--orphan", "island"]);
    commit(&f.repo, "island.md", "x\n", "island");
    let repository = Repository::open(&f.repo).expect("is a repository");
    let error = repository.merge_base("island", "main").expect_err("there is none");
    assert_eq!(error.to_string(), "commit common to island and main is not in this clone");
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    if git_is_missing("a_shallow_clone_says_that_it_is_one") {
        return;
    }
    let f = fixture();
    let shallow = f.repo.with_file_name("shallow");
    let url = format!("file://{}", f.repo.display());
    git(&f.repo, &["clone", "-q", "--depth=1", "--no-single-branch", &url, shallow.to_str().expect("is UTF-8")]);
    let repository = Repository::open(&shallow).expect("is a repository");
    assert!(repository.is_shallow());
    assert_eq!(repository.parents("HEAD"), Ok(vec![f.second.clone(), f.feature.clone()]));
    let missing = |revision: &str| GitError::MissingCommit { revision: revision.to_owned(), shallow: true };
    assert_eq!(repository.resolve(&f.second), Err(missing(&f.second)));
    assert_eq!(repository.resolve("HEAD^1"), Err(missing("HEAD^1")));
    git(&f.repo, &["branch", "other", &f.second]);
    git(&shallow, &["fetch", "-q", "--depth=1", "origin", "other:other"]);
    let base = repository.merge_base("other", "origin/feature");
    assert_eq!(base, Err(missing("common to other and origin/feature")));
    let text = base.expect_err("is missing").to_string();
    assert_eq!(text, "commit common to other and origin/feature is not in this clone, which is shallow");
    let gone = Tree::commit(&shallow, &f.root, &Arc::new(Sources::new())).expect_err("is not in the clone");
    assert_eq!(gone, missing(&f.root));
}

#[test]
fn a_partial_clone_lacks_objects_and_says_so() {
    if git_is_missing("a_partial_clone_lacks_objects_and_says_so") {
        return;
    }
    let f = fixture();
    git(&f.repo, &["config", "uploadpack.allowFilter", "true"]);
    let partial = f.repo.with_file_name("partial");
    let url = format!("file://{}", f.repo.display());
    git(&f.repo, &["clone", "-q", "--filter=blob:none", "--no-checkout", &url, partial.to_str().expect("is UTF-8")]);
    let tree = Tree::commit(&partial, "HEAD", &Arc::new(Sources::new())).expect("the commit is there");
    assert_eq!(tree.kind("base/web.yaml"), Ok(EntryKind::File));
    let error = tree.read("base/web.yaml").expect_err("the blob is not there").to_string();
    assert!(error.starts_with("cannot be read: git object ") && error.contains("`--filter`"), "{error}");
}

#[test]
fn a_linked_working_tree_is_a_repository_too() {
    if git_is_missing("a_linked_working_tree_is_a_repository_too") {
        return;
    }
    let f = fixture();
    let linked = f.repo.with_file_name("linked");
    git(&f.repo, &["worktree", "add", "-q", linked.to_str().expect("is UTF-8"), "feature"]);
    let repository = Repository::open(&linked).expect("is a repository");
    assert_eq!((repository.root(), repository.resolve("HEAD")), (Some(linked.as_path()), Ok(f.feature)));
    assert!(Tree::commit(&linked, "main", &Arc::new(Sources::new())).is_ok());
}

#[test]
fn a_directory_without_git_is_no_repository() {
    let dir = TempDir::new().expect("temporary directory");
    let error = Repository::open(dir.path()).expect_err("is none");
    assert_eq!(error, GitError::NoRepository { path: dir.path().display().to_string() });
    let tree = Tree::commit(dir.path(), "HEAD", &Arc::new(Sources::new()));
    assert!(matches!(tree, Err(GitError::NoRepository { .. })));
}

#[test]
fn the_files_of_two_commits_are_compared_by_content_mode_and_kind() {
    if git_is_missing("the_files_of_two_commits_are_compared_by_content_mode_and_kind") {
        return;
    }
    let f = fixture();
    let other = f.repo.parent().expect("has a parent").join("other");
    fs::create_dir(&other).expect("directory is made");
    git(&other, &["init", "-q", "-b", "main"]);
    commit(&other, "a.yaml", "a: 1\n", "one");
    git(&f.repo, &["submodule", "--quiet", "add", other.to_str().expect("UTF-8"), "lib"]);
    commit(&f.repo, "web/src/main.ts", "1\n", "web");
    commit(&f.repo, "tool", "1\n", "tool");
    let before = commit(&f.repo, "kind", "a file\n", "kind");
    fs::write(f.repo.join("web/src/main.ts"), "2\n").expect("file is written");
    fs::remove_file(f.repo.join("kind")).expect("file is removed");
    fs::remove_file(f.repo.join("dev/base")).expect("link is removed");
    symlink("../web", f.repo.join("dev/base")).expect("link is made");
    git(&f.repo, &["update-index", "--chmod=+x", "tool"]);
    git(&f.repo, &["config", "core.fileMode", "false"]);
    commit(&f.repo.join("lib"), "a.yaml", "a: 2\n", "two");
    let after = commit(&f.repo, "kind/inside", "a directory now\n", "all");
    let compared = Repository::open(&f.repo).and_then(|repo| repo.changed_files(&before, &after)).expect("compared");
    let sorted = |mut paths: Vec<String>| {
        paths.sort();
        paths
    };
    assert_eq!(sorted(compared.changed), ["dev/base", "kind", "kind/inside", "lib/", "tool", "web/src/main.ts"]);
    assert_eq!(sorted(compared.unchanged), [".gitmodules", "base/web.yaml", "dev/out", "one", "readme.md", "two"]);
    let gone = "0123456789012345678901234567890123456789";
    let error = Repository::open(&f.repo).and_then(|repo| repo.changed_files(gone, &after)).expect_err("is not there");
    assert!(matches!(error, GitError::MissingCommit { .. }), "{error}");
}
