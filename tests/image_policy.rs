//! `seatrial image policy`: which tag wins, why the near ones do not, and what is said of a policy or a list that is wrong.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/unbroken.rs"]
mod unbroken;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use scratch::files;
use unbroken::unbroken;

const TAGS: &str = "1.4.2\n1.4.1\n1.4.0\n1.5.0-rc.1\n2.0.0\nlatest\nsha256-0a1b.sig\n";

const OBJECTS: &str = "\
apiVersion: image.toolkit.fluxcd.io/v1beta2
kind: ImageRepository
metadata: { name: web, namespace: shop }
spec: { image: shop.azurecr.io/web, exclusionList: ['^dev-'] }
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: { name: web, namespace: shop }
spec:
  imageRepositoryRef: { name: web }
  digestReflectionPolicy: IfNotPresent
  filterTags:
    pattern: '^(?:main|dev)-(?P<ts>\\d+)-[0-9a-f]+$'
    extract: $ts
  policy: { numerical: { order: asc } }
---
apiVersion: image.toolkit.fluxcd.io/v1beta1
kind: ImagePolicy
metadata: { name: api, namespace: shop }
spec:
  imageRepositoryRef: { name: api }
  policy:
    semver:
      range: 1.x
";

struct Seen {
    code: Option<i32>,
    output: String,
    errors: String,
}

fn policy(directory: &Path, args: &[&str], input: &str) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(["image", "policy"]).args(args).current_dir(directory).env_clear();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    // It may have ended before it read anything.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Seen { code: output.status.code(), output: text(&output.stdout), errors: text(&output.stderr) }
}

#[test]
fn says_which_tag_wins_and_why_the_near_ones_do_not() {
    let scratch = files(&[]);
    let seen = policy(scratch.path(), &["--semver", "1.x"], TAGS);
    let expected = "\
1.4.2 wins of 7 tags: the highest version in the range `1.x`

Not selected:
  1.5.0-rc.1       it is a pre-release, and the range `1.x` does not ask for one, as `>=1.0.0-0` would
  1.4.1            it is lower
  2.0.0            it is outside of the range `1.x`
  1.4.0            it is lower
  latest           it is not a version: it does not have three parts, as `1.2.3` has
  sha256-0a1b.sig  the ImageRepository excludes it: `^.*\\.sig$`
";
    assert_eq!((seen.code, seen.output.as_str(), seen.errors.as_str()), (Some(0), expected, ""));
}

#[test]
fn of_many_tags_the_nearest_are_listed_and_the_rest_is_counted() {
    let scratch = files(&[]);
    let many: String = (0..50).map(|patch| format!("1.0.{patch}\nbuild-{patch}\n")).collect();
    let seen = policy(scratch.path(), &["--semver", ">=1.0.0"], &many);
    let shown: Vec<&str> =
        seen.output.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert_eq!(
        shown,
        ["1.0.48", "1.0.47", "1.0.46", "1.0.45", "1.0.44", "1.0.43", "1.0.42", "build-9", "and"],
        "{}",
        seen.output
    );
    assert!(seen.output.ends_with("  and 91 more: 42 lower, 49 not versions (-v lists them)\n"), "{}", seen.output);
    let all = policy(scratch.path(), &["--semver", ">=1.0.0", "-v"], &many);
    assert_eq!(all.output.lines().count(), 3 + 99, "{}", all.output);
}

#[test]
fn a_policy_is_read_from_the_repository() {
    let scratch = files(&[
        ("clusters/dev/images.yaml", OBJECTS),
        ("tags.json", r#"{"tags": ["main-9-ab", "main-10-cd", "dev-11-ef"]}"#),
    ]);
    let file = "clusters/dev/images.yaml";
    let seen = policy(scratch.path(), &["--policy", &format!("{file}:web"), "--tags", "tags.json"], "");
    let expected = "\
main-10-cd (10) wins of 3 tags: the largest number
  `digestReflectionPolicy: IfNotPresent` adds the digest that the tag has when it is selected

Not selected:
  main-9-ab (9)  it is smaller
  dev-11-ef      the ImageRepository excludes it: `^dev-`
";
    assert_eq!((seen.code, seen.output.as_str(), seen.errors.as_str()), (Some(0), expected, ""));
    let seen = policy(scratch.path(), &["--policy", &format!("{file}:shop/api")], "1.0.0\n2.0.0\n");
    assert!(seen.output.starts_with("1.0.0 wins of 2 tags"), "{}{}", seen.output, seen.errors);
}

#[test]
fn programs_get_json() {
    let scratch = files(&[]);
    let args = ["--numerical", "DESC", "--filter", r"^v(\d+)$", "--extract", "$1", "--output", "json", "--tags", "-"];
    let seen = policy(scratch.path(), &args, "[\"v2\", \"v1\", \"x\"]");
    let found: serde_json::Value = serde_json::from_str(&seen.output).expect("JSON");
    assert_eq!(seen.code, Some(0));
    assert_eq!(found["winner"], serde_json::json!({ "tag": "v1", "value": "1" }));
    let reasons: Vec<&str> =
        found["others"].as_array().expect("a list").iter().filter_map(|o| o["reason"].as_str()).collect();
    assert_eq!(reasons, ["behind", "no-match"]);
}

#[test]
fn that_no_tag_wins_is_a_failure_with_its_reason() {
    let scratch = files(&[]);
    for (args, tags, sentence) in [
        (vec!["--semver", ">=3"], TAGS, "no tag wins of 7 tags: none is a version in the range `>=3`"),
        (vec!["--numerical", "asc"], "1\nlatest\n", "`latest` is not a number"),
        (vec!["--alphabetical", "asc", "--filter", "^x"], TAGS, "none is left by the filter `^x`"),
        (vec!["--semver", "*"], "[]", "no tag wins of 0 tags: there is no tag"),
    ] {
        let seen = policy(scratch.path(), &args, tags);
        assert_eq!(seen.code, Some(1), "{args:?}: {}", seen.errors);
        assert!(seen.output.contains(sentence), "{args:?}: {}", seen.output);
    }
}

#[test]
fn a_wrong_flag_is_named_with_the_way_out() {
    let scratch =
        files(&[("images.yaml", OBJECTS), ("none.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n")]);
    let long = "$0".repeat(600);
    for (args, input, words) in [
        (vec!["--semver", "1.0.0p"], TAGS, ["--semver: `1.0.0p` is not a range", "such as `1.2.x`"]),
        (vec!["--semver", "*", "--filter", "("], TAGS, ["--filter: ", "a regular expression in Go's syntax"]),
        (vec!["--semver", "*", "--filter", "a(?=b)"], TAGS, ["--filter: ", "without look-around"]),
        (vec!["--alphabetical", "up"], TAGS, ["--alphabetical", "asc, desc"]),
        (vec!["--semver", "*", "--numerical", "asc"], TAGS, ["--semver", "--numerical"]),
        (vec!["--semver", "*", "--extract", "$1"], TAGS, ["--filter", "required"]),
        (vec![], TAGS, ["--policy", "--semver"]),
        (vec!["--semver", "*"], "", ["standard input is empty", "pipe"]),
        (vec!["--semver", "*"], "Result table\n", ["line 1: `Result table` is not a tag", "one tag per line"]),
        (vec!["--semver", "*", "--tags", "gone"], "", ["--tags: cannot read `gone`", "No such file"]),
        (vec!["--semver", "*", "--filter", "a", "--extract", &long], TAGS, ["--extract: it is longer", "`$1`"]),
        (vec!["--policy", "gone.yaml"], TAGS, ["cannot open `gone.yaml`", "No such file"]),
        (vec!["--policy", "."], TAGS, ["cannot open `.`", "name a file"]),
        (vec!["--policy", "none.yaml"], TAGS, ["`none.yaml` has no ImagePolicy", "--semver"]),
        (vec!["--policy", "images.yaml"], TAGS, ["images.yaml:NAME", "`shop/web`, `shop/api`"]),
        (vec!["--policy", "images.yaml:wob"], TAGS, ["no ImagePolicy `wob`", "`shop/web`"]),
    ] {
        let seen = policy(scratch.path(), &args, input);
        assert_eq!((seen.code, seen.output.as_str()), (Some(2), ""), "{args:?}");
        assert!(words.iter().all(|word| seen.errors.contains(word)), "{args:?}: {}", seen.errors);
    }
}

#[test]
fn a_wrong_policy_is_a_finding_at_its_line() {
    let object = |spec: &str| {
        format!("apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {{ name: web }}\nspec:\n{spec}")
    };
    let repository = "\
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: { name: web }
spec: { exclusionList: ['a(?=b)'] }
";
    for (spec, place, sentence) in [
        ("  policy: { semver: { range: 1.0.0p } }\n", "images.yaml:5:30", "`1.0.0p` is not a range"),
        ("  policy: { semver: {} }\n", "images.yaml:5:21", "a range is empty"),
        ("  policy: { numerical: { order: up } }\n", "images.yaml:5:33", "`up` is not an order"),
        (
            "  policy:\n    alphabetical: { order: asc }\n  filterTags: { pattern: '(' }\n",
            "images.yaml:7:26",
            "cannot select a tag",
        ),
        ("  policy: {}\n", "images.yaml:5:11", "does not say how tags are compared"),
        ("  policy: { semver: { range: 1.0 } }\n", "images.yaml:5:30", "not a string"),
        ("  policy: { semver: { range: '${RANGE}' } }\n", "images.yaml:5:30", "holds a variable"),
        ("  policy: { semver: { range: 1.x", "images.yaml", "error"),
    ] {
        let scratch = files(&[("images.yaml", object(spec).as_str())]);
        let seen = policy(scratch.path(), &["--policy", "images.yaml"], TAGS);
        assert_eq!((seen.code, seen.output.as_str()), (Some(2), ""), "{spec}{}", seen.errors);
        assert!(seen.errors.contains(place) && unbroken(&seen.errors).contains(sentence), "{spec}{}", seen.errors);
    }
    let right = object("  imageRepositoryRef: { name: web }\n  policy: { semver: { range: 1.x } }\n");
    let scratch = files(&[("images.yaml", format!("{right}{repository}").as_str())]);
    let seen = policy(scratch.path(), &["--policy", "images.yaml"], TAGS);
    assert_eq!(seen.code, Some(2));
    assert!(seen.errors.contains("images.yaml:11:25"), "{}", seen.errors);
}

#[test]
fn what_policies_and_lists_hold_is_not_obeyed_by_a_terminal_or_a_ci() {
    let range = "\">=1.0.0\\n##vso[task.complete]\\e[31m\"";
    let object = format!(
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {{ name: web }}\nspec:\n  policy:\n    semver:\n      range: {range}\n"
    );
    let filter = object.replace("semver:\n      range:", "alphabetical: {}\n  filterTags:\n    pattern:");
    let scratch = files(&[("range.yaml", object.as_str()), ("filter.yaml", filter.as_str())]);
    for (args, tags) in [
        (["--policy", "range.yaml"], "1.0.0\n"),
        (["--policy", "filter.yaml"], "1.0.0\n"),
        (["--filter=\n##vso[a]\u{1b}[31m", "--semver=*"], "1.0.0\n"),
        (["--semver", "*"], "1.0.0\n##vso[task.complete]\u{1b}[31m\n"),
        (["--semver", "*"], "[\"1.0.0\", \"\\n##vso[task.complete]\"]"),
        (["--semver=\n##vso[task.complete]", "-v"], "1.0.0\n"),
    ] {
        let seen = policy(scratch.path(), &args, tags);
        let told = format!("{}{}", seen.output, seen.errors);
        assert!(matches!(seen.code, Some(1 | 2)), "{args:?}: {told}");
        assert!(
            !told.contains('\u{1b}') && !told.lines().any(|line| line.trim_start().starts_with("##vso[")),
            "{args:?}: {told}"
        );
    }
}

#[test]
fn a_hundred_thousand_tags_are_decided_at_once() {
    let scratch = files(&[]);
    let tags: String = (0..100_000).map(|n| format!("main-1.{}.{}-abc\n", n / 300, n % 300)).collect();
    let start = std::time::Instant::now();
    let seen =
        policy(scratch.path(), &["--semver", "1.x", "--filter", "^main-(?P<v>.*)-abc$", "--extract", "$v"], &tags);
    assert!(seen.output.starts_with("main-1.333.99-abc (1.333.99) wins of 100000 tags"), "{}", seen.output);
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

/// What `validate` says of a cluster with one file.
fn validated(objects: &str) -> String {
    let scratch = files(&[
        ("seatrial.yaml", "version: 1\nenvironments:\n  dev:\n    flux: { path: clusters/dev }\n"),
        ("clusters/dev/images.yaml", objects),
    ]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    let seen = command.arg("validate").current_dir(scratch.path()).env_clear().output().expect("the program runs");
    unbroken(&String::from_utf8_lossy(&seen.stdout))
}

#[test]
fn a_wrong_policy_in_a_cluster_is_found_without_a_list() {
    let policy = |name: &str, range: &str| {
        format!(
            "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {{ name: {name}, namespace: shop }}\n\
             spec:\n  imageRepositoryRef: {{ name: web }}\n  policy:\n    semver:\n      range: {range}\n---\n"
        )
    };
    let objects = format!("{}{}{}", policy("wrong", "1.x.p"), policy("right", "1.x"), policy("unknown", "${RANGE}"));
    let told = validated(&objects);
    assert_eq!(told.matches("[image-policy]").count(), 1, "{told}");
    assert!(told.contains("clusters/dev/images.yaml:8:14"), "{told}");
}

#[test]
fn a_wrong_filter_or_schedule_of_an_input_provider_is_found() {
    let provider = |name: &str, kind: &str, filter: &str, cron: &str, window: &str| {
        format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\nmetadata: {{ name: {name}, namespace: shop }}\n\
             spec:\n  type: {kind}\n  url: oci://shop.azurecr.io/charts/web\n  filter: {filter}\n  schedule:\n    - cron: '{cron}'\n\
             \x20     window: {window}\n---\n"
        )
    };
    let tags = "ACRArtifactTag";
    let told = validated(
        &[
            provider("right", tags, "{ includeTag: '^v', semver: 1.x }", "0 3 * * *", "1h"),
            provider("static", "Static", "{ includeTag: '(' }", "0 3 * * *", "0s"),
            provider("later", tags, "{ semver: '${RANGE}' }", "@daily", "4m"),
        ]
        .concat(),
    );
    assert!(!told.contains("[input-provider]"), "{told}");
    for (provider, place, sentence) in [
        (provider("a", tags, "{ excludeTag: '(' }", "0 3 * * *", "1h"), 7, "in `excludeTag`"),
        (provider("a", tags, "{ semver: 1.x.p }", "0 3 * * *", "1h"), 7, "`1.x.p` is not a range"),
        (provider("a", tags, "{}", "0 25 * * *", "1h"), 9, "an hour between 0 and 23"),
        (provider("a", tags, "{}", "0 3 * * *", "3m"), 10, "the window of `3m` is shorter than twice"),
    ] {
        let told = validated(&provider);
        assert!(told.contains(sentence) && told.contains(&format!("images.yaml:{place}:")), "{told}");
    }
}

const PROVIDER: &str = "\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSetInputProvider
metadata: { name: web, namespace: shop }
spec:
  type: ACRArtifactTag
  url: oci://shop.azurecr.io/web
  filter: { semver: '>=1.4.0', excludeTag: '^2', limit: 2 }
  schedule:
  - { cron: '0 10 * * 1-4', timeZone: Europe/London, window: 6h }
";

#[test]
fn an_input_provider_says_which_tags_it_takes_and_when() {
    let scratch = files(&[("tags.yaml", PROVIDER)]);
    let seen = policy(scratch.path(), &["--policy", "tags.yaml", "--at", "2026-01-05T12:00:00Z"], TAGS);
    assert_eq!(seen.errors, "");
    let expected = "\
2 tags of 7 are taken, the highest versions in the range `>=1.4.0`
  at that time it asks for tags, until 2026-01-05T15:58:00Z; the next schedule is due at 2026-01-06T10:00:00Z
  1.4.2
  1.4.1

Not taken:
  1.5.0-rc.1       is a pre-release, and the range `>=1.4.0` has none
  2.0.0            matches `^2`, which is excluded
  latest           is not a version with three numbers
  sha256-0a1b.sig  is not a version with three numbers
  1.4.0            is behind enough others: `limit` is reached
";
    assert_eq!((seen.output.as_str(), seen.code), (expected, Some(0)));
    let closed = ["--policy", "tags.yaml:web", "-o", "json", "--at", "2026-01-09T12:00:00Z"];
    let seen = policy(scratch.path(), &closed, TAGS);
    let told: serde_json::Value = serde_json::from_str(&seen.output).expect("JSON");
    assert_eq!(told["taken"], serde_json::json!(["1.4.2", "1.4.1"]));
    assert_eq!(told["schedule"], serde_json::json!({ "open": false, "until": null, "next": "2026-01-12T10:00:00Z" }));
}
