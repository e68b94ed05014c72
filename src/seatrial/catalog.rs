//! Every rule there is: the lists of the rooms, chained.

use std::sync::LazyLock;

use seatrial_model::{RuleId, Setting, ids};

seatrial_model::rule_ids! {
    IMAGE_NOT_FOUND "image-not-found" Error Free "a registry does not have an image"
        "The registry let us in and has no such tag, digest or repository: nodes will report `ErrImagePull`. Push the image first, or correct the tag where it is set. It is looked for with `--check-images`. What could not be asked for, or may be private where there are no credentials, is a note."
}

/// All rules, sorted by id.
static ALL: LazyLock<Vec<RuleId>> = LazyLock::new(|| {
    let rooms = [
        ids::CATALOG,
        seatrial_kustomize::CATALOG,
        seatrial_helm::CATALOG,
        seatrial_flux::CATALOG,
        seatrial_deploy::CATALOG,
        CATALOG,
    ];
    let listed = rooms.into_iter().flatten().copied();
    let mut all: Vec<RuleId> = listed.chain(seatrial_rules::catalog()).chain(seatrial_diff::catalog()).collect();
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

/// All rules as a Markdown table: id, level and what it finds.
pub(crate) fn table() -> String {
    let rows: String = all().iter().copied().map(row).collect();
    format!("| Rule | Level | What it finds |\n|---|---|---|\n{rows}")
}

/// The row of a rule.
fn row(rule: RuleId) -> String {
    let info = rule.info();
    let level = match info.setting {
        Setting::Free => info.level.as_str().to_owned(),
        Setting::Incomplete | Setting::Live | Setting::Configuration => format!("{}, always", info.level.as_str()),
    };
    format!("| `{}` | {level} | {} |\n", info.id, info.summary)
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

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test reads the README")]
    fn the_readme_lists_every_rule() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        let readme = std::fs::read_to_string(path).expect("README.md");
        let (before, rest) = readme.split_once("<!-- rules:begin -->\n").expect("the begin mark");
        let (shown, after) = rest.split_once("<!-- rules:end -->").expect("the end mark");
        let table = table();
        if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
            let marks = ("<!-- rules:begin -->\n", "<!-- rules:end -->");
            std::fs::write(path, format!("{before}{}{table}{}{after}", marks.0, marks.1)).expect("written");
            return;
        }
        assert_eq!(shown, table);
    }
}
