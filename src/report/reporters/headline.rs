//! The report in one clause: the title of the comment, and what a commit status shows.

use seatrial_model::{EnvironmentReport, Level, Report, Stage, StageResult, Verdict};

use crate::ages::{already_there, noun, tolerated};
use crate::alterations;
use crate::cause::{Cause, Kind, causes, location, of_kind};
use crate::diff;
use crate::plain::one_line;
use crate::trials;
use crate::wording::{capitalised, clip, count, list};

/// Characters that a commit status takes (GitHub: 422 above it).
const LONGEST: usize = 140;

/// What is said where no environment was looked at.
pub(crate) const NOTHING_JUDGED: &str = "nothing was rendered or checked";

/// Environments that a clause names at most.
pub(crate) const MOST_NAMES: usize = 3;

/// What a commit status shows, at most 140 characters: the verdict, why, and the digest of the report that says more.
#[must_use]
pub fn status_description(report: &Report) -> String {
    let digest = format!(" (report {})", report.digest());
    let headline = headline(report);
    let verdict = capitalised(report.verdict.as_str());
    let told = if headline.contains(&verdict) { headline } else { format!("{verdict}: {headline}") };
    format!("{}{digest}", clip(&told, LONGEST - digest.chars().count()))
}

/// The report in one clause of at most 140 characters.
#[must_use]
pub fn headline(report: &Report) -> String {
    let report = &report.by_mistake();
    // A commit status is plain text. The name of a test is words among words: it keeps quotes.
    let judged = judgement(report).replace('`', "");
    let told = match alterations::clause(report) {
        Some(altered) => format!("{}. {judged}", capitalised(&altered).replace('`', "\"")),
        None => judged,
    };
    clip(&one_line(&told), LONGEST)
}

/// The clause with names in backticks, of any length. What the change does to its own checks comes first: it is not what is clipped away.
pub(crate) fn clause(report: &Report) -> String {
    match alterations::clause(report) {
        Some(altered) => format!("{}. {}", capitalised(&altered), judgement(report)),
        None => judgement(report),
    }
}

fn judgement(report: &Report) -> String {
    let causes = causes(report);
    match report.verdict {
        Verdict::Passed => passed(report),
        Verdict::Failed => {
            let failing = of_kind(&causes, Kind::Failed);
            failed(&failing, noun(report, &failing))
        }
        Verdict::Broken => broken(&of_kind(&causes, Kind::Broken), of_kind(&causes, Kind::Failed).len()),
    }
}

fn passed(report: &Report) -> String {
    let mut clauses = vec![judged(report)];
    let deployed: Vec<String> = report.environments.iter().filter(|e| is_deployed(e)).map(name).collect();
    if !deployed.is_empty() {
        clauses.push(format!("deployed to {}", list(&deployed, MOST_NAMES)));
    }
    clauses.extend(not_deployed(report));
    clauses.extend(trials::passed(report));
    let tolerated = tolerated(report).count();
    if tolerated > 0 {
        clauses.push(format!("{} that do not count", count(tolerated, "problem")));
    }
    let warnings = report.count(Level::Warning);
    if warnings > 0 {
        clauses.push(count(warnings, "warning"));
    }
    let problems = already_there(report).filter(|finding| finding.level == Level::Error).count();
    if problems > 0 {
        clauses.push(format!("{} already there", count(problems, "problem")));
    }
    if !report.fixed.is_empty() {
        clauses.push(format!("{} fixed", report.fixed.len()));
    }
    // A failure that was tolerated is not lost behind what passed, nor is what the change may destroy.
    if let Some(danger) = diff::clause(report) {
        return format!("Passed, but {danger} ({})", clauses.join(", "));
    }
    if let Some(routine) = diff::routine(report).filter(|_| trials::tolerated(report).is_none()) {
        return format!("Passed, routine: {routine} ({})", clauses.join(", "));
    }
    let told = match trials::tolerated(report) {
        Some(tolerated) => format!("Passed, {tolerated}"),
        None if is_affected(report) => "Passed".to_owned(),
        None => "Passed, no environment affected".to_owned(),
    };
    format!("{told}: {}", clauses.join(", "))
}

/// Whether some environment renders something else than its base, as far as is known.
fn is_affected(report: &Report) -> bool {
    report.environments.is_empty() || report.environments.iter().any(|e| e.changed != Some(false))
}

fn failed(causes: &[&Cause<'_>], noun: &str) -> String {
    match causes {
        [] => "Failed".to_owned(),
        [only] => match whereabouts(only) {
            Some(place) => format!("{place}: {}", only.message),
            None => only.message.clone(),
        },
        [first, ..] => match whereabouts(first) {
            Some(place) => format!("{}, the first in {place}: {}", count(causes.len(), noun), first.message),
            None => format!("{}, the first: {}", count(causes.len(), noun), first.message),
        },
    }
}

/// The environments of a cause; of one that concerns none, the place: ``dev and prod``, `` `seatrial.yaml:3` ``.
fn whereabouts(cause: &Cause<'_>) -> Option<String> {
    if !cause.environments.is_empty() {
        return Some(list(&cause.environments, MOST_NAMES));
    }
    location(cause).map(|at| format!("`{}:{}`", at.path, at.line))
}

fn broken(causes: &[&Cause<'_>], problems: usize) -> String {
    let Some(first) = causes.first() else { return "Broken: no verdict on the change".to_owned() };
    let places = list(&first.environments, MOST_NAMES);
    let within = if places.is_empty() { places } else { format!(" in {places}") };
    // What is wrong with the change is not lost behind what is wrong with the infrastructure.
    let besides = if problems > 0 { format!(" (and {})", count(problems, "problem")) } else { String::new() };
    format!("Broken{within}{besides}: {}", first.message)
}

/// `42 objects in 2 environments, 9 not checked`.
pub(crate) fn judged(report: &Report) -> String {
    if report.environments.is_empty() {
        return NOTHING_JUDGED.to_owned();
    }
    let objects: usize = report.environments.iter().map(|e| e.objects).sum();
    let judged = format!("{} in {}", count(objects, "object"), count(report.environments.len(), "environment"));
    match report.environments.iter().map(EnvironmentReport::unchecked).sum() {
        0 => judged,
        unchecked if unchecked == objects => format!("{judged}, none of them checked"),
        unchecked => format!("{judged}, {unchecked} not checked"),
    }
}

/// Whether there were objects and none of them could be checked: then nothing is called valid.
pub(crate) fn is_unchecked(report: &Report) -> bool {
    let objects: usize = report.environments.iter().map(|e| e.objects).sum();
    objects > 0 && report.environments.iter().map(EnvironmentReport::unchecked).sum::<usize>() == objects
}

/// `dev`, or `dev (simulated)`: nobody shall take a simulated cluster for a real one.
pub(crate) fn name(environment: &EnvironmentReport) -> String {
    match &environment.target {
        Some(target) if target.simulated => format!("{} (simulated)", environment.name),
        _ => environment.name.clone(),
    }
}

fn is_deployed(environment: &EnvironmentReport) -> bool {
    environment.stage(Stage::Deploy).is_some_and(|stage| stage.result == StageResult::Passed)
}

/// The one reason why nothing was deployed, where a deployment belongs to the command.
pub(crate) fn not_deployed(report: &Report) -> Option<String> {
    if !matches!(report.command.as_str(), "run" | "deploy") || report.environments.iter().any(is_deployed) {
        return None;
    }
    let mut reasons = report.environments.iter().filter_map(|e| match &e.stage(Stage::Deploy)?.result {
        StageResult::Skipped(because) => Some(because.as_str()),
        _ => None,
    });
    let first = reasons.next()?;
    reasons.all(|reason| reason == first).then(|| format!("not deployed: {first}"))
}
