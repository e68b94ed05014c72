//! What a pull request brought, what was there before, and what it mended: counted and named the same in all reporters.

use seatrial_model::{
    Age, Comparison, EnvironmentReport, Level, Report, ReportedFinding, Stage, StageOutcome, StageResult,
};

use crate::cause::{Cause, Teller};
use crate::headline::MOST_NAMES;
use crate::left_out::{grouped, is_told_as_not_checked};
use crate::wording::{count, list};

/// Environments that are all told one by one, whatever there is to say of them.
const MOST_TOLD: usize = 20;

/// `2 problems, 1 warning`; empty for none. The adjective stands before each noun.
pub(crate) fn tally<'a>(findings: impl Iterator<Item = &'a ReportedFinding>, adjective: &str) -> String {
    let mut numbers = [(Level::Error, "problem", 0), (Level::Warning, "warning", 0), (Level::Note, "note", 0)];
    for finding in findings.filter(|finding| !is_told_as_not_checked(finding)) {
        let of_level = numbers.iter_mut().filter(|(level, _, _)| *level == finding.level);
        of_level.for_each(|(_, _, number)| *number += 1);
    }
    let told = numbers.iter().filter(|(_, _, number)| *number > 0);
    let told: Vec<String> = told.map(|(_, noun, number)| count(*number, &format!("{adjective}{noun}"))).collect();
    told.join(", ")
}

/// Whether the findings of any environment were compared with those of its base.
pub(crate) fn is_compared(report: &Report) -> bool {
    report.environments.iter().any(is_compared_in)
}

fn is_compared_in(environment: &EnvironmentReport) -> bool {
    environment.comparison == Some(Comparison::Compared)
}

/// What to call causes: a `new problem` where all were compared and found to be new.
pub(crate) fn noun(report: &Report, causes: &[&Cause<'_>]) -> &'static str {
    let is_new = |cause: &&Cause<'_>| matches!(cause.teller, Teller::Finding(finding) if finding.age == Age::New);
    if is_compared(report) && causes.iter().all(is_new) { "new problem" } else { "problem" }
}

/// Findings that the base has, too.
pub(crate) fn already_there(report: &Report) -> impl Iterator<Item = &ReportedFinding> {
    report.findings.iter().filter(|finding| finding.age == Age::AlreadyThere)
}

/// New errors that do not fail the run, because nobody wants them to.
pub(crate) fn tolerated(report: &Report) -> impl Iterator<Item = &ReportedFinding> {
    let is_new_error = |f: &&ReportedFinding| f.level == Level::Error && f.age == Age::New;
    report.findings.iter().filter(is_new_error).filter(|finding| !report.is_failing(finding))
}

/// What was there before and is counted only, as a clause; empty for nothing.
pub(crate) fn counted(report: &Report) -> String {
    tally(already_there(report).filter(|finding| !report.is_listed(finding)), "")
}

/// Environments whose findings could not be compared, by the reason, in the order of its first one.
pub(crate) fn not_compared(report: &Report) -> Vec<(&str, String)> {
    let not_compared = report.environments.iter().filter_map(|environment| match &environment.comparison {
        Some(Comparison::NotCompared(because)) => Some((because.as_str(), environment.name.as_str())),
        _ => None,
    });
    grouped(not_compared).into_iter().map(|(because, names)| (because, list(&names, MOST_NAMES))).collect()
}

/// What validation found in an environment, as a clause: `1 new problem, 2 already there`, `2 problems`; empty for nothing.
pub(crate) fn validation(environment: &EnvironmentReport, report: &Report) -> String {
    let here = || of_validation(environment, report);
    if !is_compared_in(environment) {
        return tally(here(), "");
    }
    let new = tally(here().filter(|f| f.age == Age::New), "new ");
    let old: Vec<&ReportedFinding> = here().filter(|f| f.age == Age::AlreadyThere).collect();
    match (new.is_empty(), old.len()) {
        (_, 0) => new,
        (true, _) => format!("{} already there", tally(old.into_iter(), "")),
        (false, number) => format!("{new}, {number} already there"),
    }
}

/// Environments that are told one by one, and those that are counted only: of very many, those that need no attention.
pub(crate) fn told_and_counted(report: &Report) -> (Vec<&EnvironmentReport>, Vec<&EnvironmentReport>) {
    let is_told = |e: &&EnvironmentReport| report.environments.len() <= MOST_TOLD || !is_quiet(e, report);
    report.environments.iter().partition(is_told)
}

/// Rendered and valid without a warning, neither deployed nor tested, and not known to render something else than its base: nobody needs to
/// read of it where there are very many.
fn is_quiet(environment: &EnvironmentReport, report: &Report) -> bool {
    let is_done = |stage: &StageOutcome| match stage.stage {
        Stage::Render | Stage::Validate => stage.result == StageResult::Passed,
        Stage::Deploy | Stage::Test => matches!(stage.result, StageResult::Skipped(_)),
    };
    environment.changed != Some(true)
        && environment.stages.iter().all(is_done)
        && validation(environment, report).is_empty()
}

/// The worst of what is new in [`validation`].
pub(crate) fn newest(environment: &EnvironmentReport, report: &Report) -> Option<Level> {
    of_validation(environment, report).filter(|f| f.age == Age::New).map(|f| f.level).max()
}

/// What validation found, and what rendering only warned of: its own cell tells whether it worked.
fn of_validation<'a>(
    environment: &'a EnvironmentReport,
    report: &'a Report,
) -> impl Iterator<Item = &'a ReportedFinding> {
    let of_rendering = of_stage(environment, report, Stage::Render).filter(|f| f.stage == Some(Stage::Render));
    let warnings = of_rendering.filter(|f| f.level == Level::Warning);
    of_stage(environment, report, Stage::Validate).filter(|f| f.level != Level::Note).chain(warnings)
}

/// Whether everything that keeps an environment from being rendered was there before.
pub(crate) fn is_inherited(environment: &EnvironmentReport, report: &Report) -> bool {
    let mut errors = of_stage(environment, report, Stage::Render).filter(|f| f.level == Level::Error).peekable();
    errors.peek().is_some() && errors.all(|finding| finding.age == Age::AlreadyThere)
}

/// The findings of a stage; what does not say which one found it belongs to any.
fn of_stage<'a>(
    environment: &'a EnvironmentReport,
    report: &'a Report,
    stage: Stage,
) -> impl Iterator<Item = &'a ReportedFinding> {
    let here = |f: &&ReportedFinding| f.environments.contains(&environment.name);
    report.findings.iter().filter(here).filter(move |f| f.stage.is_none_or(|found_by| found_by == stage))
}
