//! Which version of several a version, or a range of versions, selects.

use seatrial_golang::semver::{Constraints, Version};

/// What is chosen of the versions that there are, each as it is written there: the exact one, else the highest in the range (helm:
/// `repo.IndexFile.Get`). Empty is any that is not a pre-release.
pub(crate) fn choose<'a>(all: impl IntoIterator<Item = &'a str>, asked: &str) -> Option<&'a str> {
    let all: Vec<&str> = all.into_iter().collect();
    if let Some(exact) = all.iter().find(|version| **version == asked) {
        return Some(exact);
    }
    let parsed = all.into_iter().filter_map(|text| Some((text, Version::parse(text).ok()?)));
    let range = Constraints::parse(if asked.is_empty() { "*" } else { asked }).ok()?;
    let inside = parsed.filter(|(_, version)| range.has(version));
    inside.max_by(|(_, one), (_, other)| one.precedence(other)).map(|(text, _)| text)
}

/// The newest of all; a pre-release where there is nothing else.
pub(crate) fn newest<'a>(all: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    choose(all.clone(), "").or_else(|| choose(all, ">=0.0.0-0"))
}

/// Whether it is one version, and not a range of them.
pub(crate) fn is_exact(asked: &str) -> bool {
    Version::parse_strictly(asked.trim_start_matches('v')).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_version_or_the_highest_in_the_range_is_chosen() {
        let all = ["1.2.3", "v1.9.0", "1.10.0", "2.0.0-rc.1", "0.9.0+a", "latest", "sha256-x.sig"];
        for (asked, expected) in [
            ("1.2.3", Some("1.2.3")),
            ("v1.9.0", Some("v1.9.0")),
            ("1.9.0", Some("v1.9.0")),
            ("1.x", Some("1.10.0")),
            (">=1.2.0 <1.10.0", Some("v1.9.0")),
            ("", Some("1.10.0")),
            ("*", Some("1.10.0")),
            (">=2.0.0-0", Some("2.0.0-rc.1")),
            ("latest", Some("latest")),
            ("0.9.0+a", Some("0.9.0+a")),
            ("3.x", None),
            ("nothing", None),
        ] {
            assert_eq!(choose(all, asked), expected, "{asked}");
        }
        assert_eq!(newest(all), Some("1.10.0"));
        assert_eq!(newest(["1.0.0-rc.1", "1.0.0-rc.2"]), Some("1.0.0-rc.2"));
        assert_eq!(newest([]), None);
    }
}
