//! Environments × stages, one short clause per cell.

use seatrial_model::{EnvironmentReport, Report, Stage};

use crate::ages::told_and_counted;
use crate::cell::{Cell, Mark, cell, rest};
use crate::headline::name;
use crate::markdown::escape::{Place, prose};
use crate::wording::{clip, count};

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
    let told = |text: &str| prose(&clip(text, LONGEST), Place::Cell);
    let cell = |environment: &EnvironmentReport, stage: Stage| shown(&cell(environment, stage, report, &told));
    let mut rows = Vec::new();
    if report.environments.len() <= MOST_COLUMNS {
        rows.push(row("", report.environments.iter().map(heading)));
        rows.push(row("---", report.environments.iter().map(|_| "---".to_owned())));
        if has_diff(report) {
            rows.push(row(CHANGES, report.environments.iter().map(|e| changes(e, report))));
        }
        for stage in Stage::ALL {
            rows.push(row(stage.title(), report.environments.iter().map(|e| cell(e, stage))));
        }
    } else {
        let changes_title = has_diff(report).then(|| CHANGES.to_owned());
        let titles: Vec<String> = changes_title.into_iter().chain(Stage::ALL.iter().map(title)).collect();
        rows.push(row("---", titles.iter().map(|_| "---".to_owned())));
        rows.insert(0, row("", titles.into_iter()));
        let (listed, counted) = told_and_counted(report);
        if listed.is_empty() {
            return rest(&counted, &format!("All {}", count(counted.len(), "environment")));
        }
        for environment in listed {
            let changes = has_diff(report).then(|| changes(environment, report));
            let stages = Stage::ALL.iter().map(|stage| cell(environment, *stage));
            rows.push(row(&heading(environment), changes.into_iter().chain(stages)));
        }
        if !counted.is_empty() {
            rows.push(format!("\n{}", rest(&counted, &count(counted.len(), "more environment"))));
        }
    }
    rows.join("\n")
}

/// The title of what each environment's objects become.
const CHANGES: &str = "Changes";

/// Whether any environment was compared with its base.
fn has_diff(report: &Report) -> bool {
    report.environments.iter().any(|environment| environment.diff.is_some())
}

/// `1 changed, 1 recreated`, with a mark where something may be lost.
fn changes(environment: &EnvironmentReport, report: &Report) -> String {
    let Some(diff) = &environment.diff else { return "–".to_owned() };
    if diff.not_compared.is_some() {
        return "not compared".to_owned();
    }
    let is_dangerous = report.findings.iter().any(|f| f.is_danger && f.environments.contains(&environment.name));
    if diff.is_empty() && diff.is_partial {
        return "nothing of what was rendered".to_owned();
    }
    format!("{}{}", if is_dangerous { "⚠️ " } else { "" }, diff.changes())
}

/// The mark as a sign.
fn shown(cell: &Cell) -> String {
    let sign = match cell.mark {
        None => return "–".to_owned(),
        Some(Mark::Good) => "✅",
        Some(Mark::Attention) => "⚠️",
        Some(Mark::Bad) => "❌",
        Some(Mark::NotRun) => "⏭",
    };
    format!("{sign} {}", cell.text).trim_end().to_owned()
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let mut row = format!("| {first} |");
    for cell in cells {
        row.push_str(&format!(" {cell} |"));
    }
    row
}
