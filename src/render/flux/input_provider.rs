//! What is wrong with a `ResourceSetInputProvider`, whatever it is asked for (flux-operator: `makeFilters`, `internal/schedule`).

use seatrial_golang::regexp::Expression;
use seatrial_golang::semver::Constraints;
use seatrial_golang::{cron, duration};
use seatrial_model::{Finding, Manifest, Node};

use crate::flux_object::{has_variable, items, spec, text};
use crate::ids;

/// Fields of `spec.filter` that hold expressions.
const EXPRESSIONS: [&str; 6] =
    ["includeBranch", "excludeBranch", "includeTag", "excludeTag", "includeEnvironment", "excludeEnvironment"];

/// How long a reconciliation may take unless an annotation says otherwise: two minutes.
const TIMEOUT: i64 = 120_000_000_000;

/// Filters that cannot be read, and schedules at which nothing would ever be done.
pub(crate) fn wrong_with(manifest: &Manifest) -> Vec<Finding> {
    let is_one = (manifest.id.group.as_str(), manifest.id.kind.as_str())
        == ("fluxcd.controlplane.io", "ResourceSetInputProvider");
    // A static provider has nothing to filter.
    if !is_one || text(manifest, &["type"]) == Some("Static") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut add = |node: &Node, field: String, why: &str, help: &str| {
        let message = format!("{} cannot list anything: {why}", manifest.id);
        let finding = Finding::new(ids::INPUT_PROVIDER, node.span(), message).with_object(&manifest.id);
        findings.push(finding.with_field(format!("/spec/{field}")).with_help(help));
    };
    for name in EXPRESSIONS {
        if let Some((node, text)) = known(spec(manifest, &["filter", name]))
            && let Err(why) = Expression::new(text)
        {
            let help = "Write a regular expression in Go's syntax, without look-around";
            add(node, format!("filter/{name}"), &format!("in `{name}`, {why}"), help);
        }
    }
    if let Some((node, range)) = known(spec(manifest, &["filter", "semver"]))
        && let Err(why) = Constraints::parse(range)
    {
        add(node, "filter/semver".to_owned(), &why, "Write a range such as `1.2.x`, `^1.4` or `>=1.0.0 <2.0.0`");
    }
    for (at, schedule) in items(manifest, &["schedule"]).iter().enumerate() {
        if let Some((node, text)) = known(schedule.get("cron"))
            && let Some(why) = cron::wrong_with(text)
        {
            add(node, format!("schedule/{at}/cron"), &format!("`{text}` {why}"), "Correct the schedule");
        }
        if let Some((node, text)) = known(schedule.get("window"))
            && let Some(window) = duration::parse(text)
            && window != 0
            && window < timeout(manifest).saturating_mul(2)
        {
            let why = format!("the window of `{text}` is shorter than twice the timeout of a reconciliation");
            let help = "Make the window longer, or the annotation `fluxcd.controlplane.io/reconcileTimeout` shorter; without a timeout of \
                        its own, a reconciliation has two minutes";
            add(node, format!("schedule/{at}/window"), &why, help);
        }
    }
    findings
}

/// A text without variables; what is not one is left to the schema.
fn known(node: Option<&Node>) -> Option<(&Node, &str)> {
    let node = node?;
    let text = node.as_str().filter(|text| !text.is_empty() && !has_variable(text))?;
    Some((node, text))
}

fn timeout(manifest: &Manifest) -> i64 {
    let annotation = ["metadata", "annotations", "fluxcd.controlplane.io/reconcileTimeout"];
    let own = manifest.node.at(&annotation).and_then(Node::scalar_text);
    own.and_then(duration::parse).unwrap_or(TIMEOUT)
}
