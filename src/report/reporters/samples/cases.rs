//! Tests that have cases: failed, flaky, tolerated, and compared with an earlier report.

use seatrial_model::{CaseAge, CaseOutcome, Evidence, Report, StageResult, TestCase, TestOutcome, TestResult, ids};

use super::{finding, green, label, test};

/// A case of a class `CartTest`.
pub(crate) fn case(name: &str, outcome: CaseOutcome, message: &str) -> TestCase {
    TestCase {
        suite: "com.acme.shop.CartTest".to_owned(),
        class: "com.acme.shop.CartTest".to_owned(),
        name: name.to_owned(),
        outcome,
        duration_ms: 1_250,
        message: message.to_owned(),
        output: String::new(),
        age: None,
    }
}

/// Twelve of forty cases of a job fail, some of them as before; the finding about the test says so.
pub(crate) fn failed() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.stages[3].result = StageResult::Failed;
    let mut acceptance = acceptance();
    acceptance.outcome = TestOutcome::Failed;
    acceptance.message = "12 of 40 cases failed".to_owned();
    for number in 0..12 {
        let failed = &mut acceptance.cases[number];
        failed.outcome = if number == 1 { CaseOutcome::Errored } else { CaseOutcome::Failed };
        failed.message = format!("expected: <{number}> but was: <2>\n(after 3 attempts)");
        failed.age = Some(if number % 4 == 1 { CaseAge::New } else { CaseAge::Known });
    }
    acceptance.cases[0].output = "org.opentest4j.AssertionFailedError: expected: <0> but was: <2>\n\tat \
                                  com.acme.shop.CartTest.case0(CartTest.java:42)\n\nGET /cart\n200 OK"
        .to_owned();
    acceptance.cases[1].output = (1..=30).map(|line| format!("log line {line}\n")).collect();
    acceptance.cases[2].name =
        "rejects `a|b` and <b>@octocat</b> with a name that is much longer than a line of a terminal, see #12"
            .to_owned();
    acceptance.cases[20].age = Some(CaseAge::Fixed);
    acceptance.evidence =
        vec![Evidence { title: "log of pod acceptance-x2x4k".to_owned(), text: "12 failed\n".to_owned() }];
    let at =
        label("seatrial.yaml", 15, 13, "  - { name: acceptance, environment: dev, job: { image: e2e } }", (12, 22), "");
    acceptance.location = Some(at.location.clone());
    let told = finding(ids::TEST_FAILED.as_str(), "test `acceptance`: 12 of 40 cases failed", at);
    dev.tests.push(acceptance);
    dev.tests[0].age = Some(CaseAge::Fixed);
    dev.tests[1].outcome = TestOutcome::Skipped;
    dev.tests[1].message = "passed in `old.json`".to_owned();
    report.add_findings(Some("dev"), &[told.found_by(seatrial_model::Stage::Test)]);
    report.decide();
    report
}

/// A test and a case passed only when they were run again.
pub(crate) fn flaky() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.tests[0].outcome = TestOutcome::Flaky;
    dev.tests[0].attempts = 3;
    dev.tests[0].message = "expected status 200, the answer was 503".to_owned();
    dev.tests[1].outcome = TestOutcome::Unaffected;
    dev.tests[1].message = "nothing it waits for changed".to_owned();
    let mut acceptance = acceptance();
    acceptance.cases[7].outcome = CaseOutcome::Flaky;
    acceptance.cases[7].message = "timed out".to_owned();
    acceptance.cases[7].output = "java.net.SocketTimeoutException: timed out".to_owned();
    dev.tests.push(acceptance);
    report.decide();
    report
}

/// The cases of a test that may fail.
pub(crate) fn tolerated() -> Report {
    let mut report = failed();
    report.findings.clear();
    let dev = &mut report.environments[0];
    dev.stages[3].result = StageResult::Passed;
    dev.tests[2].outcome = TestOutcome::Tolerated;
    dev.tests[2].cases.drain(2..20);
    report.decide();
    report
}

fn acceptance() -> TestResult {
    let mut acceptance = test("acceptance", TestOutcome::Passed, "");
    acceptance.kind = "job".to_owned();
    acceptance.duration_ms = 72_000;
    acceptance.cases = (0..40).map(|number| case(&format!("case {number}"), CaseOutcome::Passed, "")).collect();
    acceptance.cases[39].outcome = CaseOutcome::Skipped;
    acceptance.cases[39].message = "needs a customs office".to_owned();
    acceptance.artifacts = vec!["acceptance/junit.xml".to_owned(), "acceptance/screenshots/cart page.png".to_owned()];
    acceptance
}
