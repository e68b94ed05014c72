//! Files that a program of a test left on this machine: which match a pattern, the cases in them, and copies of them.
#![allow(clippy::disallowed_methods, reason = "what a program left is read from the disk")]

pub(crate) mod collected;
pub(crate) mod collector;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use seatrial_model::Masker;

use crate::outcome::suite::Imported;
use crate::platform::{self, Mark};

/// Whoever has more files in the way of a pattern meant another one.
const MOST_ENTRIES: usize = 50_000;
const DEEPEST: usize = 32;
/// A larger JUnit file is refused.
const LARGEST: u64 = 100 << 20;
/// More artifacts, or larger ones, are not copied.
const MOST_ARTIFACTS: usize = 100;
const LARGEST_ARTIFACT: u64 = 200 << 20;

/// Whether a path leads out of the directory that it is relative to.
pub(crate) fn leads_out(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

/// A pattern as shells have it: `*` stays in a directory, `**` does not.
///
/// # Errors
/// A sentence: what is wrong with it.
pub(crate) fn pattern(text: &str) -> Result<GlobMatcher, String> {
    if text.is_empty() || text.split('/').any(|part| part == "..") {
        return Err(format!("`{text}` is not a pattern of files below the directory"));
    }
    glob(text)
}

/// A pattern of files, wherever they are.
///
/// # Errors
/// A sentence: what is wrong with it.
pub(crate) fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| format!("`{text}` is not a pattern of files: {}", error.kind()))
}

/// Regular files below a directory that match a pattern, in the order of their paths, relative to it. Links are not followed.
fn matching(root: &Path, text: &str) -> Result<Vec<PathBuf>, String> {
    let text = text.trim_start_matches("./");
    let matcher = pattern(text)?;
    let (mut found, mut seen) = (Vec::new(), 0);
    let mut pending: Vec<(PathBuf, usize)> =
        fixed_part(root, text).into_iter().map(|directory| (directory, 0)).collect();
    while let Some((directory, depth)) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&directory)) else { continue };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MOST_ENTRIES {
                return Err(format!(
                    "`{text}`: there are more than {MOST_ENTRIES} files to look through; name a directory"
                ));
            }
            let path = directory.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => pending.push((path, depth + 1)),
                Ok(kind) if kind.is_file() && matcher.is_match(&path) => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The directory that all files of a pattern lie below: its components before the first that is a pattern, without the last. `None` where it
/// does not exist, or a link leads to it.
fn fixed_part(root: &Path, text: &str) -> Option<PathBuf> {
    let directory = Path::new(text).parent()?;
    let is_fixed =
        |part: &std::path::Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{', '\\']);
    let fixed: PathBuf = directory.components().take_while(is_fixed).collect();
    let real = root.canonicalize().ok()?.join(&fixed);
    (root.join(&fixed).canonicalize().ok()? == real).then_some(fixed)
}

/// The files that match a pattern before a program runs, each with what changes when it is written. No clock is compared: it may jump, and
/// that of a file system in a container may be another one.
#[derive(Debug, Default)]
pub(crate) struct Standing(BTreeMap<PathBuf, Mark>);

impl Standing {
    /// Those that are there now.
    pub(crate) fn of(root: &Path, text: &str) -> Standing {
        let files = matching(root, text).unwrap_or_default();
        Standing(files.into_iter().filter_map(|path| Some((path.clone(), mark(root, &path)?))).collect())
    }

    fn has(&self, root: &Path, path: &Path) -> bool {
        self.0.get(path).is_some_and(|before| mark(root, path).as_ref() == Some(before))
    }
}

fn mark(root: &Path, path: &Path) -> Option<Mark> {
    root.join(path).metadata().ok().as_ref().map(platform::mark)
}

/// The cases in the JUnit files that match a pattern and were written since then: one that was there before tells of an earlier run.
pub(crate) fn cases(root: &Path, text: &str, before: &Standing, masker: &Masker) -> Imported {
    let mut imported = Imported::default();
    let files = match matching(root, text) {
        Ok(files) => files,
        Err(sentence) => return Imported { problems: vec![sentence], ..imported },
    };
    let mut stale = 0;
    for path in &files {
        if before.has(root, path) {
            stale += 1;
            continue;
        }
        match read(root, path) {
            Ok(bytes) => imported.add(&path.display().to_string(), &bytes, masker),
            Err(sentence) => imported.problems.push(sentence),
        }
    }
    if imported.cases.count() == 0 && imported.problems.is_empty() {
        imported.empty = Some(match (files.len(), stale) {
            (0, _) => format!("no file matches `{text}`"),
            (all, stale) if all == stale => format!("no file that matches `{text}` was written by this run"),
            _ => format!("no test case is in what matches `{text}`"),
        });
    }
    imported
}

/// The files that match a pattern, each with what is in it, or a sentence that tells why it cannot be read.
pub(crate) fn read_all(root: &Path, text: &str) -> Vec<Result<(PathBuf, Vec<u8>), String>> {
    let files = match matching(root, text) {
        Ok(files) => files,
        Err(sentence) => return vec![Err(sentence)],
    };
    files.into_iter().map(|path| read(root, &path).map(|bytes| (path, bytes))).collect()
}

/// What is in a file, or a sentence that tells why it cannot be read.
fn read(root: &Path, path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    if root.join(path).metadata().is_ok_and(|about| about.len() > LARGEST) {
        return Err(format!("`{shown}` is larger than {} MiB and was not read", LARGEST >> 20));
    }
    std::fs::read(root.join(path)).map_err(|error| format!("`{shown}` cannot be read: {error}"))
}

/// Copies files that match patterns to `to`, and returns their paths there; sentences tell what was not copied.
pub(crate) fn keep(root: &Path, patterns: &[String], to: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let (mut kept, mut problems) = (Vec::new(), Vec::new());
    for text in patterns {
        let files = match matching(root, text) {
            Ok(files) => files,
            Err(sentence) => {
                problems.push(sentence);
                continue;
            }
        };
        if files.is_empty() {
            problems.push(format!("no artifact matches `{text}`"));
        }
        for path in files {
            if kept.len() == MOST_ARTIFACTS {
                problems.push(format!("more than {MOST_ARTIFACTS} artifacts match: the rest was not copied"));
                return (kept, problems);
            }
            match copy(&root.join(&path), &to.join(&path)) {
                Ok(()) => kept.push(path),
                Err(sentence) => problems.push(format!("`{}` was not copied: {sentence}", path.display())),
            }
        }
    }
    (kept, problems)
}

/// Writes a file, with the directories that lead to it.
pub(crate) fn write(to: &Path, bytes: &[u8]) -> Result<(), String> {
    make_way(to)?;
    std::fs::write(to, bytes).map_err(|error| error.to_string())
}

/// Makes the directories that lead to a file.
fn make_way(to: &Path) -> Result<(), String> {
    to.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| error.to_string())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let size = from.metadata().map_err(|error| error.to_string())?.len();
    if size > LARGEST_ARTIFACT {
        return Err(format!("it is larger than {} MiB", LARGEST_ARTIFACT >> 20));
    }
    make_way(to)?;
    std::fs::copy(from, to).map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        for file in files {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "<testsuite><testcase name='a'/></testsuite>").expect("written");
        }
        directory
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        let root = scratch(&["results/a.xml", "results/deep/b.xml", "results/c.txt", "other/d.xml"]);
        let found = |text: &str| -> Vec<String> {
            matching(root.path(), text).expect(text).iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(found("results/*.xml"), ["results/a.xml"]);
        assert_eq!(found("./results/**/*.xml"), ["results/a.xml", "results/deep/b.xml"]);
        assert_eq!(found("**/*.xml"), ["other/d.xml", "results/a.xml", "results/deep/b.xml"]);
        assert_eq!(found("results/a.xml"), ["results/a.xml"]);
        assert!(found("nowhere/*.xml").is_empty());
        assert!(matching(root.path(), "../*.xml").is_err() && matching(root.path(), "a[").is_err());
    }

    #[test]
    fn only_the_directory_that_a_pattern_names_is_looked_through() {
        let root = scratch(&["results/a.xml", "node_modules/b.xml"]);
        for name in 0..=MOST_ENTRIES {
            std::fs::write(root.path().join("node_modules").join(name.to_string()), "").expect("written");
        }
        for text in ["results/a.xml", "results/*.xml", "nowhere/*.xml"] {
            assert!(matching(root.path(), text).is_ok(), "{text}");
        }
        assert!(matching(root.path(), "**/*.xml").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere() {
        let (root, elsewhere) = (scratch(&["results/a.xml"]), scratch(&["b.xml"]));
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("results/more")).expect("linked");
        std::os::unix::fs::symlink(elsewhere.path().join("b.xml"), root.path().join("results/c.xml")).expect("linked");
        assert_eq!(matching(root.path(), "results/**").expect("a pattern"), [PathBuf::from("results/a.xml")]);
        assert!(matching(root.path(), "results/more/*.xml").expect("a pattern").is_empty());
    }

    #[test]
    fn a_file_of_an_earlier_run_does_not_count() {
        let root = scratch(&["a.xml"]);
        let before = Standing::of(root.path(), "*.xml");
        let imported = cases(root.path(), "*.xml", &before, &Masker::new());
        assert_eq!(imported.empty.as_deref(), Some("no file that matches `*.xml` was written by this run"));
        assert_eq!(cases(root.path(), "*.xml", &Standing::default(), &Masker::new()).cases.count(), 1);
        // Written again, by a clock that was set back meanwhile.
        let file = std::fs::File::options().append(true).open(root.path().join("a.xml")).expect("opened");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1)).expect("set");
        assert_eq!(cases(root.path(), "*.xml", &before, &Masker::new()).cases.count(), 1);
    }

    #[test]
    fn artifacts_keep_their_paths() {
        let (root, to) = (scratch(&["out/a.png", "out/b/c.png"]), scratch(&[]));
        let (kept, problems) = keep(root.path(), &["out/**".to_owned(), "none/*".to_owned()], to.path());
        assert_eq!(kept, [PathBuf::from("out/a.png"), PathBuf::from("out/b/c.png")]);
        assert!(to.path().join("out/b/c.png").is_file());
        assert_eq!(problems, ["no artifact matches `none/*`"]);
    }
}
