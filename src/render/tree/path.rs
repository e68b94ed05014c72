//! Paths inside a tree: forward slashes, relative to the root, `""` is the root itself.

/// `relative` seen from the directory `dir`, normalised (`.`, `..`, `//`); `None` when it leads out of the root or is absolute.
#[must_use]
pub fn join(dir: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    if dir.is_empty() && is_normal(relative) {
        return Some(relative.to_owned());
    }
    let mut parts: Vec<&str> = dir.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// A path seen from the root, which it cannot leave: `..` at the root stays there (filepath-securejoin: `SecureJoin`).
#[must_use]
pub fn confined(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Whether nothing in a path is to be taken out, as in nearly all that are asked for.
fn is_normal(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// What is left of a path inside of a directory, `""` for the directory itself; `None` for what lies elsewhere.
#[must_use]
pub fn within<'a>(path: &'a str, dir: &str) -> Option<&'a str> {
    if dir.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(dir)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The directory of a path; `""` for what lies in the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// The last part of a path.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confined_path_stays_at_the_root() {
        for (path, expected) in
            [("./a//b/", "a/b"), ("../a", "a"), ("a/../../b", "b"), ("/../a/./..", ""), ("..", ""), ("", "")]
        {
            assert_eq!(confined(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_is_normalised_wherever_it_is_seen_from() {
        for (dir, relative, expected) in [
            ("", "a/b", Some("a/b")),
            ("", "a//b/./c/", Some("a/b/c")),
            ("", "a/../b", Some("b")),
            ("", "..", None),
            ("", "", Some("")),
            ("", ".", Some("")),
            ("", "/a", None),
            ("x/y", "../a", Some("x/a")),
            ("./x//y", "a", Some("x/y/a")),
            ("x", "../../a", None),
            ("", "..a/.b", Some("..a/.b")),
        ] {
            assert_eq!(join(dir, relative).as_deref(), expected, "{dir:?} {relative:?}");
        }
    }

    #[test]
    fn a_directory_holds_itself_and_what_is_below_it() {
        for (path, dir, rest) in [
            ("a/b/c", "a/b", Some("c")),
            ("a/b", "a/b", Some("")),
            ("a/bc", "a/b", None),
            ("a", "a/b", None),
            ("a/b", "", Some("a/b")),
            ("", "", Some("")),
            ("", "a", None),
        ] {
            assert_eq!(within(path, dir), rest, "{path:?} {dir:?}");
        }
    }

    #[test]
    fn a_path_is_its_directory_and_its_last_part() {
        for (path, expected) in
            [("a/b/c.yaml", ("a/b", "c.yaml")), ("c.yaml", ("", "c.yaml")), ("a/", ("a", "")), ("", ("", ""))]
        {
            assert_eq!((parent(path), file_name(path)), expected, "{path}");
        }
    }
}
