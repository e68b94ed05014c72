//! Trees over real directories: links in and out, odd files, many threads.
#![allow(clippy::disallowed_methods, reason = "the tests lay out directories")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use seatrial_model::Sources;
use seatrial_tree::{EntryKind, LeavesOut, ReadError, SIZE_LIMIT, Tree};
use tempfile::TempDir;

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("has a parent")).expect("directory is made");
    fs::write(full, content).expect("file is written");
}

fn link(root: &Path, path: &str, target: &str) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("has a parent")).expect("directory is made");
    symlink(target, full).expect("link is made");
}

/// `outside/secret.yaml` lies beside `repo`.
fn layout() -> TempDir {
    let dir = TempDir::new().expect("temporary directory");
    let repo = dir.path().join("repo");
    write(dir.path(), "outside/secret.yaml", "password: hunter2\n");
    write(&repo, "base/web.yaml", "kind: Deployment\n");
    write(&repo, "base/logo.png", b"\x89PNG\r\n\x1a\n\x00");
    write(&repo, "dev/own.yaml", "kind: Service\n");
    write(&repo, ".git/config", "[http]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n");
    link(&repo, "dev/base", "../base");
    link(&repo, "dev/web.yaml", "base/web.yaml");
    link(&repo, "dev/outside", "../../outside");
    link(&repo, "dev/secret.yaml", "../../outside/secret.yaml");
    link(&repo, "dev/git", "../.git");
    link(&repo, "dev/dangling.yaml", "nowhere.yaml");
    link(&repo, "loop/one", "two");
    link(&repo, "loop/two", "one");
    link(&repo, "loop/up", "..");
    dir
}

fn open(dir: &TempDir) -> Tree {
    Tree::working_copy(&dir.path().join("repo"), &Arc::new(Sources::new())).expect("the directory is there")
}

#[test]
fn a_list_with_links_says_why_one_leads_nowhere_and_agrees_with_the_paths() {
    let dir = layout();
    let tree = open(&dir);
    let listed = tree.list_with_links("dev").expect("a directory");
    let expected = [
        ("base", Ok(EntryKind::Directory)),
        ("dangling.yaml", Err(ReadError::NotFound)),
        ("git", Err(ReadError::NotFound)),
        ("outside", Err(ReadError::OutsideRoot)),
        ("own.yaml", Ok(EntryKind::File)),
        ("secret.yaml", Err(ReadError::OutsideRoot)),
        ("web.yaml", Ok(EntryKind::File)),
    ];
    assert_eq!(listed, expected.map(|(name, kind)| (name.to_owned(), kind)));
    for (name, kind) in listed {
        assert_eq!(tree.kind(&format!("dev/{name}")), kind, "{name}");
    }
    assert_eq!(tree.real_path("dev/web.yaml").as_deref(), Ok("base/web.yaml"));
    assert_eq!(tree.real_path("dev/own.yaml").as_deref(), Ok("dev/own.yaml"));
}

#[test]
fn no_path_leads_out_of_the_root() {
    let dir = layout();
    let tree = open(&dir);
    let absolute = dir.path().join("outside/secret.yaml");
    for path in
        ["dev/outside/secret.yaml", "dev/secret.yaml", "../outside/secret.yaml", absolute.to_str().expect("is UTF-8")]
    {
        assert_eq!(tree.read(path).map(|f| f.path().to_owned()), Err(ReadError::OutsideRoot), "{path}");
        assert_eq!(tree.read_bytes(path), Err(ReadError::OutsideRoot), "{path}");
        assert_eq!(tree.kind(path), Err(ReadError::OutsideRoot), "{path}");
    }
    assert_eq!(tree.list("dev/outside"), Err(ReadError::OutsideRoot));
}

#[test]
fn follows_links_inside_the_root_to_the_file_that_a_human_edits() {
    let dir = layout();
    let tree = open(&dir);
    let direct = tree.read("base/web.yaml").expect("is there");
    for path in ["dev/web.yaml", "dev/base/web.yaml", "loop/up/base/web.yaml", "./dev//base/../web.yaml"] {
        let file = tree.read(path).expect(path);
        assert!(Arc::ptr_eq(&direct, &file), "{path}");
        assert_eq!((file.path(), tree.real_path(path).as_deref()), ("base/web.yaml", Ok("base/web.yaml")));
    }
}

#[test]
fn says_what_is_wrong_with_a_path() {
    let dir = layout();
    let tree = open(&dir);
    let table = [
        ("base", "is a directory"),
        ("base/logo.png", "is not text"),
        ("base/web.yaml/x", "does not exist"),
        ("nowhere/web.yaml", "does not exist"),
        ("dev/dangling.yaml", "does not exist"),
        ("loop/one", "cannot be read: its symbolic links form a loop"),
        ("loop/one/web.yaml", "cannot be read: its symbolic links form a loop"),
        // The checkout action leaves its token there.
        (".git/config", "does not exist"),
        ("dev/git/config", "does not exist"),
        (".GIT/config", "does not exist"),
    ];
    for (path, expected) in table {
        assert_eq!(tree.read(path).expect_err(path).to_string(), expected, "{path}");
    }
    assert_eq!(tree.list("base/web.yaml"), Err(ReadError::NotADirectory));
    assert_eq!(tree.read_bytes("base/logo.png").map(|b| b.len()), Ok(9));
}

#[test]
fn lists_sorted_and_walks_without_following_directories_but_names_links_that_lead_nowhere() {
    let dir = layout();
    let tree = open(&dir);
    let listed = tree.list("dev").expect("is a directory");
    let names: Vec<(&str, EntryKind)> = listed.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let (file, directory) = (EntryKind::File, EntryKind::Directory);
    assert_eq!(names, [("base", directory), ("own.yaml", file), ("web.yaml", file)]);
    let nowhere = ["dev/dangling.yaml", "dev/git", "dev/outside", "dev/secret.yaml", "loop/one", "loop/two"];
    let (walked, led_nowhere): (Vec<String>, Vec<String>) =
        tree.walk("").into_iter().partition(|path| tree.kind(path).is_ok());
    assert_eq!(walked, ["base/logo.png", "base/web.yaml", "dev/own.yaml", "dev/web.yaml"]);
    assert_eq!(led_nowhere, nowhere);
    assert_eq!(tree.walk("dev/base"), ["base/logo.png", "base/web.yaml"]);
    assert!(tree.walk("base/web.yaml").is_empty());
}

#[test]
fn refuses_a_huge_file_without_reading_it() {
    let dir = layout();
    let file = fs::File::create(dir.path().join("repo/huge.yaml")).expect("file is made");
    file.set_len(SIZE_LIMIT + 1).expect("sparse file");
    let error = open(&dir).read("huge.yaml").expect_err("is too large");
    assert_eq!(error, ReadError::TooLarge { bytes: SIZE_LIMIT + 1, limit: SIZE_LIMIT });
}

#[test]
fn never_opens_a_pipe() {
    let dir = layout();
    let pipe = dir.path().join("repo/pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED never_opens_a_pipe: no mkfifo here");
        return;
    }
    let tree = open(&dir);
    let error = tree.read("pipe.yaml").expect_err("is a pipe");
    assert_eq!(error.to_string(), "cannot be read: it is neither a file nor a directory");
    assert!(!tree.walk("").contains(&"pipe.yaml".to_owned()));
}

#[test]
fn concurrent_readers_get_one_file() {
    let dir = layout();
    let tree = open(&dir);
    let files: Vec<_> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..16)
            .map(|i| {
                let tree = tree.clone();
                scope.spawn(move || tree.read(if i % 2 == 0 { "base/web.yaml" } else { "dev/web.yaml" }))
            })
            .collect();
        readers.into_iter().map(|r| r.join().expect("no panic").expect("is there")).collect()
    });
    assert!(files.iter().all(|file| Arc::ptr_eq(file, &files[0])));
    assert_eq!(files[0].id().0, 0);
}

#[test]
fn a_root_must_be_a_directory() {
    let dir = layout();
    let sources = Arc::new(Sources::new());
    let file = Tree::working_copy(&dir.path().join("repo/base/web.yaml"), &sources);
    assert_eq!(file.err(), Some(ReadError::NotADirectory));
    assert_eq!(Tree::working_copy(&dir.path().join("none"), &sources).err(), Some(ReadError::NotFound));
}

#[derive(Debug)]
struct Nothing;

impl LeavesOut for Nothing {
    fn why(&self, _: &str, _: bool) -> Option<String> {
        None
    }
}

#[test]
fn an_artifact_has_no_symbolic_links() {
    let dir = layout();
    let tree = open(&dir).without(Arc::new(Nothing));
    assert_eq!(tree.walk(""), ["base/logo.png", "base/web.yaml", "dev/own.yaml"]);
    for path in ["dev/base", "dev/base/web.yaml", "dev/web.yaml", "dev/outside"] {
        let why = ReadError::LeftOut("an artifact has no symbolic links".to_owned());
        assert_eq!(tree.kind(path), Err(why), "{path}");
    }
}
