//! The report as JUnit XML: a suite per environment, a case per stage, test and finding. Valid XML for any input.

mod trial;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use seatrial_model::{
    Age, Comparison, EnvironmentReport, Evidence, Location, Report, ReportedFinding, Stage, StageOutcome, StageResult,
    TestOutcome, TestResult,
};

use crate::ages::{is_inherited, tally};
use crate::alterations;
use crate::cause::tells_the_same;
use crate::left_out::checked;
use crate::plain::{lines, one_line};
use crate::wording::{count, list};

/// The suite of what belongs to no environment.
const RUN: &str = "run";

/// The suite of what several environments have.
const SHARED: &str = "several environments";

/// Environments that the name of a case names.
const MOST_NAMES: usize = 5;

/// JUnit XML, valid for any input. Files that tests left are attachments, as Jenkins and Azure Pipelines read them (`[[ATTACHMENT|path]]`), where
/// `files` says in which directory they lie.
#[must_use]
pub fn junit(report: &Report, files: Option<&str>) -> String {
    let report = &report.by_mistake();
    let mut junit = quick_junit::Report::new("seatrial");
    junit.set_time(Duration::from_millis(report.duration_ms));
    junit.add_test_suites(run_suite(report));
    junit.add_test_suites(shared_suite(report));
    for environment in &report.environments {
        junit.add_test_suite(suite(environment, report, files));
        junit.add_test_suites(trial::suites(environment));
    }
    let mut bytes = Vec::new();
    // Writing to memory does not fail; an empty document would be refused by every reader, and so noticed.
    match junit.serialize(&mut bytes) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}

fn suite(environment: &EnvironmentReport, report: &Report, files: Option<&str>) -> TestSuite {
    let class = one_line(&environment.name);
    let mut cases = Cases::new(&class);
    for outcome in &environment.stages {
        if let Some(status) = of_stage(outcome, environment, report) {
            cases.add(&outcome.stage.title().to_lowercase(), status, outcome.duration_ms);
        }
    }
    for test in &environment.tests {
        cases.add_test(test, files);
    }
    let here = report.findings.iter().filter(|f| f.environments.contains(&environment.name));
    let told =
        |finding: &&ReportedFinding| environment.tests.iter().any(|t| tells_the_same(finding, &environment.name, t));
    let (listed, counted): (Vec<_>, Vec<_>) = here.filter(|f| !told(f)).partition(|finding| report.is_listed(finding));
    for finding in listed.into_iter().filter(|finding| !is_shared(finding)) {
        cases.add_finding(finding, report);
    }
    let mut suite = TestSuite::new(class.as_str());
    let fixed = report.fixed.iter().filter(|f| f.environments.contains(&environment.name));
    for (name, told) in [("already there", tally(counted.into_iter(), "")), ("fixed", tally(fixed, ""))] {
        if !told.is_empty() {
            suite.add_property((name, told.as_str()));
        }
    }
    if let Some(Comparison::NotCompared(because)) = &environment.comparison {
        suite.add_property(("not compared", one_line(because).as_str()));
    }
    suite.add_property(("source", one_line(&environment.source).as_str()));
    suite.add_property(("kubernetes", one_line(&environment.kubernetes).as_str()));
    if let Some(target) = &environment.target {
        let cluster = if target.simulated { "simulated" } else { target.cluster.as_str() };
        suite.add_property(("cluster", one_line(cluster).as_str()));
    }
    suite.set_time(Duration::from_millis(environment.stages.iter().map(|s| s.duration_ms).sum()));
    suite.add_test_cases(cases.cases);
    suite
}

/// Whether several environments have a finding: it has one case all the same.
fn is_shared(finding: &ReportedFinding) -> bool {
    finding.environments.len() > 1
}

/// What several environments have; no suite when there is nothing.
fn shared_suite(report: &Report) -> Option<TestSuite> {
    let mut cases = Cases::new(SHARED);
    for finding in report.findings.iter().filter(|f| is_shared(f) && report.is_listed(f)) {
        let is_told = |e: &EnvironmentReport| e.tests.iter().any(|test| tells_the_same(finding, &e.name, test));
        if !report.environments.iter().any(is_told) {
            cases.add_finding(finding, report);
        }
    }
    if cases.cases.is_empty() {
        return None;
    }
    let mut suite = TestSuite::new(SHARED);
    suite.add_test_cases(cases.cases);
    Some(suite)
}

/// What concerns no environment; no suite when there is nothing.
fn run_suite(report: &Report) -> Option<TestSuite> {
    let mut cases = Cases::new(RUN);
    for sentence in &report.broken {
        cases.add(RUN, unsuccessful(NonSuccessKind::Error, sentence, "broken", ""), 0);
    }
    for finding in report.findings.iter().filter(|f| f.environments.is_empty()) {
        cases.add_finding(finding, report);
    }
    let alterations = alterations::in_order(report).into_iter().map(|a| one_line(&alterations::sentence(a)));
    let alterations: Vec<String> = alterations.collect();
    if cases.cases.is_empty() && alterations.is_empty() {
        return None;
    }
    let mut suite = TestSuite::new(RUN);
    // Some readers show properties, others the output.
    suite.add_properties(alterations.iter().map(|sentence| ("alteration", sentence.as_str())));
    if !alterations.is_empty() {
        suite.set_system_out(alterations.join("\n"));
    }
    suite.add_test_cases(cases.cases);
    Some(suite)
}

/// Cases of one class; a second one of a name is numbered, as readers tell cases apart by name.
struct Cases<'a> {
    class: &'a str,
    seen: BTreeMap<String, usize>,
    cases: Vec<TestCase>,
}

impl<'a> Cases<'a> {
    fn new(class: &'a str) -> Cases<'a> {
        Cases { class, seen: BTreeMap::new(), cases: Vec::new() }
    }

    fn add(&mut self, name: &str, status: TestCaseStatus, milliseconds: u64) {
        let mut name = one_line(name);
        let nth = self.seen.entry(name.clone()).or_insert(0);
        *nth += 1;
        if *nth > 1 {
            let _ = write!(name, " ({nth})");
        }
        let mut case = TestCase::new(name, status);
        case.set_classname(self.class).set_time(Duration::from_millis(milliseconds));
        self.cases.push(case);
    }

    /// A failure that was tolerated is neither a success nor a failure: a skipped case that has its proof beside it.
    fn add_test(&mut self, test: &TestResult, files: Option<&str>) {
        let proof = trial::proof_of(test);
        self.add(&format!("test: {}", test.name), trial::status_of(test, &proof), test.duration_ms);
        let Some(case) = self.cases.last_mut() else { return };
        let told = if test.outcome == TestOutcome::Tolerated { block(&proof) } else { String::new() };
        let output = [told].into_iter().chain(trial::attachments(test, files)).filter(|part| !part.is_empty());
        let output: Vec<String> = output.collect();
        if !output.is_empty() {
            case.set_system_out(output.join("\n"));
        }
        trial::add_age(case, test.age);
        if let Some(at) = &test.location {
            add_place(case, at);
        }
    }

    /// A finding that fails the run is a failed case; one that was there before is a skipped one; another one passes and says what it has to
    /// say beside it.
    fn add_finding(&mut self, finding: &ReportedFinding, report: &Report) {
        let subject = match (&finding.object, finding.primary.location.path.as_str()) {
            (Some(object), _) => object.to_string(),
            (None, path) => path.to_owned(),
        };
        let field = finding.field.as_deref().map(|field| format!(" {field}")).unwrap_or_default();
        let places =
            if is_shared(finding) { format!(" in {}", list(&finding.environments, MOST_NAMES)) } else { String::new() };
        let name = format!("{}: {subject}{field}{places}", finding.rule);
        let (status, output) = of_finding(finding, report);
        self.add(&name, status, 0);
        let Some(case) = self.cases.last_mut() else { return };
        add_place(case, &finding.primary.location);
        if let Some(output) = output {
            case.set_system_out(output);
        }
    }
}

/// How the case of a finding ended, and what it has to say beside that.
fn of_finding(finding: &ReportedFinding, report: &Report) -> (TestCaseStatus, Option<String>) {
    if report.is_failing(finding) {
        let text = description(finding);
        return (unsuccessful(NonSuccessKind::Failure, &finding.message, &finding.rule, &text), None);
    }
    if finding.age == Age::AlreadyThere {
        return (skipped(&format!("already there: {}", finding.message)), None);
    }
    let text = format!("{}: {}\n{}", finding.level.as_str(), finding.message, description(finding));
    (TestCaseStatus::success(), Some(block(&text)))
}

/// File and line as attributes, by which readers lead to the place: nobody wants to search for it.
fn add_place(case: &mut TestCase, at: &Location) {
    if at.is_here() {
        case.extra.insert("file".into(), one_line(&at.path).into());
        case.extra.insert("line".into(), at.line.to_string().into());
    }
}

/// `None` where cases of their own tell how a stage ended: its tests, or the findings that made it fail.
fn of_stage(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> Option<TestCaseStatus> {
    if outcome.stage == Stage::Test && !environment.tests.is_empty() {
        return None;
    }
    let name = outcome.stage.title().to_lowercase();
    Some(match &outcome.result {
        StageResult::Passed if outcome.stage == Stage::Validate => valid(environment),
        StageResult::Passed => TestCaseStatus::success(),
        StageResult::Failed if outcome.stage == Stage::Render && is_inherited(environment, report) => {
            skipped("failed, as on the base")
        }
        StageResult::Failed => return failed(outcome, environment, report),
        StageResult::Broken(sentence) => unsuccessful(NonSuccessKind::Error, sentence, "broken", ""),
        StageResult::Skipped(because) if because.is_empty() => skipped(&format!("{name} was not run")),
        StageResult::Skipped(because) => skipped(because),
    })
}

/// What was not looked at is not passed.
fn valid(environment: &EnvironmentReport) -> TestCaseStatus {
    if environment.objects > 0 && environment.unchecked() >= environment.objects {
        return skipped(&checked(environment.objects, environment.unchecked()));
    }
    TestCaseStatus::success()
}

fn failed(outcome: &StageOutcome, environment: &EnvironmentReport, report: &Report) -> Option<TestCaseStatus> {
    let here = |f: &&ReportedFinding| report.is_failing(f) && f.environments.contains(&environment.name);
    let told = |f: &&ReportedFinding| here(f) && f.stage.is_none_or(|stage| stage == outcome.stage);
    let (shared, own): (Vec<_>, Vec<_>) = report.findings.iter().filter(told).partition(|finding| is_shared(finding));
    if !own.is_empty() {
        return None;
    }
    if !shared.is_empty() {
        return Some(skipped(&format!("{}, reported in `{SHARED}`", count(shared.len(), "problem"))));
    }
    let name = outcome.stage.title().to_lowercase();
    let problems = report.findings.iter().filter(here).count();
    let message = match outcome.summary.as_str() {
        "" if problems > 0 => count(problems, "problem"),
        "" => format!("{name} failed"),
        summary if outcome.stage == Stage::Render => format!("{name} failed, {summary}"),
        summary => summary.to_owned(),
    };
    Some(unsuccessful(NonSuccessKind::Failure, &message, &name, ""))
}

fn unsuccessful(kind: NonSuccessKind, message: &str, ty: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(one_line(message));
    if !ty.is_empty() {
        status.set_type(one_line(ty));
    }
    if !text.trim().is_empty() {
        status.set_description(block(text));
    }
    status
}

fn skipped(because: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(one_line(because));
    status
}

fn description(finding: &ReportedFinding) -> String {
    let mut text = format!("{}\n", place(&finding.primary.location));
    if let Some(first) = finding.primary.location.excerpt.first() {
        let _ = writeln!(text, "    {}", first.text);
    }
    for label in &finding.related {
        let _ = writeln!(text, "{} {}", place(&label.location), label.text);
    }
    for note in &finding.notes {
        let _ = writeln!(text, "{note}");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "help: {help}");
    }
    push_evidence(&mut text, &finding.evidence);
    text
}

fn push_evidence(text: &mut String, evidence: &[Evidence]) {
    for proof in evidence {
        let _ = writeln!(text, "\n{}:\n{}", proof.title, proof.text);
    }
}

fn place(location: &Location) -> String {
    if location.path.is_empty() {
        return String::new();
    }
    format!("{}:{}:{}", location.shown_path(), location.line, location.column)
}

/// Text without the characters that XML has no way to write. What a program printed attaches no file of the machine that reads the report.
fn block(text: &str) -> String {
    lines(text.trim()).join("\n").replace("[[ATTACHMENT|", "[ [ATTACHMENT|")
}
