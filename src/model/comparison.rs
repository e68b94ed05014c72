//! What a pull request caused: findings of the base and of the change told apart by fingerprint, and which of them fail a run.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::{Finding, Level, Stage};

/// Whether a finding is there because of the pull request. Ordered: new ones come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// The base does not have it, or there is no base to compare with.
    #[default]
    New,
    /// The base has it, too.
    AlreadyThere,
}

/// Which findings of rendering and validating fail a run. What a deployment or a test finds always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors that the pull request brought.
    #[default]
    New,
    /// All errors.
    All,
    /// None.
    Never,
}

impl FailOn {
    /// Whether a finding of this level and age, found by this stage, fails a run.
    #[must_use]
    pub fn fails(self, level: Level, age: Age, stage: Option<Stage>) -> bool {
        let is_live = matches!(stage, Some(Stage::Deploy | Stage::Test));
        let counts = match self {
            FailOn::New => age == Age::New,
            FailOn::All => true,
            FailOn::Never => false,
        };
        level == Level::Error && (is_live || counts)
    }
}

/// Which findings are told in full; the others are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Listing {
    /// New ones, and those that fail the run.
    #[default]
    New,
    /// All.
    All,
}

/// Whether an environment's findings could be compared with those of its base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result", content = "because")]
pub enum Comparison {
    /// They were.
    Compared,
    /// They were not, and all count as new; the reason as a clause.
    NotCompared(String),
}

/// Findings of the change told apart from those of its base.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The age of each finding of the change, in their order.
    pub ages: Vec<Age>,
    /// Positions of the base's findings that the change does not have.
    pub gone: Vec<usize>,
}

/// Tells findings of `head` apart from those of `base`; `path` gives the path of the file that a finding lies in.
///
/// Equal fingerprints are counted: two on head and one on base is one new. Which of the two that is, is told by the sentence where it can be. A
/// finding of the base stands for one of head only if it is at least as bad. What has neither object nor field is told apart by its sentence,
/// too: else a missing file would stand for another one that the same kustomization names.
#[must_use]
pub fn compare<'a>(head: &[&'a Finding], base: &[&'a Finding], path: impl Fn(&Finding) -> String) -> Compared {
    let key = |finding: &'a Finding| {
        let is_vague = finding.object.is_none() && finding.field.is_none();
        (finding.fingerprint(&path(finding)), if is_vague { finding.message.as_str() } else { "" })
    };
    let head_keys: Vec<_> = head.iter().copied().map(key).collect();
    let base_keys: Vec<_> = base.iter().copied().map(key).collect();
    let mut pairs = Pairs { ages: vec![Age::New; head.len()], is_paired: vec![false; base.len()] };
    let with_sentence = |(key, finding): (_, &&'a Finding)| (key, finding.message.as_str());
    let of = |keys, findings: &[&'a Finding]| std::iter::zip(keys, findings).map(with_sentence).collect::<Vec<_>>();
    pairs.pair_off((head, &of(&head_keys, head)), (base, &of(&base_keys, base)));
    pairs.pair_off((head, &head_keys), (base, &base_keys));
    let gone = pairs.is_paired.iter().enumerate().filter(|(_, is_paired)| !**is_paired).map(|(position, _)| position);
    Compared { gone: gone.collect(), ages: pairs.ages }
}

/// Which findings of the change have one of the base that stands for them, and which of the base stand for one.
struct Pairs {
    ages: Vec<Age>,
    is_paired: Vec<bool>,
}

impl Pairs {
    /// Pairs those that are alone, in their order, with the first of the base that has the same key and is at least as bad.
    fn pair_off<K: Eq + Hash>(&mut self, head: (&[&Finding], &[K]), base: (&[&Finding], &[K])) {
        let mut alone: HashMap<&K, BTreeMap<Level, VecDeque<usize>>> = HashMap::new();
        for (position, (finding, key)) in std::iter::zip(base.0, base.1).enumerate() {
            if self.is_paired.get(position) == Some(&false) {
                alone.entry(key).or_default().entry(finding.level).or_default().push_back(position);
            }
        }
        for ((finding, key), age) in std::iter::zip(head.0, head.1).zip(&mut self.ages) {
            let Some(candidates) = alone.get_mut(key).filter(|_| *age == Age::New) else { continue };
            let bad_enough = candidates.range_mut(finding.level..).map(|(_, positions)| positions);
            let first = bad_enough.filter(|positions| !positions.is_empty()).min_by_key(|p| p.front().copied());
            let Some(twin) = first.and_then(VecDeque::pop_front) else { continue };
            self.is_paired.iter_mut().skip(twin).take(1).for_each(|is_paired| *is_paired = true);
            *age = Age::AlreadyThere;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{FileId, ObjectId, RuleId, Span, ids};

    fn at(rule: RuleId, line: usize, message: &str) -> Finding {
        Finding::new(rule, Span::new(FileId(0), line, line), message)
    }

    fn of(name: &str, field: &str, line: usize) -> Finding {
        let object = ObjectId::new("", "ConfigMap", Some("shop"), name);
        at(ids::INVALID_OBJECT, line, name).with_object(&object).with_field(field)
    }

    fn ages(head: &[Finding], base: &[Finding]) -> (String, Vec<usize>) {
        let (head, base): (Vec<_>, Vec<_>) = (head.iter().collect(), base.iter().collect());
        let compared = compare(&head, &base, |_| "a.yaml".to_owned());
        let letter = |age: &Age| if *age == Age::New { 'n' } else { 'o' };
        (compared.ages.iter().map(letter).collect(), compared.gone)
    }

    #[test]
    fn lines_and_content_hashes_do_not_count() {
        let (head, base) = (of("config-5g2b9f7h4k", "/data/a", 9), of("config-2222222222", "/data/a", 1));
        assert_eq!(ages(&[head], &[base]), ("o".to_owned(), vec![]));
    }

    #[test]
    fn two_on_head_and_one_on_base_is_one_new() {
        let two = [of("c", "/data/a", 1), of("c", "/data/a", 2)];
        assert_eq!(ages(&two, &two[..1]), ("on".to_owned(), vec![]));
        assert_eq!(ages(&two[..1], &two), ("o".to_owned(), vec![1]));
    }

    #[test]
    fn the_one_whose_sentence_changed_is_the_new_one() {
        let mut added = of("c", "/data/a", 1);
        added.message = "another".to_owned();
        assert_eq!(ages(&[added, of("c", "/data/a", 2)], &[of("c", "/data/a", 1)]), ("no".to_owned(), vec![]));
    }

    #[test]
    fn a_renamed_object_has_a_new_finding_and_the_old_one_is_gone() {
        assert_eq!(ages(&[of("b", "/data/a", 1)], &[of("a", "/data/a", 1)]), ("n".to_owned(), vec![0]));
    }

    #[test]
    fn what_became_worse_is_new() {
        let note = of("c", "/data/a", 1).with_level(Level::Note);
        assert_eq!(ages(&[of("c", "/data/a", 1)], std::slice::from_ref(&note)).0, "n");
        assert_eq!(ages(&[note], &[of("c", "/data/a", 1)]).0, "o");
    }

    #[test]
    fn one_missing_file_does_not_stand_for_another() {
        let missing = |name| at(ids::MISSING_FILE, 1, name);
        assert_eq!(ages(&[missing("b"), missing("a")], &[missing("a")]), ("no".to_owned(), vec![]));
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test looks at the clock")]
    fn tens_of_thousands_of_equal_findings_are_compared() {
        let start = Instant::now();
        let many = 40_000;
        let numbered = |number: usize| Finding { message: number.to_string(), ..of("c", "/data/a", number) };
        let (head, base): (Vec<_>, Vec<_>) =
            ((1..=many).map(numbered).collect(), (0..many).rev().map(numbered).collect());
        let (ages, gone) = ages(&head, &base);
        assert_eq!((ages.matches('o').count(), gone.len()), (many, 0));
        assert_eq!(self::ages(&vec![head[0].clone(); many], &base[..many / 2]).0.matches('n').count(), many / 2);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }

    #[test]
    fn only_errors_fail_and_live_ones_whatever_is_asked_for() {
        let table = [
            (FailOn::New, Age::New, Some(Stage::Validate), true),
            (FailOn::New, Age::AlreadyThere, Some(Stage::Validate), false),
            (FailOn::All, Age::AlreadyThere, Some(Stage::Render), true),
            (FailOn::Never, Age::New, None, false),
            (FailOn::Never, Age::New, Some(Stage::Deploy), true),
        ];
        for (fail_on, age, stage, fails) in table {
            assert_eq!(fail_on.fails(Level::Error, age, stage), fails, "{fail_on:?} {age:?} {stage:?}");
            assert!(!fail_on.fails(Level::Warning, age, stage));
        }
    }
}
