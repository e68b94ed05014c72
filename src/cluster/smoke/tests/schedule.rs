//! Which tests run when: side by side, behind what they need, and not on after a signal.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use seatrial_model::{TestOutcome, TestResult};
use seatrial_simulated::{Image, Specification};
use seatrial_smoke::{Context, Planned, TestOptions, Told};

use crate::bed;

fn command(name: &str, run: &str, needs: &[&str], context: &Context) -> Planned {
    let probe = serde_saphyr::from_str(&format!("command: {{ run: '{run}' }}")).expect("a test");
    let needs = needs.iter().map(ToString::to_string).collect();
    bed::named(name, probe, TestOptions { needs, ..TestOptions::default() }, context)
}

fn outcomes(results: &[TestResult]) -> Vec<(&str, TestOutcome)> {
    results.iter().map(|result| (result.name.as_str(), result.outcome)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_run_side_by_side_and_are_reported_in_their_order() {
    let (_server, context) = bed::start(Specification::default()).await;
    let tests = [command("slow", "sleep 1", &[], &context), command("fast", "sleep 0.2", &[], &context)];
    let (begun, order) = (Instant::now(), Mutex::new(Vec::new()));
    let told = |told: Told<'_>| {
        if let Told::Ended(result) = told {
            order.lock().expect("no panic").push(result.name.clone());
        }
    };
    let results = bed::results(&tests, &told).await;
    assert!(begun.elapsed() < Duration::from_millis(1_180), "{:?}", begun.elapsed());
    assert_eq!(outcomes(&results), [("slow", TestOutcome::Passed), ("fast", TestOutcome::Passed)]);
    assert_eq!(*order.lock().expect("no panic"), ["fast", "slow"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_waits_for_what_it_needs_and_is_not_run_when_that_fails() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_server, context, _canceller) = bed::start_in(Specification::default(), directory.path().to_owned()).await;
    let tests = [
        command("second", "test -e first", &["first"], &context),
        command("first", "sleep 0.3; touch first", &[], &context),
        command("behind a failure", "touch never", &["fails"], &context),
        command("behind that", "touch never", &["behind a failure"], &context),
        command("fails", "exit 1", &[], &context),
        command("needs another", "touch never", &["elsewhere"], &context),
    ];
    let results = bed::results(&tests, &|_| {}).await;
    let expected = [
        ("second", TestOutcome::Passed),
        ("first", TestOutcome::Passed),
        ("behind a failure", TestOutcome::Skipped),
        ("behind that", TestOutcome::Skipped),
        ("fails", TestOutcome::Failed),
        ("needs another", TestOutcome::Skipped),
    ];
    assert_eq!(outcomes(&results), expected);
    assert_eq!(results[2].message, "it needs `fails`, which did not pass");
    assert_eq!(results[3].message, "it needs `behind a failure`, which was not run");
    assert_eq!(results[5].message, "it needs `elsewhere`, which is not run");
    assert!(!directory.path().join("never").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_nothing_has_changed_for_is_not_run_and_those_that_need_it_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_server, context, _canceller) = bed::start_in(Specification::default(), directory.path().to_owned()).await;
    let unaffected = |planned: Planned| Planned { is_unaffected: true, ..planned };
    let tests = [
        command("needs both", "touch ran", &["waits", "passes"], &context),
        unaffected(command("waits", "touch never", &[], &context)),
        command("passes", "true", &[], &context),
        command("fails", "exit 1", &[], &context),
        unaffected(command("waits behind a failure", "touch never", &["fails"], &context)),
        command("needs a failure, too", "touch never", &["fails", "waits"], &context),
    ];
    let results = bed::results(&tests, &|_| {}).await;
    let expected = [
        ("needs both", TestOutcome::Passed),
        ("waits", TestOutcome::Unaffected),
        ("passes", TestOutcome::Passed),
        ("fails", TestOutcome::Failed),
        ("waits behind a failure", TestOutcome::Unaffected),
        ("needs a failure, too", TestOutcome::Skipped),
    ];
    assert_eq!(outcomes(&results), expected);
    assert_eq!((results[1].message.as_str(), results[1].attempts), ("nothing it waits for changed", 0));
    assert!(directory.path().join("ran").exists() && !directory.path().join("never").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_ends_what_runs_and_leaves_no_job() {
    let images = vec![Image { name: "waits".to_owned(), tags: vec!["1".to_owned()], ..Image::default() }];
    let specification = Specification { images, forbid: Vec::new() };
    let (_server, context, canceller) = bed::start_in(specification, std::env::temp_dir()).await;
    let namespace = serde_json::json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    context.cluster.apply(&namespace).await.expect("applied");
    let probe = serde_saphyr::from_str("job: { image: 'waits:1' }").expect("a test");
    let tests = [
        command("runs", "sleep 60", &[], &context),
        bed::named("waits", probe, TestOptions::default(), &context),
        command("comes later", "true", &["runs"], &context),
    ];
    let stop = async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let jobs = context.cluster.list("batch/v1", "Job", Some("shop"), None).await.expect("a list");
            if !jobs.is_empty() {
                canceller.cancel();
                return jobs.len();
            }
        }
        0
    };
    let begun = Instant::now();
    let (results, jobs) = tokio::join!(bed::results(&tests, &|_| {}), stop);
    assert_eq!(jobs, 1, "the Job ran");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(results.iter().all(|result| result.outcome == TestOutcome::Skipped), "{results:?}");
    assert_eq!(results[0].message, "stopped by a signal");
    let left = context.cluster.list("batch/v1", "Job", Some("shop"), None).await.expect("a list");
    assert!(left.is_empty(), "{left:?}");
}
