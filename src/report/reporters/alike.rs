//! Findings that say the same of other places: the first few are told, the rest is counted with its places.

use std::collections::HashMap;

use seatrial_model::{Age, Level, ReportedFinding};

use crate::cause::{Cause, Kind, Teller};

/// Of more than [`MOST_ALIKE`] the first few are told in full.
const MOST_TOLD: usize = 3;

/// So many are told in full.
const MOST_ALIKE: usize = 4;

/// Some of one sort.
#[derive(Clone, Debug)]
pub(crate) struct Alike<T> {
    /// The first of them.
    pub(crate) told: Vec<T>,
    /// Those that are counted.
    pub(crate) more: Vec<T>,
}

/// Findings of one sort next to each other, in the order of their first ones.
pub(crate) fn alike<'a>(findings: impl Iterator<Item = &'a ReportedFinding>) -> Vec<Alike<&'a ReportedFinding>> {
    sorted(findings, |finding| Some(Sort::of(finding)))
}

/// The causes that are told; the last one of a sort knows of how many it stands for, too.
pub(crate) fn shortened(causes: Vec<Cause<'_>>) -> Vec<Cause<'_>> {
    let mut shortened = Vec::new();
    for Alike { mut told, more } in sorted(causes.into_iter(), sort_of) {
        if let Some(last) = told.last_mut() {
            last.more = more.iter().filter_map(crate::cause::location).collect();
        }
        shortened.append(&mut told);
    }
    // What broke comes before what failed, whatever sort it is of.
    shortened.sort_by_key(|cause| cause.kind != Kind::Broken);
    shortened
}

fn sort_of<'a>(cause: &Cause<'a>) -> Option<(Kind, Sort<'a>)> {
    match cause.teller {
        Teller::Finding(finding) => Some((cause.kind, Sort::of(finding))),
        Teller::Test(_) | Teller::Stage(_) | Teller::Run => None,
    }
}

fn sorted<T, K: std::hash::Hash + Eq>(items: impl Iterator<Item = T>, sort: impl Fn(&T) -> Option<K>) -> Vec<Alike<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    for item in items {
        let position = sort(&item).map_or(groups.len(), |sort| *known.entry(sort).or_insert(groups.len()));
        match groups.get_mut(position) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    let divided = groups.into_iter().map(|mut group| {
        let told = if group.len() <= MOST_ALIKE { group.len() } else { MOST_TOLD };
        let more = group.split_off(told);
        Alike { told: group, more }
    });
    divided.collect()
}

/// Rule, and sentence without its names: what is said, not of what. Notes are of one sort by their rule alone.
#[derive(PartialEq, Eq, Hash)]
struct Sort<'a> {
    age: Age,
    level: Level,
    rule: &'a str,
    sentence: String,
}

impl Sort<'_> {
    fn of(finding: &ReportedFinding) -> Sort<'_> {
        let of_sentence = |sentence| Sort { age: finding.age, level: finding.level, rule: &finding.rule, sentence };
        if finding.level == Level::Note {
            return of_sentence(String::new());
        }
        let object = finding.object.as_ref().map(ToString::to_string);
        let sentence = match &object {
            Some(object) => finding.message.replace(object.as_str(), ""),
            None => finding.message.clone(),
        };
        // What stands between backticks is a name; so is a number.
        let words = sentence.split('`').step_by(2).collect::<String>();
        of_sentence(words.chars().filter(|c| !c.is_ascii_digit()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::many_alike;

    #[test]
    fn the_first_few_of_a_sort_are_told_and_the_rest_is_counted() {
        let lengths = |number: usize| {
            let report = many_alike(number);
            let groups: Vec<_> = alike(report.findings.iter()).iter().map(|a| (a.told.len(), a.more.len())).collect();
            groups
        };
        assert_eq!(lengths(4), [(4, 0)]);
        assert_eq!(lengths(300), [(3, 297)]);
    }

    #[test]
    fn another_sentence_is_another_sort() {
        let mut report = many_alike(6);
        report.findings[0].message = "Deployment shop/service-0 has no name".to_owned();
        let groups: Vec<_> = alike(report.findings.iter()).iter().map(|a| (a.told.len(), a.more.len())).collect();
        assert_eq!(groups, [(1, 0), (3, 2)]);
    }

    #[test]
    fn notes_of_one_rule_are_of_one_sort() {
        let mut report = many_alike(6);
        for (index, finding) in report.findings.iter_mut().enumerate() {
            finding.level = Level::Note;
            finding.message = format!("{} says something else", "x".repeat(index));
        }
        let groups: Vec<_> = alike(report.findings.iter()).iter().map(|a| (a.told.len(), a.more.len())).collect();
        assert_eq!(groups, [(3, 3)]);
    }
}
