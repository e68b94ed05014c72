//! Held against what Masterminds' package says, in `testdata/semver.tsv`.

use super::{Constraints, Fit, Version};

/// Two versions and a range; then the first version as it is written anew, whether it is one strictly, whether it is in the range, whether it
/// is when pre-releases count, and how it compares with the second. `-` is an error, `?` was not asked.
const TABLE: &str = include_str!("../testdata/semver.tsv");

/// The answers to a line of the table.
fn answers(version: &str, other: &str, range: &str) -> [String; 5] {
    let nothing = || "-".to_owned();
    let first = Version::parse(version);
    let second = Version::parse(other);
    let constraints = Constraints::parse(range);
    let digit = |is: bool| if is { "1" } else { "0" }.to_owned();
    let in_range = |include_pre_releases: bool| match (&first, &constraints) {
        (_, Err(_)) => nothing(),
        (Err(_), Ok(_)) => "?".to_owned(),
        (Ok(version), Ok(constraints)) => {
            let mut constraints = constraints.clone();
            constraints.include_pre_releases = include_pre_releases;
            digit(constraints.has(version))
        }
    };
    let order = first.as_ref().ok().zip(second.as_ref().ok()).map(|(one, other)| one.precedence(other) as i8);
    [
        first.as_ref().map_or_else(|_| nothing(), ToString::to_string),
        Version::parse_strictly(version).map_or_else(|_| nothing(), |_| "1".to_owned()),
        in_range(false),
        in_range(true),
        order.map_or_else(nothing, |order| order.to_string()),
    ]
}

/// How many lines there are, and those on which we say something else.
fn differences(table: &str) -> (usize, Vec<String>) {
    let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    let differ = lines.iter().filter_map(|line| {
        let fields: Vec<String> = line.split('\t').map(|field| field.replace("\\t", "\t")).collect();
        let [version, other, range, expected @ ..] = fields.as_slice() else { panic!("{line}") };
        let found = answers(version, other, range);
        (found != expected).then(|| format!("{line}\n  here: {found:?}"))
    });
    (lines.len(), differ.collect())
}

#[test]
fn versions_and_ranges_are_read_as_masterminds_reads_them() {
    let (count, differences) = differences(TABLE);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(count > 500, "the table is there");
}

#[test]
fn says_when_only_a_pre_release_is_in_the_way() {
    let fit = |range: &str, version: &str| {
        Constraints::parse(range).expect("a range").fit(&Version::parse(version).expect("a version"))
    };
    assert_eq!(fit(">=1.0", "1.1.0-rc.1"), Fit::PreRelease);
    assert_eq!(fit(">=1.0.0-0", "1.1.0-rc.1"), Fit::Inside);
    assert_eq!(fit(">=1.0", "0.1.0-rc.1"), Fit::Outside);
    assert_eq!(fit(">=1.0", "0.9.0"), Fit::Outside);
}

#[test]
fn long_texts_and_many_groups_are_refused() {
    assert!(Version::parse(&format!("1.0.0-{}", "a".repeat(250))).is_ok());
    assert!(Version::parse(&format!("1.0.0-{}", "a".repeat(251))).is_err());
    assert!(Constraints::parse(&format!("1.0.0-{}", "a".repeat(250))).is_ok());
    assert!(Constraints::parse(&">1,".repeat(171)).is_err());
    assert!(Constraints::parse(&["1"; 32].join("||")).is_ok());
    assert!(Constraints::parse(&["1"; 33].join("||")).is_err());
}
