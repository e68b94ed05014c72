//! What was there before, what was mended, and what could not be compared, below the table.

use seatrial_model::{Level, Location, Report, ReportedFinding};

use crate::ages;
use crate::left_out::is_told_as_not_checked;
use crate::markdown::details::{folded, remark};
use crate::markdown::escape::{Place, code, prose};
use crate::wording::{capitalised, clip, list};

/// Characters of a sentence at most.
const LONGEST: usize = 600;

/// Environments that are named one by one.
const MOST_NAMES: usize = 6;

/// Findings that a part names at most.
const MOST: usize = 50;

/// What was there before as a number, and what could not be compared; list items.
pub(crate) fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for (because, names) in ages::not_compared(report) {
        let (names, because) = (prose(&names, Place::Line), prose(&clip(because, LONGEST), Place::Line));
        lines.push(format!("- {names}: not compared, because {because}; every finding there counts as new"));
    }
    let counted = ages::counted(report);
    if !counted.is_empty() {
        lines.push(format!("- Already there: {counted}. The base has the same; `--all` lists them"));
    }
    lines
}

/// What the base has and the change does not, by name.
pub(crate) fn fixed(report: &Report) -> Option<String> {
    let summary = match report.fixed.as_slice() {
        [] => return None,
        [only] => format!("Fixed: {}", capitalised(&clip(&only.message, 200)).replace('`', "")),
        several => format!("Fixed: {}", ages::tally(several.iter(), "")),
    };
    let items: Vec<String> = report.fixed.iter().take(MOST).map(mended).collect();
    Some(folded(&summary, &with_rest(items, report.fixed.len()).join("\n")))
}

/// A link would lead to a line of the head commit, which does not have it any more.
fn mended(finding: &ReportedFinding) -> String {
    let Location { path, line, .. } = &finding.primary.location;
    let environments = prose(&list(&finding.environments, MOST_NAMES), Place::Line);
    let place = code(&format!("{path}:{line}"), Place::Line);
    format!("- {environments}: {} – {place} of the base", prose(&clip(&finding.message, LONGEST), Place::Line))
}

/// What was there before and fails nothing, where all of it is asked for.
pub(crate) fn already_there(report: &Report) -> Option<String> {
    let is_shown = |f: &&ReportedFinding| report.is_listed(f) && !report.is_failing(f) && !is_told_as_not_checked(f);
    let listed: Vec<&ReportedFinding> = ages::already_there(report).filter(is_shown).collect();
    if listed.is_empty() {
        return None;
    }
    let summary = format!("Already there: {}", ages::tally(listed.iter().copied(), ""));
    let item = |finding: &ReportedFinding| match finding.level {
        Level::Error => remark(finding, report),
        level => remark(finding, report).replacen("- ", &format!("- {}: ", level.as_str()), 1),
    };
    let items: Vec<String> = listed.iter().take(MOST).map(|finding| item(finding)).collect();
    Some(folded(&summary, &with_rest(items, listed.len()).join("\n")))
}

fn with_rest(mut items: Vec<String>, all: usize) -> Vec<String> {
    if all > items.len() {
        items.push(format!("- … and {} more; the JSON report has all of them", all - items.len()));
    }
    items
}
