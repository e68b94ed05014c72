//! The table of environments and stages, and below it what is to be known of each: objects, tests, times.

use std::collections::BTreeMap;

use seatrial_model::{
    Action, CaseOutcome, Change, EnvironmentReport, ObjectId, Report, Stage, Target, TestCase, TestOutcome, TestResult,
};
use serde::Serialize;

use crate::address::clickable;
use crate::ages::told_and_counted;
use crate::cases;
use crate::cell::{Mark, cell, rest};
use crate::headline::name;
use crate::html::findings::{Proof, proofs};
use crate::html::page::{LONGEST, sentence};
use crate::left_out::by_reason;
use crate::plain::{lines, one_line};
use crate::trials;
use crate::wording::{capitalised, clip, count, duration};

/// Objects that are named of those to which the same was done.
const MOST_OBJECTS: usize = 1_000;

/// Cases of a test that are listed: those that failed come first.
const MOST_CASES: usize = 500;

/// Characters of a cell.
const LONGEST_CELL: usize = 200;

#[derive(Serialize)]
pub(super) struct Environments {
    rows: Vec<Row>,
    /// Those that need no attention, where there are very many.
    rest: Option<String>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// Where it can be looked at.
    address: Option<String>,
    cells: Vec<ShownCell>,
}

#[derive(Serialize)]
struct ShownCell {
    look: &'static str,
    /// The mark in a word, for whoever does not see it.
    word: &'static str,
    text: String,
    time: String,
}

/// What is folded below the table.
#[derive(Serialize)]
pub(super) struct Environment {
    name: String,
    /// `2 created, 1 configured`, or how many objects there are.
    told: String,
    /// Whether it is unfolded: one of its tests has failed.
    is_open: bool,
    source: String,
    kubernetes: String,
    cluster: Option<String>,
    holds: Option<String>,
    objects: Vec<Objects>,
    tests: Vec<Test>,
    tests_told: String,
}

/// Objects of which the same is to be said.
#[derive(Serialize)]
struct Objects {
    title: String,
    names: Vec<String>,
    more: usize,
}

#[derive(Serialize)]
struct Test {
    look: &'static str,
    word: &'static str,
    name: String,
    kind: String,
    time: String,
    message: String,
    files: Vec<String>,
    evidence: Vec<Proof>,
    cases: Vec<Case>,
    cases_told: Option<String>,
    more_cases: usize,
}

#[derive(Serialize)]
struct Case {
    look: &'static str,
    word: &'static str,
    title: String,
    message: String,
    output: String,
    time: String,
}

impl Environments {
    pub(super) fn of(report: &Report) -> Environments {
        let (listed, counted) = told_and_counted(report);
        let which = if listed.is_empty() { "All environments" } else { "The others" };
        Environments {
            rows: listed.iter().map(|environment| row(environment, report)).collect(),
            rest: (!counted.is_empty()).then(|| rest(&counted, &format!("{which} ({})", counted.len()))),
        }
    }
}

fn row(environment: &EnvironmentReport, report: &Report) -> Row {
    let url = environment.target.as_ref().and_then(Target::address);
    Row {
        name: one_line(&name(environment)),
        address: url.and_then(clickable),
        cells: Stage::ALL.iter().map(|stage| shown(environment, *stage, report)).collect(),
    }
}

fn shown(environment: &EnvironmentReport, stage: Stage, report: &Report) -> ShownCell {
    let cell = cell(environment, stage, report, &|text| clip(text, LONGEST_CELL));
    let (look, word) = match cell.mark {
        Some(Mark::Good) => ("good", "passed"),
        Some(Mark::Attention) => ("attention", "attention"),
        Some(Mark::Bad) if cell.text.starts_with("broken") => ("bad", "broken"),
        Some(Mark::Bad) => ("bad", "failed"),
        Some(Mark::NotRun) | None => ("skipped", "not run"),
    };
    let text = one_line(without_word(&cell.text, word));
    let has_run = !matches!(cell.mark, Some(Mark::NotRun) | None);
    let time = environment.stage(stage).filter(|_| has_run).map(|outcome| duration(outcome.duration_ms));
    let time = time.filter(|time| !text.ends_with(time.as_str()));
    ShownCell { look, word, text, time: time.unwrap_or_default() }
}

/// What a cell says beyond its word.
fn without_word<'a>(text: &'a str, word: &str) -> &'a str {
    text.strip_prefix(word).map_or(text, |rest| rest.trim_start_matches([':', ',', ' ']))
}

impl Environment {
    /// Those of which something is to be told beyond the table.
    pub(super) fn all(report: &Report) -> Vec<Environment> {
        let all = told_and_counted(report).0;
        all.into_iter().map(Environment::of).collect()
    }

    fn of(environment: &EnvironmentReport) -> Environment {
        let cluster = environment.target.as_ref().map(|target| match (&target.preview_namespace, target.simulated) {
            (_, true) => "simulated".to_owned(),
            (Some(namespace), false) => format!("{}, preview namespace {namespace}", target.cluster),
            (None, false) => target.cluster.clone(),
        });
        Environment {
            name: one_line(&environment.name),
            told: match Change::summary(&environment.changes) {
                none if none.is_empty() => count(environment.objects, "object"),
                changes => changes,
            },
            is_open: environment.tests.iter().any(|test| look(test.outcome) == "bad"),
            source: one_line(&environment.source),
            kubernetes: one_line(&environment.kubernetes),
            cluster: cluster.map(|cluster| one_line(&clip(&cluster, LONGEST))),
            holds: environment.holds.as_ref().map(|held| sentence(&held.sentence)),
            objects: objects(environment),
            tests: environment.tests.iter().map(Test::of).collect(),
            tests_told: trials::clause_with_cases(environment),
        }
    }
}

/// What was done to which objects, what was left alone, what is gone, what was not checked.
fn objects(environment: &EnvironmentReport) -> Vec<Objects> {
    let mut done: BTreeMap<Action, Vec<&ObjectId>> = BTreeMap::new();
    for change in environment.changes.iter().filter(|change| change.action != Action::Skipped) {
        done.entry(change.action).or_default().push(&change.object);
    }
    let mut all: Vec<Objects> =
        done.into_iter().map(|(action, objects)| Objects::of(&capitalised(action.as_str()), &objects)).collect();
    all.extend(
        by_reason(environment).iter().map(|(because, objects)| Objects::of(&format!("Skipped: {because}"), objects)),
    );
    if !environment.vanished.is_empty() {
        let gone: Vec<&ObjectId> = environment.vanished.iter().collect();
        all.push(Objects::of("No longer rendered, still on the cluster", &gone));
    }
    let unchecked = environment.not_checked.iter();
    let names: Vec<String> = unchecked
        .map(|kind| one_line(&format!("{} ({}, {})", kind.kind, count(kind.count, "object"), kind.because)))
        .collect();
    if !names.is_empty() {
        all.push(Objects { title: "Not checked".to_owned(), names, more: 0 });
    }
    all
}

impl Objects {
    fn of(title: &str, objects: &[&ObjectId]) -> Objects {
        let names = objects.iter().take(MOST_OBJECTS).map(|object| one_line(&object.to_string())).collect();
        let title = one_line(&clip(&format!("{title} ({})", objects.len()), LONGEST));
        Objects { title, names, more: objects.len().saturating_sub(MOST_OBJECTS) }
    }
}

impl Test {
    fn of(test: &TestResult) -> Test {
        let mut cases: Vec<&TestCase> = test.cases.iter().collect();
        cases.sort_by_key(|case| case.outcome);
        Test {
            look: look(test.outcome),
            word: trials::word(test.outcome),
            name: one_line(&clip(&test.name, LONGEST)),
            kind: one_line(&test.kind),
            time: duration(test.duration_ms),
            message: sentence(&test.message),
            files: test.artifacts.iter().map(|path| one_line(path)).collect(),
            evidence: proofs(&test.evidence),
            cases: cases.iter().take(MOST_CASES).map(|case| Case::of(case)).collect(),
            cases_told: cases::tally(std::slice::from_ref(test)),
            more_cases: cases.len().saturating_sub(MOST_CASES),
        }
    }
}

fn look(outcome: TestOutcome) -> &'static str {
    match outcome {
        TestOutcome::Passed => "good",
        TestOutcome::Flaky | TestOutcome::Tolerated => "attention",
        TestOutcome::Failed | TestOutcome::Broken => "bad",
        TestOutcome::Unaffected | TestOutcome::Skipped => "skipped",
    }
}

impl Case {
    fn of(case: &TestCase) -> Case {
        let (look, word) = match case.outcome {
            CaseOutcome::Passed => ("good", "passed"),
            CaseOutcome::Flaky => ("attention", "flaky"),
            CaseOutcome::Failed => ("bad", "failed"),
            CaseOutcome::Errored => ("bad", "error"),
            CaseOutcome::Skipped => ("skipped", "not run"),
        };
        let output = if case.output.is_empty() { Vec::new() } else { lines(&case.output) };
        Case {
            look,
            word,
            title: one_line(&clip(&cases::title(case), LONGEST)),
            message: one_line(&clip(&cases::sentence(case), LONGEST)),
            output: output.join("\n"),
            time: duration(case.duration_ms),
        }
    }
}
