//! Programs as tests: what they are given, how they end, and what they leave.

use std::time::{Duration, Instant};

use seatrial_model::{TestOutcome, TestResult};
use seatrial_simulated::{Image, Specification};
use seatrial_smoke::{Probe, TestOptions};
use serde::Deserialize;

use crate::bed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    claim: String,
    test: Probe,
    #[serde(default)]
    options: TestOptions,
    outcome: String,
    #[serde(default)]
    says: String,
    /// Text in the evidence.
    evidence: Option<String>,
    /// Text that is nowhere in the result.
    #[serde(default)]
    never: Option<String>,
    /// Names of its cases with their outcomes.
    #[serde(default)]
    cases: Vec<String>,
    #[serde(default)]
    artifacts: Vec<String>,
    /// It takes no longer, in seconds.
    within: Option<u64>,
}

async fn result_of(case: &Case) -> TestResult {
    let directory = tempfile::tempdir().expect("a directory");
    let (_server, context, _canceller) = bed::start_in(images(), directory.path().to_owned()).await;
    let namespace = serde_json::json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    context.cluster.apply(&namespace).await.expect("applied");
    let planned = bed::named("a test", case.test.clone(), case.options.clone(), &context);
    let mut results = bed::results(&[planned], &|_| {}).await;
    let left = context.cluster.list("batch/v1", "Job", Some("shop"), None).await.expect("a list");
    assert!(left.is_empty(), "{}: {left:?}", case.claim);
    results.pop().expect("a result")
}

fn images() -> Specification {
    let image = |name: &str, exits: i32, logs: &[&str]| Image {
        name: name.to_owned(),
        tags: vec!["1".to_owned()],
        exits: Some(exits),
        logs: logs.iter().map(ToString::to_string).collect(),
        ..Image::default()
    };
    let junit = "<testsuite name='shop'><testcase name='pays'/><testcase name='refunds'><failure message='no money'/></testcase></testsuite>";
    let images = vec![
        image("good", 0, &["all is well"]),
        image("bad", 3, &["nothing is well"]),
        image("suite", 0, &["starting", "-----BEGIN JUNIT-----", junit, "-----END JUNIT-----"]),
    ];
    Specification { images, forbid: Vec::new() }
}

fn check(case: &Case, result: &TestResult, took: Duration) {
    let claim = &case.claim;
    let outcome = serde_json::to_value(result.outcome).expect("JSON");
    assert_eq!(outcome, case.outcome.as_str(), "{claim}: {} {:?}", result.message, result.evidence);
    assert!(result.message.starts_with(&case.says), "{claim}: {}", result.message);
    assert_eq!(result.message.is_empty(), result.outcome == TestOutcome::Passed, "{claim}: {}", result.message);
    let evidence: String = result.evidence.iter().map(|proof| format!("{}\n{}\n", proof.title, proof.text)).collect();
    assert!(evidence.contains(case.evidence.as_deref().unwrap_or_default()), "{claim}: {evidence}");
    let all = serde_json::to_string(result).expect("JSON");
    assert!(case.never.as_deref().is_none_or(|never| !all.contains(never)), "{claim}: {all}");
    let word = |outcome| serde_json::to_value(outcome).expect("JSON").as_str().unwrap_or_default().to_owned();
    let cases: Vec<String> = result.cases.iter().map(|case| format!("{} {}", case.name, word(case.outcome))).collect();
    assert_eq!(cases, case.cases, "{claim}");
    assert_eq!(result.artifacts, case.artifacts, "{claim}");
    assert!(case.within.is_none_or(|seconds| took < Duration::from_secs(seconds)), "{claim}: {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_program_ends_as_the_table_says() {
    let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../testdata/programs.yaml")).expect("valid YAML");
    for case in &cases {
        let begun = Instant::now();
        let result = result_of(case).await;
        check(case, &result, begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_started_ends_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_server, context, _canceller) = bed::start_in(Specification::default(), directory.path().to_owned()).await;
    let ways = ["sleep 600 & echo $! > child", DAEMON, "trap '' TERM INT HUP; sleep 600 & echo $! > child"];
    for way in ways {
        let probe = serde_json::json!({ "command": { "run": way } });
        let probe = serde_json::from_value(probe).expect("a test");
        let results =
            bed::results(&[bed::named("leaves a child", probe, TestOptions::default(), &context)], &|_| {}).await;
        assert_eq!(results[0].outcome, TestOutcome::Passed, "{way}: {}", results[0].message);
        is_gone(directory.path(), way).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_started_ends_with_a_signal_to_us() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_server, context, canceller) = bed::start_in(Specification::default(), directory.path().to_owned()).await;
    let way = format!("trap '' TERM INT HUP; {DAEMON}; sleep 600");
    let probe = serde_json::from_value(serde_json::json!({ "command": { "run": way } })).expect("a test");
    let tests = [bed::named("leaves a daemon", probe, TestOptions::default(), &context)];
    let child = directory.path().join("child");
    let signal = async {
        while std::fs::read_to_string(&child).unwrap_or_default().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        canceller.cancel();
    };
    let (results, ()) = tokio::join!(bed::results(&tests, &|_| {}), signal);
    assert_eq!(results[0].outcome, TestOutcome::Skipped, "{}", results[0].message);
    is_gone(directory.path(), &way).await;
}

/// A process in a session of its own, whose parent has ended.
const DAEMON: &str =
    "(setsid sh -c 'echo $$ > child; exec sleep 600' > /dev/null 2>&1 &); while ! test -s child; do sleep 0.02; done";

/// Waits until the process whose number is in the file `child` has ended.
async fn is_gone(directory: &std::path::Path, way: &str) {
    let file = directory.join("child");
    let child = std::fs::read_to_string(&file).expect("it started one");
    std::fs::remove_file(&file).expect("removed");
    let gone = async {
        loop {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap_or_else(|_| panic!("{way}: its child lives"));
}
