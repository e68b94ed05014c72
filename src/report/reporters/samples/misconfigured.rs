//! Hand-made reports of runs that could not begin.

use seatrial_model::{Report, ReportedFinding, ids};

use super::{finding, label, run};

/// An unknown key.
pub(super) fn misconfigured() -> Report {
    of(&[unknown_key()])
}

/// Two mistakes.
pub(super) fn misconfigured_twice() -> Report {
    let place = label("seatrial.yaml", 14, 18, "    environment: dvv", (17, 20), "");
    let mut unknown = finding(ids::CONFIG.as_str(), "test `shop answers` names the unknown environment `dvv`", place);
    unknown.help = Some("the environments are `dev` and `prod`".to_owned());
    of(&[unknown_key(), unknown])
}

/// The base's configuration cannot be read.
pub(super) fn unknown_base() -> Report {
    let mut report = run();
    report.broken = vec!["cannot read the base's `seatrial.yaml`: the commit 1234567 is not in this clone".to_owned()];
    report.duration_ms = 9;
    report.decide();
    report
}

fn unknown_key() -> ReportedFinding {
    let place = label("seatrial.yaml", 7, 5, "    kustomise: deploy/overlays/dev", (4, 13), "");
    let mut unknown = finding(ids::CONFIG.as_str(), "unknown field `kustomise`; did you mean `kustomize`?", place);
    unknown.help = Some("`seatrial schema config` prints the JSON Schema for an editor".to_owned());
    unknown
}

fn of(findings: &[ReportedFinding]) -> Report {
    let mut report = run();
    report.add_findings(None, findings);
    report.duration_ms = 4;
    report.decide();
    report
}
