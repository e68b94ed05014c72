//! The report as GitHub-flavoured Markdown: comment, job summary, artifact. Made of whole sections; a budget leaves some out, never cuts one.

mod altered;
mod cases;
mod compared;
mod details;
mod escape;
mod fixes;
mod footer;
mod inline;
mod problem;
mod table;

use seatrial_model::{Report, Target, Verdict};

use crate::alike::shortened;
use crate::alterations;
use crate::cause::{Cause, causes, tolerated_tests};
use crate::diff::{self, Extent, folded_blocks};
use crate::headline::{NOTHING_JUDGED, clause, is_unchecked};
use crate::markdown::problem::Depth;
use crate::trials;
use crate::wording::{capitalised, clip};

pub(crate) use details::{folded, remark};
pub(crate) use escape::{Place, block_lines, code, fenced, link, prose};
pub(crate) use fixes::{COMMAND, title_of_patch};
pub use inline::{inline, suggestion};

/// Characters of a title at most: it is the subject of a notification.
const LONGEST_TITLE: usize = 240;

/// Problems that are told before the table.
const LEADING: usize = 5;

/// GitHub-flavoured Markdown of at most `budget` bytes: pull request comment, job summary, artifact.
#[must_use]
pub fn markdown(report: &Report, budget: usize) -> String {
    let report = &report.by_mistake();
    let causes = shortened(causes(report));
    // What the change does to its own checks goes last.
    let ladder: [&dyn Fn() -> Vec<String>; 7] = [
        &|| full(report, &causes, budget / 2),
        &|| full(report, &causes, budget / 20),
        &|| failures(report, &causes),
        &|| counts(report, &causes, budget),
        &|| vec![title(report), altered::lines(report), footer::pointer(report)],
        &|| vec![title(report), footer::pointer(report)],
        &|| vec![short_title(report)],
    ];
    for rung in ladder {
        let text = joined(&rung());
        if text.len() <= budget {
            return text;
        }
    }
    let least = format!("### {} {}\n", mark(report), report.verdict.as_str());
    if least.len() <= budget { least } else { String::new() }
}

/// Everything there is to say, with so many bytes of details about what changes.
fn full(report: &Report, causes: &[Cause<'_>], differences: usize) -> Vec<String> {
    let (leading, others) = causes.split_at(causes.len().min(LEADING));
    let mut sections = vec![title(report), altered::lines(report)];
    sections.extend(addresses(report));
    sections.extend(diff::leading(report));
    sections.extend(problem::leading(leading, report));
    sections.extend(cases::failing(report, details::Extent::Whole));
    sections.push(environments(report));
    sections.push([details::notices(report), compared::lines(report), details::left_out(report)].concat().join("\n"));
    sections.extend(details::problems(others, 0, report));
    sections.extend(compared::fixed(report));
    sections.extend(fixes::patch(report, differences / 2));
    sections.extend(folded_blocks(report, Extent::Bytes(differences)));
    sections.extend(details::changes(report));
    sections.extend(details::tests(report));
    sections.extend(details::evidence(&[causes, &tolerated_tests(report)].concat(), details::Extent::Whole));
    sections.extend(details::remarks(report));
    sections.extend(compared::already_there(report));
    sections.push(footer::footer(report));
    sections
}

/// What failed, with the core of its proof; no changes, no warnings.
fn failures(report: &Report, causes: &[Cause<'_>]) -> Vec<String> {
    let (leading, others) = causes.split_at(causes.len().min(LEADING));
    let mut sections = vec![title(report), altered::lines(report)];
    sections.extend(addresses(report));
    sections.extend(diff::leading(report));
    sections.extend(problem::leading(leading, report));
    sections.extend(cases::failing(report, details::Extent::Core));
    sections.push(environments(report));
    sections.push([details::notices(report), compared::lines(report)].concat().join("\n"));
    sections.extend(details::problems(others, 0, report));
    sections.extend(details::evidence(leading, details::Extent::Core));
    sections.push(footer::pointer(report));
    sections.push(footer::footer(report));
    sections
}

/// The counts, and as many failures as there is room for, one line each.
fn counts(report: &Report, causes: &[Cause<'_>], budget: usize) -> Vec<String> {
    let ending = [footer::pointer(report), footer::footer(report)];
    let mut sections = vec![title(report), altered::lines(report)];
    let size = |sections: &[String]| sections.iter().map(|s| s.len() + 2).sum::<usize>();
    let mut room = budget.saturating_sub(size(&sections) + size(&ending));
    let table = environments(report);
    if table.len() + 2 <= room / 2 {
        room -= table.len() + 2;
        sections.push(table);
    }
    // The list's frame must fit as well.
    let mut left = room.saturating_sub(details::FRAME);
    let fitting = causes.iter().take_while(|cause| {
        let size = problem::item(cause, report, Depth::Line).len() + 1;
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    });
    let (listed, unlisted) = causes.split_at(fitting.count());
    let (leading, others) = listed.split_at(listed.len().min(LEADING));
    let lines: Vec<String> = leading.iter().map(|cause| problem::item(cause, report, Depth::Line)).collect();
    sections.insert(2, lines.join("\n"));
    sections.extend(details::problems(others, number_of(unlisted), report));
    sections.extend(ending);
    sections
}

/// How many causes these stand for.
fn number_of(causes: &[Cause<'_>]) -> usize {
    causes.iter().map(|cause| 1 + cause.more.len()).sum()
}

/// The title must be enough for the notification.
fn title(report: &Report) -> String {
    format!("### {} {}", mark(report), prose(&clip(&clause(report), LONGEST_TITLE), Place::Line))
}

/// Where there is no room for a reason: what the change does to its own checks, and the verdict.
fn short_title(report: &Report) -> String {
    let verdict = report.verdict.as_str();
    let told = match alterations::clause(report) {
        Some(altered) => format!("{}. {}", capitalised(&altered), capitalised(verdict)),
        None => verdict.to_owned(),
    };
    format!("### {} {}", mark(report), prose(&told, Place::Line))
}

/// The table; where the configuration is wrong there is none, and that is said.
fn environments(report: &Report) -> String {
    match report.verdict {
        Verdict::Failed if report.environments.is_empty() => format!("{}.", capitalised(NOTHING_JUDGED)),
        _ => table::table(report),
    }
}

/// Where a person can look at what was deployed.
fn addresses(report: &Report) -> Option<String> {
    let live = report.environments.iter().filter_map(|environment| {
        let url = environment.target.as_ref().and_then(Target::address)?;
        let name = prose(&crate::headline::name(environment), Place::Line);
        Some(format!("{name}: {}", link(&code(url, Place::Line), url)))
    });
    let live: Vec<String> = live.collect();
    (!live.is_empty()).then(|| live.join(" · "))
}

/// The sign of the verdict.
fn mark(report: &Report) -> &'static str {
    match report.verdict {
        Verdict::Passed if needs_a_second_look(report) => "⚠️",
        Verdict::Passed => "✅",
        Verdict::Failed | Verdict::Broken => "❌",
    }
}

/// What passed with altered checks, in spite of a failure, only when repeated, or without having been checked.
pub(crate) fn needs_a_second_look(report: &Report) -> bool {
    let has_flaky = report.environments.iter().any(trials::has_flaky);
    let is_dangerous = diff::dangers(report).next().is_some();
    is_dangerous
        || !report.alterations.is_empty()
        || trials::tolerated(report).is_some()
        || has_flaky
        || is_unchecked(report)
}

/// A blank line between sections; each is whole in itself.
fn joined(sections: &[String]) -> String {
    let told: Vec<&str> = sections.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    told.join("\n\n") + "\n"
}
