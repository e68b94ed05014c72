//! What the page shows, in its order: plain text and addresses, which the template escapes.

use seatrial_model::{Patch, Report, Verdict};
use serde::Serialize;

use crate::address::clickable;
use crate::ages;
use crate::alterations;
use crate::headline::{NOTHING_JUDGED, clause};
use crate::html::changes::Changes;
use crate::html::environments::{Environment, Environments};
use crate::html::findings::{Group, groups};
use crate::left_out::not_checked;
use crate::markdown::{COMMAND, block_lines, title_of_patch};
use crate::plain::one_line;
use crate::wording::{capitalised, clip, duration, short};

/// Characters of a sentence at most.
pub(super) const LONGEST: usize = 1_000;

/// Sentences of one sort that are told one by one.
const MOST: usize = 200;

#[derive(Serialize)]
pub(super) struct Page {
    verdict: &'static str,
    /// What the verdict looks like: one that passed may need a second look.
    look: &'static str,
    headline: String,
    facts: Vec<Fact>,
    alterations: Vec<String>,
    notices: Vec<String>,
    /// What is said where there is no table.
    nothing: Option<String>,
    environments: Environments,
    groups: Vec<Group>,
    patch: Option<PatchPart>,
    changes: Vec<Changes>,
    details: Vec<Environment>,
    not_checked: String,
    tool: String,
}

/// A fact about the run, perhaps with a place to click.
#[derive(Serialize)]
pub(super) struct Fact {
    name: &'static str,
    text: String,
    address: Option<String>,
}

/// What would mend findings.
#[derive(Serialize)]
pub(super) struct PatchPart {
    title: String,
    how: &'static str,
    text: String,
}

impl PatchPart {
    fn of(patch: &Patch) -> PatchPart {
        let text = block_lines(&patch.text).join("\n");
        PatchPart { title: title_of_patch(patch.fixes), how: COMMAND, text }
    }
}

impl Page {
    /// The page of a report that tells each mistake once.
    pub(super) fn of(report: &Report) -> Page {
        let is_unjudged = report.verdict == Verdict::Failed && report.environments.is_empty();
        Page {
            verdict: report.verdict.as_str(),
            look: look(report),
            headline: one_line(&clip(&clause(report), LONGEST)),
            facts: facts(report),
            alterations: sentences(alterations::in_order(report).iter().map(|altered| altered.sentence())),
            notices: sentences(report.notices.iter().cloned()).into_iter().chain(comparisons(report)).collect(),
            nothing: is_unjudged.then(|| format!("{}.", capitalised(NOTHING_JUDGED))),
            environments: Environments::of(report),
            groups: groups(report),
            patch: report.patch.as_ref().map(PatchPart::of),
            changes: Changes::all(report),
            details: Environment::all(report),
            not_checked: one_line(&clip(&not_checked(report), LONGEST)),
            tool: one_line(&format!("{} {}", report.tool.name, report.tool.version)),
        }
    }
}

fn look(report: &Report) -> &'static str {
    match report.verdict {
        Verdict::Passed if crate::markdown::needs_a_second_look(report) => "attention",
        Verdict::Passed => "good",
        Verdict::Failed | Verdict::Broken => "bad",
    }
}

/// A sentence that a reader sees.
pub(super) fn sentence(text: &str) -> String {
    one_line(&capitalised(&clip(text, LONGEST)))
}

fn sentences(texts: impl Iterator<Item = String>) -> Vec<String> {
    let all: Vec<String> = texts.map(|text| sentence(&text)).collect();
    let more = all.len().saturating_sub(MOST);
    let rest = (more > 0).then(|| format!("… and {more} more; the JSON report has all of them"));
    all.into_iter().take(MOST).chain(rest).collect()
}

/// What could not be compared, and what was there before and is counted only.
fn comparisons(report: &Report) -> Vec<String> {
    let not_compared = ages::not_compared(report).into_iter();
    let mut told: Vec<String> = not_compared
        .map(|(because, names)| {
            one_line(&clip(
                &format!("{names}: not compared, because {because}; every finding there counts as new"),
                LONGEST,
            ))
        })
        .collect();
    let counted = ages::counted(report);
    if !counted.is_empty() {
        told.push(format!("Already there: {counted}. The base has the same; `--all` lists them"));
    }
    told
}

fn facts(report: &Report) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name, text: String, address: Option<&str>| {
        facts.push(Fact { name, text: one_line(&clip(&text, LONGEST)), address: address.and_then(clickable) });
    };
    let revision = &report.revision;
    if let Some(request) = &revision.pull_request {
        add("Pull request", format!("{} #{}", request.repository, request.number), None);
    }
    if let Some(head) = &revision.head {
        add("Head", short(head), None);
    }
    if let Some(base) = &revision.base {
        let found = revision.base_found.as_ref().map(|found| format!(", {}", found.replace('`', "")));
        add("Compared with", format!("{}{}", short(base), found.unwrap_or_default()), None);
    }
    add("Command", format!("seatrial {}", report.command), None);
    add("Duration", duration(report.duration_ms), None);
    if let Some(url) = &report.run_url {
        add("Run", url.clone(), Some(url));
    }
    facts
}
