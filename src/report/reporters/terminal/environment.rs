//! The line of an environment: what each stage did, and below it whatever was left alone.

use seatrial_model::{
    EnvironmentReport, Level, ObjectId, Report, Stage, StageOutcome, StageResult, Target, TestOutcome, TestResult,
};
use unicode_width::UnicodeWidthStr as _;

use crate::ages::{is_inherited, newest, told_and_counted, validation};
use crate::cases;
use crate::left_out::{by_reason, checked, grouped};
use crate::plain::one_line;
use crate::terminal::style::{Pen, Style};
use crate::trials;
use crate::wording::{clip, count, duration, list};

/// Objects that are named of those that were left alone.
const MOST_OBJECTS: usize = 10;

/// Files that are named of those that a test left.
const MOST_FILES: usize = 10;

/// Characters of what a stage says of itself.
const LONGEST: usize = 120;

/// What stands between two stages.
const GAP: &str = "   ";

/// All environments, their stages in columns where these fit. Of very many, those that need no attention are counted only.
pub(crate) fn lines(report: &Report, pen: Pen) -> String {
    let (listed, counted) = told_and_counted(report);
    let mut text = rows_of(&listed, report, pen);
    if !counted.is_empty() {
        let objects = counted.iter().map(|e| e.objects).sum();
        let unchecked = counted.iter().map(|e| e.unchecked()).sum();
        let which =
            if listed.is_empty() { count(counted.len(), "environment") } else { format!("{} more", counted.len()) };
        let told = format!("{which}: rendered {}, {}", count(objects, "object"), checked(objects, unchecked));
        text.push_str(&pen.wrapped("", 2, &told));
        text.push('\n');
    }
    text
}

fn rows_of(environments: &[&EnvironmentReport], report: &Report, pen: Pen) -> String {
    let names: Vec<String> = environments.iter().map(|e| one_line(&e.name)).collect();
    let indent = names.iter().map(|name| name.width()).max().unwrap_or(0) + 2;
    let rows: Vec<Vec<String>> = environments.iter().map(|e| cells(e, report)).collect();
    let widths = column_widths(&rows);
    let in_columns = indent + widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1) <= pen.width();
    let mut text = String::new();
    for ((environment, name), row) in environments.iter().zip(&names).zip(&rows) {
        let lead = padded(name, indent);
        if in_columns {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
            text.push_str(&painted(format!("{lead}{}", cells.join(GAP)).trim_end(), environment, row, pen));
        } else {
            text.push_str(&painted(&pen.filled(&lead, indent, row, GAP), environment, row, pen));
        }
        text.push('\n');
        for (lead, told) in asides(environment) {
            text.push_str(&pen.wrapped(&format!("{}{lead}: ", " ".repeat(indent)), indent + 2, &told));
            text.push('\n');
        }
    }
    text
}

/// The row with the cells of stages that failed in red. Laid out before: colours have no width.
fn painted(row: &str, environment: &EnvironmentReport, cells: &[String], pen: Pen) -> String {
    let is_failed = |s: &&StageOutcome| matches!(s.result, StageResult::Failed | StageResult::Broken(_));
    let failed = environment.stages.iter().zip(cells).filter(|(stage, _)| is_failed(stage));
    failed.fold(row.to_owned(), |row, (_, cell)| match row.rfind(cell.as_str()).filter(|_| !cell.is_empty()) {
        Some(start) => {
            let (before, rest) = row.split_at(start);
            format!("{before}{}{}", pen.paint(Style::Error, cell), rest.get(cell.len()..).unwrap_or_default())
        }
        None => row,
    })
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn column_widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    (0..columns).filter_map(widest).collect()
}

fn cells(environment: &EnvironmentReport, report: &Report) -> Vec<String> {
    let told = |text: String| clip(&one_line(&text), LONGEST);
    let mut cells: Vec<String> = environment.stages.iter().map(|s| told(cell(s, environment, report))).collect();
    // What was skipped for one and the same reason is said once.
    if let Some(because) = skipped_alike(environment) {
        cells.truncate(cells.len() - 2);
        cells.push(told(format!("neither deployed nor tested: {because}")));
    }
    cells
}

/// The reason, where it is the same for the deployment and the tests.
fn skipped_alike(environment: &EnvironmentReport) -> Option<&str> {
    let [.., deploy, test] = environment.stages.as_slice() else { return None };
    match (&deploy.result, &test.result) {
        (StageResult::Skipped(because), StageResult::Skipped(other))
            if because == other && (deploy.stage, test.stage) == (Stage::Deploy, Stage::Test) =>
        {
            Some(because)
        }
        _ => None,
    }
}

fn cell(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> String {
    let what = match &outcome.result {
        StageResult::Passed => passed(outcome, environment, report),
        StageResult::Failed => failed(outcome, environment, report),
        StageResult::Broken(_) => with("broken", outcome),
        StageResult::Skipped(because) => return skipped(outcome.stage, because, environment),
    };
    match outcome.stage {
        Stage::Deploy => format!("{what}{}", place(environment.target.as_ref())),
        _ => what,
    }
}

fn passed(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> String {
    match outcome.stage {
        Stage::Render if outcome.summary.is_empty() => format!("rendered {}", count(environment.objects, "object")),
        Stage::Render => format!("rendered {}", outcome.summary),
        Stage::Validate => match validation(environment, report).as_str() {
            "" => checked(environment.objects, environment.unchecked()),
            told => match newest(environment, report) {
                Some(Level::Error) => told.to_owned(),
                Some(_) => format!("{}, {told}", checked(environment.objects, environment.unchecked())),
                None => format!("nothing new, {told}"),
            },
        },
        Stage::Deploy if outcome.summary.is_empty() => "deployed".to_owned(),
        Stage::Deploy => format!("deployed: {}", outcome.summary),
        Stage::Test => trials::clause(environment),
    }
}

fn failed(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> String {
    match outcome.stage {
        Stage::Validate => match validation(environment, report).as_str() {
            "" => with("failed", outcome),
            told => format!("not valid, {told}"),
        },
        Stage::Test if !environment.tests.is_empty() => trials::clause(environment),
        Stage::Deploy => format!("{}, {}", with("failed", outcome), duration(outcome.duration_ms)),
        Stage::Render if is_inherited(environment, report) => {
            format!("render failed (as on the base), {}", outcome.summary)
        }
        Stage::Render if !outcome.summary.is_empty() => format!("render failed, {}", outcome.summary),
        Stage::Render | Stage::Test => with("failed", outcome),
    }
}

fn skipped(stage: Stage, because: &str, environment: &EnvironmentReport) -> String {
    let done = match stage {
        Stage::Render => "rendered",
        Stage::Validate => "validated",
        Stage::Deploy => "deployed",
        Stage::Test => "tested",
    };
    let because = if because.is_empty() { String::new() } else { format!(": {because}") };
    match stage {
        Stage::Test if !environment.tests.is_empty() => {
            format!("{} not run{because}", count(environment.tests.len(), "test"))
        }
        _ => format!("not {done}{because}"),
    }
}

/// ``deploy failed: `Deployment/web` not ready``.
fn with(ending: &str, outcome: &StageOutcome) -> String {
    let verb = outcome.stage.title().to_lowercase();
    match outcome.summary.as_str() {
        "" => format!("{verb} {ending}"),
        summary => format!("{verb} {ending}: {summary}"),
    }
}

fn place(target: Option<&Target>) -> String {
    match target {
        Some(target) if target.simulated => " (simulated)".to_owned(),
        Some(target) if !target.cluster.is_empty() => format!(" ({})", target.cluster),
        _ => String::new(),
    }
}

/// What is to be said below the line: a lead and the rest.
fn asides(environment: &EnvironmentReport) -> Vec<(&'static str, String)> {
    let mut asides = Vec::new();
    if let Some(target) = &environment.target {
        asides.extend(target.preview_namespace.as_ref().map(|namespace| ("preview namespace", namespace.clone())));
        asides.extend(target.address().map(|url| ("address", url.to_owned())));
    }
    for (because, objects) in by_reason(environment) {
        asides.push(("skipped", format!("{} ({because})", named(&objects))));
    }
    if !environment.vanished.is_empty() {
        let objects: Vec<&ObjectId> = environment.vanished.iter().collect();
        asides.push(("no longer rendered, still on the cluster", named(&objects)));
    }
    asides.extend(cases::tally(&environment.tests).map(|told| ("cases", told)));
    asides.extend(cases::ages(&environment.tests).map(|told| ("against the earlier report", told)));
    asides.extend(not_run(environment).into_iter().map(|told| ("not run", told)));
    asides.extend(cases::flaky_names(environment).map(|names| ("flaky", names)));
    for test in environment.tests.iter().filter(|test| !test.artifacts.is_empty()) {
        asides.push(("files", format!("{} ({})", list(&test.artifacts, MOST_FILES), test.name)));
    }
    asides.into_iter().map(|(lead, text)| (lead, one_line(&text))).collect()
}

/// Tests that were not run while others were, by the reason.
fn not_run(environment: &EnvironmentReport) -> Vec<String> {
    let is_skipped = |test: &&TestResult| matches!(test.outcome, TestOutcome::Unaffected | TestOutcome::Skipped);
    let skipped: Vec<&TestResult> = environment.tests.iter().filter(is_skipped).collect();
    // What none of them was run for is the reason of the stage.
    if skipped.len() == environment.tests.len() {
        return Vec::new();
    }
    let reasons = grouped(skipped.iter().map(|test| (test.message.as_str(), test.name.as_str())));
    reasons.iter().map(|(reason, names)| format!("{} ({reason})", list(names, cases::MOST_TOLD))).collect()
}

fn named(objects: &[&ObjectId]) -> String {
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    list(&names, MOST_OBJECTS)
}
