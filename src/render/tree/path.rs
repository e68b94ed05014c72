//! Paths inside a tree: forward slashes, relative to the root, `""` is the root itself.

/// `relative` seen from the directory `dir`, normalised (`.`, `..`, `//`); `None` when it leads out of the root or is absolute.
#[must_use]
pub fn join(dir: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
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

/// The directory of a path; `""` for what lies in the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}
