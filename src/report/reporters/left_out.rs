//! What was not done: objects by the reason why they were left alone, kinds that were not checked. Nothing is skipped in silence.

use seatrial_model::{Action, EnvironmentReport, NotChecked, ObjectId, Report};

use crate::wording::list;

/// Environments that are named one by one.
const MOST_NAMES: usize = 3;

/// Objects that were left out of an environment, by the reason, in the order of its first one.
pub(crate) fn by_reason(environment: &EnvironmentReport) -> Vec<(&str, Vec<&ObjectId>)> {
    let skipped = environment.skipped.iter().map(|s| (s.because.as_str(), &s.object));
    let changes = environment.changes.iter().filter(|change| change.action == Action::Skipped);
    let untold = changes.filter(|change| environment.skipped.iter().all(|s| s.object != change.object));
    let untold = untold.map(|change| (change.because.as_deref().unwrap_or("no reason given"), &change.object));
    let mut reasons: Vec<(&str, Vec<&ObjectId>)> = Vec::new();
    for (because, object) in skipped.chain(untold) {
        match reasons.iter_mut().find(|(known, _)| *known == because) {
            Some((_, objects)) => objects.push(object),
            None => reasons.push((because, vec![object])),
        }
    }
    reasons
}

/// `2 acme.io/Widget (no schema), 1 v1/Secret (encrypted with SOPS) in prod`; the same of several environments once, empty for nothing.
pub(crate) fn not_checked(report: &Report) -> String {
    let mut kinds: Vec<(&NotChecked, Vec<&str>)> = Vec::new();
    for environment in &report.environments {
        for unchecked in &environment.not_checked {
            match kinds.iter_mut().find(|(known, _)| *known == unchecked) {
                Some((_, names)) => names.push(&environment.name),
                None => kinds.push((unchecked, vec![&environment.name])),
            }
        }
    }
    let clauses = kinds.iter().map(|(unchecked, names)| {
        let everywhere = names.len() == report.environments.len();
        let places = if everywhere { String::new() } else { format!(" in {}", list(names, MOST_NAMES)) };
        format!("{} {} ({}){places}", unchecked.count, unchecked.kind, unchecked.because)
    });
    clauses.collect::<Vec<_>>().join(", ")
}
