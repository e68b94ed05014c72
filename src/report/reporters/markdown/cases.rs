//! Failing cases of tests: a list for each test, and what they show folded away below it.

use seatrial_model::{CaseOutcome, Report, TestCase};

use crate::cases::{Failing, age_of, failing as all_failing, sentence, shown, title};
use crate::markdown::details::{Extent, folded};
use crate::markdown::escape::{Place, code, fenced, prose};
use crate::plain::one_line;
use crate::wording::{clip, count};

/// Characters of a name and of a sentence.
const LONGEST: usize = 300;

/// The failing cases of each test.
pub(crate) fn failing(report: &Report, extent: Extent) -> Vec<String> {
    all_failing(&report.environments).iter().flat_map(|failing| of_test(failing, extent)).collect()
}

fn of_test(failing: &Failing<'_>, extent: Extent) -> Vec<String> {
    let mut items: Vec<String> = failing.told.iter().map(|case| item(case)).collect();
    if failing.more > 0 {
        items.push(format!("- … and {}", count(failing.more, "more failing case")));
    }
    let heading = prose(&clip(&failing.heading(), 2 * LONGEST), Place::Line);
    let mut sections = vec![format!("**Cases of** {heading}"), items.join("\n")];
    if extent == Extent::Whole {
        sections.extend(output(failing));
    }
    sections
}

/// ``- ❌ `CartTest › adds`, new – expected 1``.
fn item(case: &TestCase) -> String {
    let sentence = prose(&clip(&sentence(case), LONGEST), Place::Line);
    let sentence = if sentence.is_empty() { sentence } else { format!(" – {sentence}") };
    let broken = if case.outcome == CaseOutcome::Errored { ", error" } else { "" };
    format!("- ❌ {}{broken}{}{sentence}", name(case), age_of(case.age))
}

/// Its name as code.
pub(crate) fn name(case: &TestCase) -> String {
    code(one_line(&clip(&title(case), LONGEST)).trim(), Place::Line)
}

fn output(failing: &Failing<'_>) -> Option<String> {
    let blocks: Vec<String> = failing.told.iter().filter_map(|case| block(case)).collect();
    if blocks.is_empty() {
        return None;
    }
    let summary = format!("Output of {} of {}", count(blocks.len(), "failing case"), clip(&failing.test.name, LONGEST));
    Some(folded(&summary, &blocks.join("\n\n")))
}

fn block(case: &TestCase) -> Option<String> {
    let (shown, more) = shown(case);
    if shown.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = shown.iter().map(|line| clip(line, LONGEST)).collect();
    if more > 0 {
        lines.push(format!("… {}", count(more, "more line")));
    }
    Some(format!("{}\n\n{}", name(case), fenced(&lines, "")))
}
