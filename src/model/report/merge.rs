//! Findings of several environments put together: the same one is listed once, with all environments that have it.

use std::collections::VecDeque;

use crate::{Age, Level, QuickMap, ReportedFinding, ReportedLabel};

/// Adds an environment's findings to those that are known. One stands for the first of the same kind that the environment does not have yet.
pub(super) fn add(known: &mut Vec<ReportedFinding>, environment: Option<&str>, findings: &[ReportedFinding]) {
    let twins = environment.map(|name| twins(known, name, findings)).unwrap_or_default();
    let twins = twins.into_iter().chain(std::iter::repeat(None));
    for (finding, twin) in findings.iter().zip(twins) {
        let environment = environment.map(str::to_owned);
        if let Some(twin) = twin.and_then(|position| known.get_mut(position)) {
            twin.environments.extend(environment);
            twin.agree_on_fix(finding);
            continue;
        }
        let mut finding = finding.clone();
        finding.environments.extend(environment);
        known.push(finding);
    }
}

/// For each finding the position of the known one that it is the same as; none twice.
fn twins(known: &[ReportedFinding], environment: &str, findings: &[ReportedFinding]) -> Vec<Option<usize>> {
    let mut free: QuickMap<Identity<'_>, VecDeque<usize>> = QuickMap::default();
    for finding in findings {
        free.entry(Identity::of(finding)).or_default();
    }
    for (position, finding) in known.iter().enumerate() {
        if let Some(alike) = free.get_mut(&Identity::of(finding))
            && !finding.environments.iter().any(|name| name == environment)
        {
            alike.push_back(position);
        }
    }
    findings.iter().map(|finding| free.get_mut(&Identity::of(finding)).and_then(VecDeque::pop_front)).collect()
}

/// What makes two findings the same one for a reader.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    age: Age,
    level: Level,
    rule: &'a str,
    message: &'a str,
    primary: &'a ReportedLabel,
    field: Option<&'a str>,
}

impl Identity<'_> {
    fn of(finding: &ReportedFinding) -> Identity<'_> {
        Identity {
            age: finding.age,
            level: finding.level,
            rule: &finding.rule,
            message: &finding.message,
            primary: &finding.primary,
            field: finding.field.as_deref(),
        }
    }
}
