//! Environments × stages, one short clause per cell.

use seatrial_model::{EnvironmentReport, Report, Stage, StageOutcome, StageResult};

use crate::ages::{is_inherited, told_and_counted, validation};
use crate::headline::name;
use crate::left_out::checked;
use crate::markdown::escape::{Place, prose};
use crate::trials;
use crate::wording::{clip, count, duration};

/// Environments that stand side by side; more of them stand below each other.
const MOST_COLUMNS: usize = 4;

/// Characters of a cell at most.
const LONGEST: usize = 140;

pub(crate) fn table(report: &Report) -> String {
    if report.environments.is_empty() {
        return String::new();
    }
    let title = |stage: &Stage| stage.title().to_owned();
    let heading = |environment: &EnvironmentReport| prose(&clip(&name(environment), LONGEST), Place::Cell);
    let cell = |environment: &EnvironmentReport, stage: Stage| cell(environment, stage, report);
    let mut rows = Vec::new();
    if report.environments.len() <= MOST_COLUMNS {
        rows.push(row("", report.environments.iter().map(heading)));
        rows.push(row("---", report.environments.iter().map(|_| "---".to_owned())));
        for stage in Stage::ALL {
            rows.push(row(stage.title(), report.environments.iter().map(|e| cell(e, stage))));
        }
    } else {
        rows.push(row("", Stage::ALL.iter().map(title)));
        rows.push(row("---", Stage::ALL.iter().map(|_| "---".to_owned())));
        let (listed, counted) = told_and_counted(report);
        if listed.is_empty() {
            return rest(&counted, &format!("All {}", count(counted.len(), "environment")));
        }
        for environment in listed {
            rows.push(row(&heading(environment), Stage::ALL.iter().map(|stage| cell(environment, *stage))));
        }
        if !counted.is_empty() {
            rows.push(format!("\n{}", rest(&counted, &count(counted.len(), "more environment"))));
        }
    }
    rows.join("\n")
}

/// Environments that have no row.
fn rest(environments: &[&EnvironmentReport], which: &str) -> String {
    let objects = environments.iter().map(|e| e.objects).sum();
    let unchecked = environments.iter().map(|e| e.unchecked()).sum();
    let rendered = count(objects, "object");
    let same = environments.iter().all(|e| e.changed == Some(false));
    let same = if same { ", the same as on the base" } else { "" };
    format!("{which}: {rendered} rendered{same}, {}", checked(objects, unchecked))
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let mut row = format!("| {first} |");
    for cell in cells {
        row.push_str(&format!(" {cell} |"));
    }
    row
}

fn cell(environment: &EnvironmentReport, stage: Stage, report: &Report) -> String {
    let Some(outcome) = environment.stage(stage) else { return "–".to_owned() };
    let text = match &outcome.result {
        StageResult::Passed => return passed(outcome, environment, report),
        StageResult::Failed => failed(outcome, environment, report),
        StageResult::Broken(_) if outcome.summary.is_empty() => "❌ broken".to_owned(),
        StageResult::Broken(_) => format!("❌ broken: {}", told(&outcome.summary)),
        StageResult::Skipped(because) if because.is_empty() => "⏭ not run".to_owned(),
        StageResult::Skipped(because) => format!("⏭ not run: {}", told(because)),
    };
    let slow = stage == Stage::Deploy && outcome.duration_ms >= 1000;
    if slow { format!("{text}, {}", duration(outcome.duration_ms)) } else { text }
}

fn passed(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> String {
    let clause = match outcome.stage {
        Stage::Render if outcome.summary.is_empty() => count(environment.objects, "object"),
        Stage::Test if trials::has_tolerated(environment) || trials::has_flaky(environment) => {
            return format!("⚠️ {}", trials::clause_with_cases(environment));
        }
        Stage::Test => trials::clause_with_cases(environment),
        Stage::Validate => match validation(environment, report) {
            told if told.is_empty() => match (environment.objects, environment.unchecked()) {
                // The sign says it.
                (1.., 0) => String::new(),
                (objects, unchecked) if unchecked >= objects => return format!("⚠️ {}", checked(objects, unchecked)),
                (objects, unchecked) => checked(objects, unchecked),
            },
            told => return format!("⚠️ {told}"),
        },
        Stage::Render | Stage::Deploy => told(&outcome.summary),
    };
    format!("✅ {clause}").trim_end().to_owned()
}

fn failed(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> String {
    let clause = match outcome.stage {
        Stage::Test if !environment.tests.is_empty() => trials::clause_with_cases(environment),
        Stage::Validate => match validation(environment, report) {
            found if found.is_empty() => told(&outcome.summary),
            found => found,
        },
        Stage::Render if is_inherited(environment, report) => {
            return format!("⚠️ failed (as on the base), {}", told(&outcome.summary));
        }
        Stage::Render if !outcome.summary.is_empty() => format!("failed, {}", told(&outcome.summary)),
        _ => told(&outcome.summary),
    };
    if clause.is_empty() { "❌ failed".to_owned() } else { format!("❌ {clause}") }
}

fn told(text: &str) -> String {
    prose(&clip(text, LONGEST), Place::Cell)
}
