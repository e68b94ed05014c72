//! What a change may destroy: read before anything else, whatever the verdict.

use seatrial_model::{Report, ReportedFinding};

use crate::markdown::remark;
use crate::wording::{count, list};

/// Environments that a clause names at most.
const MOST_NAMES: usize = 3;

/// Dangers that are told before the table.
const LEADING: usize = 5;

/// The dangers that the change brings, in the order of the report.
pub(crate) fn dangers(report: &Report) -> impl Iterator<Item = &ReportedFinding> {
    report.findings.iter().filter(|finding| finding.is_danger)
}

/// ``in prod, `spec.selector` of Deployment shop/web cannot be changed``, of several the first; `None` for none.
pub(crate) fn clause(report: &Report) -> Option<String> {
    let first = dangers(report).next()?;
    let place = list(&first.environments, MOST_NAMES);
    Some(match dangers(report).count() {
        1 => format!("in {place}: {}", first.message),
        several => format!("{}, the first in {place}: {}", count(several, "danger"), first.message),
    })
}

/// The first dangers as list items, with their lines.
pub(crate) fn leading(report: &Report) -> Option<String> {
    let all = dangers(report).count();
    let mut items: Vec<String> =
        dangers(report).take(LEADING).map(|danger| remark(danger, report).replacen("- ", "- ⚠️ ", 1)).collect();
    if all > items.len() {
        items.push(format!("- … and {}", count(all - items.len(), "more danger")));
    }
    (!items.is_empty()).then(|| items.join("\n"))
}
