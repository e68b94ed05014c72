//! The report for a terminal or a CI log: causes in the manner of rustc, a line per environment, the verdict last.

mod cases;
mod diagnostic;
mod environment;
mod excerpt;
mod style;

use std::fmt::Write as _;

use seatrial_model::{Level, Report, ReportedFinding, Verdict};

use crate::ages::{already_there, counted, not_compared, noun, tally, tolerated};
use crate::alike::{Alike, alike};
use crate::alterations;
use crate::cause::{Cause, Kind, Teller, causes, environments_of, of_kind, tolerated_tests};
use crate::diff::{diff_lines, diff_terminal};
use crate::headline::{MOST_NAMES, NOTHING_JUDGED, judged, not_deployed};
use crate::left_out::{is_told_as_not_checked, not_checked};
use crate::plain::one_line;
use crate::trials;
use crate::wording::{count, duration, list, short};
pub(crate) use style::{Pen, Style};

/// Findings that are named of those that were mended.
const MOST_FIXED: usize = 10;

/// How to print on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TerminalOptions {
    /// ANSI colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// How much.
    pub detail: Detail,
}

/// How much of a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Findings alone, for a command whose result is not the report.
    Findings,
    /// Findings and the verdict (`-q`).
    Verdict,
    /// All, where very many findings of one sort are counted and notes have no excerpts.
    Everything,
    /// All, and every finding in full (`-v`).
    Full,
}

/// A text behind a lead, on lines of some columns; further ones are indented. A word that is too long has a line of its own.
#[must_use]
pub fn wrapped(lead: &str, indent: usize, text: &str, width: usize) -> String {
    let pen = Pen::new(TerminalOptions { color: false, width, detail: Detail::Everything });
    pen.filled(lead, indent, text.split_whitespace(), " ")
}

/// For a terminal or a CI log.
#[must_use]
pub fn terminal(report: &Report, options: TerminalOptions) -> String {
    let report = &report.by_mistake();
    let pen = Pen::new(options);
    let causes = causes(report);
    let mut blocks: Vec<String> = causes
        .iter()
        .filter(|cause| !matches!(cause.teller, Teller::Finding(_)))
        .filter(|cause| cause.kind == Kind::Broken)
        .map(|cause| diagnostic::cause(cause, report, pen))
        .collect();
    let findings = report.findings.iter().filter(|f| report.is_listed(f) && !is_told_as_not_checked(f));
    for Alike { told, more } in alike(findings) {
        blocks.extend(told.iter().map(|finding| match (finding.level, options.detail) {
            (Level::Note, Detail::Findings | Detail::Verdict | Detail::Everything) => {
                diagnostic::finding(&without_excerpts(finding), report, pen)
            }
            _ => diagnostic::finding(finding, report, pen),
        }));
        match options.detail {
            Detail::Full => blocks.extend(more.iter().map(|finding| diagnostic::finding(finding, report, pen))),
            _ => blocks.extend(diagnostic::more(&more, report, pen)),
        }
    }
    let untold = causes.iter().filter(|c| c.kind == Kind::Failed && !matches!(c.teller, Teller::Finding(_)));
    blocks.extend(untold.map(|cause| diagnostic::cause(cause, report, pen)));

    blocks.extend(tolerated_tests(report).iter().map(|cause| diagnostic::cause(cause, report, pen)));
    blocks.extend(cases::blocks(report, pen));

    let mut text = if options.detail == Detail::Findings { String::new() } else { altered(report, pen) };
    for block in blocks {
        text.push_str(&block);
        text.push('\n');
    }
    if options.detail == Detail::Findings {
        return text;
    }
    if matches!(options.detail, Detail::Everything | Detail::Full) {
        text.push_str(&environment::lines(report, pen));
        text.push_str(&match options.detail {
            Detail::Full => diff_terminal(report, options),
            _ => diff_lines(report, pen),
        });
        for notice in &report.notices {
            let _ = writeln!(text, "{}", pen.wrapped("notice: ", "notice: ".len(), &one_line(notice)));
        }
        text.push_str(&compared(report, pen));
        text.push_str(&unchecked(report, pen));
    }
    text.push_str(&verdict(report, &causes, pen));
    text
}

/// A note says where it is; the lines there are for what is wrong.
fn without_excerpts(note: &ReportedFinding) -> ReportedFinding {
    let mut brief = note.clone();
    for label in std::iter::once(&mut brief.primary).chain(&mut brief.related) {
        label.location.excerpt.clear();
    }
    brief
}

/// What the change does to its own checks, all of it and before anything else.
fn altered(report: &Report, pen: Pen) -> String {
    const LEAD: &str = "warning: ";
    let lines: Vec<String> = alterations::in_order(report)
        .into_iter()
        .map(|alteration| {
            let told = pen.wrapped(LEAD, LEAD.len(), &one_line(&alterations::sentence(alteration)));
            format!("{}{}\n", pen.paint(Style::Warning, "warning"), told.strip_prefix("warning").unwrap_or(&told))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.concat()) }
}

/// What it was compared with, what was mended, what was there before, and what could not be compared.
fn compared(report: &Report, pen: Pen) -> String {
    let mut lines = Vec::new();
    if let Some(base) = &report.revision.base {
        let found = report.revision.base_found.as_ref().map(|found| format!(", {found}")).unwrap_or_default();
        lines.push(("compared with", format!("commit {}{found}", short(base))));
    }
    for finding in report.fixed.iter().take(MOST_FIXED) {
        let at = &finding.primary.location;
        lines.push(("fixed", format!("{} ({}:{} of the base)", finding.message, at.path, at.line)));
    }
    if let Some(more) = report.fixed.len().checked_sub(MOST_FIXED).filter(|more| *more > 0) {
        lines.push(("fixed", format!("{more} more, the JSON report has all of them")));
    }
    for (because, names) in not_compared(report) {
        lines.push(("not compared", format!("{names}, because {because}; every finding there counts as new")));
    }
    let counted = counted(report);
    if !counted.is_empty() {
        lines.push(("already there", format!("{counted}; --all lists them")));
    }
    let told = lines.iter().map(|(lead, told)| {
        let lead = format!("{lead}: ");
        format!("{}\n", pen.wrapped(&lead, lead.len(), &one_line(told)))
    });
    told.collect()
}

fn unchecked(report: &Report, pen: Pen) -> String {
    let kinds = not_checked(report);
    if kinds.is_empty() {
        return kinds;
    }
    format!("{}\n", pen.wrapped("not checked: ", "not checked: ".len(), &one_line(&kinds)))
}

fn verdict(report: &Report, causes: &[Cause<'_>], pen: Pen) -> String {
    let broken = of_kind(causes, Kind::Broken);
    let failed = of_kind(causes, Kind::Failed);
    let mut facts = Vec::new();
    if report.verdict == Verdict::Passed {
        facts.push(judged(report));
        facts.extend(not_deployed(report));
    }
    if report.verdict == Verdict::Broken {
        let names = environments_of(report, &broken);
        let whole = names.is_empty() || broken.iter().any(|cause| cause.environments.is_empty());
        let what = if whole { "the change".to_owned() } else { list(&names, MOST_NAMES) };
        facts.push(format!("no verdict on {what}"));
    }
    if !failed.is_empty() {
        let places = environments_of(report, &failed).len();
        let within = if places > 0 { format!(" in {}", count(places, "environment")) } else { String::new() };
        facts.push(format!("{}{within}", count(failed.len(), noun(report, &failed))));
    }
    if report.verdict == Verdict::Failed && report.environments.is_empty() {
        facts.push(NOTHING_JUDGED.to_owned());
    }
    facts.extend(trials::tolerated(report));
    facts.extend(trials::told_flaky(report));
    let tolerated = tally(tolerated(report), "");
    if !tolerated.is_empty() {
        facts.push(format!("{tolerated} that do not count"));
    }
    let warnings = report.count(Level::Warning);
    if warnings > 0 {
        facts.push(count(warnings, "warning"));
    }
    let old = already_there(report).filter(|finding| !report.is_failing(finding));
    let old = old.filter(|finding| !is_told_as_not_checked(finding)).count();
    if old > 0 {
        facts.push(format!("{old} already there"));
    }
    if !report.fixed.is_empty() {
        facts.push(format!("{} fixed", report.fixed.len()));
    }
    facts.push(duration(report.duration_ms));
    let style = if report.verdict == Verdict::Passed { Style::Good } else { Style::Error };
    let lead = format!("{}:", report.verdict.as_str());
    let told = pen.filled(&format!("{lead} "), 2, separated(alterations::clause(report), &facts), " ");
    format!("{}{}\n", pen.paint(style, &lead), told.strip_prefix(&lead).unwrap_or(&told))
}

/// The facts with what stands between them: a line breaks between facts, not within one.
fn separated(altered: Option<String>, facts: &[String]) -> Vec<String> {
    let last = facts.len().saturating_sub(1);
    let facts = facts.iter().map(|fact| one_line(fact)).enumerate();
    let ended = facts.map(|(at, fact)| if at < last { format!("{fact},") } else { fact });
    altered.map(|altered| one_line(&format!("{altered};"))).into_iter().chain(ended).collect()
}
