//! Runs the tests of an environment: side by side, those behind others that need them, again where they are to be retried.

mod service_fault;

use std::collections::HashSet;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use seatrial_model::{CaseOutcome, Evidence, TestCase, TestOutcome, TestResult};
use tokio::time::Instant;

use crate::outcome::ended::Ended;
use crate::probes::{command, grpc, helm_test, http, job, rollout, tcp};
use crate::problems;
use crate::{Context, Probe, ServiceFault, Test};

/// So many tests run at a time.
const AT_ONCE: usize = 8;

/// What a result says when a signal ended it.
const STOPPED: &str = "stopped by a signal";

/// What one says that waits for a change which is not there.
const UNAFFECTED: &str = "nothing it waits for changed";

/// A test and where it runs.
#[derive(Clone)]
pub struct Planned {
    /// What is asked.
    pub test: Test,
    /// Where.
    pub context: Context,
    /// Whether nothing has changed that it waits for: it is not run, and is in nobody's way.
    pub is_unaffected: bool,
}

/// What is told while tests run.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A test of this name begins.
    Begins(&'a str),
    /// A test has ended, or is not run.
    Ended(&'a TestResult),
}

/// What became of a test.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The result.
    pub result: TestResult,
    /// Why it failed, where the cause lies in the Service that it asks, or in what is behind it.
    pub fault: Option<ServiceFault>,
}

/// Runs tests, up to eight at a time; results in their order, each also told when it is there. `location` of the results is filled in
/// by the caller. A test that cannot be run is broken, and the others are run all the same. A signal ends what runs; what is left of it in the
/// cluster is deleted.
pub async fn run(tests: &[Planned], told: &(dyn Fn(Told<'_>) + Sync)) -> Vec<Ran> {
    let mut results: Vec<Option<Ran>> = tests.iter().map(|_| None).collect();
    let mut waiting: Vec<usize> = (0..tests.len()).collect();
    let mut running = FuturesUnordered::new();
    loop {
        while let Some((place, next)) = next_of(&waiting, tests, &results, running.len()) {
            waiting.remove(place.0);
            match next {
                Next::Run => {
                    told(Told::Begins(&tests[place.1].test.name));
                    running.push(async move { (place.1, one(&tests[place.1]).await) });
                }
                Next::Skip(outcome, because) => {
                    let result = result_of(&tests[place.1], Ended::new(outcome, because, 0), Instant::now());
                    told(Told::Ended(&result.result));
                    results[place.1] = Some(result);
                }
            }
        }
        let Some((index, result)) = running.next().await else { break };
        told(Told::Ended(&result.result));
        results[index] = Some(result);
    }
    if tests.iter().any(|planned| matches!(planned.test.probe, Probe::Job(_) | Probe::HelmTest(_))) {
        job::attempt::clean_up(tests.iter().map(|planned| &planned.context).collect()).await;
    }
    let unreached = |index: usize| result_of(&tests[index], Ended::skipped("its needs form a cycle"), Instant::now());
    results.into_iter().enumerate().map(|(index, result)| result.unwrap_or_else(|| unreached(index))).collect()
}

/// What to do about a test that waits.
enum Next {
    Run,
    /// It is not run: as what that counts, and why.
    Skip(TestOutcome, String),
}

/// The first test that waits and need not wait longer: its place among those that wait, its index, and what to do.
fn next_of(
    waiting: &[usize],
    tests: &[Planned],
    results: &[Option<Ran>],
    running: usize,
) -> Option<((usize, usize), Next)> {
    waiting.iter().enumerate().find_map(|(place, index)| {
        if tests[*index].is_unaffected {
            return Some(((place, *index), Next::Skip(TestOutcome::Unaffected, UNAFFECTED.to_owned())));
        }
        let next = match need_of(&tests[*index].test, tests, results) {
            Need::Met if running < AT_ONCE => Next::Run,
            Need::Unmet(because) => Next::Skip(TestOutcome::Skipped, because),
            Need::Met | Need::Open => return None,
        };
        Some(((place, *index), next))
    })
}

/// What a test needs.
enum Need {
    Met,
    /// It is not known yet.
    Open,
    /// Why not, as a clause.
    Unmet(String),
}

fn need_of(test: &Test, tests: &[Planned], results: &[Option<Ran>]) -> Need {
    let mut open = false;
    for name in &test.options.needs {
        let named = tests.iter().zip(results).filter(|(planned, _)| planned.test.name == *name);
        let outcomes: Vec<Option<TestOutcome>> =
            named.map(|(_, result)| result.as_ref().map(|r| r.result.outcome)).collect();
        if outcomes.is_empty() {
            return Need::Unmet(format!("it needs `{name}`, which is not run"));
        }
        // What nothing has changed for stays as it was when it passed.
        let passed = |outcome: TestOutcome| {
            matches!(outcome, TestOutcome::Passed | TestOutcome::Flaky | TestOutcome::Unaffected)
        };
        if let Some(outcome) = outcomes.iter().flatten().find(|outcome| !passed(**outcome)) {
            let how = if *outcome == TestOutcome::Skipped { "was not run" } else { "did not pass" };
            return Need::Unmet(format!("it needs `{name}`, which {how}"));
        }
        open |= outcomes.contains(&None);
    }
    if open { Need::Open } else { Need::Met }
}

/// Runs a test to its result.
async fn one(planned: &Planned) -> Ran {
    let begun = Instant::now();
    if let Some(sentence) = &planned.context.wrong {
        return result_of(planned, Ended::broken(sentence.clone(), 0), begun);
    }
    let wrong = problems(&planned.test);
    if !wrong.is_empty() {
        return result_of(planned, Ended::failed(wrong.join(", and "), 0), begun);
    }
    let cancel = &planned.context.shared.cancel;
    let mut ended = attempt(planned).await;
    let mut before: Vec<Ended> = Vec::new();
    while is_retried(ended.outcome) && before.len() < planned.test.options.retries as usize && !cancel.is_cancelled() {
        before.push(std::mem::replace(&mut ended, Ended::passed(0)));
        ended = attempt(planned).await;
    }
    result_of(planned, with_earlier(ended, before), begun)
}

fn is_retried(outcome: TestOutcome) -> bool {
    matches!(outcome, TestOutcome::Failed | TestOutcome::Broken)
}

async fn attempt(planned: &Planned) -> Ended {
    let (test, context) = (&planned.test, &planned.context);
    let patience = test.patience();
    let probing = async {
        match &test.probe {
            Probe::Http(http) => http::attempt::probe(http, context, patience).await,
            Probe::Tcp(tcp) => tcp::probe(tcp, context, patience).await,
            Probe::Grpc(grpc) => grpc::probe(grpc, context, patience).await,
            Probe::Rollout(rollout) => rollout::probe(rollout, context, patience).await,
            Probe::Job(job) => job::attempt::probe(job, &test.name, context, patience).await,
            Probe::Command(command) => command::probe(command, &test.name, context, patience).await,
            Probe::HelmTest(hooks) => helm_test::probe(hooks, &test.name, context, patience).await,
        }
    };
    let probing = async {
        let mut ended = probing.await;
        if ended.outcome == TestOutcome::Failed {
            service_fault::add(&test.probe, context, &mut ended).await;
        }
        ended
    };
    tokio::select! {
        ended = probing => ended,
        () = context.shared.cancel.cancelled() => Ended::skipped(STOPPED),
    }
}

/// The last run of a test, told of the runs before it: one that passes now is flaky, and so is a case.
fn with_earlier(mut ended: Ended, before: Vec<Ended>) -> Ended {
    let Some(first) = before.first() else { return ended };
    let runs = before.len() + 1;
    let failed: HashSet<(&str, &str, &str)> =
        before.iter().flat_map(|run| &run.cases).filter(|case| case.outcome.is_failing()).map(key).collect();
    for case in &mut ended.cases {
        if case.outcome == CaseOutcome::Passed && failed.contains(&key(case)) {
            case.outcome = CaseOutcome::Flaky;
        }
    }
    ended.attempts += before.iter().map(|run| run.attempts).sum::<u32>();
    // What a run left is still there, unless a later one left the same.
    let left = before.iter().flat_map(|run| &run.artifacts).filter(|path| !ended.artifacts.contains(path));
    let mut left: Vec<String> = left.cloned().collect();
    ended.artifacts.append(&mut left);
    ended.artifacts.sort();
    ended.artifacts.dedup();
    match ended.outcome {
        TestOutcome::Passed => {
            ended.outcome = TestOutcome::Flaky;
            ended.message = format!("passed in run {runs}, after: {}", first.message);
            ended.evidence.extend(before.into_iter().flat_map(|run| run.evidence));
        }
        TestOutcome::Failed | TestOutcome::Broken => {
            ended.message = format!("{} (in each of {runs} runs)", ended.message);
        }
        TestOutcome::Flaky | TestOutcome::Tolerated | TestOutcome::Unaffected | TestOutcome::Skipped => {}
    }
    ended
}

/// What tells a case from others.
fn key(case: &TestCase) -> (&str, &str, &str) {
    (&case.suite, &case.class, &case.name)
}

/// The result of a test; all its texts masked.
fn result_of(planned: &Planned, ended: Ended, begun: Instant) -> Ran {
    let (test, masker) = (&planned.test, planned.context.cluster.masker());
    let masked = |text: &str| masker.mask(text).into_owned();
    let mut message = masked(&ended.message);
    let mut outcome = ended.outcome;
    if test.options.optional && is_retried(outcome) {
        outcome = TestOutcome::Tolerated;
        message.push_str("; the test is optional, so it does not fail the run");
    }
    let evidence = ended.evidence.into_iter();
    let evidence = evidence.map(|proof| Evidence { title: masked(&proof.title), text: masked(&proof.text) }).collect();
    let masked_case = |case: TestCase| TestCase {
        name: masked(&case.name),
        message: masked(&case.message),
        output: masked(&case.output),
        ..case
    };
    let result = TestResult {
        name: test.name.clone(),
        kind: test.probe.kind().to_owned(),
        outcome,
        message,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        attempts: ended.attempts,
        evidence,
        location: None,
        age: None,
        cases: ended.cases.into_iter().map(masked_case).collect(),
        artifacts: ended.artifacts,
    };
    Ran { result, fault: ended.fault }
}
