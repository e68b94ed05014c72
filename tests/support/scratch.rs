//! A directory of its own for a test.

/// Files in a directory of its own, outside of any git working copy; `.git/` makes it one.
pub(crate) fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = scratch.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }
    scratch
}
