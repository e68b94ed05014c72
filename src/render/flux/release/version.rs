//! The version of a chart that is here, and the one that a release asks for.

use seatrial_golang::semver::{Constraints, Version};
use seatrial_helm::chart::Chart;
use seatrial_model::{Finding, Node};

use super::ChartReference;
use crate::objects::ids;

/// A chart of another version than is asked for: the cluster gets that one, and not what is rendered here.
pub(super) fn check(reference: &ChartReference, chart: &Chart) -> Option<Finding> {
    let span = reference.version_span?;
    if is_asked_for(&chart.metadata.version, &reference.version) {
        return None;
    }
    let (name, here) = (chart.name(), &chart.metadata.version);
    let message = format!(
        "chart `{name}` is here in version `{here}`, and `{}` is asked for: the cluster gets another chart than this",
        reference.version
    );
    let place = chart.metadata.node.get("version").map_or_else(|| chart.start(), Node::span);
    let finding = Finding::new(ids::CHART_VERSION, span, message).with_related(place, "the version of what is here");
    Some(finding.with_help("check out what is asked for, or ask for what is here"))
}

/// Whether a version is the one that is asked for, or in the range; what is neither, as a digest or `latest`, may be any.
fn is_asked_for(here: &str, asked: &str) -> bool {
    // A tag has no `+`.
    let (here, asked) = (here.trim_start_matches('v'), asked.trim_start_matches('v').replace('_', "+"));
    let Ok(here) = Version::parse(here) else { return true };
    if let Ok(exact) = Version::parse_strictly(&asked) {
        return exact.precedence(&here).is_eq();
    }
    asked.is_empty() || Constraints::parse(&asked).map_or(true, |range| range.has(&here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_held_against_what_is_asked_for() {
        for (here, asked, expected) in [
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "v1.2.3", true),
            ("v1.2.3", "1.2.3", true),
            ("1.2.3+a", "1.2.3_b", true),
            ("1.2.3", "1.2.4", false),
            ("1.2.3", "1.x", true),
            ("1.2.3", ">=1.3.0 <2", false),
            ("1.2.3", "", true),
            ("1.2.3", "*", true),
            ("1.2.3", "latest", true),
            ("1.2.3", "sha256:0123", true),
            ("not a version", "1.2.3", true),
        ] {
            assert_eq!(is_asked_for(here, asked), expected, "{here} {asked}");
        }
    }
}
