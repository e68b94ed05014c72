//! Findings and other causes in their groups, with excerpts; of very many the first are shown, and the rest is counted by rule.

use std::collections::BTreeMap;

use seatrial_model::{Age, Evidence, Level, Location, Report, ReportedFinding, ReportedLabel};
use serde::Serialize;

use crate::address::{clickable, file_address};
use crate::ages;
use crate::cause::{Kind, Teller, causes};
use crate::html::page::sentence;
use crate::left_out::is_told_as_not_checked;
use crate::plain::{lines, one_line};
use crate::wording::{capitalised, count, list};

/// Findings that a group shows.
const MOST: usize = 500;

/// Environments that are named one by one.
const MOST_NAMES: usize = 6;

/// Lines of a proof.
const MOST_LINES: usize = 400;

/// Second places of a finding.
const MOST_RELATED: usize = 20;

/// Rules that are named of what is not shown.
const MOST_RULES: usize = 12;

#[derive(Serialize)]
pub(super) struct Group {
    title: String,
    /// The name of its style.
    look: &'static str,
    /// Whether it is unfolded.
    is_open: bool,
    told: Vec<Problem>,
    /// `9,500 more: schema 9,000, selector-mismatch 500`.
    rest: Option<String>,
}

/// A finding, a test or a stage that tells why a run is not green.
#[derive(Serialize)]
struct Problem {
    level: &'static str,
    rule: Option<String>,
    environments: String,
    message: String,
    place: Option<Place>,
    related: Vec<Place>,
    notes: Vec<String>,
    help: Option<String>,
    evidence: Vec<Proof>,
}

#[derive(Serialize)]
struct Place {
    text: String,
    address: Option<String>,
    label: String,
    excerpt: Vec<Line>,
}

/// A line of an excerpt in three parts; the middle one is marked.
#[derive(Serialize)]
struct Line {
    number: usize,
    before: String,
    marked: String,
    after: String,
}

/// A titled block of text.
#[derive(Serialize)]
pub(super) struct Proof {
    pub(super) title: String,
    pub(super) text: String,
}

/// What failed or broke, then what else is new, what was there before, what was mended; groups without anything are left out.
pub(super) fn groups(report: &Report) -> Vec<Group> {
    let told = |f: &&ReportedFinding| !report.is_failing(f) && report.is_listed(f) && !is_told_as_not_checked(f);
    let of = |level: Level| {
        report.findings.iter().filter(told).filter(move |f| f.level == level && f.age == Age::New).collect::<Vec<_>>()
    };
    let old: Vec<&ReportedFinding> = ages::already_there(report).filter(told).collect();
    let (errors, warnings, notes) = (of(Level::Error), of(Level::Warning), of(Level::Note));
    let fixed: Vec<&ReportedFinding> = report.fixed.iter().collect();
    let groups = [
        failing(report),
        group(format!("Errors that do not fail the run ({})", errors.len()), "warning", &errors, Some(report)),
        group(format!("Warnings ({})", warnings.len()), "warning", &warnings, Some(report)),
        group(format!("Notes ({})", notes.len()), "note", &notes, Some(report)),
        group(format!("Already there ({})", old.len()), "note", &old, Some(report)),
        // A link would lead to a line of the head commit, which does not have it any more.
        group(format!("Fixed ({}), with places of the base", fixed.len()), "fixed", &fixed, None),
    ];
    groups.into_iter().flatten().collect()
}

fn failing(report: &Report) -> Option<Group> {
    let causes = causes(report);
    let (first, others) = causes.split_at(causes.len().min(MOST));
    let told = first.iter().map(|cause| match cause.teller {
        Teller::Finding(finding) => Problem::of(finding, Some(report)),
        Teller::Test(test) => Problem {
            evidence: proofs(&test.evidence),
            place: test.location.as_ref().map(|at| Place::at(at, "", Some(report))),
            ..Problem::saying(cause.kind, &cause.message, &cause.environments)
        },
        Teller::Stage(_) | Teller::Run => Problem::saying(cause.kind, &cause.message, &cause.environments),
    });
    let told: Vec<Problem> = told.collect();
    let rules = others.iter().map(|cause| match cause.teller {
        Teller::Finding(finding) => finding.rule.as_str(),
        _ => "tests and stages",
    });
    let title = count(causes.len(), "problem");
    (!told.is_empty()).then(|| Group { title, look: "error", is_open: true, told, rest: rest(rules) })
}

/// Findings under a title; links lead into `linked`, where that has their lines.
fn group(title: String, look: &'static str, findings: &[&ReportedFinding], linked: Option<&Report>) -> Option<Group> {
    let (first, others) = findings.split_at(findings.len().min(MOST));
    let told: Vec<Problem> = first.iter().map(|finding| Problem::of(finding, linked)).collect();
    let rest = rest(others.iter().map(|finding| finding.rule.as_str()));
    (!told.is_empty()).then_some(Group { title, look, is_open: false, told, rest })
}

fn rest<'a>(rules: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    rules.for_each(|rule| *counted.entry(rule).or_default() += 1);
    let all: usize = counted.values().sum();
    let mut counted: Vec<(&str, usize)> = counted.into_iter().collect();
    counted.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let named: Vec<String> = counted.iter().map(|(rule, number)| format!("{number} {}", one_line(rule))).collect();
    (all > 0).then(|| {
        format!("{all} more are not shown here: {}. The JSON report has all of them.", list(&named, MOST_RULES))
    })
}

impl Problem {
    /// A finding; links lead into `linked`, where that has its line.
    fn of(finding: &ReportedFinding, linked: Option<&Report>) -> Problem {
        let related = finding.related.iter().take(MOST_RELATED);
        let place = |label: &ReportedLabel| Place::at(&label.location, &label.text, linked);
        Problem {
            level: finding.level.as_str(),
            rule: Some(one_line(&finding.rule)),
            environments: list(&visible(&finding.environments), MOST_NAMES),
            message: sentence(&finding.message),
            place: Some(&finding.primary).filter(|label| !label.location.path.is_empty()).map(place),
            related: related.filter(|label| !label.location.path.is_empty()).map(place).collect(),
            notes: finding.notes.iter().map(|note| sentence(note)).collect(),
            help: finding.help.as_ref().map(|help| sentence(help)),
            evidence: proofs(&finding.evidence),
        }
    }

    fn saying(kind: Kind, message: &str, environments: &[&str]) -> Problem {
        let (rule, place, help) = (None, None, None);
        Problem {
            level: if kind == Kind::Broken { "broken" } else { "error" },
            rule,
            environments: list(&visible(environments), MOST_NAMES),
            message: sentence(message),
            place,
            related: Vec::new(),
            notes: Vec::new(),
            help,
            evidence: Vec::new(),
        }
    }
}

impl Place {
    fn at(at: &Location, label: &str, linked: Option<&Report>) -> Place {
        let request = linked.and_then(|report| report.revision.pull_request.as_ref());
        let template = request.and_then(|request| request.file_url.as_deref()).filter(|_| at.belongs_to.is_none());
        Place {
            text: one_line(&format!("{}:{}:{}", at.shown_path(), at.line, at.column)),
            address: template.and_then(|template| clickable(&file_address(template, &at.path, at.line))),
            label: if label.is_empty() { String::new() } else { capitalised(&one_line(label)) },
            excerpt: at.excerpt.iter().map(Line::of).collect(),
        }
    }
}

impl Line {
    fn of(line: &seatrial_model::ExcerptLine) -> Line {
        let (from, to) = line.underline;
        let part = |from: usize, to: usize| {
            let text: String = line.text.chars().skip(from).take(to.saturating_sub(from)).collect();
            lines(&text).join(" ")
        };
        Line {
            number: line.number,
            before: part(0, from),
            marked: part(from, to),
            after: part(to.max(from), usize::MAX),
        }
    }
}

/// Titled blocks of text; of a long one its last lines, which is where programs say what ended them.
pub(super) fn proofs(evidence: &[Evidence]) -> Vec<Proof> {
    let proof = |evidence: &Evidence| {
        let all = lines(&evidence.text);
        let more = all.len().saturating_sub(MOST_LINES);
        let cut = (more > 0).then(|| format!("… {} before these", count(more, "line")));
        let shown: Vec<String> = cut.into_iter().chain(all.into_iter().skip(more)).collect();
        Proof { title: sentence(&evidence.title), text: shown.join("\n") }
    };
    evidence.iter().map(proof).collect()
}

fn visible<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    names.iter().map(|name| one_line(name.as_ref())).collect()
}
