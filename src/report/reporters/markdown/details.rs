//! What is folded away below the table: further problems, changes, tests, proof, remarks; and the visible lines of what was left out.

use seatrial_model::{
    Action, Age, Change, EnvironmentReport, Evidence, Level, ObjectId, Report, ReportedFinding, TestOutcome, TestResult,
};

use crate::ages::tolerated;
use crate::alike::shortened;
use crate::cases;
use crate::cause::{Cause, Kind, Teller};
use crate::left_out::{by_reason, is_told_as_not_checked};
use crate::markdown::cases::name;
use crate::markdown::escape::{Place, block_lines, code, fenced, html, prose};
use crate::markdown::problem::{Depth, item};
use crate::plain::one_line;
use crate::trials;
use crate::wording::{capitalised, clip, count, duration, list};

/// Objects that a visible line names.
const MOST_OBJECTS: usize = 10;

/// Files that are named of those that a test left.
const MOST_FILES: usize = 10;

/// Lines of a proof in a shortened report.
const CORE: usize = 10;

/// Characters of a line of a proof.
const WIDEST: usize = 500;

/// Titles of proofs that a summary names, and their characters.
const MOST_TITLES: usize = 2;
const LONGEST_TITLE: usize = 80;

/// Characters of a notice.
const LONGEST: usize = 600;

/// Bytes that the frame of [`problems`] takes at most.
pub(crate) const FRAME: usize = 200;

/// How much of a proof is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// Its last lines.
    Core,
}

/// A part that a click unfolds. The summary is plain text.
pub(crate) fn folded(summary: &str, content: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{content}\n\n</details>", html(summary))
}

/// Sentences that somebody must read, one list item each.
pub(crate) fn notices(report: &Report) -> Vec<String> {
    report
        .notices
        .iter()
        .map(|notice| format!("- {}", prose(&capitalised(&clip(notice, LONGEST)), Place::Line)))
        .collect()
}

/// Objects that were left alone, by name; list items.
pub(crate) fn left_out(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for environment in &report.environments {
        let name = prose(&environment.name, Place::Line);
        for (because, objects) in by_reason(environment) {
            let because = prose(&clip(because, LONGEST), Place::Line);
            lines.push(format!("- {name}: skipped {} – {because}", named(&objects)));
        }
        if !environment.vanished.is_empty() {
            let objects: Vec<&ObjectId> = environment.vanished.iter().collect();
            lines.push(format!("- {name}: no longer rendered, still on the cluster: {}", named(&objects)));
        }
    }
    lines
}

fn named(objects: &[&ObjectId]) -> String {
    let names: Vec<String> = objects.iter().map(|object| code(&object.to_string(), Place::Line)).collect();
    list(&names, MOST_OBJECTS)
}

/// The problems that are not told before the table; `unlisted` further ones are only counted.
pub(crate) fn problems(causes: &[Cause<'_>], unlisted: usize, report: &Report) -> Option<String> {
    let all = causes.iter().map(|cause| 1 + cause.more.len()).sum::<usize>() + unlisted;
    if all == 0 {
        return None;
    }
    let mut items: Vec<String> = causes.iter().map(|cause| item(cause, report, Depth::Line)).collect();
    if unlisted > 0 {
        items.push(format!("- … and {}", more_problems(unlisted)));
    }
    Some(folded(&more_problems(all), &items.join("\n")))
}

fn more_problems(number: usize) -> String {
    count(number, "more problem")
}

/// Per environment, the objects by what was done to them; nothing for an environment in which nothing changed.
pub(crate) fn changes(report: &Report) -> Vec<String> {
    report.environments.iter().filter_map(changes_of).collect()
}

fn changes_of(environment: &EnvironmentReport) -> Option<String> {
    let changed = |action: &&Action| !matches!(action, Action::Unchanged | Action::Skipped);
    let mut lines = Vec::new();
    for action in Action::ALL.iter().filter(changed) {
        let done = environment.changes.iter().filter(|change| change.action == *action);
        let names: Vec<String> = done.map(|change| code(&change.object.to_string(), Place::Line)).collect();
        if !names.is_empty() {
            lines.push(format!("- {} {}: {}", names.len(), action.as_str(), names.join(", ")));
        }
    }
    if lines.is_empty() {
        return None;
    }
    let summary = format!("What was done in {}: {}", environment.name, Change::summary(&environment.changes));
    Some(folded(&summary, &lines.join("\n")))
}

/// Per environment, every test with its time.
pub(crate) fn tests(report: &Report) -> Vec<String> {
    report.environments.iter().filter(|e| !e.tests.is_empty()).map(tests_of).collect()
}

fn tests_of(environment: &EnvironmentReport) -> String {
    let summary = format!("{}: {}", environment.name, trials::clause_with_cases(environment));
    let lines: Vec<String> = environment.tests.iter().map(test_line).collect();
    folded(&summary, &lines.join("\n"))
}

fn test_line(test: &TestResult) -> String {
    let mark = match test.outcome {
        TestOutcome::Passed => "✅",
        TestOutcome::Flaky => "⚠️",
        TestOutcome::Failed | TestOutcome::Broken => "❌",
        TestOutcome::Tolerated => "⚠️",
        TestOutcome::Unaffected | TestOutcome::Skipped => "⏭",
    };
    let name = prose(&clip(&test.name, LONGEST), Place::Line);
    let message = prose(&clip(&test.message, LONGEST), Place::Line);
    let message = if message.is_empty() { message } else { format!(" – {message}") };
    let kind = prose(&test.kind, Place::Line);
    let how = format!("{}{}", trials::word(test.outcome), cases::age_of(test.age));
    let tally = cases::tally(std::slice::from_ref(test)).map(|told| format!("; {told}")).unwrap_or_default();
    let line = format!("- {mark} {name} ({kind}, {how}, {}{tally}){message}", duration(test.duration_ms));
    [line].into_iter().chain(flaky_line(test)).chain(files_line(test)).collect::<Vec<_>>().join("\n")
}

fn flaky_line(test: &TestResult) -> Option<String> {
    let names: Vec<String> = cases::flaky(test).map(name).collect();
    (!names.is_empty()).then(|| format!("  - flaky: {}", list(&names, cases::MOST_TOLD)))
}

/// Paths of the files that it left.
fn files_line(test: &TestResult) -> Option<String> {
    let paths = test.artifacts.iter().map(|path| code(one_line(&clip(path, LONGEST)).trim(), Place::Line));
    let paths: Vec<String> = paths.filter(|path| !path.is_empty()).collect();
    (!paths.is_empty()).then(|| format!("  - files: {}", list(&paths, MOST_FILES)))
}

/// Events, log lines and answers that prove the causes.
pub(crate) fn evidence(causes: &[Cause<'_>], extent: Extent) -> Option<String> {
    let proofs = causes.iter().flat_map(|cause| match cause.teller {
        Teller::Finding(finding) => finding.evidence.as_slice(),
        Teller::Test(test) => test.evidence.as_slice(),
        Teller::Stage(_) | Teller::Run => &[],
    });
    let proofs: Vec<&Evidence> = proofs.collect();
    if proofs.is_empty() {
        return None;
    }
    let titles: Vec<String> = proofs.iter().map(|proof| clip(&proof.title, LONGEST_TITLE)).collect();
    let blocks: Vec<String> = match proofs.as_slice() {
        // The summary has its title already.
        [only] => vec![proven(only, extent)],
        several => several.iter().map(|proof| format!("{}\n\n{}", title(proof), proven(proof, extent))).collect(),
    };
    Some(folded(&format!("Evidence: {}", list(&titles, MOST_TITLES)), &blocks.join("\n\n")))
}

fn proven(proof: &Evidence, extent: Extent) -> String {
    let all: Vec<String> = block_lines(&proof.text).iter().map(|line| clip(line, WIDEST)).collect();
    let skipped = match extent {
        Extent::Whole => 0,
        Extent::Core => all.len().saturating_sub(CORE),
    };
    let shown: Vec<String> = all.into_iter().skip(skipped).collect();
    let block = fenced(&shown, "");
    if skipped > 0 { format!("Without the first {}:\n\n{block}", count(skipped, "line")) } else { block }
}

fn title(proof: &Evidence) -> String {
    prose(&clip(&proof.title, LONGEST), Place::Line)
}

/// Warnings and notes.
pub(crate) fn remarks(report: &Report) -> Vec<String> {
    // Dangers stand before the table, and beside what changes.
    let is_shown = |f: &&ReportedFinding| f.age == Age::New && !f.is_danger && !is_told_as_not_checked(f);
    let shown = || report.findings.iter().filter(is_shown);
    let of = |level: Level| -> Vec<&ReportedFinding> { shown().filter(|f| f.level == level).collect() };
    let summary = format!("⚠️ {} that do not count", count(tolerated(report).count(), "problem"));
    let tolerated = remarks_on(tolerated(report), report);
    let tolerated = (!tolerated.is_empty()).then(|| folded(&summary, &tolerated.join("\n")));
    let folded_level = |level: Level, mark: &str| {
        let findings = of(level);
        if findings.is_empty() {
            return None;
        }
        let lines = remarks_on(findings.iter().copied(), report);
        Some(folded(&format!("{mark}{}", count(findings.len(), level.as_str())), &lines.join("\n")))
    };
    [tolerated, folded_level(Level::Warning, "⚠️ "), folded_level(Level::Note, "")].into_iter().flatten().collect()
}

/// List items about findings; of very many of one sort the first ones.
pub(crate) fn remarks_on<'a>(findings: impl Iterator<Item = &'a ReportedFinding>, report: &Report) -> Vec<String> {
    let told = shortened(findings.map(cause_of).collect());
    told.iter().map(|cause| item(cause, report, Depth::Line)).collect()
}

/// A list item about a finding.
pub(crate) fn remark(finding: &ReportedFinding, report: &Report) -> String {
    item(&cause_of(finding), report, Depth::Line)
}

fn cause_of(finding: &ReportedFinding) -> Cause<'_> {
    Cause {
        kind: Kind::Failed,
        environments: finding.environments.iter().map(String::as_str).collect(),
        message: finding.message.clone(),
        teller: Teller::Finding(finding),
        more: Vec::new(),
    }
}
