//! Every rule there is: the lists of the rooms, chained.

use std::sync::LazyLock;

use seatrial_model::{RuleId, ids};

/// All rules, sorted by id.
static ALL: LazyLock<Vec<RuleId>> = LazyLock::new(|| {
    let listed = [ids::CATALOG, seatrial_kustomize::CATALOG, seatrial_deploy::CATALOG].into_iter().flatten().copied();
    let mut all: Vec<RuleId> = listed.chain(seatrial_rules::catalog()).collect();
    all.sort_unstable();
    // Some ids that rooms share are those of rules.
    all.dedup();
    all
});

/// All rules, sorted by id.
pub(crate) fn all() -> &'static [RuleId] {
    &ALL
}

/// The rule of an id as users write it.
pub(crate) fn find(id: &str) -> Option<RuleId> {
    let position = ALL.binary_search_by(|rule| rule.as_str().cmp(id)).ok()?;
    ALL.get(position).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kebab_case_and_unique() {
        let all: Vec<&str> = all().iter().map(|rule| rule.as_str()).collect();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert!(all.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        assert!(all.len() > 20 && all.iter().all(|id| find(id).is_some_and(|rule| rule.as_str() == *id)));
    }

    #[test]
    fn every_rule_has_a_page_of_sentences() {
        for rule in all() {
            let info = rule.info();
            assert!(info.page.ends_with('.') && info.page.len() > 40, "{}", info.id);
            assert!(!info.summary.ends_with('.'), "{}", info.id);
        }
    }
}
