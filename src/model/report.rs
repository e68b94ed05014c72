//! The report of a run: the one thing that all sinks show. What programs of others read is `report/published`'s.

mod diff;
mod digest;
mod fix;
mod judged;
mod merge;
mod mistakes;

use std::cmp::Ordering;

pub use diff::{Bump, BumpSize, ReportedDiff, ReportedDifference, ReportedObjectDiff, ReportedValue, SourceLine};
pub use fix::{Fix, Patch, ReportedEdit, ReportedFix, TextEdit};
use serde::{Deserialize, Serialize};

use crate::{
    Age, Alteration, CaseAge, Change, Comparison, Evidence, FailOn, Holding, Level, Listing, Location, ObjectId,
    ReportedFinding, Stage, StageOutcome, TestCase, Verdict,
};

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of the published format; raised when a reader could misread it.
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// The subcommand: `run`, `validate`, `deploy`, `test`.
    pub command: String,
    /// The verdict on the change.
    pub verdict: Verdict,
    /// What was judged.
    pub revision: Revision,
    /// Per environment, in the order of the configuration.
    pub environments: Vec<EnvironmentReport>,
    /// What the pull request removes or changes among environments, tests and rules: named first, whatever the verdict.
    #[serde(default)]
    pub alterations: Vec<Alteration>,
    /// All findings, new ones first, then worst first, each once with the environments that have it.
    pub findings: Vec<ReportedFinding>,
    /// Findings that the base has and the change does not; their places are those of the base.
    #[serde(default)]
    pub fixed: Vec<ReportedFinding>,
    /// Which findings fail the run.
    #[serde(default)]
    pub fail_on: FailOn,
    /// Which findings are told in full.
    #[serde(default)]
    pub listing: Listing,
    /// What `validate --fix` would write; `None` where nothing that is listed has a fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
    /// Sentences about what was not done, not posted or needs attention.
    pub notices: Vec<String>,
    /// Reasons outside any environment why there is no verdict on the change, as sentences.
    pub broken: Vec<String>,
    /// Where the run can be watched (CI).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// Name and version of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `seatrial`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// What was judged: commits and pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The head commit that statuses and links belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The commit that head is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// How that one was found, as a clause: ``where this branch left `main` ``.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_found: Option<String>,
    /// The pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequest>,
}

/// A pull request, as a place to click.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// `owner/name` of the repository it is raised against.
    pub repository: String,
    /// Address of a line of a file at the head commit, with `{path}` and `{line}` in the places of these:
    /// `https://github.com/o/r/blob/SHA/{path}#L{line}`; `null` where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_url: Option<String>,
}

/// One environment's part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentReport {
    /// Its name in the configuration, or the path that was discovered.
    pub name: String,
    /// What was rendered: `kustomize deploy/overlays/dev`.
    pub source: String,
    /// Kubernetes minor it was checked for: `1.35`.
    pub kubernetes: String,
    /// Where it was deployed; `None` when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// How its findings were told apart from those of the base; `None` where there is no base to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Outcomes of all four stages, in their order.
    pub stages: Vec<StageOutcome>,
    /// Objects rendered.
    pub objects: usize,
    /// Whether it renders something else than its base; `None` where there is none to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    /// What the change makes of its objects, beside the base; `None` where there is none to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<ReportedDiff>,
    /// What was done to which object.
    pub changes: Vec<Change>,
    /// Results of its tests.
    pub tests: Vec<TestResult>,
    /// Objects that were rendered and left out on purpose.
    pub skipped: Vec<Skipped>,
    /// Kinds that were not validated.
    pub not_checked: Vec<NotChecked>,
    /// Objects of the inventory that the change no longer renders and that still exist.
    pub vanished: Vec<ObjectId>,
    /// What a shared environment holds after a run that deployed a pull request to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holding>,
}

/// Where an environment was deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Kubeconfig context, `in-cluster`, or `simulated`.
    pub cluster: String,
    /// Whether the cluster was the embedded simulation.
    pub simulated: bool,
    /// The preview namespace, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_namespace: Option<String>,
    /// Address of the environment for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An object that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The object.
    pub object: ObjectId,
    /// A clause: `cluster-scoped, not part of a preview namespace`.
    pub because: String,
}

/// A kind whose objects were not validated, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotChecked {
    /// `acme.io/Widget`.
    pub kind: String,
    /// How many objects.
    pub count: usize,
    /// A clause: `no schema`, `encrypted with SOPS`.
    pub because: String,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestOutcome {
    /// As expected.
    Passed,
    /// As expected, but only when it was run once more: it failed before.
    Flaky,
    /// Not as expected.
    Failed,
    /// Not as expected, but it does not fail the run: the pull request changes or removes this test, and it ran as the base has it.
    Tolerated,
    /// Could not be run.
    Broken,
    /// Not run: nothing has changed that it waits for.
    Unaffected,
    /// Not run.
    Skipped,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Its name in the configuration.
    pub name: String,
    /// `http`, `rollout`, `job`, `command`, …
    pub kind: String,
    /// How it ended.
    pub outcome: TestOutcome,
    /// One sentence; empty when it passed.
    pub message: String,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Attempts that were made.
    pub attempts: u32,
    /// Responses, log lines.
    pub evidence: Vec<Evidence>,
    /// Where the test is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How it compares with an earlier report; `None` where there is none, or nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<CaseAge>,
    /// Cases out of the JUnit files that it wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<TestCase>,
    /// Paths of the files that it left, relative to the report's directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
}

impl Target {
    /// Where a person can look at what was deployed; a simulated one has no address.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        if self.simulated { None } else { self.url.as_deref() }
    }
}

impl EnvironmentReport {
    /// Objects that were not validated.
    #[must_use]
    pub fn unchecked(&self) -> usize {
        self.not_checked.iter().map(|kind| kind.count).sum::<usize>().min(self.objects)
    }

    /// The outcome of a stage, when it was reached or skipped.
    #[must_use]
    pub fn stage(&self, stage: Stage) -> Option<&StageOutcome> {
        self.stages.iter().find(|s| s.stage == stage)
    }
}

impl Report {
    /// The version of the published format.
    pub const VERSION: u32 = 1;

    /// An empty report of a command; the verdict is passed until [`Report::decide`].
    #[must_use]
    pub fn new(command: &str, tool_version: &str) -> Report {
        Report {
            version: Report::VERSION,
            tool: Tool { name: "seatrial".to_owned(), version: tool_version.to_owned() },
            command: command.to_owned(),
            verdict: Verdict::Passed,
            revision: Revision::default(),
            environments: Vec::new(),
            alterations: Vec::new(),
            findings: Vec::new(),
            fixed: Vec::new(),
            fail_on: FailOn::default(),
            listing: Listing::default(),
            patch: None,
            notices: Vec::new(),
            broken: Vec::new(),
            run_url: None,
            duration_ms: 0,
        }
    }

    /// Adds an environment's findings. The same finding at the same place in a second environment is one finding in two environments;
    /// twice in one environment it stays twice.
    pub fn add_findings(&mut self, environment: Option<&str>, findings: &[ReportedFinding]) {
        merge::add(&mut self.findings, environment, findings);
    }

    /// Adds what an environment's base has and the change does not.
    pub fn add_fixed(&mut self, environment: &str, findings: &[ReportedFinding]) {
        merge::add(&mut self.fixed, Some(environment), findings);
    }

    /// Orders the findings (new ones first, then worst first, then by place) and decides the verdict: broken beats failed beats passed.
    pub fn decide(&mut self) {
        self.findings.sort_by(by_weight_and_place);
        self.fixed.sort_by(by_weight_and_place);
        let of_work = self.environments.iter().map(|environment| self.verdict_of_work(environment));
        let of_findings = self.findings.iter().filter(|f| self.is_failing(f)).map(|_| Verdict::Failed);
        let of_run = self.broken.iter().map(|_| Verdict::Broken);
        let all = of_work.chain(of_findings).chain(of_run);
        self.verdict = all.max().unwrap_or(Verdict::Passed);
    }

    /// Whether a finding fails the run.
    #[must_use]
    pub fn is_failing(&self, finding: &ReportedFinding) -> bool {
        self.fail_on.fails(finding.level, finding.age, finding.stage)
    }

    /// Whether a finding is told in full: a new one, one that fails the run, and, where all are asked for, every one.
    #[must_use]
    pub fn is_listed(&self, finding: &ReportedFinding) -> bool {
        finding.age == Age::New || self.listing == Listing::All || self.is_failing(finding)
    }

    /// What the change raises, where it is only routine: in every environment that changes, image tags or chart versions go up by a patch or a
    /// minor version, nothing else makes a difference, nothing is dangerous, and its own checks stay as they are. None for any other change.
    #[must_use]
    pub fn routine(&self) -> Vec<&Bump> {
        let mut bumps: Vec<&Bump> = Vec::new();
        for environment in &self.environments {
            match &environment.diff {
                Some(diff) if diff.is_empty() => {}
                Some(diff) if !diff.routine.is_empty() => bumps.extend(&diff.routine),
                _ => return Vec::new(),
            }
        }
        let is_dangerous = self.findings.iter().any(|finding| finding.is_danger);
        if is_dangerous || !self.alterations.is_empty() || self.verdict != Verdict::Passed {
            return Vec::new();
        }
        bumps.sort();
        bumps.dedup();
        bumps
    }

    /// How many new findings have a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|f| f.level == level && f.age == Age::New).count()
    }
}

/// New ones first, then worst first, then by place.
fn by_weight_and_place(one: &ReportedFinding, other: &ReportedFinding) -> Ordering {
    fn place(finding: &ReportedFinding) -> (&str, usize, usize, &str, &str) {
        let at = &finding.primary.location;
        (&at.path, at.line, at.column, &finding.rule, &finding.message)
    }
    let by_weight = one.age.cmp(&other.age).then_with(|| other.level.cmp(&one.level));
    by_weight.then_with(|| place(one).cmp(&place(other)))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{Finding, Masker, Sources, Span, ids};

    fn finding(message: &str) -> ReportedFinding {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "a: 1\n".to_owned());
        ReportedFinding::resolve(
            &Finding::new(ids::INVALID_OBJECT, Span::new(file.id(), 0, 1), message),
            &sources,
            &Masker::new(),
        )
    }

    #[test]
    fn one_finding_in_two_environments_is_listed_once() {
        let mut report = Report::new("validate", "0");
        report.add_findings(Some("dev"), &[finding("x"), finding("y")]);
        report.add_findings(Some("prod"), &[finding("x")]);
        report.decide();
        let seen: Vec<_> = report.findings.iter().map(|f| (f.message.as_str(), f.environments.join(","))).collect();
        assert_eq!(seen, [("x", "dev,prod".to_owned()), ("y", "dev".to_owned())]);
        assert_eq!(report.verdict, Verdict::Failed);
    }

    #[test]
    fn equal_findings_of_one_environment_are_counted_not_merged() {
        let mut report = Report::new("validate", "0");
        report.add_findings(Some("dev"), &[finding("x"), finding("x")]);
        report.add_findings(Some("prod"), &[finding("x"), finding("x")]);
        assert_eq!(report.findings.len(), 2);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test looks at the clock")]
    fn tens_of_thousands_of_findings_of_each_environment_are_put_together() {
        let start = Instant::now();
        let template = finding("x");
        let numbered = |number: usize| ReportedFinding { message: number.to_string(), ..template.clone() };
        let many: Vec<_> = (0..20_000).map(numbered).collect();
        let mut report = Report::new("validate", "0");
        report.add_findings(Some("dev"), &many);
        report.add_findings(Some("prod"), &many.iter().rev().cloned().collect::<Vec<_>>());
        report.add_findings(Some("test"), &(20_000..40_000).map(numbered).collect::<Vec<_>>());
        assert_eq!(report.findings.len(), 40_000);
        assert!(report.findings[..20_000].iter().all(|finding| finding.environments == ["dev", "prod"]));
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }

    #[test]
    fn broken_outside_any_environment_breaks_the_run() {
        let mut report = Report::new("run", "0");
        report.broken.push("cannot reach the cluster".to_owned());
        report.decide();
        assert_eq!(report.verdict, Verdict::Broken);
    }

    #[test]
    fn survives_json() {
        let mut report = Report::new("run", "0");
        report.add_findings(Some("dev"), &[finding("x")]);
        report.decide();
        let json = serde_json::to_string(&report).expect("serialises");
        assert_eq!(serde_json::from_str::<Report>(&json).expect("reads back"), report);
    }
}
