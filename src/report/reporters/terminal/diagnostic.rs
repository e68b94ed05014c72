//! One finding or cause as a block: heading, places, facts, help, proof.

use std::collections::BTreeSet;

use seatrial_model::{Age, Evidence, Level, Location, Report, ReportedFinding, ReportedLabel, Stage, ids};

use crate::cause::{Cause, Kind, Teller};
use crate::plain::{lines, one_line};
use crate::terminal::excerpt::{Rank, gutter, place};
use crate::terminal::style::{Pen, Style};
use crate::wording::{clip, count, list};

/// Lines of a proof that are shown: its beginning and its end.
const HEAD: usize = 3;
const TAIL: usize = 6;

/// Characters of a proof's line.
const WIDEST: usize = 300;

/// Places that are named of findings that are not told one by one.
const MOST_PLACES: usize = 8;

/// Columns by which the further lines of a heading are indented.
const HANGING: usize = 4;

/// Environments that are named one by one.
const MOST_NAMES: usize = 6;

/// The bars, arrows and facts below a heading.
struct Block<'a> {
    heading: String,
    labels: Vec<(&'a ReportedLabel, Rank)>,
    facts: Vec<String>,
    help: Option<&'a str>,
    evidence: &'a [Evidence],
    style: Style,
}

pub(crate) fn finding(finding: &ReportedFinding, report: &Report, pen: Pen) -> String {
    let style = style_of(finding.level);
    let mut labels = vec![(&finding.primary, Rank::Primary)];
    labels.extend(finding.related.iter().map(|label| (label, Rank::Related)));
    let names: Vec<&str> = finding.environments.iter().map(String::as_str).collect();
    let mut facts: Vec<String> = environments(&names, report).into_iter().collect();
    if finding.age == Age::AlreadyThere {
        facts.push("already there: the base has it, too".to_owned());
    }
    facts.extend(finding.notes.iter().map(|note| one_line(note)));
    let heading = heading(style, finding.level.as_str(), &finding.rule, &finding.message, pen);
    let help = advice(finding);
    block(&Block { heading, labels, facts, help: help.as_deref(), evidence: &finding.evidence, style }, pen)
}

/// The way out, and whether it is a flag away.
fn advice(finding: &ReportedFinding) -> Option<String> {
    let Some(fix) = &finding.fix else { return finding.help.clone() };
    let help = finding.help.as_ref().unwrap_or(&fix.title);
    Some(format!("{help} (`validate --fix` does it)"))
}

/// A cause that is not a finding: a test, a stage, the run.
pub(crate) fn cause(cause: &Cause<'_>, report: &Report, pen: Pen) -> String {
    let (word, style) = match cause.kind {
        Kind::Broken => ("broken", Style::Error),
        Kind::Failed => ("error", Style::Error),
        Kind::Tolerated => ("warning", Style::Warning),
    };
    let mut evidence: &[Evidence] = &[];
    let mut place = None;
    let mut facts: Vec<String> = environments(&cause.environments, report).into_iter().collect();
    let rule = match cause.teller {
        Teller::Finding(told) => return finding(told, report, pen),
        Teller::Test(test) => {
            evidence = &test.evidence;
            place = test.location.clone().map(|location| ReportedLabel { location, text: String::new() });
            facts.push(format!("{} test, {}", one_line(&test.kind), crate::wording::duration(test.duration_ms)));
            match cause.kind {
                Kind::Failed | Kind::Tolerated => ids::TEST_FAILED.as_str(),
                Kind::Broken => "test",
            }
        }
        Teller::Stage(stage) => stage_name(stage),
        Teller::Run => "run",
    };
    let labels = place.iter().map(|label| (label, Rank::Primary)).collect();
    let heading = heading(style, word, rule, &cause.message, pen);
    block(&Block { heading, labels, facts, help: None, evidence, style }, pen)
}

/// Further findings of the sort that was told before: where they are.
pub(crate) fn more(findings: &[&ReportedFinding], report: &Report, pen: Pen) -> Option<String> {
    let first = findings.first()?;
    let names: BTreeSet<&str> = findings.iter().flat_map(|f| &f.environments).map(String::as_str).collect();
    let names: Vec<&str> = report.environments.iter().map(|e| e.name.as_str()).filter(|n| names.contains(n)).collect();
    let style = style_of(first.level);
    let heading = heading(style, first.level.as_str(), &first.rule, &format!("{} more like it", findings.len()), pen);
    let places: BTreeSet<String> = findings.iter().map(|f| &f.primary.location).filter_map(place_of).collect();
    let arrow = pen.paint(Style::Gutter, "  -->");
    let mut lines = vec![heading];
    lines.extend(places.iter().take(MOST_PLACES).map(|place| format!("{arrow} {}", one_line(place))));
    let equals = pen.paint(Style::Gutter, "   =");
    lines.extend(environments(&names, report).map(|fact| format!("{equals} {fact}")));
    let left = places.len().saturating_sub(MOST_PLACES);
    if left > 0 {
        lines.push(format!("{equals} and {}; -v prints each finding", count(left, "more place")));
    } else {
        lines.push(format!("{equals} -v prints each finding"));
    }
    lines.push(String::new());
    Some(lines.join("\n"))
}

fn place_of(at: &Location) -> Option<String> {
    (!at.path.is_empty()).then(|| format!("{}:{}:{}", at.shown_path(), at.line, at.column))
}

fn style_of(level: Level) -> Style {
    match level {
        Level::Error => Style::Error,
        Level::Warning => Style::Warning,
        Level::Note => Style::Note,
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Render => "render",
        Stage::Validate => "validate",
        Stage::Deploy => "deploy",
        Stage::Test => "test",
    }
}

fn heading(style: Style, word: &str, rule: &str, message: &str, pen: Pen) -> String {
    let lead = format!("{word}[{}]", one_line(rule));
    let told = pen.wrapped(&format!("{lead}: "), HANGING, &one_line(message));
    let message = told.strip_prefix(&lead).unwrap_or(&told);
    let lines: Vec<String> = message.lines().map(|line| pen.paint(Style::Strong, line)).collect();
    format!("{}{}", pen.paint(style, &lead), lines.join("\n"))
}

/// `in dev and prod (2 of 2 environments)`; nothing where that is the whole repository.
fn environments(names: &[&str], report: &Report) -> Option<String> {
    let all = report.environments.len();
    match names {
        [] => None,
        ["."] if all <= 1 => None,
        [only] if all <= 1 => Some(format!("in {}", one_line(only))),
        _ => {
            let shown = one_line(&list(names, MOST_NAMES));
            // `render` tells findings alone, and nothing of the environments.
            let share =
                if all == 0 { String::new() } else { format!(" ({} of {})", names.len(), count(all, "environment")) };
            Some(format!("in {shown}{share}"))
        }
    }
}

fn block(parts: &Block<'_>, pen: Pen) -> String {
    let all: Vec<&ReportedLabel> = parts.labels.iter().map(|(label, _)| *label).collect();
    let gutter = gutter(&all);
    let mut text = vec![parts.heading.clone()];
    for (label, rank) in &parts.labels {
        text.extend(place(label, *rank, parts.style, gutter, pen));
    }
    let equals = pen.paint(Style::Gutter, &format!(" {} =", " ".repeat(gutter)));
    // The lead is painted afterwards: colours have no width.
    let fact = |lead: &str, told: &str| {
        let plain = format!(" {} = ", " ".repeat(gutter));
        let told = pen.wrapped(&format!("{plain}{lead}"), plain.len(), told);
        format!("{equals}{}", told.get(plain.len() - 1..).unwrap_or_default())
    };
    text.extend(parts.facts.iter().map(|told| fact("", told)));
    text.extend(parts.help.map(|help| {
        let (word, painted) = ("help:", pen.paint(Style::Strong, "help:"));
        fact(&format!("{word} "), &one_line(help)).replacen(word, &painted, 1)
    }));
    let bar = pen.paint(Style::Gutter, &format!(" {}   |", " ".repeat(gutter)));
    for proof in parts.evidence {
        text.push(format!("{equals} {}", one_line(&proof.title)));
        text.extend(proven(&proof.text).iter().map(|line| format!("{bar} {line}").trim_end().to_owned()));
    }
    text.push(String::new());
    text.join("\n")
}

/// The beginning and the end of a proof: a response says what it is first, a log what went wrong last.
fn proven(text: &str) -> Vec<String> {
    let all = lines(text);
    let clipped = |lines: &[String]| lines.iter().map(|line| clip(line, WIDEST)).collect::<Vec<_>>();
    if all.len() <= HEAD + TAIL + 1 {
        return clipped(&all);
    }
    let (head, rest) = all.split_at(HEAD);
    let (left_out, tail) = rest.split_at(rest.len() - TAIL);
    let mut shown = clipped(head);
    shown.push(format!("… {} left out, the JSON report has all of them", count(left_out.len(), "line")));
    shown.extend(clipped(tail));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_without_environments_are_not_counted_among_none() {
        let report = Report::new("render", "1.0.0");
        assert_eq!(environments(&["dev", "prod"], &report).as_deref(), Some("in dev and prod"));
    }

    #[test]
    fn a_long_proof_keeps_its_beginning_and_its_end() {
        let log: String = (1..=30).map(|i| format!("line {i}\n")).collect();
        let shown = proven(&log);
        assert_eq!(shown.len(), 10);
        assert_eq!((shown[2].as_str(), shown[9].as_str()), ("line 3", "line 30"));
        assert_eq!(shown[3], "… 21 lines left out, the JSON report has all of them");
        assert_eq!(proven("a\nb\n"), ["a", "b"]);
    }
}
