//! Where the configuration says that another repository is checked out.

use seatrial_discover::CheckedOut;
use seatrial_tree::parent;

/// A path of the configuration, seen from the root of the tree; `None` for one that is absolute, and for what contains the repository.
pub(crate) fn checked_out(config_path: &str, path: &str) -> Option<CheckedOut> {
    if path.starts_with('/') {
        return None;
    }
    let (mut above, mut inside) = (0, Vec::new());
    for part in parent(config_path).split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if inside.pop().is_none() => above += 1,
            ".." => {}
            name => inside.push(name),
        }
    }
    match (above, inside.join("/")) {
        (0, path) => Some(CheckedOut::Inside(path)),
        (_, path) if path.is_empty() => None,
        (above, path) => Some(CheckedOut::Outside(format!("{}{path}", "../".repeat(above)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_lies_inside_of_the_repository_or_beside_it() {
        let inside = |path: &str| Some(CheckedOut::Inside(path.to_owned()));
        let outside = |path: &str| Some(CheckedOut::Outside(path.to_owned()));
        for (config, path, expected) in [
            ("seatrial.yaml", "platform", inside("platform")),
            ("seatrial.yaml", "../platform/./clusters/", outside("../platform/clusters")),
            ("ci/seatrial.yaml", "../platform", inside("platform")),
            ("ci/seatrial.yaml", "../../platform", outside("../platform")),
            ("seatrial.yaml", "vendor/../../../platform", outside("../../platform")),
            ("seatrial.yaml", "..", None),
            ("ci/seatrial.yaml", "../../../", None),
            ("seatrial.yaml", "/srv/platform", None),
        ] {
            assert_eq!(checked_out(config, path), expected, "{config} {path}");
        }
    }
}
