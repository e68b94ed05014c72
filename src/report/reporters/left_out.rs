//! What was not done: objects by the reason why they were left alone, kinds that were not checked. Nothing is skipped in silence.

use std::collections::BTreeMap;

use seatrial_model::{Action, EnvironmentReport, Level, ObjectId, Report, ReportedFinding, ids};

use crate::wording::{count, list};

/// Environments that are named one by one.
const MOST_NAMES: usize = 3;

/// Kinds that are named one by one; the JSON report has all.
const MOST_KINDS: usize = 8;

/// Objects that were left out of an environment, by the reason, in the order of its first one.
pub(crate) fn by_reason(environment: &EnvironmentReport) -> Vec<(&str, Vec<&ObjectId>)> {
    let skipped = environment.skipped.iter().map(|s| (s.because.as_str(), &s.object));
    let changes = environment.changes.iter().filter(|change| change.action == Action::Skipped);
    let untold = changes.filter(|change| environment.skipped.iter().all(|s| s.object != change.object));
    let untold = untold.map(|change| (change.because.as_deref().unwrap_or("no reason given"), &change.object));
    grouped(skipped.chain(untold))
}

/// Values by their key, in the order of its first one.
pub(crate) fn grouped<'a, V>(pairs: impl Iterator<Item = (&'a str, V)>) -> Vec<(&'a str, Vec<V>)> {
    let mut groups: Vec<(&str, Vec<V>)> = Vec::new();
    for (key, value) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    groups
}

/// `2 acme.io/Widget (no schema), 1 v1/Secret (encrypted with SOPS) in prod`, counted over all environments; empty for nothing.
pub(crate) fn not_checked(report: &Report) -> String {
    let mut kinds: BTreeMap<(&str, &str), (usize, Vec<&str>)> = BTreeMap::new();
    for environment in &report.environments {
        for unchecked in &environment.not_checked {
            let (count, names) = kinds.entry((&unchecked.kind, &unchecked.because)).or_default();
            *count += unchecked.count;
            names.push(&environment.name);
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    if kinds.len() > MOST_KINDS {
        kinds.sort_by_key(|(_, (number, _))| std::cmp::Reverse(*number));
    }
    let rest = kinds.split_off(kinds.len().min(MOST_KINDS));
    let mut clauses: Vec<String> = kinds
        .iter()
        .map(|((kind, because), (number, names))| {
            // The places of very many kinds would bury the kinds.
            let places = if rest.is_empty() { places(names, report) } else { String::new() };
            format!("{number} {kind} ({because}){places}")
        })
        .collect();
    if !rest.is_empty() {
        let objects: usize = rest.iter().map(|(_, (number, _))| number).sum();
        clauses.push(format!("{} of {}", count(objects, "object"), count(rest.len(), "further kind")));
    }
    clauses.join(", ")
}

fn places(names: &[&str], report: &Report) -> String {
    match names.len() {
        all if all == report.environments.len() => String::new(),
        few if few <= MOST_NAMES => format!(" in {}", list(names, MOST_NAMES)),
        many => format!(" in {}", count(many, "environment")),
    }
}

/// What may be said of objects in which nothing was found: `valid`, `33 valid, 399 not checked`, `none of 7 objects could be checked`.
pub(crate) fn checked(objects: usize, unchecked: usize) -> String {
    match (objects, unchecked) {
        (0, _) => "nothing to check".to_owned(),
        (_, 0) => "valid".to_owned(),
        (1, _) => "not checked".to_owned(),
        (all, none) if all <= none => format!("none of {} could be checked", count(all, "object")),
        (all, some) => format!("{} valid, {some} not checked", all - some),
    }
}

/// Whether `not checked` tells what a finding says: readers see it there, once a kind; the JSON and JUnit reports have both.
pub(crate) fn is_told_as_not_checked(finding: &ReportedFinding) -> bool {
    let rules = [ids::UNKNOWN_KIND.as_str(), ids::SOPS.as_str()];
    finding.level == Level::Note && rules.contains(&finding.rule.as_str())
}

#[cfg(test)]
mod tests {
    use seatrial_model::NotChecked;

    use super::*;

    #[test]
    fn a_kind_is_counted_over_all_environments_that_have_it() {
        let mut report = Report::new("validate", "0");
        for index in 0..6 {
            let unchecked = NotChecked { kind: "acme.io/Widget".to_owned(), count: 2, because: "no schema".to_owned() };
            let mut environment = crate::samples::green().environments.remove(0);
            environment.name = format!("e{index}");
            environment.not_checked = if index < 5 { vec![unchecked] } else { Vec::new() };
            report.environments.push(environment);
        }
        assert_eq!(not_checked(&report), "10 acme.io/Widget (no schema) in 5 environments");
        report.environments.truncate(2);
        assert_eq!(not_checked(&report), "4 acme.io/Widget (no schema)");
    }
}
