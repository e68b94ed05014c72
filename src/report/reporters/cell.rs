//! What became of a stage of an environment, as a mark and a short clause: a cell of a table, in a comment as on a page.

use seatrial_model::{EnvironmentReport, Report, Stage, StageOutcome, StageResult};

use crate::ages::{is_inherited, validation};
use crate::left_out::checked;
use crate::trials;
use crate::wording::{count, duration};

/// What a reader sees first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Attention,
    Bad,
    NotRun,
}

/// A cell; without a mark where there is no such stage. The text is empty where the mark says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) mark: Option<Mark>,
    pub(crate) text: String,
}

impl Cell {
    fn new(mark: Mark, text: impl Into<String>) -> Cell {
        Cell { mark: Some(mark), text: text.into() }
    }
}

/// The cell of a stage; `told` clips and escapes what the report says for the reader's format.
pub(crate) fn cell(
    environment: &EnvironmentReport,
    stage: Stage,
    report: &Report,
    told: &impl Fn(&str) -> String,
) -> Cell {
    let Some(outcome) = environment.stage(stage) else { return Cell { mark: None, text: String::new() } };
    let mut cell = match &outcome.result {
        StageResult::Passed => return passed(outcome, environment, report, told),
        StageResult::Failed => failed(outcome, environment, report, told),
        StageResult::Broken(_) if outcome.summary.is_empty() => Cell::new(Mark::Bad, "broken"),
        StageResult::Broken(_) => Cell::new(Mark::Bad, format!("broken: {}", told(&outcome.summary))),
        StageResult::Skipped(because) if because.is_empty() => Cell::new(Mark::NotRun, "not run"),
        StageResult::Skipped(because) => Cell::new(Mark::NotRun, format!("not run: {}", told(because))),
    };
    if stage == Stage::Deploy && outcome.duration_ms >= 1000 {
        cell.text = format!("{}, {}", cell.text, duration(outcome.duration_ms));
    }
    cell
}

fn passed(
    outcome: &StageOutcome,
    environment: &EnvironmentReport,
    report: &Report,
    told: &impl Fn(&str) -> String,
) -> Cell {
    match outcome.stage {
        Stage::Render if outcome.summary.is_empty() => Cell::new(Mark::Good, count(environment.objects, "object")),
        Stage::Render | Stage::Deploy => Cell::new(Mark::Good, told(&outcome.summary)),
        Stage::Validate => valid(environment, report),
        Stage::Test => {
            let is_smooth = !trials::has_tolerated(environment) && !trials::has_flaky(environment);
            let mark = if is_smooth { Mark::Good } else { Mark::Attention };
            Cell::new(mark, trials::clause_with_cases(environment))
        }
    }
}

fn valid(environment: &EnvironmentReport, report: &Report) -> Cell {
    let found = validation(environment, report);
    if !found.is_empty() {
        return Cell::new(Mark::Attention, found);
    }
    match (environment.objects, environment.unchecked()) {
        // The mark says it.
        (1.., 0) => Cell::new(Mark::Good, ""),
        (objects, unchecked) if unchecked >= objects => Cell::new(Mark::Attention, checked(objects, unchecked)),
        (objects, unchecked) => Cell::new(Mark::Good, checked(objects, unchecked)),
    }
}

fn failed(
    outcome: &StageOutcome,
    environment: &EnvironmentReport,
    report: &Report,
    told: &impl Fn(&str) -> String,
) -> Cell {
    let clause = match outcome.stage {
        Stage::Test if !environment.tests.is_empty() => trials::clause_with_cases(environment),
        Stage::Validate => match validation(environment, report) {
            found if found.is_empty() => told(&outcome.summary),
            found => found,
        },
        Stage::Render if is_inherited(environment, report) => {
            return Cell::new(Mark::Attention, format!("failed (as on the base), {}", told(&outcome.summary)));
        }
        Stage::Render if !outcome.summary.is_empty() => format!("failed, {}", told(&outcome.summary)),
        _ => told(&outcome.summary),
    };
    Cell::new(Mark::Bad, if clause.is_empty() { "failed".to_owned() } else { clause })
}

/// Environments that have no row: `3 more environments: 99 objects rendered, the same as on the base, valid`.
pub(crate) fn rest(environments: &[&EnvironmentReport], which: &str) -> String {
    let objects = environments.iter().map(|e| e.objects).sum();
    let unchecked = environments.iter().map(|e| e.unchecked()).sum();
    let rendered = count(objects, "object");
    let same = environments.iter().all(|e| e.changed == Some(false));
    let same = if same { ", the same as on the base" } else { "" };
    format!("{which}: {rendered} rendered{same}, {}", checked(objects, unchecked))
}
