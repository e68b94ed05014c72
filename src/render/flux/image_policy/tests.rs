//! What the controller's own tests ask, and what they do not.

use super::{Because, Candidate, Choice, Decision, Failure, ImagePolicy, PolicySpec, TagFilter};

fn policy(choice: Choice, filter: Option<(&str, &str)>) -> PolicySpec {
    let filter =
        filter.map(|(pattern, extract)| TagFilter { pattern: pattern.to_owned(), extract: extract.to_owned() });
    PolicySpec { choice, filter, exclusions: vec![super::DEFAULT_EXCLUSION.to_owned()] }
}

fn decide(spec: &PolicySpec, tags: &[&str]) -> Decision {
    let tags: Vec<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
    ImagePolicy::new(spec).expect("a policy").decide(&tags)
}

fn winner(choice: &str, argument: &str, tags: &[&str]) -> Option<String> {
    decide(&policy(choice_of(choice, argument), None), tags).winner.map(|winner| winner.tag)
}

fn choice_of(choice: &str, argument: &str) -> Choice {
    match choice {
        "semver" => Choice::Semver(argument.to_owned()),
        "alphabetical" => Choice::Alphabetical(argument.to_owned()),
        _ => Choice::Numerical(argument.to_owned()),
    }
}

fn why(decision: &Decision, tag: &str) -> Because {
    let found = decision.others.iter().find(|(candidate, _)| candidate.tag == tag);
    found.unwrap_or_else(|| panic!("{tag} is not among {:?}", decision.others)).1.clone()
}

const TIMES: [&str; 5] = ["1606234201", "1606364286", "1606334092", "1606334284", "1606334201"];

/// Inputs and expectations of the controller's `semver_test.go`, `alphabetical_test.go` and `numerical_test.go`.
#[test]
fn selects_what_the_controller_selects() {
    let instants = [
        "2021-01-08T21-18-21Z",
        "2020-05-08T21-18-21Z",
        "2021-01-08T19-20-00Z",
        "1990-01-08T00-20-00Z",
        "2023-05-08T00-20-00Z",
    ];
    let releases: Vec<String> = TIMES.iter().map(|time| format!("rel-{time}")).collect();
    let releases: Vec<&str> = releases.iter().map(String::as_str).collect();
    let ubuntu = ["16.04", "16.04.1", "16.10", "20.04", "20.10"];
    let names = ["xenial", "yakkety", "zesty", "artful", "bionic"];
    let cases: [(&str, &str, &[&str], Option<&str>); 26] = [
        ("semver", "1.0.x", &["1.0.0", "1.0.0.1", "1.0.0p", "1.0.1", "1.2.0", "0.1.0"], Some("1.0.1")),
        ("semver", "1.0.x", &["v1.2.3", "v1.0.0", "v0.1.0"], Some("v1.0.0")),
        ("semver", "1.0.x", &["b1.2.3", "b1.0.0", "b0.1.0"], None),
        ("semver", "1.0.x", &[], None),
        ("semver", "1.0.x", &["1.2.0"], None),
        ("semver", "*", &["v2025.07.03", "v2025.6.30"], Some("v2025.07.03")),
        ("alphabetical", "", &ubuntu, Some("20.10")),
        ("alphabetical", "DESC", &ubuntu, Some("16.04")),
        ("alphabetical", "asc", &names, Some("zesty")),
        ("alphabetical", "desc", &names, Some("artful")),
        ("alphabetical", "", &TIMES, Some("1606364286")),
        ("alphabetical", "desc", &TIMES, Some("1606234201")),
        ("alphabetical", "", &releases, Some("rel-1606364286")),
        ("alphabetical", "", &instants, Some("2023-05-08T00-20-00Z")),
        ("alphabetical", "desc", &instants, Some("1990-01-08T00-20-00Z")),
        ("alphabetical", "", &[], None),
        ("numerical", "", &["-62", "-88", "73", "72", "15", "16", "15", "29", "-33", "-91"], Some("73")),
        ("numerical", "desc", &["5", "-8", "-78", "25", "70", "-4", "80", "92", "-20", "-24"], Some("-78")),
        (
            "numerical",
            "asc",
            &["47.40896403322944", "-27.8520927455902", "53.47333823144817"],
            Some("53.47333823144817"),
        ),
        (
            "numerical",
            "Desc",
            &["-65.27202780220686", "57.82948329142309", "-90.29082099756083"],
            Some("-90.29082099756083"),
        ),
        ("numerical", "", &TIMES, Some("1606364286")),
        ("numerical", "desc", &TIMES, Some("1606234201")),
        ("numerical", "", &["1"], Some("1")),
        ("numerical", "desc", &["1"], Some("1")),
        ("numerical", "", &["0", "1a", "b"], None),
        ("numerical", "", &[], None),
    ];
    for (choice, argument, tags, expected) in cases {
        assert_eq!(winner(choice, argument, tags).as_deref(), expected, "{choice} {argument:?} of {tags:?}");
    }
}

/// Inputs and expectations of the controller's `semver_test.go`, `factory_test.go` and `filter_test.go`.
#[test]
fn refuses_what_the_controller_refuses() {
    let is_right = |choice: Choice| ImagePolicy::new(&policy(choice, None)).is_ok();
    for range in ["1.0.x", "^1.0", "=1.0.0", "~1.0", ">=1.0", ">0,<2.0"] {
        assert!(is_right(Choice::Semver(range.to_owned())), "{range}");
    }
    for range in ["1.0.0p", "1x", "x1", "-1", "a", "", "*-*"] {
        assert!(!is_right(Choice::Semver(range.to_owned())), "{range}");
    }
    for order in ["invalid", "ascending", " asc"] {
        assert!(!is_right(Choice::Alphabetical(order.to_owned())), "{order}");
        assert!(!is_right(Choice::Numerical(order.to_owned())), "{order}");
    }
    let wrong =
        ImagePolicy::new(&policy(Choice::Semver("a".to_owned()), Some(("(", "$1")))).expect_err("both are wrong");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn filters_as_the_controller_does() {
    let long = ["123-123.123.abcd123-debug", "123-123.123.abcd123", "123-123.123.abcd456-debug", "123-123.123.abcd456"];
    let short = ["ver1", "ver2", "ver3", "rel1"];
    let plain = ["123-123.123.abcd123", "123-123.123.abcd456"];
    let cases: [(&[&str], &str, &str, &[&str]); 7] = [
        (&["a"], "", "", &["a"]),
        (&short, "^ver", "", &["ver1", "ver2", "ver3"]),
        (&short, r"ver(\d+)", "$1", &["1", "2", "3"]),
        (&short, "none", "", &[]),
        (
            &long,
            r"^(123-[0-9]+\.[0-9]+\.[a-z0-9]+-debug)",
            "",
            &["123-123.123.abcd123-debug", "123-123.123.abcd456-debug"],
        ),
        (&long, r"^(?P<tag>123-[0-9]+\.[0-9]+\.[a-z0-9]+[^-debug])", "$tag", &plain),
        (&long, r"^(?P<tag>123-[0-9]+\.[0-9]+\.[a-z0-9]+$)", "$tag", &plain),
    ];
    for (tags, pattern, extract, expected) in cases {
        let decision = decide(&policy(Choice::Alphabetical(String::new()), Some((pattern, extract))), tags);
        let left = decision.others.iter().filter(|(_, because)| *because == Because::Behind).map(|(c, _)| c);
        let mut values: Vec<&str> = left.chain(&decision.winner).map(|c| c.value.as_str()).collect();
        values.sort_unstable();
        assert_eq!(values, expected, "{pattern}");
    }
}

#[test]
fn the_answer_is_the_tag_and_not_what_was_extracted() {
    let filter = Some((r"^main-(?P<n>\d+)-[0-9a-f]+$", "$n"));
    let decision =
        decide(&policy(Choice::Numerical(String::new()), filter), &["main-9-abc", "main-10-def", "dev-11-abc"]);
    let expected = Candidate { tag: "main-10-def".to_owned(), value: "10".to_owned() };
    assert_eq!(decision.winner, Some(expected));
    assert_eq!(why(&decision, "dev-11-abc"), Because::NoMatch);
    assert_eq!(why(&decision, "main-9-abc"), Because::Behind);
}

#[test]
fn says_why_the_near_ones_do_not_win() {
    let tags = ["1.4.2", "1.4.1", "1.5.0-rc.1", "2.0.0", "latest", "1.4", "sha256-abc.sig", "v1.4.2", "0.0.1"];
    let decision = decide(&policy(Choice::Semver("1.x".to_owned()), None), &tags);
    assert_eq!(decision.winner.as_ref().map(|w| w.tag.as_str()), Some("v1.4.2"));
    assert_eq!(why(&decision, "1.4.2"), Because::Tied);
    assert_eq!(why(&decision, "1.4.1"), Because::Behind);
    assert_eq!(why(&decision, "1.5.0-rc.1"), Because::PreRelease);
    assert_eq!(why(&decision, "2.0.0"), Because::OutsideRange);
    assert!(matches!(why(&decision, "latest"), Because::NotAVersion(_)));
    assert!(matches!(why(&decision, "1.4"), Because::NotAVersion(_)));
    assert_eq!(why(&decision, "sha256-abc.sig"), Because::Excluded(super::DEFAULT_EXCLUSION.to_owned()));
    let order: Vec<&str> = decision.others.iter().map(|(candidate, _)| candidate.tag.as_str()).collect();
    assert_eq!(order, ["1.5.0-rc.1", "1.4.2", "2.0.0", "1.4.1", "0.0.1", "latest", "1.4", "sha256-abc.sig"]);
    // Without a filter the order of the tags decides.
    assert!(decision.drawn_with.is_empty());
}

#[test]
fn tells_of_a_tie_that_chance_decides() {
    let filter = Some(("^(.*)-[a-z]+$", "$1"));
    let tags = ["1.0.0-b", "v1.0.0-a", "0.9.0-a", "2.0.0-b", "2.0.0-a"];
    let decision = decide(&policy(Choice::Semver("1.x".to_owned()), filter), &tags);
    assert_eq!(decision.winner.as_ref().map(|w| w.tag.as_str()), Some("v1.0.0-a"));
    assert_eq!(decision.drawn_with, ["1.0.0-b"]);
    // Of two tags with one value the last one counts, in the order in which the controller keeps them.
    assert_eq!(why(&decision, "2.0.0-b"), Because::SameValue("2.0.0-a".to_owned()));
    assert_eq!(why(&decision, "2.0.0-a"), Because::OutsideRange);
}

#[test]
fn numbers_that_a_float_cannot_tell_apart_are_equal() {
    let tags = ["20240101123456781", "20240101123456780", "20240101123456779"];
    let decision = decide(&policy(Choice::Numerical(String::new()), None), &tags);
    assert_eq!(decision.winner.as_ref().map(|w| w.tag.as_str()), Some("20240101123456779"));
    assert_eq!(why(&decision, "20240101123456781"), Because::Tied);
    assert_eq!(winner("numerical", "", &["1e3", "999", "0x1p4"]).as_deref(), Some("1e3"));
    assert_eq!(winner("numerical", "", &["nan", "1", "inf"]).as_deref(), Some("inf"));
}

#[test]
fn one_value_that_is_not_a_number_spoils_the_policy() {
    let decision = decide(&policy(Choice::Numerical(String::new()), None), &["3", "2", "latest", "1"]);
    assert_eq!(decision.failure, Some(Failure::NotANumber("latest".to_owned())));
    assert_eq!(
        decision.others.first().map(|(c, because)| (c.tag.as_str(), because.clone())),
        Some(("latest", Because::NotANumber))
    );
    assert_eq!(why(&decision, "3"), Because::Undecided);
}

#[test]
fn a_policy_without_tags_says_what_took_them() {
    let semver = |filter| policy(Choice::Semver("*".to_owned()), filter);
    assert_eq!(decide(&semver(None), &[]).failure, Some(Failure::NoTags));
    assert_eq!(decide(&semver(None), &["a.sig"]).failure, Some(Failure::NothingLeft));
    assert_eq!(decide(&semver(Some(("^x", ""))), &["1.0.0"]).failure, Some(Failure::NothingLeft));
    assert_eq!(decide(&semver(None), &["1.0"]).failure, Some(Failure::NothingInRange));
}
