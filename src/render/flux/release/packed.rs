//! Packed charts in a directory: `NAME-VERSION.tgz`.

use seatrial_golang::semver::{Constraints, Version};
use seatrial_tree::{Tree, join};

/// A packed chart of that name.
struct Packed<'a> {
    file: &'a str,
    version: Version,
}

/// The packed chart that a version, or a range of versions, selects: the exact one, else the highest in the range (helm: `repo.IndexFile.Get`).
/// What is neither, such as a digest, selects the only one that there is.
pub(super) fn find(tree: &Tree, dir: &str, name: &str, version: &str) -> Option<String> {
    let names = tree.list(dir).ok()?;
    let all: Vec<Packed<'_>> = names.iter().filter_map(|(file, _)| packed(file, name)).collect();
    join(dir, select(&all, version)?.file)
}

fn packed<'a>(file: &'a str, name: &str) -> Option<Packed<'a>> {
    let version = file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(".tgz")?;
    Some(Packed { file, version: Version::parse_strictly(version.trim_start_matches('v')).ok()? })
}

fn select<'a, 'b>(all: &'b [Packed<'a>], version: &str) -> Option<&'b Packed<'a>> {
    let exact = Version::parse_strictly(version.trim_start_matches('v')).ok();
    if let Some(exact) = exact {
        return all.iter().find(|packed| packed.version.precedence(&exact).is_eq());
    }
    let range = if version.is_empty() { "*" } else { version };
    match (Constraints::parse(range), all) {
        (Ok(range), _) => {
            let inside = all.iter().filter(|packed| range.has(&packed.version));
            inside.max_by(|one, other| one.version.precedence(&other.version))
        }
        (Err(_), [only]) => Some(only),
        (Err(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_in_the_range_is_selected() {
        let files = [
            "web-1.2.3.tgz",
            "web-1.10.0.tgz",
            "web-v1.9.0.tgz",
            "web-2.0.0-rc.1.tgz",
            "web-tools-9.0.0.tgz",
            "web-x.tgz",
        ];
        let all: Vec<Packed<'_>> = files.iter().filter_map(|file| packed(file, "web")).collect();
        let selected = |version| select(&all, version).map(|packed| packed.file);
        assert_eq!(selected("1.2.3"), Some("web-1.2.3.tgz"));
        assert_eq!(selected("v1.9.0"), Some("web-v1.9.0.tgz"));
        assert_eq!(selected("1.x"), Some("web-1.10.0.tgz"));
        assert_eq!(selected(">=1.2.0 <1.10.0"), Some("web-v1.9.0.tgz"));
        assert_eq!(selected(""), Some("web-1.10.0.tgz"));
        assert_eq!(selected(">=2.0.0-0"), Some("web-2.0.0-rc.1.tgz"));
        assert_eq!(selected("3.x"), None);
        assert_eq!(selected("1.2.4"), None);
        assert_eq!(selected("sha256:0123"), None);
    }

    #[test]
    fn a_digest_selects_the_only_one() {
        let all = [packed("web-1.2.3.tgz", "web").expect("is one")];
        assert_eq!(select(&all, "sha256:0123").map(|packed| packed.file), Some("web-1.2.3.tgz"));
    }
}
