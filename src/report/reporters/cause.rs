//! What the verdict rests on: every reason once, whether a finding, a test or a stage tells it. All reporters name and count these.

use seatrial_model::{
    EnvironmentReport, Location, Report, ReportedFinding, Stage, StageResult, TestOutcome, TestResult, ids,
};

/// One reason why a run is not green.
#[derive(Clone, Debug)]
pub(crate) struct Cause<'a> {
    pub(crate) kind: Kind,
    /// Environments that it concerns; empty for the run as a whole.
    pub(crate) environments: Vec<&'a str>,
    /// One sentence without full stop, names in backticks.
    pub(crate) message: String,
    pub(crate) teller: Teller<'a>,
    /// Places of further causes of its sort, which are not told one by one.
    pub(crate) more: Vec<&'a Location>,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Ours or the infrastructure's.
    Broken,
    /// The change's.
    Failed,
    /// The change's, and it does not fail the run; never among [`causes`].
    Tolerated,
}

/// Who tells of it, and with what proof.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Teller<'a> {
    Finding(&'a ReportedFinding),
    Test(&'a TestResult),
    Stage(Stage),
    Run,
}

/// All causes: broken before failed, findings in the report's order, then tests and stages that no finding explains.
pub(crate) fn causes(report: &Report) -> Vec<Cause<'_>> {
    let mut causes = Vec::new();
    for sentence in &report.broken {
        push(&mut causes, Cause::new(Kind::Broken, None, sentence.clone(), Teller::Run));
    }
    for environment in &report.environments {
        broken_in(environment, &mut causes);
    }
    for finding in report.findings.iter().filter(|f| report.is_failing(f)) {
        causes.push(Cause {
            kind: Kind::Failed,
            environments: finding.environments.iter().map(String::as_str).collect(),
            message: finding.message.clone(),
            teller: Teller::Finding(finding),
            more: Vec::new(),
        });
    }
    for environment in &report.environments {
        failed_in(environment, report, &mut causes);
    }
    causes
}

/// Tests that failed without failing the run, each for itself.
pub(crate) fn tolerated_tests(report: &Report) -> Vec<Cause<'_>> {
    let tests = report.environments.iter().flat_map(|e| e.tests.iter().map(move |test| (e.name.as_str(), test)));
    let tolerated = tests.filter(|(_, test)| test.outcome == TestOutcome::Tolerated);
    tolerated.map(|(name, test)| Cause::new(Kind::Tolerated, Some(name), of_test(test), Teller::Test(test))).collect()
}

/// Where a cause is; `None` for one outside any file.
pub(crate) fn location<'a>(cause: &Cause<'a>) -> Option<&'a Location> {
    let at = match cause.teller {
        Teller::Finding(finding) => Some(&finding.primary.location),
        Teller::Test(test) => test.location.as_ref(),
        Teller::Stage(_) | Teller::Run => None,
    };
    at.filter(|at| !at.path.is_empty())
}

/// The causes of one kind, in their order.
pub(crate) fn of_kind<'a, 'r>(causes: &'a [Cause<'r>], kind: Kind) -> Vec<&'a Cause<'r>> {
    causes.iter().filter(|cause| cause.kind == kind).collect()
}

/// Environments of a report that causes name, in the report's order.
pub(crate) fn environments_of<'r>(report: &'r Report, causes: &[&Cause<'_>]) -> Vec<&'r str> {
    let names = report.environments.iter().map(|e| e.name.as_str());
    names.filter(|name| causes.iter().any(|cause| cause.environments.contains(name))).collect()
}

/// Whether a finding and a failed test tell the same: then the finding, which knows more places, stands for both.
pub(crate) fn tells_the_same(finding: &ReportedFinding, environment: &str, test: &TestResult) -> bool {
    let at_test = test.location.as_ref().is_some_and(|at| {
        let place = &finding.primary.location;
        (at.path.as_str(), at.line) == (place.path.as_str(), place.line)
    });
    finding.rule == ids::TEST_FAILED.as_str()
        && finding.environments.iter().any(|name| name == environment)
        && (at_test || finding.message == test.message || finding.message.contains(&format!("`{}`", test.name)))
}

impl<'a> Cause<'a> {
    fn new(kind: Kind, environment: Option<&'a str>, message: String, teller: Teller<'a>) -> Cause<'a> {
        Cause { kind, environments: environment.into_iter().collect(), message, teller, more: Vec::new() }
    }
}

/// The same sentence from a second environment is the same cause.
fn push<'a>(causes: &mut Vec<Cause<'a>>, cause: Cause<'a>) {
    let same_teller = |known: &Cause<'_>| match (known.teller, cause.teller) {
        (Teller::Stage(a), Teller::Stage(b)) => a == b,
        _ => false,
    };
    let twin = causes.iter_mut().find(|k| k.kind == cause.kind && k.message == cause.message && same_teller(k));
    match twin {
        Some(known) => known.environments.extend(cause.environments),
        None => causes.push(cause),
    }
}

fn broken_in<'a>(environment: &'a EnvironmentReport, causes: &mut Vec<Cause<'a>>) {
    let name = Some(environment.name.as_str());
    for stage in &environment.stages {
        if let StageResult::Broken(sentence) = &stage.result {
            push(causes, Cause::new(Kind::Broken, name, sentence.clone(), Teller::Stage(stage.stage)));
        }
    }
    for test in environment.tests.iter().filter(|t| t.outcome == TestOutcome::Broken) {
        causes.push(Cause::new(Kind::Broken, name, of_test(test), Teller::Test(test)));
    }
}

fn failed_in<'a>(environment: &'a EnvironmentReport, report: &'a Report, causes: &mut Vec<Cause<'a>>) {
    let name = environment.name.as_str();
    let failed = || environment.tests.iter().filter(|t| t.outcome == TestOutcome::Failed);
    for test in failed() {
        if !report.findings.iter().any(|finding| tells_the_same(finding, name, test)) {
            causes.push(Cause::new(Kind::Failed, Some(name), of_test(test), Teller::Test(test)));
        }
    }
    let here = |f: &&ReportedFinding| f.environments.iter().any(|e| e == name);
    let has_cause = || report.findings.iter().filter(here).any(|f| report.is_failing(f));
    for stage in environment.stages.iter().filter(|s| s.result == StageResult::Failed) {
        // An error that was there before explains a rendering, and no deployment.
        let explained = report.is_explained(stage, environment)
            || has_cause()
            || (stage.stage == Stage::Test && failed().next().is_some());
        if explained {
            continue;
        }
        let verb = stage.stage.title().to_lowercase();
        let message = match stage.summary.as_str() {
            "" => format!("{verb} failed"),
            summary => format!("{verb} failed: {summary}"),
        };
        push(causes, Cause::new(Kind::Failed, Some(name), message, Teller::Stage(stage.stage)));
    }
}

fn of_test(test: &TestResult) -> String {
    match test.message.as_str() {
        "" => format!("test `{}` failed", test.name),
        message => format!("test `{}`: {message}", test.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{broken_cluster, green, image_missing, test_failed};

    fn told(report: &Report) -> Vec<String> {
        let line = |c: &Cause<'_>| format!("{:?} in {}: {}", c.kind, c.environments.join(","), c.message);
        causes(report).iter().map(line).collect()
    }

    #[test]
    fn a_green_report_has_no_cause() {
        assert_eq!(told(&green()), [""; 0]);
    }

    #[test]
    fn a_stage_that_a_finding_explains_is_no_second_cause() {
        assert_eq!(
            told(&image_missing()),
            ["Failed in dev: `Deployment/web` cannot start: image `shopacr.azurecr.io/image/web:1.4.1` does not exist"]
        );
    }

    #[test]
    fn a_failed_stage_that_nothing_explains_is_a_cause() {
        let mut report = green();
        report.environments[0].stages[2].result = StageResult::Failed;
        report.environments[0].stages[2].summary = "`Deployment/web` not ready".to_owned();
        assert_eq!(told(&report), ["Failed in dev: deploy failed: `Deployment/web` not ready"]);
    }

    #[test]
    fn a_failed_test_and_the_finding_about_it_are_one_cause() {
        let mut report = test_failed();
        assert_eq!(
            told(&report),
            ["Failed in dev: test `shop answers`: expected status 200, the answer was 503 (31 attempts in 30 s)"]
        );
        let mut finding = image_missing().findings.remove(0);
        finding.rule = ids::TEST_FAILED.as_str().to_owned();
        finding.message = "`shop answers` got status 503".to_owned();
        report.findings = vec![finding];
        assert_eq!(told(&report), ["Failed in dev: `shop answers` got status 503"]);
    }

    #[test]
    fn one_cluster_that_cannot_be_reached_is_one_cause_in_two_environments() {
        let mut report = broken_cluster();
        report.environments[1].stages[2].result = report.environments[0].stages[2].result.clone();
        let told = told(&report);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("Broken in dev,prod: cannot reach the cluster"), "{told:?}");
    }

    #[test]
    fn broken_comes_before_failed() {
        let mut report = broken_cluster();
        report.findings = image_missing().findings;
        let kinds: Vec<Kind> = causes(&report).iter().map(|cause| cause.kind).collect();
        assert_eq!(kinds, [Kind::Broken, Kind::Failed]);
    }
}
