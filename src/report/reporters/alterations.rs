//! What a pull request removes or changes of its own checks, in the order in which all reporters name it, and as one clause.

use seatrial_model::{Alteration, AlterationKind, AlteredSubject, Report};

use crate::wording::{clip, count, list};

/// Characters that names may take in a clause; longer ones are counted, so that the verdict still fits behind them.
const LONGEST_NAMED: usize = 70;

/// Characters of a sentence at most: names and details come from the configuration.
const LONGEST: usize = 600;

/// Removed before changed, environments before tests before rules.
pub(crate) fn in_order(report: &Report) -> Vec<&Alteration> {
    let mut all: Vec<&Alteration> = report.alterations.iter().collect();
    all.sort_by_key(|alteration| (alteration.kind, alteration.subject));
    all
}

/// A sentence without full stop: ``the pull request removes the test `shop answers` of dev``.
pub(crate) fn sentence(alteration: &Alteration) -> String {
    clip(&alteration.sentence(), LONGEST)
}

/// ``removes the test `shop answers` of dev``, `removes 2 tests, changes 1 environment`: by name where it is short; `None` for nothing.
pub(crate) fn clause(report: &Report) -> Option<String> {
    let all = in_order(report);
    match all.as_slice() {
        [] => None,
        [only] if only.clause().chars().count() <= LONGEST_NAMED => Some(only.clause()),
        _ => Some(counted(&all)),
    }
}

/// `removes 1 environment and 2 tests, changes 1 rule`.
fn counted(all: &[&Alteration]) -> String {
    let of_kind = |kind: AlterationKind| {
        let subjects = [AlteredSubject::Environment, AlteredSubject::Test, AlteredSubject::Rule];
        let numbers =
            subjects.map(|subject| (all.iter().filter(|a| (a.kind, a.subject) == (kind, subject)).count(), subject));
        let parts: Vec<String> =
            numbers.iter().filter(|(n, _)| *n > 0).map(|(n, subject)| count(*n, subject.noun())).collect();
        (!parts.is_empty()).then(|| format!("{} {}", kind.verb(), list(&parts, parts.len())))
    };
    let clauses: Vec<String> =
        [AlterationKind::Removed, AlterationKind::Changed].into_iter().filter_map(of_kind).collect();
    clauses.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::alteration;
    use AlterationKind::{Changed, Removed};
    use AlteredSubject::{Environment, Rule, Test};

    fn told(alterations: Vec<Alteration>) -> Option<String> {
        clause(&Report { alterations, ..Report::new("run", "0") })
    }

    #[test]
    fn a_single_alteration_is_named_and_several_are_counted() {
        assert_eq!(told(Vec::new()), None);
        let removed = alteration(Removed, Test, "shop answers", "");
        assert_eq!(told(vec![removed.clone()]).as_deref(), Some("removes the test `shop answers` of dev"));
        let rule = alteration(Changed, Rule, "latest-tag", "");
        let environment = alteration(Changed, Environment, "dev", "");
        let several = vec![rule, environment.clone(), removed.clone(), removed, environment];
        assert_eq!(told(several).as_deref(), Some("removes 2 tests, changes 2 environments and 1 rule"));
    }

    #[test]
    fn a_long_name_does_not_push_the_verdict_away() {
        let long = alteration(Removed, Test, &"x".repeat(100), "");
        assert_eq!(told(vec![long]).as_deref(), Some("removes 1 test"));
    }

    #[test]
    fn what_is_removed_stands_before_what_is_changed() {
        let changed = alteration(Changed, Environment, "a", "");
        let removed = alteration(Removed, Test, "b", "");
        let report = Report { alterations: vec![changed, removed], ..Report::new("run", "0") };
        let names: Vec<&str> = in_order(&report).iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
    }
}
