//! Symbolic links, followed by us component by component, so that none leads out of the root. No file is read here.

use crate::ReadError;

/// Links followed on one path at most; the kernel's own limit (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// What lies at a path itself, links not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link and where it points to.
    Link(String),
    /// A socket, a device, a pipe: exists, but is never opened.
    Special,
}

/// A path without links, and what lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The real path in the tree.
    pub(crate) path: String,
    /// Whether it is a directory; otherwise it is a regular file.
    pub(crate) directory: bool,
}

impl Resolved {
    /// The root of the tree.
    pub(crate) fn root() -> Resolved {
        Resolved { path: String::new(), directory: true }
    }
}

/// Follows every link on `path` as seen from the directory `real_dir`, on which there is none. `look` tells what lies at a path without
/// following its last component; the path it is given has no links on the way.
///
/// An absolute link leads out, whatever it points to: it means another place on every machine.
pub(crate) fn resolve(
    real_dir: &str,
    path: &str,
    look: impl Fn(&str) -> Result<Entry, ReadError>,
) -> Result<Resolved, ReadError> {
    if path.starts_with('/') {
        return Err(ReadError::OutsideRoot);
    }
    let mut pending = components(path);
    let mut real = components(real_dir);
    real.reverse();
    let mut links = 0;
    while let Some(part) = pending.pop() {
        if part == ".." {
            real.pop().ok_or(ReadError::OutsideRoot)?;
            continue;
        }
        real.push(part);
        match look(&real.join("/"))? {
            Entry::Directory => {}
            Entry::File if pending.is_empty() => return Ok(Resolved { path: real.join("/"), directory: false }),
            Entry::File => return Err(ReadError::NotFound),
            Entry::Special => return Err(ReadError::Io("it is neither a file nor a directory".to_owned())),
            Entry::Link(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(ReadError::Io("its symbolic links form a loop".to_owned()));
                }
                if target.starts_with('/') {
                    return Err(ReadError::OutsideRoot);
                }
                real.pop();
                pending.extend(components(&target));
            }
        }
    }
    Ok(Resolved { path: real.join("/"), directory: true })
}

/// The components of a path, last one first, without `.` and empty ones.
fn components(path: &str) -> Vec<String> {
    path.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as lines `path`, `path/` for directories, `path -> target` for links.
    fn look_in(tree: &'static str) -> impl Fn(&str) -> Result<Entry, ReadError> {
        move |path| {
            let mut lines = tree.lines().map(str::trim);
            let line = lines.find(|l| l.split(" -> ").next().map(|p| p.trim_end_matches('/')) == Some(path));
            match line.ok_or(ReadError::NotFound)? {
                l if l.ends_with(" !") => Ok(Entry::Special),
                l if l.contains(" -> ") => Ok(Entry::Link(l.split(" -> ").nth(1).unwrap_or_default().to_owned())),
                l if l.ends_with('/') => Ok(Entry::Directory),
                _ => Ok(Entry::File),
            }
        }
    }

    const TREE: &str = "base/
        base/a.yaml
        dev/
        dev/base -> ../base
        dev/a.yaml -> base/./a.yaml
        dev/out -> ../../etc
        dev/absolute -> /etc/passwd
        dev/there-and-back -> ../../repo/base/a.yaml
        round -> circle
        circle -> round
        self -> self/x
        dangling -> nowhere";

    #[test]
    fn follows_links_inside_the_root_and_refuses_the_others() {
        let table = [
            ("base/a.yaml", "base/a.yaml"),
            ("dev/a.yaml", "base/a.yaml"),
            ("dev/base/a.yaml", "base/a.yaml"),
            ("dev/base", "base/"),
            ("dev/base/../dev", "dev/"),
            ("", "/"),
            ("base/a.yaml/b", "! does not exist"),
            ("dangling", "! does not exist"),
            ("dev/out", "! leads out of the repository"),
            ("dev/out/passwd", "! leads out of the repository"),
            ("dev/absolute", "! leads out of the repository"),
            ("dev/there-and-back", "! leads out of the repository"),
            ("../base/a.yaml", "! leads out of the repository"),
            ("/etc/passwd", "! leads out of the repository"),
            ("round", "! cannot be read: its symbolic links form a loop"),
            ("self", "! cannot be read: its symbolic links form a loop"),
        ];
        for (path, expected) in table {
            let got = match resolve("", path, look_in(TREE)) {
                Ok(resolved) if resolved.directory => format!("{}/", resolved.path),
                Ok(resolved) => resolved.path,
                Err(error) => format!("! {error}"),
            };
            assert_eq!(got, expected, "{path}");
        }
    }

    #[test]
    fn goes_on_from_a_directory_that_was_resolved() {
        let file = Resolved { path: "base/a.yaml".to_owned(), directory: false };
        assert_eq!(resolve("dev", "a.yaml", look_in(TREE)), Ok(file.clone()));
        assert_eq!(resolve("base", "../dev/base/a.yaml", look_in(TREE)), Ok(file));
        assert_eq!(resolve("dev", "out", look_in(TREE)), Err(ReadError::OutsideRoot));
    }
}
