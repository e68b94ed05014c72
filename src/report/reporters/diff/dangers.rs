//! What a change may destroy: read before anything else, whatever the verdict.

use seatrial_model::{Bump, BumpSize, Report, ReportedFinding};

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

/// `image web 1.4.0 → 1.4.1 in dev and prod`, `3 images and charts, patch`; `None` for a change that is not routine.
pub(crate) fn routine(report: &Report) -> Option<String> {
    let bumps = report.routine();
    let changed = report.environments.iter().filter(|e| e.diff.as_ref().is_some_and(|diff| !diff.is_empty()));
    let environments: Vec<&str> = changed.map(|environment| environment.name.as_str()).collect();
    let environments = list(&environments, MOST_NAMES);
    match bumps.as_slice() {
        [] => None,
        [only] => Some(format!("{} `{}` → `{}` in {environments}", only.what, only.from, only.to)),
        several => {
            let size = several.iter().map(|bump| bump.size).max().map_or("", BumpSize::as_str);
            let is_image = |bump: &&&Bump| bump.what.starts_with("image");
            let images = several.iter().filter(is_image).count();
            let charts = several.len() - images;
            let counts = [(images, "image"), (charts, "chart")].into_iter().filter(|(number, _)| *number > 0);
            let counts: Vec<String> = counts.map(|(number, what)| count(number, what)).collect();
            Some(format!("{} in {environments}, {size}", counts.join(" and ")))
        }
    }
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
