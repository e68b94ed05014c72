//! Whether a name is that of a file by its letters, as it is on Linux, where the controllers run: other systems take several names for one
//! file, and some names for more than a file.

use std::path::Path;

/// Whether `name` is the name, letter by letter, of what lies at `full`: `Base.yaml` is not `base.yaml`, and `GIT~1` is not `.git`.
#[cfg(any(windows, target_os = "macos"))]
pub(crate) fn is_exact(full: &Path, name: &str) -> bool {
    if cfg!(windows) && !is_plain(name) {
        return false;
    }
    let is_name = |found: &std::ffi::OsStr| found == name;
    if full.is_symlink() {
        let listed = full.parent().and_then(|directory| std::fs::read_dir(directory).ok());
        return listed.into_iter().flatten().flatten().any(|entry| is_name(&entry.file_name()));
    }
    full.canonicalize().is_ok_and(|real| real.file_name().is_some_and(is_name))
}

/// Linux takes names as they are.
#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) fn is_exact(_: &Path, _: &str) -> bool {
    true
}

/// The target of a link with forward slashes.
pub(crate) fn slashed(target: &str) -> String {
    if cfg!(windows) { target.replace('\\', "/") } else { target.to_owned() }
}

/// Whether Windows takes a name for that of one file in a directory: not for a way to another one (`..\x`, `C:x`), for a stream of it (`x:y`),
/// for a device (`NUL`), or for another name (`x.`).
#[cfg(any(windows, target_os = "macos", test))]
fn is_plain(name: &str) -> bool {
    let has_forbidden = name.contains(|c: char| c.is_control() || "\\:*?\"<>|".contains(c));
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered = |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1);
    let is_device = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || is_numbered("COM")
        || is_numbered("LPT");
    !has_forbidden && !is_device && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn windows_takes_some_names_for_more_than_a_file() {
        let plain = ["a.yaml", ".github", "a b", "con-fig.yaml", "common.yaml", "com10", "größe.yaml"];
        let other = [
            r"..\a",
            r"a\b",
            "C:",
            "C:a",
            "a:b",
            "NUL",
            "nul.yaml",
            "aux .txt",
            "com1",
            "LPT9.yaml",
            "a.",
            "a ",
            "a?",
            "a\u{1}",
        ];
        for name in plain {
            assert!(is_plain(name), "{name:?}");
        }
        for name in other {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
