//! Table tests: every file of `testdata/` is a stream of cases, one per document, readable without this code.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::{Cause, Live, State, kinds, status};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case claims.
    case: String,
    /// The scenario of kstatus' own suite that it repeats, and where we differ on purpose.
    #[serde(default, rename = "kstatus")]
    _kstatus: Option<String>,
    object: Value,
    #[serde(default)]
    pods: Vec<Value>,
    #[serde(default)]
    events: Vec<Value>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    state: String,
    message: String,
    #[serde(default)]
    cause: Option<ExpectedCause>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedCause {
    reason: String,
    #[serde(default)]
    pod: Option<String>,
    #[serde(default)]
    container: Option<String>,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    exit_code: Option<i64>,
    text: String,
}

impl From<Cause> for ExpectedCause {
    fn from(cause: Cause) -> ExpectedCause {
        let Cause { reason, pod, container, image, exit_code, text } = cause;
        ExpectedCause { reason, pod, container, image, exit_code, text }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests read their own data")]
fn cases() -> Vec<(PathBuf, Vec<Case>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
    let entries = std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("readable").path());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("readable");
        let cases = serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path, cases)
    };
    entries.map(read).collect()
}

#[test]
fn every_case_has_the_status_it_claims() {
    let mut wrong = Vec::new();
    for (path, cases) in cases() {
        assert!(!cases.is_empty(), "{}", path.display());
        for case in cases {
            let seen = status(Live { object: &case.object, pods: &case.pods, events: &case.events });
            let expected = case.expect;
            let cause = seen.cause.map(ExpectedCause::from);
            let state = match seen.state {
                State::Current => "Current",
                State::InProgress => "InProgress",
                State::Failed => "Failed",
                State::Terminating => "Terminating",
            };
            if state != expected.state || seen.message != expected.message || cause != expected.cause {
                let file = path.file_name().unwrap_or_default().display();
                wrong.push(format!("{file}: {}\n  {state}: {}\n  {cause:?}", case.case, seen.message));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_table_has_its_file_of_cases() {
    let files: BTreeSet<String> =
        cases().iter().filter_map(|(path, _)| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    for row in kinds::KINDS {
        assert!(files.contains(row.kind), "no testdata/{}.yaml", row.kind);
    }
}
