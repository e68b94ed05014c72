//! Cases that are one text file each: a head, files as `-- PATH --`, last what is expected as `-- expected --`. `SEATRIAL_ACCEPT=1` writes
//! what we give now (then read the difference).

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::trials;

/// A case as it was read.
pub(crate) struct CaseFile {
    path: PathBuf,
    text: String,
    /// What stands before the first file.
    pub(crate) head: String,
    /// Path and text.
    pub(crate) files: Vec<(String, String)>,
    expected: String,
}

impl CaseFile {
    fn read(path: PathBuf) -> CaseFile {
        let text = std::fs::read_to_string(&path).expect("is text");
        let mut parts: Vec<(String, String)> = vec![(String::new(), String::new())];
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("-- ").and_then(|rest| rest.trim_end().strip_suffix(" --")) {
                Some(name) => parts.push((name.to_owned(), String::new())),
                None => parts.last_mut().expect("has a first part").1.push_str(line),
            }
        }
        let (_, expected) = parts.pop().filter(|(name, _)| name == "expected").expect("ends with what is expected");
        let (_, head) = parts.remove(0);
        CaseFile { path, text, head, files: parts, expected }
    }

    /// The files, as a tree in memory takes them.
    pub(crate) fn borrowed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// What stands behind the first word of each line of a head that begins with this one.
pub(crate) fn all<'a>(head: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(' '));
    lines.filter(move |(first, _)| *first == word).map(|(_, rest)| rest)
}

/// The first of them.
pub(crate) fn asked<'a>(head: &'a str, word: &'a str) -> Option<&'a str> {
    all(head, word).next()
}

/// A trial for every `.txt` of a directory, by its name without the ending.
pub(crate) fn each(dir: &Path, at_least: usize, run: fn(&CaseFile) -> String) -> Vec<Trial> {
    let entries = std::fs::read_dir(dir).expect("is there").map(|entry| entry.expect("is readable").path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "txt")).collect();
    paths.sort();
    assert!(paths.len() >= at_least, "only {} cases in {}", paths.len(), dir.display());
    let trial = |path: PathBuf| {
        let name = path.file_stem().expect("has a name").to_string_lossy().into_owned();
        trials::case(&name, move || compare(&CaseFile::read(path), run))
    };
    paths.into_iter().map(trial).collect()
}

fn compare(case: &CaseFile, run: fn(&CaseFile) -> String) {
    let got = run(case);
    if got != case.expected && std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        let kept = case.text.strip_suffix(&case.expected).expect("ends with what is expected");
        std::fs::write(&case.path, format!("{kept}{got}")).expect("is written");
        return;
    }
    let path = case.path.display();
    assert!(
        got == case.expected,
        "{path} (SEATRIAL_ACCEPT=1 writes what is seen)\n{got}== expected\n{}",
        case.expected
    );
}
