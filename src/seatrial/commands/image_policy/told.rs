//! A decision as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seatrial_flux::image_policy::{Because, Candidate, Choice, Decision, DigestReflection, PolicySpec};
use seatrial_model::{counted, shown_on_one_line};
use serde_json::{Value, json};

use super::asked::Asked;

/// How many of the others are listed, unless all are.
const NEAREST: usize = 8;
/// Tags that are longer push their reason to the right.
const WIDEST: usize = 40;

/// What people read: the winner, the nearest others with their reasons, and how many more there are.
pub(super) fn text(asked: &Asked, decision: &Decision, tags: usize, all: bool) -> String {
    let mut out = format!("{}\n", shown_on_one_line(&headline(asked, decision, tags)));
    for note in notes(asked, decision) {
        let _ = writeln!(out, "  {}", shown_on_one_line(&note));
    }
    let shown = if all { (0..decision.others.len()).collect() } else { nearest(&decision.others) };
    let lines: Vec<(String, String)> = shown
        .iter()
        .filter_map(|at| decision.others.get(*at))
        .map(|(candidate, because)| (named(candidate), because.clause(&asked.spec)))
        .collect();
    let width = lines.iter().map(|(tag, _)| tag.chars().count()).max().unwrap_or_default().min(WIDEST);
    if !lines.is_empty() {
        out.push_str("\nNot selected:\n");
    }
    for (tag, clause) in &lines {
        let _ = writeln!(out, "  {}", shown_on_one_line(&format!("{tag:width$}  {clause}")));
    }
    out.push_str(&rest(asked, decision, &shown));
    out
}

fn headline(asked: &Asked, decision: &Decision, tags: usize) -> String {
    let count = counted(tags, "tag");
    match (&decision.winner, &decision.failure) {
        (Some(winner), _) => format!("{} wins of {count}: {}", named(winner), how(&asked.spec)),
        (None, Some(failure)) => format!("no tag wins of {count}: {}", failure.clause(&asked.spec)),
        (None, None) => format!("no tag wins of {count}"),
    }
}

/// How a policy chooses.
fn how(spec: &PolicySpec) -> String {
    let descends = |order: &str| order.eq_ignore_ascii_case("desc");
    match &spec.choice {
        Choice::Semver(range) => format!("the highest version in the range `{range}`"),
        Choice::Alphabetical(order) if descends(order) => "the first in the alphabet".to_owned(),
        Choice::Alphabetical(_) => "the last in the alphabet".to_owned(),
        Choice::Numerical(order) if descends(order) => "the smallest number".to_owned(),
        Choice::Numerical(_) => "the largest number".to_owned(),
    }
}

/// A tag, with what of it is compared.
fn named(candidate: &Candidate) -> String {
    match candidate.value == candidate.tag {
        true => candidate.tag.clone(),
        false => format!("{} ({})", candidate.tag, candidate.value),
    }
}

/// What else is to be known, as clauses.
fn notes(asked: &Asked, decision: &Decision) -> Vec<String> {
    let mut notes = Vec::new();
    if !decision.drawn_with.is_empty() {
        let others: Vec<String> = decision.drawn_with.iter().take(NEAREST).map(|tag| format!("`{tag}`")).collect();
        notes.push(format!(
            "with a filter Flux takes any of those that are equal, another one each time: also {}",
            others.join(", ")
        ));
    }
    if asked.is_suspended {
        notes.push("the policy is suspended: Flux keeps the image that it selected last".to_owned());
    }
    match asked.digest {
        DigestReflection::Never => {}
        DigestReflection::IfNotPresent => {
            notes.push(
                "`digestReflectionPolicy: IfNotPresent` adds the digest that the tag has when it is selected"
                    .to_owned(),
            );
        }
        DigestReflection::Always => {
            notes
                .push("`digestReflectionPolicy: Always` adds the digest, and changes it when the tag moves".to_owned());
        }
    }
    notes
}

/// The places of the nearest ones, with at least one for each reason that there is.
fn nearest(others: &[(Candidate, Because)]) -> Vec<usize> {
    let mut shown: Vec<usize> = first_of_each(others).into_values().collect();
    let more: Vec<usize> = (0..others.len()).filter(|at| !shown.contains(at)).collect();
    shown.extend(more.into_iter().take(NEAREST.saturating_sub(shown.len())));
    shown.sort_unstable();
    shown
}

fn first_of_each(others: &[(Candidate, Because)]) -> BTreeMap<&'static str, usize> {
    let mut first = BTreeMap::new();
    for (at, (_, because)) in others.iter().enumerate() {
        first.entry(because.as_str()).or_insert(at);
    }
    first
}

/// How many are not listed, by reason.
fn rest(asked: &Asked, decision: &Decision, shown: &[usize]) -> String {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    let mut listed = shown.iter().peekable();
    for (at, (_, because)) in decision.others.iter().enumerate() {
        if listed.next_if(|shown| **shown == at).is_some() {
            continue;
        }
        let words = because.of_several(&asked.spec);
        match counts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => counts.push((words, 1)),
        }
    }
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return String::new();
    }
    let each: Vec<String> = counts.iter().map(|(words, count)| format!("{count} {words}")).collect();
    format!("  and {total} more: {} (-v lists them)\n", each.join(", "))
}

/// What programs read: everything.
pub(super) fn json(asked: &Asked, decision: &Decision) -> String {
    let spec = &asked.spec;
    let candidate = |candidate: &Candidate| json!({ "tag": candidate.tag, "value": candidate.value });
    let others: Vec<Value> = decision
        .others
        .iter()
        .map(|(candidate, because)| {
            json!({
                "tag": candidate.tag,
                "value": candidate.value,
                "reason": because.as_str(),
                "message": because.clause(spec),
            })
        })
        .collect();
    let value = json!({
        "winner": decision.winner.as_ref().map(candidate),
        "failure": decision.failure.as_ref().map(|failure| failure.clause(spec)),
        "notes": notes(asked, decision),
        "others": others,
    });
    format!("{value:#}\n")
}
