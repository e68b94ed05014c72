//! The matrix: destructive changes, each with the dangers that are found and no others, and harmless ones, in which none is. They lie in
//! `testdata/matrix/*.yaml`, as cases with a line `# finds: RULE, RULE` where something is found.

use std::collections::BTreeSet;
use std::path::Path;

use super::cases::Case;
use super::catalog;

#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn changes(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/matrix").join(name);
    let text = std::fs::read_to_string(path).expect("readable");
    text.split("# case: ").skip(1).map(Case::read).collect()
}

fn found(case: &Case) -> BTreeSet<String> {
    case.run().1.iter().map(|finding| finding.rule.as_str().to_owned()).collect()
}

#[test]
fn every_destructive_change_is_found_for_what_it_is() {
    let changes = changes("destructive.yaml");
    assert!(changes.len() >= 25, "{}", changes.len());
    let mut all = BTreeSet::new();
    for case in &changes {
        let expected = case.options.get("finds").unwrap_or_else(|| panic!("{} finds something", case.claim));
        let expected: BTreeSet<String> = expected.split(", ").map(str::to_owned).collect();
        assert_eq!(found(case), expected, "{}", case.claim);
        all.extend(expected);
    }
    let known: BTreeSet<String> = catalog().map(|rule| rule.as_str().to_owned()).collect();
    assert_eq!(all, known, "every danger is in the matrix");
}

#[test]
fn no_harmless_change_is_dangerous() {
    let changes = changes("harmless.yaml");
    assert!(changes.len() >= 15, "{}", changes.len());
    for case in &changes {
        assert_eq!(case.run().1.iter().map(|finding| &*finding.message).collect::<Vec<_>>(), [""; 0], "{}", case.claim);
        assert_ne!(case.base, case.head, "{}", case.claim);
    }
}
