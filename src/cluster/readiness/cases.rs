//! Table tests: every file of `testdata/` is a stream of cases, one per document, readable without this code.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use seatrial_model::{Cause, Subject};
use serde::Deserialize;
use serde_json::Value;

use crate::{Around, Live, Patience, State, Status, kinds, makes_room, status};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case claims.
    case: String,
    /// The scenario of kstatus' own suite that it repeats, and where we differ on purpose.
    #[serde(default, rename = "kstatus")]
    _kstatus: Option<String>,
    /// Which controllers wrote the object's status, when it was not written by hand: values are as recorded, fields left out.
    #[serde(default, rename = "recorded")]
    _recorded: Option<String>,
    object: Value,
    #[serde(default)]
    pods: Vec<Value>,
    /// Pods of older revisions.
    #[serde(default)]
    older: Vec<Value>,
    /// Of a Deployment: the one of its newest revision.
    #[serde(default, rename = "replicaSet")]
    replica_set: Option<Value>,
    /// For so many seconds the same is seen; what is expected is what is said then. Such a case claims when, not what: it names no cause.
    #[serde(default)]
    lasts: u64,
    /// Something makes the missing object, or it cannot be asked for.
    #[serde(default)]
    produced: bool,
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
    #[serde(default)]
    subject: Option<Subject>,
}

impl From<Cause> for ExpectedCause {
    fn from(cause: Cause) -> ExpectedCause {
        let Cause { reason, pod, container, image, exit_code, text, subject } = cause;
        ExpectedCause { reason, pod, container, image, exit_code, text, subject }
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

/// What is said of a case, after all the time that it lasts.
fn seen(case: &Case) -> Status {
    let (older, replica_set) = (&case.older, case.replica_set.as_ref());
    let live = Live { object: &case.object, pods: &case.pods, older, replica_set, events: &case.events };
    let around = Around { makes_room: makes_room(live), has_producer: case.produced };
    let seen = status(live);
    let mut patience = Patience::default();
    patience.is_over(&seen, Duration::ZERO, around);
    let is_over = case.lasts > 0 && patience.is_over(&seen, Duration::from_secs(case.lasts), around);
    if is_over { seen.given_up() } else { seen }
}

#[test]
fn every_case_has_the_status_it_claims() {
    let mut wrong = Vec::new();
    for (path, cases) in cases() {
        assert!(!cases.is_empty(), "{}", path.display());
        for case in cases {
            let seen = seen(&case);
            let expected = case.expect;
            let cause = seen.cause.map(ExpectedCause::from);
            let state = match seen.state {
                State::Current => "Current",
                State::InProgress => "InProgress",
                State::Failed => "Failed",
                State::Terminating => "Terminating",
            };
            let is_cause = case.lasts > 0 || cause == expected.cause;
            if state != expected.state || seen.message != expected.message || !is_cause {
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

#[test]
fn a_crash_before_the_container_ran_again_is_not_forgotten() {
    let object = serde_json::json!({ "kind": "Deployment" });
    let pod = |policy: &str, state: &str, exit_code: i64| {
        let init = serde_json::json!({ "name": "first", "state": { "terminated": { "exitCode": 0 } } });
        let container = serde_json::json!({
            "name": "web", "restartCount": 1, "ready": true, "state": { state: {} },
            "lastState": { "terminated": { "exitCode": exit_code } },
        });
        let status = serde_json::json!({ "initContainerStatuses": [init], "containerStatuses": [container] });
        serde_json::json!({ "metadata": { "name": "web-1" }, "spec": { "restartPolicy": policy }, "status": status })
    };
    let past = |pod: Value| {
        let crash = crate::past_crash(Live { pods: &[pod], ..Live::alone(&object) });
        crash.map(|cause| cause.text)
    };
    let crash = "container `web` crashes with exit code 3, restarted once";
    assert_eq!(past(pod("Always", "running", 3)).as_deref(), Some(crash));
    assert_eq!(past(pod("Always", "waiting", 3)).as_deref(), Some(crash), "its owner may still call it ready");
    let end = "container `web` ends with exit code 0 though it should keep running, restarted once";
    assert_eq!(past(pod("Always", "running", 0)).as_deref(), Some(end));
    assert_eq!(past(pod("OnFailure", "running", 0)), None);
    let mut leaving = pod("Always", "running", 3);
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    assert_eq!(past(leaving), None, "a pod on its way out does not count");
}
