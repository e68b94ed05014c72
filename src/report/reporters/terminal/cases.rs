//! Failing cases of tests: a block for each test, with what the first ones say.

use seatrial_model::{CaseOutcome, Report, TestCase};

use crate::cases::{Failing, age_of, failing, sentence, shown, title};
use crate::plain::one_line;
use crate::terminal::style::{Pen, Style};
use crate::wording::{clip, count, duration};

/// Columns by which what is told of a case is indented.
const INDENT: usize = 4;

/// Characters of a sentence and of a line.
const WIDEST: usize = 300;

/// A block for each test that has failing cases.
pub(crate) fn blocks(report: &Report, pen: Pen) -> Vec<String> {
    failing(&report.environments).iter().map(|failing| block(failing, pen)).collect()
}

fn block(failing: &Failing<'_>, pen: Pen) -> String {
    const LEAD: &str = "cases";
    let told = pen.wrapped(&format!("{LEAD}: "), INDENT, &one_line(&failing.heading()));
    let heading = told.strip_prefix(LEAD).unwrap_or(&told);
    let mut text = vec![format!("{}{heading}", pen.paint(Style::Strong, LEAD))];
    for case in &failing.told {
        text.extend(of_case(case, pen));
    }
    if failing.more > 0 {
        text.push(format!("  … and {}; the JSON report has all of them", count(failing.more, "more failing case")));
    }
    text.push(String::new());
    text.join("\n")
}

fn of_case(case: &TestCase, pen: Pen) -> Vec<String> {
    let word = if case.outcome == CaseOutcome::Errored { "error" } else { "failed" };
    let lead = format!("  {word}");
    let name = clip(&one_line(&title(case)), WIDEST);
    let told = format!("{name} ({}{})", duration(case.duration_ms), age_of(case.age));
    let told = pen.wrapped(&format!("{lead}: "), INDENT, &told);
    let rest = told.strip_prefix(&lead).unwrap_or(&told);
    let mut text = vec![format!("{}{rest}", pen.paint(Style::Error, &lead))];
    let indent = " ".repeat(INDENT);
    let sentence = clip(&sentence(case), WIDEST);
    if !sentence.is_empty() {
        text.push(pen.wrapped(&indent, INDENT, &sentence));
    }
    let bar = format!("{indent}{}", pen.paint(Style::Gutter, "|"));
    let (shown, more) = shown(case);
    text.extend(shown.iter().map(|line| format!("{bar} {}", clip(line, WIDEST)).trim_end().to_owned()));
    if more > 0 {
        text.push(format!("{bar} … {}", count(more, "more line")));
    }
    text
}
