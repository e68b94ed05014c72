//! The report as SARIF 2.1.0 (OASIS): a result for each mistake, for code scanning and for plugins that list findings.
//!
//! What lies in no file of the repository (a cluster that does not answer, a sentence about the run) is a notification of the run: readers such
//! as GitHub refuse a result without a place.

mod fix;
mod result;
mod rule;

use std::collections::BTreeSet;

use seatrial_model::{Report, ReportedFinding, RuleId, Verdict};
use serde_json::{Value, json};

use crate::alterations;
use crate::cause::{Kind, Teller, causes};
use crate::plain::one_line;
use crate::sarif::result::Results;
use crate::wording::{capitalised, count};

/// Results that GitHub keeps of a run, the worst first; it takes 25,000 and drops the rest.
const MOST_RESULTS: usize = 5_000;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// SARIF 2.1.0, with a final newline; `catalog` has what is known of the rules.
#[must_use]
pub fn sarif(report: &Report, catalog: &[RuleId]) -> String {
    let report = &report.by_mistake();
    let (placed, elsewhere): (Vec<_>, Vec<_>) = report.findings.iter().partition(|f| f.primary.location.is_here());
    let (told, left_out) = placed.split_at(placed.len().min(MOST_RESULTS));
    let rules: BTreeSet<&str> = told.iter().chain(&elsewhere).map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let results = Results::new(report, &rules);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Seatrial",
                "version": one_line(&report.tool.version),
                "semanticVersion": one_line(&report.tool.version),
                "rules": rules.iter().map(|id| rule::described(id, catalog)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": "seatrial/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { result::ROOT: { "description": { "text": "The root of the repository." } } },
            "invocations": [{
                "executionSuccessful": report.verdict != Verdict::Broken,
                "exitCode": report.verdict.exit_code(),
                "toolExecutionNotifications": notifications(report, &elsewhere, left_out.len()),
            }],
            "results": results.all(told),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

/// What is to be said of the run as a whole.
fn notifications(report: &Report, elsewhere: &[&ReportedFinding], left_out: usize) -> Vec<Value> {
    let mut told = Vec::new();
    for cause in causes(report).iter().filter(|cause| !matches!(cause.teller, Teller::Finding(_))) {
        let word = if cause.kind == Kind::Broken { "broken" } else { "failed" };
        let within = if cause.environments.is_empty() {
            String::new()
        } else {
            format!(" in {}", cause.environments.join(", "))
        };
        told.push(notification("error", &format!("{word}{within}: {}", cause.message)));
    }
    for finding in elsewhere {
        let mut said = notification(finding.level.as_str(), &finding.message);
        said["associatedRule"] = json!({ "id": one_line(&finding.rule) });
        told.push(said);
    }
    for alteration in alterations::in_order(report) {
        told.push(notification("warning", &alterations::sentence(alteration)));
    }
    told.extend(report.notices.iter().map(|notice| notification("note", notice)));
    if !report.fixed.is_empty() {
        told.push(notification("note", &format!("{} of the base fixed", count(report.fixed.len(), "finding"))));
    }
    if left_out > 0 {
        let more = count(left_out, "more finding");
        told.push(notification(
            "warning",
            &format!("{more} left out here, none of them worse: the JSON report has all"),
        ));
    }
    told
}

fn notification(level: &str, sentence: &str) -> Value {
    json!({ "level": level, "message": { "text": capitalised(&result::text(sentence)) } })
}
